using System;
using System.Buffers;
using System.Text;
using System.Text.Json;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Rpc;

/// <summary>What a subscription is about.</summary>
public enum SubscriptionTopic : byte
{
    /// <summary>One account.</summary>
    Account = 0,

    /// <summary>Accounts of a program.</summary>
    Program = 1,

    /// <summary>New banks.</summary>
    Slot = 2,

    /// <summary>The stages that slots go through; an unstable interface of the node.</summary>
    SlotsUpdates = 3,

    /// <summary>Logs of transactions.</summary>
    Logs = 4,

    /// <summary>One transaction's landing; ends by itself.</summary>
    Signature = 5,
}

/// <summary>
/// One subscription as it is asked for; equal if the request is. Encoding and commitment are always stated, because the
/// node's defaults (base58, finalized) are of no use here. Source: agave b64857b5 rpc/src/rpc_pubsub.rs.
/// </summary>
public sealed class SubscriptionSpec : IEquatable<SubscriptionSpec>
{
    /// <summary>
    /// Longest message that a node takes. Source: agave b64857b5 rpc/src/rpc_pubsub_service.rs,
    /// set_max_message_size(4_096).
    /// </summary>
    public const int MaxRequestBytes = 4096;

    private const int EnvelopeBytes = 64;

    private readonly string _text;

    private SubscriptionSpec(SubscriptionTopic topic, string name, string parameters, ulong tag)
    {
        Topic = topic;
        Tag = tag;
        _text = $",\"method\":\"{name}Subscribe\"{(parameters.Length == 0 ? "" : $",\"params\":{parameters}")}}}";
        RequestTail = Encoding.UTF8.GetBytes(_text);
        UnsubscribeMethod = Encoding.UTF8.GetBytes($"{name}Unsubscribe");
        if (RequestTail.Length + EnvelopeBytes > MaxRequestBytes)
            throw new ArgumentException("The request would be longer than a node takes.", nameof(parameters));
    }

    /// <summary>What it is about.</summary>
    public SubscriptionTopic Topic { get; }

    /// <summary>A number that depends only on what is asked: which shard it goes to.</summary>
    internal ulong Tag { get; }

    /// <summary>The request behind its id.</summary>
    internal byte[] RequestTail { get; }

    /// <summary>The method that ends it.</summary>
    internal byte[] UnsubscribeMethod { get; }

    /// <summary>One account's states, one message a slot in which it changed.</summary>
    /// <param name="key">The account.</param>
    /// <param name="commitment">State to look at.</param>
    /// <param name="isCompressed">True to ask for base64+zstd.</param>
    public static SubscriptionSpec Account(
        in Pubkey key, Commitment commitment = Commitment.Processed, bool isCompressed = false) =>
        new(SubscriptionTopic.Account, "account", Keyed(key, commitment, [], isCompressed), key.Tag);

    /// <summary>States of a program's accounts that meet up to four filters.</summary>
    public static SubscriptionSpec Program(
        in Pubkey program, ReadOnlySpan<AccountFilter> filters, Commitment commitment = Commitment.Processed) =>
        new(SubscriptionTopic.Program, "program", Keyed(program, commitment, filters, isCompressed: false),
            program.Tag);

    /// <summary>New banks: slot, parent, root.</summary>
    public static SubscriptionSpec Slot() => new(SubscriptionTopic.Slot, "slot", string.Empty, 0);

    /// <summary>The stages that slots go through, dead ones among them.</summary>
    public static SubscriptionSpec SlotsUpdates() => new(SubscriptionTopic.SlotsUpdates, "slotsUpdates", "", 0);

    /// <summary>Logs of the transactions that mention an account; the node takes exactly one.</summary>
    public static SubscriptionSpec Logs(in Pubkey mentions, Commitment commitment = Commitment.Processed) => new(
        SubscriptionTopic.Logs, "logs",
        $"[{{\"mentions\":[\"{mentions}\"]}},{{\"commitment\":\"{CommitmentText.Of(commitment)}\"}}]", mentions.Tag);

    /// <summary>A transaction's landing at a commitment.</summary>
    /// <param name="signatureBase58">Base58 of the 64 bytes.</param>
    /// <param name="commitment">When the message is wanted.</param>
    public static SubscriptionSpec Signature(string signatureBase58, Commitment commitment = Commitment.Confirmed)
    {
        ArgumentNullException.ThrowIfNull(signatureBase58);
        Span<byte> signature = stackalloc byte[64];
        if (!Base58.TryDecode64(signatureBase58, signature))
            throw new ArgumentException("Not the Base58 form of 64 bytes.", nameof(signatureBase58));
        return new SubscriptionSpec(
            SubscriptionTopic.Signature, "signature",
            $"[\"{signatureBase58}\",{{\"commitment\":\"{CommitmentText.Of(commitment)}\"}}]",
            BitConverter.ToUInt64(signature));
    }

    /// <inheritdoc/>
    public bool Equals(SubscriptionSpec? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SubscriptionSpec);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The request without its id.</summary>
    public override string ToString() => _text;

    private static string Keyed(
        in Pubkey key, Commitment commitment, ReadOnlySpan<AccountFilter> filters, bool isCompressed)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartArray();
        writer.WriteStringValue(key.ToString());
        writer.WriteStartObject();
        writer.WriteString("encoding", AccountEncodingText.Of(isCompressed));
        writer.WriteString("commitment", CommitmentText.Of(commitment));
        AccountFilter.WriteAll(writer, filters);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
