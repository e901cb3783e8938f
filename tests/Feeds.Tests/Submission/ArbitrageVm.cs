using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;
using Xunit;

namespace LowLatency.Feeds.Tests.Submission;

/// <summary>
/// The Solana VM with the venues' programs, executing decisions one after another. Before each, every account of its
/// message is set to what the feed showed at the decision, so no decision sees what another one did.
/// </summary>
internal sealed class ArbitrageVm : IDisposable
{
    private readonly LiteSvm _svm = new();
    private readonly ArbitrageWorld _world;
    private readonly Ed25519Signer _signer;
    private readonly HashSet<Pubkey> _present = [];

    public ArbitrageVm(ArbitrageWorld world, Ed25519Signer signer)
    {
        _world = world;
        _signer = signer;
        foreach ((Pubkey program, string path) in ProgramFolder.Programs)
            _svm.Ask(new { op = "program", address = program.ToString(), path });
    }

    /// <summary>Decisions executed.</summary>
    public int Executed { get; private set; }

    /// <summary>Compute units of the last transaction that were not its swaps'.</summary>
    public uint OtherUnits { get; private set; }

    /// <summary>Compute units of each leg of the last transaction.</summary>
    public uint[] LegUnits { get; private set; } = [];

    public void Dispose() => _svm.Dispose();

    /// <summary>
    /// Executes the decision's message at a clock; every leg must give exactly the predicted output.
    /// </summary>
    public void Execute(TakenDecision taken, in ChainClock clock)
    {
        string what = $"decision {taken.Decision.Sequence}.{taken.Decision.Ordinal}";
        SetClock(clock);
        Pubkey[] keys = Keys(taken);
        foreach (Pubkey key in keys) Put(taken, key);
        Dictionary<Pubkey, Int128> changes = ArbitrageWorld.Changes(taken);
        Dictionary<Pubkey, ulong> before = [];
        foreach (Pubkey mint in changes.Keys) before[mint] = Balance(mint);
        JsonElement answer = _svm.Send(ArbitrageWorld.Sign(taken, _svm.Blockhash(), _signer));
        Assert.True(answer.GetProperty("executed").GetBoolean(), $"{what}: {answer.GetRawText()}");
        Assert.True(answer.GetProperty("same").GetBoolean(), $"{what}: kit encodes it differently");
        foreach ((Pubkey mint, Int128 change) in changes)
        {
            Int128 got = (Int128)Balance(mint) - before[mint];
            Assert.True(got == change, $"{what}: {mint} changed by {got}, predicted {change}");
        }

        AssertLegs(taken, keys, answer, what);
        int count = ReadUnits(taken, answer, what, after: taken.Decision.TipLamports == 0 ? 0 : 1);
        int builtins = count - LegUnits.Length; // the lines and the VM's own count say the same
        Assert.Equal((uint)builtins * ComputeBudget.UnitsPerBudgetInstruction, OtherUnits);
        Executed++;
    }

    /// <summary>
    /// Executes the message of a cycle of wrapped SOL that creates the wallet's token accounts, wraps and unwraps. The
    /// wallet starts with lamports only and must end with what was predicted, less exactly the costs counted.
    /// </summary>
    public JsonElement ExecuteFramed(TakenDecision taken, in ChainClock clock)
    {
        string what = $"decision {taken.Decision.Sequence}.{taken.Decision.Ordinal}";
        SetClock(clock);
        Pubkey[] keys = Keys(taken);
        foreach (Pubkey key in keys) Put(taken, key);
        foreach (Pubkey account in _world.WalletAccounts.Values) _svm.Put(account, 0, ProgramIds.System, []);
        ulong before = _svm.Account(_signer.PublicKey)!.Value.Lamports;
        JsonElement answer = _svm.Send(ArbitrageWorld.Sign(taken, _svm.Blockhash(), _signer));
        Assert.True(answer.GetProperty("executed").GetBoolean(), $"{what}: {answer.GetRawText()}");
        ulong after = _svm.Account(_signer.PublicKey)!.Value.Lamports;
        Opportunity decision = taken.Decision;
        Int128 expected = (Int128)before + decision.NetProfitLamports;
        Assert.True(after == expected, $"{what}: {after}, predicted {expected}");
        foreach ((Pubkey mint, Int128 change) in ArbitrageWorld.Changes(taken))
        {
            if (mint == ProgramIds.WrappedSolMint) Assert.Null(_svm.Account(_world.WalletAccounts[mint]));
            else Assert.True(Balance(mint) == change, $"{what}: {mint}");
        }

        ReadUnits(taken, answer, what, after: 2); // closing and tip
        Executed++;
        return answer;
    }

