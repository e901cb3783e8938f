using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Rpc;

/// <summary>Methods about transactions; outcomes come from the <see cref="TransactionDesk"/>'s scripts.</summary>
internal sealed partial class RpcMethods
{
    private const int MaxTransactionBytes = 4096; // a version 1 transaction; older ones are refused at 1,232

    private static byte[] TransactionBytes(string text, string? encoding)
    {
        byte[] bytes = new byte[MaxTransactionBytes];
        if (encoding is null or "base58")
        {
            return Base58.TryDecode(text, bytes, out int length)
                ? bytes[..length]
                : throw new RpcException(RpcError.InvalidParams("invalid base58 encoding: InvalidCharacter"));
        }

        if (encoding != "base64")
        {
            throw new RpcException(RpcError.InvalidParams(
                $"unsupported encoding: {encoding}. Supported encodings: base58, base64"));
        }

        return Convert.TryFromBase64String(text, bytes, out int written)
            ? bytes[..written]
            : throw new RpcException(RpcError.InvalidParams("invalid base64 encoding"));
    }

    private string GetSignatureStatuses(RpcParameters p)
    {
        IReadOnlyList<string> signatures = p.Texts(0);
        if (signatures.Count > MaxStatuses) throw new RpcException(RpcError.TooMany(MaxStatuses));
        return InContext(_ledger.Processed, $"[{string.Join(',', signatures.Select(Status))}]");
    }

    private string Status(string signature)
    {
        if (_ledger.FindTransaction(signature) is not { } found) return "null";
        (LandedTransaction transaction, Bank bank) = found;
        string error = transaction.ErrorJson ?? "null";
        string status = transaction.ErrorJson is null ? "{\"Ok\":null}" : $"{{\"Err\":{error}}}";
        bool isFinal = _ledger.Finalized.Contains(bank);
        string level = isFinal ? "finalized" : _ledger.Confirmed.Contains(bank) ? "confirmed" : "processed";
        string confirmations = isFinal ? "null" : $"{_ledger.Processed.BlockHeight - bank.BlockHeight}";
        return $"{{\"confirmationStatus\":\"{level}\",\"confirmations\":{confirmations},\"err\":{error},"
            + $"\"slot\":{bank.Slot},\"status\":{status}}}";
    }

    private string SendTransaction(RpcParameters p)
    {
        RpcConfig config = p.Config(1);
        byte[] bytes = TransactionBytes(p.Text(0), config.Encoding);
        bool skip = config.Flag("skipPreflight");
        ulong? retries = config.Number("maxRetries");
        SentTransaction sent = TransactionDesk.Decode(bytes, _faults.Endpoint, _ledger.Processed.Slot, skip, retries);
        if (!skip) Preflight(sent, config);
        if (_desk.OnSend(sent) is { } refusal) throw new RpcException(refusal);
        _desk.Take(sent);
        _onReceived(sent.Signature);
        return $"\"{sent.Signature}\"";
    }

    private void Preflight(SentTransaction sent, RpcConfig config)
    {
        Bank bank = BankOf("sendTransaction", new RpcConfig(PreflightConfig(config)));
        SimulationAnswer answer = IsValid(sent.Blockhash, bank)
            ? _desk.OnSimulate(sent.Bytes)
            : new SimulationAnswer { ErrorJson = "\"BlockhashNotFound\"" };
        if (answer.ErrorJson is null) return;
        string text = answer.ErrorJson == "\"BlockhashNotFound\"" ? "Blockhash not found" : answer.ErrorJson;
        throw new RpcException(RpcError.Preflight(text, SimulationJson(answer, "null", "null")));
    }

    private static JsonElement PreflightConfig(RpcConfig config)
    {
        Dictionary<string, object> members = [];
        members["commitment"] = config.Text("preflightCommitment") ?? "finalized";
        if (config.MinContextSlot is { } slot) members["minContextSlot"] = slot;
        return JsonSerializer.SerializeToElement(members);
    }

    private string SimulateTransaction(RpcParameters p)
    {
        RpcConfig config = p.Config(1);
        byte[] bytes = TransactionBytes(p.Text(0), config.Encoding);
        bool replace = config.Flag("replaceRecentBlockhash");
        if (config.Flag("sigVerify") && replace)
            throw new RpcException(RpcError.InvalidParams("sigVerify may not be used with replaceRecentBlockhash"));
        Bank bank = BankOf("simulateTransaction", config);
        SentTransaction sent = TransactionDesk.Decode(bytes, _faults.Endpoint, bank.Slot, skipPreflight: false, null);
        SimulationAnswer answer = replace || IsValid(sent.Blockhash, bank)
            ? _desk.OnSimulate(bytes)
            : new SimulationAnswer { ErrorJson = "\"BlockhashNotFound\"" };
        string replacement = replace
            ? $"{{\"blockhash\":\"{bank.Blockhash}\",\"lastValidBlockHeight\":{bank.BlockHeight + BlockhashLife}}}"
            : "null";
        return InContext(bank, SimulationJson(answer, SimulatedAccounts(config, answer, bank), replacement));
    }

    private string SimulatedAccounts(RpcConfig config, SimulationAnswer answer, Bank bank)
    {
        JsonElement wanted = config.Member("accounts");
        if (wanted.ValueKind != JsonValueKind.Object) return "null";
        string encoding = wanted.TryGetProperty("encoding", out JsonElement e) ? e.GetString() ?? "base64" : "base64";
        List<string> accounts = [];
        foreach (JsonElement address in wanted.GetProperty("addresses").EnumerateArray())
        {
            Pubkey key = RpcParameters.ParseKey(address.GetString() ?? string.Empty);
            AccountState state = answer.Accounts.FirstOrDefault(a => a.Key == key) ?? _ledger.Get(key, bank);
            accounts.Add(state.Exists ? Json(AccountEncoding.Http(state, encoding, null)) : "null");
        }

        return $"[{string.Join(',', accounts)}]";
    }

    private static string SimulationJson(SimulationAnswer answer, string accounts, string replacement)
    {
        List<string> members =
        [
            $"\"accounts\":{accounts}",
            $"\"err\":{answer.ErrorJson ?? "null"}",
            "\"innerInstructions\":null",
            $"\"loadedAccountsDataSize\":{answer.LoadedAccountsDataSize}",
            $"\"logs\":{JsonSerializer.Serialize(answer.Logs)}",
            $"\"replacementBlockhash\":{replacement}",
            "\"returnData\":null",
            $"\"unitsConsumed\":{answer.UnitsConsumed}",
            .. answer.MoreMembers,
        ];
        return $"{{{string.Join(',', members)}}}";
    }
}
