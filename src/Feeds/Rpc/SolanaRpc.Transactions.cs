using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Rpc;

/// <summary>Transactions: blockhash, simulation, sending, landing, fees.</summary>
public sealed partial class SolanaRpc
{
    /// <summary>Signatures of one getSignatureStatuses request.</summary>
    public const int MaxSignatures = 256;

    /// <summary>Keys of one getRecentPrioritizationFees request.</summary>
    public const int MaxFeeKeys = 128;

    /// <summary>A blockhash to build on, and until which block height it holds.</summary>
    public Task<RpcResult<LatestBlockhash>> GetLatestBlockhashAsync(
        Commitment commitment = Commitment.Confirmed, ulong? minContextSlot = null,
        CancellationToken cancellation = default) => CallAsync(
        "getLatestBlockhash", isForFeed: true,
        writer => WriteOptions(writer, commitment, minContextSlot, withEncoding: false),
        static result => RpcAnswer.WithContext(
            result, static (value, _) => new LatestBlockhash(
                RpcAnswer.ReadKey(value.GetProperty("blockhash")),
                value.GetProperty("lastValidBlockHeight").GetUInt64())),
        cancellation);

    /// <summary>Whether a blockhash may be built on, in the node's view.</summary>
    public Task<RpcResult<bool>> IsBlockhashValidAsync(
        Pubkey blockhash, Commitment commitment = Commitment.Confirmed, ulong? minContextSlot = null,
        CancellationToken cancellation = default) => CallAsync(
        "isBlockhashValid", isForFeed: true,
        writer =>
        {
            writer.WriteStringValue(blockhash.ToString());
            WriteOptions(writer, commitment, minContextSlot, withEncoding: false);
        },
        static result => RpcAnswer.WithContext(result, static (value, _) => value.GetBoolean()), cancellation);

    /// <summary>Where transactions stand; null for those that the node does not know.</summary>
    /// <param name="signatures">Base58, up to 256.</param>
    /// <param name="searchHistory">Look beyond the recent slots.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<RpcResult<SignatureStatus?[]>> GetSignatureStatusesAsync(
        IReadOnlyList<string> signatures, bool searchHistory = false, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(signatures.Count, MaxSignatures);
        return CallAsync(
            "getSignatureStatuses", isForFeed: false,
            writer =>
            {
                writer.WriteStartArray();
                foreach (string signature in signatures) writer.WriteStringValue(signature);
                writer.WriteEndArray();
                writer.WriteStartObject();
                writer.WriteBoolean("searchTransactionHistory", searchHistory);
                writer.WriteEndObject();
            },
            result => RpcAnswer.WithContext(result, (value, _) => ReadStatuses(value, signatures.Count)),
            cancellation);
    }

    /// <summary>Runs a transaction without sending it: error, logs, compute units, states afterwards.</summary>
    /// <param name="transaction">The signed (or, without signature check, unsigned) transaction's bytes.</param>
    /// <param name="request">What to simulate with.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<RpcResult<SimulationResult>> SimulateTransactionAsync(
        ReadOnlyMemory<byte> transaction, SimulationRequest request, CancellationToken cancellation = default)
    {
        if (request.SigVerify && request.ReplaceRecentBlockhash)
            throw new ArgumentException("A replaced blockhash breaks the signatures.", nameof(request));
        return CallAsync(
            "simulateTransaction", isForFeed: true,
            writer =>
            {
                writer.WriteBase64StringValue(transaction.Span);
                writer.WriteStartObject();
                writer.WriteString("encoding", "base64");
                writer.WriteString("commitment", CommitmentText.Of(request.Commitment));
                writer.WriteBoolean("sigVerify", request.SigVerify);
                writer.WriteBoolean("replaceRecentBlockhash", request.ReplaceRecentBlockhash);
                if (request.MinContextSlot is { } slot) writer.WriteNumber("minContextSlot", slot);
                if (request.Accounts.Count > 0)
                {
                    writer.WriteStartObject("accounts");
                    writer.WriteString("encoding", "base64");
                    writer.WritePropertyName("addresses");
                    WriteKeys(writer, [.. request.Accounts]);
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            },
            result => RpcAnswer.WithContext(
                result, (value, slot) => RpcAnswer.ReadSimulation(value, request.Accounts, slot)),
            cancellation);
    }

    /// <summary>
    /// Sends a transaction and returns its signature in Base58. Sending the same bytes again is harmless, so errors
    /// that may pass are retried. Whether it may be sent at all is decided before this call.
    /// </summary>
    public Task<RpcResult<string>> SendTransactionAsync(
        ReadOnlyMemory<byte> transaction, SendRequest request, CancellationToken cancellation = default) => CallAsync(
        "sendTransaction", isForFeed: false,
        writer =>
        {
            writer.WriteBase64StringValue(transaction.Span);
            writer.WriteStartObject();
            writer.WriteString("encoding", "base64");
            writer.WriteBoolean("skipPreflight", request.SkipPreflight);
            writer.WriteString("preflightCommitment", CommitmentText.Of(request.PreflightCommitment));
            if (request.MaxRetries is { } retries) writer.WriteNumber("maxRetries", retries);
            if (request.MinContextSlot is { } slot) writer.WriteNumber("minContextSlot", slot);
            writer.WriteEndObject();
        },
        static result => new RpcResult<string>(
            result.GetString() ?? throw new FormatException("no signature"), null),
        cancellation);

    /// <summary>
    /// For each recent slot the smallest price that landed with one of the accounts write-locked; up to 150 slots.
    /// </summary>
    /// <param name="keys">Accounts that a route writes, up to 128.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<RpcResult<PrioritizationFee[]>> GetRecentPrioritizationFeesAsync(
        ReadOnlyMemory<Pubkey> keys, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Length, MaxFeeKeys);
        return CallAsync(
            "getRecentPrioritizationFees", isForFeed: true,
            writer => WriteKeys(writer, keys.Span), ReadFees, cancellation);
    }

    private static RpcResult<PrioritizationFee[]> ReadFees(JsonElement result)
    {
        List<PrioritizationFee> fees = [];
        foreach (JsonElement entry in result.EnumerateArray())
        {
            fees.Add(new PrioritizationFee(
                entry.GetProperty("slot").GetUInt64(), entry.GetProperty("prioritizationFee").GetUInt64()));
        }

        return new RpcResult<PrioritizationFee[]>([.. fees], null);
    }

    private static SignatureStatus?[] ReadStatuses(JsonElement value, int count)
    {
        if (value.GetArrayLength() != count) throw new FormatException("another number of statuses");
        SignatureStatus?[] statuses = new SignatureStatus?[count];
        for (int i = 0; i < count; i++)
        {
            JsonElement entry = value[i];
            if (entry.ValueKind == JsonValueKind.Null) continue;
            string? text = entry.TryGetProperty("confirmationStatus", out JsonElement status)
                ? status.GetString()
                : null;
            Commitment? commitment = text switch
            {
                "processed" => Commitment.Processed,
                "confirmed" => Commitment.Confirmed,
                "finalized" => Commitment.Finalized,
                _ => null,
            };
            statuses[i] = new SignatureStatus(
                entry.GetProperty("slot").GetUInt64(), RpcAnswer.ReadOptional(entry, "confirmations"),
                RpcAnswer.ReadTransactionError(entry), commitment);
        }

        return statuses;
    }
}