    private void SetClock(in ChainClock clock) => _svm.Ask(new
    {
        op = "clock",
        slot = Text(clock.Slot),
        unix_timestamp = Text(clock.UnixTimestamp),
        epoch = Text(clock.Epoch),
    });

    /// <summary>
    /// Accounts in the order of the message's indices: listed, looked-up writable, looked-up read-only.
    /// </summary>
    private Pubkey[] Keys(TakenDecision taken)
    {
        TransactionReadStatus status = TransactionReader.TryReadMessage(taken.Message, out TransactionView view);
        Assert.Equal(TransactionReadStatus.Ok, status);
        List<Pubkey> tables = [];
        foreach (LookupView lookup in view.Lookups)
        {
            tables.Add(lookup.Table);
            Put(taken, lookup.Table);
        }

        Pubkey[] keys = new Pubkey[view.Facts.AccountCount];
        for (int i = 0; i < keys.Length; i++)
        {
            if (view.TryGetKey(i, out keys[i], out int table, out byte entry)) continue;
            byte[] data = taken.Accounts[tables[table]].Data;
            keys[i] = Pubkey.Read(data, LookupTable.HeaderBytes + (entry * Pubkey.SizeBytes));
        }

        return keys;
    }

    private void Put(TakenDecision taken, in Pubkey key)
    {
        if (_world.Programs.Contains(key)) return;
        if (_world.Find(taken, key) is { } account)
        {
            _svm.Put(key, account.Lamports, account.Owner, account.Data);
            _present.Add(key);
        }
        else if (_present.Remove(key))
        {
            _svm.Put(key, 0, ProgramIds.System, []);
        }
    }

    /// <summary>What each swap paid out: token transfers inside it into the wallet's account of that mint.</summary>
    private void AssertLegs(TakenDecision taken, Pubkey[] keys, JsonElement answer, string what)
    {
        int first = FirstSwap(taken);
        JsonElement inner = answer.GetProperty("inner");
        for (int i = 0; i < taken.Decision.LegCount; i++)
        {
            Leg leg = taken.Decision.Legs[i];
            PoolDescription pool = taken.Pools[i];
            Pubkey target = _world.WalletAccounts[leg.Direction == 0 ? pool.MintB : pool.MintA];
            ulong paid = 0;
            foreach (JsonElement call in inner[first + i].EnumerateArray()) paid += TransferTo(target, keys, call);
            Assert.True(paid == leg.AmountOutRaw, $"{what}, leg {i + 1}: {paid}, predicted {leg.AmountOutRaw}");
        }
    }

    /// <summary>Base units a Transfer (3) or TransferChecked (12) moves into an account; 0 for anything else.</summary>
    private static ulong TransferTo(in Pubkey target, Pubkey[] keys, JsonElement call)
    {
        if (keys[call.GetProperty("program").GetInt32()] != ProgramIds.Token) return 0;
        byte[] data = call.GetProperty("data").GetBytesFromBase64();
        int destination = data[0] switch { 3 => 1, 12 => 2, _ => -1 };
        if (destination < 0 || keys[call.GetProperty("accounts")[destination].GetInt32()] != target) return 0;
        return BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(TokenAccounts.AmountOffset));
    }

    private static int FirstSwap(TakenDecision taken) => taken.Decision.PriorityFeeLamports == 0 ? 1 : 2;

    /// <summary>Reads the units of each leg and of the rest; returns the number of instructions.</summary>
    private int ReadUnits(TakenDecision taken, JsonElement answer, string what, int after)
    {
        List<string> logs = [];
        foreach (JsonElement line in answer.GetProperty("logs").EnumerateArray()) logs.Add(line.GetString()!);
        uint[] units = new uint[24];
        Assert.True(SimulationLog.TryReadUnits(logs, units, out int count), $"{what}: {answer.GetRawText()}");
        int end = count - after;
        LegUnits = units[(end - taken.Decision.LegCount)..end];
        Assert.DoesNotContain(0u, LegUnits);
        uint all = uint.Parse(answer.GetProperty("units").GetString()!, CultureInfo.InvariantCulture);
        foreach (uint one in LegUnits) all -= one;
        OtherUnits = all;
        return count;
    }

    private ulong Balance(in Pubkey mint) =>
        BinaryPrimitives.ReadUInt64LittleEndian(_svm.Account(_world.WalletAccounts[mint])!.Value.Data.AsSpan(64));

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
