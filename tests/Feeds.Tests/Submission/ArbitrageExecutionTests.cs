using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;
using Xunit;
using Xunit.Abstractions;

namespace LowLatency.Feeds.Tests.Submission;

/// <summary>Whole arbitrage transactions of the bundled market, as the engine built them.</summary>
public sealed class ArbitrageExecutionTests(ITestOutputHelper output) : IDisposable
{
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
                Int128 expected = mint == ArbitrageWorld.StartMint(taken) ? taken.Decision.GrossProfitRaw : 0;
                Assert.Equal(expected, change);
                Assert.NotNull(world.Find(taken, world.WalletAccounts[mint]));
            }

            for (int i = 0; i < taken.Decision.LegCount; i++)
                Assert.NotNull(world.Find(taken, taken.Pools[i].Address));
        }
    }

    [ProgramsFact]
    public void Send_EveryDecision_GivesThePredictedOutputOfEachLeg()
    {
        ArbitrageWorld world = new(_signer.PublicKey);
        MarketDecisions market = MarketDecisions.Replay(_signer.PublicKey);
        using ArbitrageVm vm = new(world, _signer);
        SortedDictionary<string, int> executed = [];
        ComputeUnitTable learned = new();
        ulong fixedSum = 0, learnedSum = 0, consumedSum = 0;
        int swaps = 0, uncovered = 0;
        foreach (TakenDecision taken in market.Taken)
        {
            if (!Array.TrueForAll(taken.Pools, pool => HasProgram(taken, pool))) continue;
            vm.Execute(taken, market.ClockOf(taken));
            Count(executed, $"{(MessageVersion)taken.Decision.MessageVersion}");
            for (int i = 0; i < taken.Decision.LegCount; i++)
            {
                SwapWork work = taken.Works[i];
                Count(executed, $"{work.Venue}");
                consumedSum += vm.LegUnits[i];
                Assert.True(work.FixedUnits() >= vm.LegUnits[i], $"{work} consumed {vm.LegUnits[i]}");
                fixedSum += work.FixedUnits();
                uint estimate = learned.Estimate(work);
                learnedSum += estimate;
                swaps++;
                if (estimate + (estimate / 10) < vm.LegUnits[i]) uncovered++;
                learned.OnSwap(work, vm.LegUnits[i]);
            }
        }

        output.WriteLine($"{vm.Executed} of {market.Taken.Count} decisions executed: {string.Join(", ", executed)}");
        output.WriteLine($"units {consumedSum}, fixed estimate {fixedSum}, learned {learnedSum}; "
            + $"{uncovered} of {swaps} swaps above what was learned before them");
        Assert.True(uncovered * 100 <= swaps, $"{uncovered} of {swaps}");
        Assert.True(vm.Executed > 0, "no decision uses only the programs in the folder");
        if (!world.Programs.IsSubsetOf(ProgramFolder.Programs.Keys)) return;

        // All programs of the market are there: nothing may be left out.
        Assert.Equal(market.Taken.Count, vm.Executed);
        Assert.True(executed["V0"] > 100 && executed["Legacy"] > 10, string.Join(", ", executed));
        Assert.Equal(world.Programs.Count + 2, executed.Count);
        Assert.True(learnedSum < fixedSum && learnedSum > consumedSum, $"{consumedSum} {learnedSum} {fixedSum}");
    }

    private static bool HasProgram(TakenDecision taken, in PoolDescription pool) =>
        ProgramFolder.Programs.ContainsKey(taken.Accounts[pool.Address].Owner);

    private static void Count(SortedDictionary<string, int> counts, string name) =>
        counts[name] = counts.GetValueOrDefault(name) + 1;
}
