using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Rpc;

/// <summary>
/// The methods of one endpoint, results as JSON. Every answer is of one bank, read under the ledger's lock.
/// Source: agave rpc/src/rpc.rs, rpc-client-types/src/{response,config}.rs; member order as in captured answers.
/// </summary>
internal sealed partial class RpcMethods
{
    private const int MaxAccounts = 100;
    private const int MaxFeeAccounts = 128;
    private const int MaxStatuses = 256;
    private const int FeeSlots = 150;
    private const int BlockhashLife = 150; // blocks. Source: solana-clock MAX_PROCESSING_AGE
    private const ulong SlotsInEpoch = 432_000;
    private const ulong RentLamportsPerByte = 6960; // 3,480 a year, two years. Source: solana-rent defaults
    private const ulong AccountOverheadBytes = 128;
    private const int DefaultStaleSlots = 3;

    /// <summary>Version the captured answers name.</summary>
    private const string Version = "2.3.6";

    private readonly Ledger _ledger;
    private readonly EndpointFaults _faults;
    private readonly TransactionDesk _desk;
    private readonly Action<string> _onReceived;
    private readonly string _genesisHash;

    public RpcMethods(
        Ledger ledger, EndpointFaults faults, TransactionDesk desk, Action<string> onReceived, string genesisHash)
    {
        _genesisHash = genesisHash;
        _ledger = ledger;
        _faults = faults;
        _desk = desk;
        _onReceived = onReceived;
    }

    /// <summary>Runs a method and returns its result as JSON.</summary>
    /// <exception cref="RpcException">The node's error.</exception>
    public string Call(string method, RpcParameters p)
    {
        lock (_ledger.Gate)
        {
            return method switch
            {
                "getAccountInfo" => GetAccountInfo(p),
                "getMultipleAccounts" => GetMultipleAccounts(p),
                "getProgramAccounts" => GetProgramAccounts(p),
                "getBalance" => GetBalance(p),
                "getLatestBlockhash" => GetLatestBlockhash(p),
                "isBlockhashValid" => IsBlockhashValid(p),
                "getSlot" => $"{BankOf(method, p.Config(0)).Slot}",
                "getBlockHeight" => $"{BankOf(method, p.Config(0)).BlockHeight}",
                "getEpochInfo" => GetEpochInfo(BankOf(method, p.Config(0))),
                "getRecentPrioritizationFees" => GetRecentPrioritizationFees(p),
                "getMinimumBalanceForRentExemption" =>
                    $"{(AccountOverheadBytes + p[0].GetUInt64()) * RentLamportsPerByte}",
                "getHealth" => "\"ok\"",
                "getVersion" => $"{{\"feature-set\":0,\"solana-core\":\"{Version}\"}}",
                "getGenesisHash" => $"\"{_genesisHash}\"",
                "getSignatureStatuses" => GetSignatureStatuses(p),
                "simulateTransaction" => SimulateTransaction(p),
                "sendTransaction" => SendTransaction(p),
                _ => throw new RpcException(RpcError.MethodNotFound),
            };
        }
    }

    private static string InContext(Bank bank, string valueJson) =>
        $"{{\"context\":{{\"apiVersion\":\"{Version}\",\"slot\":{bank.Slot}}},\"value\":{valueJson}}}";

    private static string Json(byte[] ascii) => Encoding.ASCII.GetString(ascii);

    /// <summary>The bank that answers: the head of the commitment, if it has reached the slot asked for.</summary>
    private Bank BankOf(string method, RpcConfig config)
    {
        Bank bank = _ledger.Head(config.Commitment);
        ulong? min = config.MinContextSlot;
        bool refuse = _faults.TryTake(FaultKind.MinContextSlot, method);
        if (refuse || bank.Slot < min) throw new RpcException(RpcError.MinContextSlot(bank.Slot));
        return bank;
    }

    /// <summary>As <see cref="BankOf"/>, or some slots earlier if the script says so: a balancer's slow node.</summary>
    private Bank ReadBankOf(string method, RpcConfig config)
    {
        Bank bank = BankOf(method, config);
        if (bank.Parent is null || !_faults.TryTake(FaultKind.StaleRead, method, out int slots)) return bank;
        if (slots == 0) slots = DefaultStaleSlots;
        for (; slots > 0 && bank.Parent is not null; slots--) bank = bank.Parent;
        if (bank.Slot < config.MinContextSlot) throw new RpcException(RpcError.MinContextSlot(bank.Slot));
        return bank;
    }

    private string AccountJson(Pubkey key, Bank bank, string? encoding, DataSlice? slice)
    {
        AccountState account = _ledger.Get(key, bank);
        return account.Exists ? Json(AccountEncoding.Http(account, encoding, slice)) : "null";
    }

