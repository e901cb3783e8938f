using System;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

public sealed class ScoringStageTests
{
    private static readonly Pubkey Sol = SearchSettings.WrappedSol;
    private static readonly Pubkey Usd = TestPool.Key(2, 1);
    private static readonly Pubkey Other = TestPool.Key(2, 2);

    [Fact]
    public void OnBatch_ProfitableUpdate_IsGoWithExactLegsAndCosts()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol] });
        rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
        rig.Add(Sol, Usd, 1_000_000_000_000, 153_000_000_000);
        MarketEvent one = rig.Update(0);
        Assert.Equal(1, one.OpportunityCount);
        ref Opportunity found = ref rig.Ring[one.OpportunityPosition];
        Assert.Equal(DecisionReason.Go, found.Reason);
        Assert.Equal(2, found.LegCount);
        Assert.Equal(found.AmountInRaw, found.Legs[0].AmountInRaw);
        Assert.Equal(found.Legs[0].AmountOutRaw, found.Legs[1].AmountInRaw);
        Assert.Equal(found.AmountOutRaw, found.Legs[1].AmountOutRaw);
        Assert.Equal((long)(found.AmountOutRaw - found.AmountInRaw), found.GrossProfitRaw);
        long costs = (long)(found.SignatureFeeLamports + found.PriorityFeeLamports + found.TipLamports);
        Assert.Equal(found.GrossProfitRaw - costs, found.NetProfitLamports);
        Assert.InRange(found.MinimumOutRaw, found.AmountInRaw + 1, found.AmountOutRaw);

        // The base mint is SOL: principal, costs and the required profit to the lamport, the tip among the costs.
        Assert.Equal(found.AmountInRaw + (ulong)costs + 1, found.MinimumOutRaw);
        Assert.Equal(5000UL, found.SignatureFeeLamports);
        Assert.True(found.TipLamports <= (ulong)found.GrossProfitRaw / 2);
    }

    [Fact]
    public void OnBatch_CycleThroughTwoBaseMints_IsListedOnceForEach()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol, Usd] });
        rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
        rig.Add(Usd, Other, 150_000_000_000, 500_000_000_000);
        rig.Add(Other, Sol, 500_000_000_000, 1_030_000_000_000);
        MarketEvent one = rig.Update(1);
        Assert.Equal(2, one.OpportunityCount);
        Opportunity first = rig.Ring[one.OpportunityPosition];
        Opportunity second = rig.Ring[one.OpportunityPosition + 1];
        Assert.Equal(rig.Graph.MintId(Sol), first.BaseMintId);
        Assert.Equal(rig.Graph.MintId(Usd), second.BaseMintId);
        Assert.NotEqual(first.RouteDigest, second.RouteDigest);
        Assert.Equal(0, first.Legs[0].PoolId);
        Assert.Equal(1, second.Legs[0].PoolId);

        // They use the same pools: one is taken, the other is dominated.
        Assert.Equal(1, rig.Scoring.CountOf(DecisionReason.Go));
        Assert.Equal(1, rig.Scoring.CountOf(DecisionReason.Dominated));
    }

    [Fact]
    public void OnBatch_ProfitBelowCosts_SaysSo()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol] });
        rig.Add(Sol, Usd, 10_000_000, 1_500_000);
        rig.Add(Sol, Usd, 10_000_000, 1_530_000);
        MarketEvent one = rig.Update(0);
        ref Opportunity found = ref rig.Ring[one.OpportunityPosition];
        Assert.Equal(DecisionReason.BelowMinimumProfit, found.Reason);
        Assert.True(found.GrossProfitRaw > 0);
        Assert.True(found.NetProfitLamports < 0);
    }

    [Fact]
    public void OnBatch_ExpectedValue_DecidesOnlyIfAMinimumIsSet()
    {
        foreach ((long? minimum, DecisionReason reason) in new (long?, DecisionReason)[]
        {
            (null, DecisionReason.Go), (1, DecisionReason.Go), (long.MaxValue, DecisionReason.BelowExpectedValue),
        })
        {
            Rig rig = new(new SearchSettings { BaseMints = [Sol], MinimumExpectedValueLamports = minimum });
            rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
            rig.Add(Sol, Usd, 1_000_000_000_000, 153_000_000_000);
            MarketEvent one = rig.Update(0);
            ref Opportunity found = ref rig.Ring[one.OpportunityPosition];
            Assert.Equal(reason, found.Reason);
            Assert.Equal(250_000U, found.LandingPpm); // no life was seen: even odds for both slots
            Assert.InRange(found.ExpectedValueLamports, 1, found.NetProfitLamports / 4);
        }
    }

    [Fact]
    public void OnBatch_WalletBelowTheSmallestInput_SaysSizeTooSmall()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol], WalletRaw = [150] });
        rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
        rig.Add(Sol, Usd, 1_000_000_000_000, 153_000_000_000);
        MarketEvent one = rig.Update(0);
        Assert.Equal(DecisionReason.SizeTooSmall, rig.Ring[one.OpportunityPosition].Reason);
    }

    [Fact]
    public void OnBatch_WalletOrNotionalBelowTheOptimum_SizesUpToIt()
    {
        ulong free = Decided(new SearchSettings { BaseMints = [Sol] }).AmountInRaw;
        ulong cap = free / 3;
        Opportunity byWallet = Decided(new SearchSettings { BaseMints = [Sol], WalletRaw = [cap] });
        Opportunity byNotional = Decided(new SearchSettings { BaseMints = [Sol], MaxNotionalLamports = cap });
        Opportunity byBoth = Decided(
            new SearchSettings { BaseMints = [Sol], WalletRaw = [cap], MaxNotionalLamports = cap / 2 });

        // Profit still rises there, so the best input is as near to the cap as rounding of the other mint allows.
        Assert.InRange(byWallet.AmountInRaw, cap - 20, cap);
        Assert.InRange(byNotional.AmountInRaw, cap - 20, cap);
        Assert.InRange(byBoth.AmountInRaw, (cap / 2) - 20, cap / 2);
        Assert.Equal(SizingProof.Local, byWallet.SizingProof);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(30)]
    public void OnBatch_DepthShare_NoLegTakesMoreOfItsPool(int bps)
    {
        Opportunity free = Decided(new SearchSettings { BaseMints = [Sol] });
        Opportunity one = Decided(new SearchSettings { BaseMints = [Sol], MaxDepthShareBps = bps });
        Assert.InRange(one.AmountInRaw, 1UL, free.AmountInRaw - 1);
        double[] depths = [1_000_000_000_000 / 0.997, 150_000_000_000 / 0.997];
        double tightest = 0;
        for (int leg = 0; leg < 2; leg++)
        {
            double share = one.Legs[leg].AmountInRaw / (depths[leg] * bps / 10_000);
            Assert.True(share <= 1 + 1e-9, $"leg {leg} takes {share} of its share");
            tightest = Math.Max(tightest, share);
        }

        Assert.InRange(tightest, 0.9999, 1 + 1e-9);
    }

    /// <summary>
    /// The older pool of the route may give less, by its expected move; what that costs is added to the least output.
    /// </summary>
    [Fact]
    public void OnBatch_PoolThatUsuallyMoves_LeavesItsLegAMarginThatTheLastLegCovers()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol], StalenessPenaltyBps = 0 });
        rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
        rig.Add(Sol, Usd, 1_000_000_000_000, 152_950_000_000);
        rig.Move(1, 10, 1_000_000_000_000, 152_990_000_000);
        rig.Move(1, 12, 1_000_000_000_000, 153_000_000_000);
        MarketEvent fresh = rig.Move(0, 12, 1_000_000_000_000, 150_000_000_000);
        Opportunity now = rig.Ring[fresh.OpportunityPosition];
        Assert.Equal(DecisionReason.Go, now.Reason);
        Assert.Equal(now.Legs[0].AmountOutRaw, now.Legs[0].MinimumOutRaw);
        Assert.Equal(now.MinimumOutRaw, now.Legs[1].MinimumOutRaw);

        MarketEvent later = rig.Move(0, 16, 1_000_000_000_000, 150_000_000_001);
        Opportunity one = rig.Ring[later.OpportunityPosition];
        Assert.Equal(DecisionReason.Go, one.Reason);
        Assert.Equal(1, one.Legs[0].PoolId);
        ulong shortfall = one.Legs[0].AmountOutRaw - one.Legs[0].MinimumOutRaw;
        Assert.InRange(shortfall / (double)one.Legs[0].AmountOutRaw, 1e-6, 1e-3);
        Assert.Equal(one.MinimumOutRaw, one.Legs[1].MinimumOutRaw);

        // Principal, costs and required profit are kept if leg 1 falls short and the wallet fills up leg 2's input.
        ulong needed = one.AmountInRaw + one.SignatureFeeLamports + one.PriorityFeeLamports + one.TipLamports + 1;
        ulong without = InputSizerTests.Chain(rig.Graph, [0 << 1 | 1], one.Legs[1].AmountInRaw - shortfall);
        ulong worth = one.AmountOutRaw - without;
        Assert.InRange(one.MinimumOutRaw - needed, worth - (worth / 1000), worth + 1);
        Assert.True(one.MinimumOutRaw <= one.AmountOutRaw);

        // So long after, everything may have moved: the margins share the slack and never more. Leg 1's is rounded down
        // to its base unit, worth 6.7 lamports.
        MarketEvent last = rig.Move(0, 100_000, 1_000_000_000_000, 150_000_000_000);
        Opportunity old = rig.Ring[last.OpportunityPosition];
        Assert.Equal(DecisionReason.Go, old.Reason);
        Assert.InRange(old.MinimumOutRaw, old.AmountOutRaw - 8, old.AmountOutRaw);
        Assert.True(old.Legs[0].MinimumOutRaw < old.Legs[0].AmountOutRaw);
    }

    [Theory]
    [InlineData(PoolState.Torn, DecisionReason.TornPool)]
    [InlineData(PoolState.Gapped, DecisionReason.GappedPool)]
    [InlineData(PoolState.Stale, DecisionReason.StalePool)]
    public void OnBatch_PoolLostItsStateAfterTheSearch_IsRefusedWithTheCause(PoolState state, DecisionReason reason)
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol] });
        rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
        rig.Add(Sol, Usd, 1_000_000_000_000, 153_000_000_000);
        MarketEvent one = new() { Kind = EventKind.Account, PoolId = 0 };
        Span<MarketEvent> batch = new(ref one);
        rig.Touch(0);
        rig.Cycles.OnBatch(batch, 1);
        rig.Graph.SetState(1, state, 5);
        rig.Scoring.OnBatch(batch, 1);
        Assert.Equal(reason, rig.Ring[one.OpportunityPosition].Reason);
    }

    [Fact]
    public void OnBatch_FullRing_CountsAndNeverOverwrites()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol], OpportunityCapacity = 2 });
        for (int i = 0; i < 5; i++) rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000 + ((ulong)i * 3_000_000_000));
        MarketEvent one = rig.Update(0);
        Assert.Equal(2, one.OpportunityCount);
        Assert.Equal(2, rig.Cycles.RingFullCount);
        MarketEvent two = rig.Update(0);
        Assert.Equal(0, two.OpportunityCount);
        rig.Ring.Release(2);
        Assert.Equal(2, rig.Update(0).OpportunityCount);
    }

    [Fact]
    public void OnBatch_DroppedOrForeignEvents_AreLeftAlone()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol] });
        rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
        rig.Add(Sol, Usd, 1_000_000_000_000, 153_000_000_000);
        MarketEvent[] batch =
        [
            new() { Kind = EventKind.Account, PoolId = 0, Drop = DropCause.Duplicate },
            new() { Kind = EventKind.Account, PoolId = -1 },
            new() { Kind = EventKind.Slot, PoolId = -1 },
        ];
        Assert.Equal(0, rig.Cycles.OnBatch(batch, 1));
        Assert.Equal(0, rig.Scoring.OnBatch(batch, 1));
        Assert.Equal(0, rig.Ring.Next);
    }

    [Fact]
    public void OnBatch_StepBound_IsCountedAndSearchedAgainAtTheNextSlot()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol], MaxStepsPerEvent = 1, DeferredWorkFactor = 1_000_000 });
        rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
        rig.Add(Usd, Other, 150_000_000_000, 500_000_000_000);
        rig.Add(Other, Sol, 500_000_000_000, 1_030_000_000_000);
        Assert.Equal(0, rig.Update(1).OpportunityCount);
        Assert.Equal(1, rig.Cycles.WorkBoundCount);
        Assert.Equal(1, rig.Cycles.DeferredCount);
        MarketEvent slot = new() { Kind = EventKind.Slot, PoolId = -1 };
        rig.Run(ref slot);
        Assert.Equal(1, slot.OpportunityCount);
        Assert.Equal(0, rig.Cycles.DeferredCount);
        Assert.Equal(DecisionReason.Go, rig.Ring[slot.OpportunityPosition].Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OnBatch_RouteThatFailedRepeatedly_IsQuarantinedAndReleasedLater(bool byLanding)
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol] });
        rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
        rig.Add(Sol, Usd, 1_000_000_000_000, 153_000_000_000);
        Opportunity taken = rig.Ring[rig.Update(0).OpportunityPosition];
        Assert.Equal(DecisionReason.Go, taken.Reason);
        RouteQuarantine quarantine = byLanding ? rig.Scoring.LandingQuarantine : rig.Scoring.LifeQuarantine;
        for (int i = 0; i < 3; i++) quarantine.ReportFailure(CycleKey.Of(taken), 1);
        Opportunity refused = rig.Ring[rig.Update(0).OpportunityPosition];
        Assert.Equal(DecisionReason.Quarantined, refused.Reason);
        Assert.Equal(0UL, refused.AmountInRaw); // not even sized
        rig.Graph.SetState(0, PoolState.Coherent, 1 + new QuarantineSettings().BaseSlots);
        rig.Graph.Refresh(0, BruteForce.Clock);
        Assert.Equal(DecisionReason.Go, rig.Ring[rig.Update(0).OpportunityPosition].Reason);
    }

    [Fact]
    public void ToLamports_OtherBaseMint_UsesTheDeepestPoolNotTheBestPrice()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol, Usd] });
        rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
        rig.Add(Sol, Usd, 1_000_000_000, 150);
        LamportRates rates = new(rig.Graph, new FirstPieces(rig.Graph), [Sol, Usd], Sol);
        Assert.Equal(6_646_666, rates.ToLamports(rig.Graph.MintId(Usd), 1_000_000));
        Assert.Equal(7, rates.ToLamports(rig.Graph.MintId(Sol), 7));
        Assert.Equal(0, rates.ToLamports(rig.Graph.AddMint(Other), 1_000_000));
    }

    [Fact]
    public void OnBatch_LearnedUnitsAndFees_ChangeTheCosts()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol] });
        rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
        rig.Add(Sol, Usd, 1_000_000_000_000, 153_000_000_000);
        Opportunity before = rig.Ring[rig.Update(0).OpportunityPosition];
        for (int i = 0; i < ComputeUnitTable.MinimumSamples; i++)
            rig.Scoring.Fees.Units.OnSwap(
                SwapWork.Of(rig.Graph.Pool(0), new Leg()), 10_000);
        for (ulong slot = 1; slot <= 30; slot++) rig.Scoring.Fees.PriorityFees.OnSlot(slot, 200_000);
        Opportunity after = rig.Ring[rig.Update(0).OpportunityPosition];
        uint expected = (20_000 + FeeModel.FixedComputeUnits) * 11 / 10;
        Assert.True(after.ComputeUnitLimit < before.ComputeUnitLimit);
        Assert.Equal(expected, after.ComputeUnitLimit);
        Assert.Equal(expected * 300_000UL / 1_000_000, after.PriorityFeeLamports);
        Assert.Equal(before.GrossProfitRaw, after.GrossProfitRaw);
    }

    private static Opportunity Decided(SearchSettings settings)
    {
        Rig rig = new(settings);
        rig.Add(Sol, Usd, 1_000_000_000_000, 150_000_000_000);
        rig.Add(Sol, Usd, 1_000_000_000_000, 153_000_000_000);
        Opportunity one = rig.Ring[rig.Update(0).OpportunityPosition];
        Assert.Equal(DecisionReason.Go, one.Reason);
        return one;
    }

    private sealed class Rig
    {
        private readonly TouchedPools _touched = new(16);

        internal Rig(SearchSettings settings)
        {
            Graph = new MarketGraph(16, 16, 4);
            Ring = new OpportunityRing(settings.OpportunityCapacity);
            Cycles = new CycleStage(Graph, _touched, Ring, settings);
            Scoring = new ScoringStage(Graph, Ring, settings);
            Refine = new RefineStage(Scoring, Ring);
        }

        internal MarketGraph Graph { get; }

        internal OpportunityRing Ring { get; }

        internal CycleStage Cycles { get; }

        internal ScoringStage Scoring { get; }

        internal RefineStage Refine { get; }

        internal void Add(in Pubkey a, in Pubkey b, ulong reserveA, ulong reserveB) => CycleFinderTests.AddCoherent(
            Graph, new TestPool(TestPool.Key(1, Graph.PoolCount), a, b, reserveA, reserveB, 3000));

        internal MarketEvent Update(int pool)
        {
            MarketEvent one = new() { Kind = EventKind.Account, PoolId = pool, Slot = 1 };
            Run(ref one);
            return one;
        }

        internal MarketEvent Move(int pool, ulong slot, ulong reserveA, ulong reserveB)
        {
            TestPool moved = (TestPool)Graph.Pool(pool);
            (moved.ReserveA, moved.ReserveB) = (reserveA, reserveB);
            Graph.SetState(pool, PoolState.Coherent, slot);
            Graph.Refresh(pool, default);
            MarketEvent one = new() { Kind = EventKind.Account, PoolId = pool, Slot = slot };
            Run(ref one);
            return one;
        }

        internal void Touch(int pool)
        {
            _touched.Clear();
            _touched.Add(pool);
        }

        internal void Run(ref MarketEvent one)
        {
            Span<MarketEvent> batch = new(ref one);
            if (one.Kind == EventKind.Account && one.PoolId >= 0) Touch(one.PoolId);
            else _touched.Clear();
            Cycles.OnBatch(batch, 1);
            Scoring.OnBatch(batch, 1);
            Refine.OnBatch(batch, 1);
        }
    }
}
