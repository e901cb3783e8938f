using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;
using Xunit;

namespace LowLatency.Feeds.Tests.Submission;

/// <summary>
/// A fact that runs the venues' own programs: needs litesvm, and LOWLATENCY_PROGRAMS naming a folder of binaries called
/// after their program address (address.so). Reported as skipped, with the reason, where something is missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProgramsFactAttribute : FactAttribute
{
    public ProgramsFactAttribute()
    {
        if (Folder is null) Skip = "LOWLATENCY_PROGRAMS names no folder of program binaries (<program address>.so)";
        else if (!LiteSvm.IsInstalled) Skip = "Node or litesvm is missing";
    }

    /// <summary>The folder; null if none is named or it does not exist.</summary>
    public static string? Folder =>
        Environment.GetEnvironmentVariable("LOWLATENCY_PROGRAMS") is { Length: > 0 } path && Directory.Exists(path)
            ? path
            : null;
}

/// <summary>Whole arbitrage transactions of the bundled market, as the engine built them.</summary>
public sealed class ArbitrageExecutionTests : IDisposable
{
    private static readonly Pubkey RaydiumAmmProgram = Pubkey.Parse("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8");

    // Each takes a fresh VM and a dozen accounts; more of the same market says little more.
    private const int MaxExecuted = 40;

    private readonly Ed25519Signer _signer = Ed25519Signer.Create(new byte[32]);

    public void Dispose() => _signer.Dispose();

    [Fact]
    public void Decisions_EveryMessage_IsSignedByItsPayerAndBalanced()
    {
        ArbitrageWorld world = new(_signer.PublicKey);
        MarketDecisions market = MarketDecisions.Replay(_signer.PublicKey);
        Assert.True(market.Taken.Count > 100, $"{market.Taken.Count} decisions taken");
        foreach (TakenDecision taken in market.Taken)
        {
            byte[] transaction = ArbitrageWorld.Sign(taken, ProgramIds.Token, _signer);
            Assert.Equal(TransactionReadStatus.Ok, TransactionReader.TryRead(transaction, out TransactionView view));
            Assert.Equal(ProgramIds.Token, view.Facts.Blockhash);
            Assert.True(ManagedEd25519.Verify(_signer.PublicKey, view.Message, view.Signatures[..64]));
            foreach ((Pubkey mint, Int128 change) in ArbitrageWorld.Changes(taken))
            {
                // A cycle leaves every mint but the first as it was: each leg spends exactly what the one before gave.
                Int128 expected = mint == ProgramIds.WrappedSolMint ? taken.Decision.GrossProfitRaw : 0;
                Assert.Equal(expected, change);
                Assert.NotNull(world.Find(taken, world.WalletAccounts[mint]));
            }

            for (int i = 0; i < taken.Decision.LegCount; i++)
                Assert.NotNull(world.Find(taken, taken.Pools[i].Address));
        }
    }

    [ProgramsFact]
    public void Send_DecisionsOfKnownPrograms_ExecuteWithThePredictedAmounts()
    {
        ArbitrageWorld world = new(_signer.PublicKey);
        MarketDecisions market = MarketDecisions.Replay(_signer.PublicKey);
        using LiteSvm svm = new();
        int executed = 0;
        foreach (TakenDecision taken in market.Taken)
        {
            if (executed == MaxExecuted) break;
            if (!HasPrograms(taken)) continue;
            Execute(svm, world, taken);
            executed++;
        }

        Assert.True(executed > 0, "no decision uses only the programs in the folder");
    }

    private void Execute(LiteSvm svm, ArbitrageWorld world, TakenDecision taken)
    {
        svm.Ask(new { op = "reset" });
        foreach (PoolDescription pool in taken.Pools)
        {
            Pubkey program = taken.Accounts[pool.Address].Owner;
            svm.Ask(new { op = "program", address = program.ToString(), path = ProgramPath(program) });
        }

        Assert.True(ChainClock.TryDecode(taken.Accounts[ProgramIds.ClockSysvar].Data, out ChainClock clock));
        svm.Ask(new
        {
            op = "clock",
            slot = Text(clock.Slot),
            unix_timestamp = Text(clock.UnixTimestamp),
            epoch = Text(clock.Epoch),
        });
        TransactionReadStatus status = TransactionReader.TryReadMessage(taken.Message, out TransactionView view);
        Assert.Equal(TransactionReadStatus.Ok, status);
        for (int i = 0; i < view.Facts.StaticKeyCount; i++)
        {
            Pubkey key = view.StaticKey(i);
            if (world.Find(taken, key) is { } account) svm.Put(key, account.Lamports, account.Owner, account.Data);
        }

        Dictionary<Pubkey, Int128> changes = ArbitrageWorld.Changes(taken);
        Dictionary<Pubkey, ulong> before = [];
        foreach (Pubkey mint in changes.Keys) before[mint] = Balance(svm, world.WalletAccounts[mint]);
        JsonElement answer = svm.Send(ArbitrageWorld.Sign(taken, svm.Blockhash(), _signer));
        string what = $"decision {taken.Decision.Sequence}.{taken.Decision.Ordinal}";
        Assert.True(answer.GetProperty("executed").GetBoolean(), $"{what}: {answer.GetRawText()}");
        foreach ((Pubkey mint, Int128 change) in changes)
        {
            Int128 got = (Int128)Balance(svm, world.WalletAccounts[mint]) - before[mint];
            Assert.True(got == change, $"{what}: {mint} changed by {got}, predicted {change}");
        }
    }

    private static bool HasPrograms(TakenDecision taken)
    {
        // Looked-up accounts would need the table accounts in the VM too.
        bool isLegacy = taken.Decision.MessageVersion == (byte)MessageVersion.Legacy;
        return isLegacy && Array.TrueForAll(taken.Pools, pool => IsExecutable(taken.Accounts[pool.Address].Owner));
    }

    /// <summary>
    /// Not Raydium AMM v4: we write its V2 instruction, the public binaries know only the older one, and the order-book
    /// accounts that one names are not in the capture.
    /// </summary>
    private static bool IsExecutable(in Pubkey program) =>
        program != RaydiumAmmProgram && File.Exists(ProgramPath(program));

    private static string ProgramPath(in Pubkey program) =>
        Path.Combine(ProgramsFactAttribute.Folder!, $"{program}.so");

    private static ulong Balance(LiteSvm svm, in Pubkey account) =>
        BinaryPrimitives.ReadUInt64LittleEndian(svm.Account(account)!.Value.Data.AsSpan(64));

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