    private string GetAccountInfo(RpcParameters p)
    {
        RpcConfig config = p.Config(1);
        AccountEncoding.Check(config.Encoding);
        Pubkey key = p.Key(0);
        Bank bank = ReadBankOf("getAccountInfo", config);
        return InContext(bank, AccountJson(key, bank, config.Encoding, config.Slice));
    }

    private string GetMultipleAccounts(RpcParameters p)
    {
        IReadOnlyList<string> names = p.Texts(0);
        RpcConfig config = p.Config(1);
        if (names.Count > MaxAccounts) throw new RpcException(RpcError.TooMany(MaxAccounts));
        AccountEncoding.Check(config.Encoding);
        List<Pubkey> keys = [.. names.Select(n => RpcParameters.ParseKey(n))];
        Bank bank = ReadBankOf("getMultipleAccounts", config);
        string encoding = config.Encoding ?? "base64"; // unlike getAccountInfo. Source: rpc.rs get_multiple_accounts
        IEnumerable<string> accounts = keys.Select(k => AccountJson(k, bank, encoding, config.Slice));
        return InContext(bank, $"[{string.Join(',', accounts)}]");
    }

    private string GetProgramAccounts(RpcParameters p)
    {
        RpcConfig config = p.Config(1);
        AccountEncoding.Check(config.Encoding);
        IReadOnlyList<AccountFilter> filters = config.Filters();
        Pubkey program = p.Key(0);
        Bank bank = ReadBankOf("getProgramAccounts", config);
        StringBuilder accounts = new("[");
        foreach (AccountState account in _ledger.OwnedBy(program, bank))
        {
            if (!AccountFilter.MatchesAll(filters, account)) continue;
            if (accounts.Length > 1) accounts.Append(',');
            string json = Json(AccountEncoding.Http(account, config.Encoding, config.Slice));
            accounts.Append($"{{\"account\":{json},\"pubkey\":\"{account.Key}\"}}");
        }

        accounts.Append(']');
        return config.Flag("withContext") ? InContext(bank, accounts.ToString()) : accounts.ToString();
    }

    private string GetBalance(RpcParameters p)
    {
        Pubkey key = p.Key(0);
        Bank bank = ReadBankOf("getBalance", p.Config(1));
        return InContext(bank, $"{_ledger.Get(key, bank).Lamports}");
    }

    private string GetLatestBlockhash(RpcParameters p)
    {
        Bank bank = BankOf("getLatestBlockhash", p.Config(0));
        string hash = bank.Blockhash;
        ulong last = bank.BlockHeight + BlockhashLife;
        if (_faults.TryTake(FaultKind.BogusBlockhash, "getLatestBlockhash", out int lower))
            (hash, last) = lower == 0 ? (bank.UntrueBlockhash, last) : (hash, last - (ulong)lower);
        return InContext(bank, $"{{\"blockhash\":\"{hash}\",\"lastValidBlockHeight\":{last}}}");
    }

    private string IsBlockhashValid(RpcParameters p)
    {
        string hash = p.Text(0);
        Bank bank = BankOf("isBlockhashValid", p.Config(1));
        return InContext(bank, IsValid(hash, bank) ? "true" : "false");
    }

    private bool IsValid(string blockhash, Bank bank)
    {
        // Parents of rooted banks may be forgotten, so the ring is walked by slot.
        for (ulong slot = bank.Slot; slot > 0 && bank.Slot - slot <= 2 * BlockhashLife; slot--)
        {
            if (_ledger.BankOf(slot) is { } b && b.Blockhash == blockhash)
                return bank.Contains(b) && bank.BlockHeight - b.BlockHeight <= BlockhashLife;
        }

        return false;
    }

    private static string GetEpochInfo(Bank bank) =>
        $"{{\"absoluteSlot\":{bank.Slot},\"blockHeight\":{bank.BlockHeight},\"epoch\":{bank.Slot / SlotsInEpoch},"
        + $"\"slotIndex\":{bank.Slot % SlotsInEpoch},\"slotsInEpoch\":{SlotsInEpoch},\"transactionCount\":0}}";

    private string GetRecentPrioritizationFees(RpcParameters p)
    {
        IReadOnlyList<string> names = p.Count == 0 ? [] : p.Texts(0);
        if (names.Count > MaxFeeAccounts) throw new RpcException(RpcError.TooMany(MaxFeeAccounts));
        List<Pubkey> keys = [.. names.Select(n => RpcParameters.ParseKey(n))];
        List<string> fees = [];
        Bank? bank = _ledger.Processed;
        for (int i = 0; i < FeeSlots && bank is not null; i++, bank = bank.Parent)
            fees.Add($"{{\"prioritizationFee\":{_desk.PrioritizationFee(bank.Slot, keys)},\"slot\":{bank.Slot}}}");
        fees.Reverse();
        return $"[{string.Join(',', fees)}]";
    }
}
