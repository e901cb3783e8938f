using System;
using System.Collections.Generic;
using System.Linq;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

/// <summary>The order of a decision's work: bounds, the best exact size, its message, the others.</summary>
public sealed class DecideFirstTests
{
    private static readonly Pubkey Sol = SearchSettings.WrappedSol;
    private static readonly Pubkey Usd = TestPool.Key(2, 1);

    [Fact]
    public void BestFirst_RandomKeys_ComesOutSortedWithTheLowerNumberFirst()
    {
        Random random = new(7);
        BestFirst heap = new(64);
        for (int round = 0; round < 200; round++)
        {
            heap.Clear();
            List<(long Key, int Item)> added = [];
            for (int i = 0; i < 1 + random.Next(64); i++)
            {
                added.Add((random.Next(-5, 6), i));
                heap.Add(added[i].Key, i);
            }

            foreach ((long key, int item) in added.OrderByDescending(one => one.Key).ThenBy(one => one.Item))
            {
                Assert.Equal(key, heap.TopKey);
                Assert.Equal(item, heap.Pop());
            }

            Assert.Equal(0, heap.Count);
        }
    }

    [Fact]
    public void Decide_OverlappingRoutes_QuotesTheBestBoundOnlyAndRefusesTheOthersOnTheirs()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol], SplitQuotesMax = 0 }, new Messages());
        MarketEvent one = rig.SixPools();
        Assert.Equal(5, one.OpportunityCount);
        Opportunity best = rig.Of(one).Single(o => o.Reason == DecisionReason.Go);
        Assert.Equal(2, rig.Scoring.QuoteCount); // two legs, once
        foreach (Opportunity other in rig.Of(one).Where(o => o.Reason != DecisionReason.Go))
        {
            Assert.Equal(DecisionReason.Dominated, other.Reason);
            Assert.Equal(SizingMethod.Bound, other.SizingMethod);
            Assert.True(other.NetProfitLamports <= best.NetProfitLamports);
            Assert.Equal(0UL, other.Legs[0].AmountInRaw); // never quoted
        }
    }

    [Fact]
    public void Decide_Bounds_AreNeverBelowWhatTheAuditFindsExactly()
    {
        Rig quick = new(new SearchSettings { BaseMints = [Sol], SplitQuotesMax = 0 }, new Messages());
        Rig audit = new(new SearchSettings { BaseMints = [Sol], SplitQuotesMax = 0, PolishAll = true }, new Messages());
        Opportunity[] bounds = quick.Of(quick.SixPools());
        Opportunity[] exact = audit.Of(audit.SixPools());
        Assert.Equal(bounds.Length, exact.Length);
        Assert.Contains(bounds, o => o.SizingMethod == SizingMethod.Bound);
        for (int i = 0; i < bounds.Length; i++)
        {
            Assert.Equal(bounds[i].RouteDigest, exact[i].RouteDigest);
            Assert.Equal(bounds[i].Reason, exact[i].Reason);
            if (bounds[i].SizingMethod != SizingMethod.Bound) continue;
            Assert.InRange(exact[i].GrossProfitRaw, 1, bounds[i].GrossProfitRaw);
            Assert.InRange(exact[i].NetProfitLamports, 1, bounds[i].NetProfitLamports);
            Assert.InRange(bounds[i].GrossProfitRaw - exact[i].GrossProfitRaw, 0, 40); // roundings of six lamports
        }
    }

    /// <summary>
    /// A penalty puts the best exact result below the next bound; that route has as large a penalty, which is seen
    /// without quoting it, also where moves put the profit at risk as a whole.
    /// </summary>
    [Theory]
    [InlineData(10_000, 6, false)]
    [InlineData(5_000, 60, true)]
    public void Decide_PenaltyOfTheBestRoute_DoesNotHaveTheNextOneQuoted(int penaltyBps, ulong slot, bool isWhole)
    {
        SearchSettings settings = new() { BaseMints = [Sol], SplitQuotesMax = 0, StalenessPenaltyBps = penaltyBps };
        Rig rig = new(settings, new Messages());
        rig.SixPools();
        rig.MoveDearPool(slot: 2);
        long quotes = rig.Scoring.QuoteCount;
        Opportunity[] all = rig.Of(rig.Decide(slot));
        Opportunity best = all.Single(o => o.Reason == DecisionReason.Go);
        Assert.Equal(isWhole, best.ProfitAtRiskRaw == (ulong)best.GrossProfitRaw);
        long next = all.Where(o => o.Reason != DecisionReason.Go).Max(o => o.NetProfitLamports);
        Assert.True(next > best.NetProfitLamports - best.StalenessPenaltyLamports, "the penalty decides nothing here");
        Assert.True(next < best.NetProfitLamports);
        Assert.Equal(quotes + 2, rig.Scoring.QuoteCount);
        Assert.Equal(4, all.Count(o => o.SizingMethod == SizingMethod.Bound));
    }

    [Fact]
    public void Decide_BoundBelowTheRequiredProfit_IsRefusedWithoutAQuote()
    {
        Rig rig = new(
            new SearchSettings { BaseMints = [Sol], MinimumProfitLamports = long.MaxValue / 2 }, new Messages());
        MarketEvent one = rig.SixPools();
        Assert.All(rig.Of(one), o => Assert.Equal(DecisionReason.BelowMinimumProfit, o.Reason));
        Assert.Equal(0, rig.Scoring.QuoteCount);
    }

    [Fact]
    public void Decide_MessageThatCannotBeBuilt_BlocksNoOtherRoute()
    {
        Messages messages = new() { Refuses = 2 };
        Rig rig = new(new SearchSettings { BaseMints = [Sol], SplitQuotesMax = 0 }, messages);
        Opportunity[] all = rig.Of(rig.SixPools());
        Assert.Equal(2, all.Count(o => o.Reason == DecisionReason.TransactionTooLarge));
        Opportunity taken = all.Single(o => o.Reason == DecisionReason.Go);
        Assert.Equal(2, all.Count(o => o.Reason == DecisionReason.Dominated));
        Assert.True(all.Where(o => o.Reason == DecisionReason.TransactionTooLarge)
            .All(o => o.NetProfitLamports >= taken.NetProfitLamports));
        Assert.Equal(3, messages.Built.Count);
        Assert.True(messages.Built[0] > messages.Built[1] && messages.Built[1] > messages.Built[2]);
    }

    [Fact]
    public void Refine_RenewalThatFails_LeavesTheDecisionAsItsMessageHasIt()
    {
        foreach (bool renews in new[] { true, false })
        {
            Messages messages = new() { Renews = renews };
            Rig rig = new(new SearchSettings { BaseMints = [Sol], SplitQuotesMax = 0 }, messages);
            MarketEvent one = rig.SixPools();
            Opportunity decided = rig.Of(one).Single(o => o.Reason == DecisionReason.Go);
            rig.Refine(ref one);
            Opportunity refined = rig.Of(one).Single(o => o.Reason == DecisionReason.Go);
            Assert.True(refined.GrossProfitRaw >= decided.GrossProfitRaw);
            if (renews) Assert.NotEqual(SizingProof.None, refined.SizingProof);
            else Assert.Equal((decided.AmountInRaw, SizingProof.None), (refined.AmountInRaw, refined.SizingProof));
            Assert.True(messages.Asked, "the size of the closed form was the proven one: the case shows nothing");
        }
    }

    [Fact]
    public void Refine_AgainOnTheSameCurves_QuotesTheRouteOnceAndFindsTheSame()
    {
        Rig rig = new(new SearchSettings { BaseMints = [Sol] }, new Messages());
        MarketEvent one = rig.SixPools();
        Opportunity first = RefinedGo(rig, ref one, out long quotesFirst);
        Assert.True(quotesFirst > 40, $"{quotesFirst} quotes");
        Assert.NotEqual(0, first.Split.Count);
        MarketEvent again = rig.Decide(2);
        Opportunity second = RefinedGo(rig, ref again, out long quotesAgain);
        Assert.Equal(2, quotesAgain); // one a leg
        AssertSameFind(in first, in second);
    }

    [Fact]
    public void Refine_AfterAPoolOfTheRouteOrOfTheSplitMoved_FindsWhatAFreshStageFinds()
    {
        foreach (int moved in new[] { 0, 3, 4, 5 })
        {
            Rig rig = new(new SearchSettings { BaseMints = [Sol] }, new Messages());
            Rig fresh = new(new SearchSettings { BaseMints = [Sol] }, new Messages());
            MarketEvent one = rig.SixPools();
            Opportunity before = RefinedGo(rig, ref one, out _);
            fresh.SixPools();
            rig.Move(moved);
            fresh.Move(moved);
            (MarketEvent known, MarketEvent anew) = (rig.Decide(2), fresh.Decide(2));
            Opportunity after = RefinedGo(rig, ref known, out _);
            Opportunity expected = RefinedGo(fresh, ref anew, out _);
            AssertSameFind(in expected, in after);
            bool isSame = before.AmountInRaw == after.AmountInRaw && before.Split.GainRaw == after.Split.GainRaw;
            Assert.False(isSame, $"the move of pool {moved} shows nothing");
        }
    }

    private static Opportunity RefinedGo(Rig rig, ref MarketEvent one, out long quotes)
    {
        long before = rig.Scoring.QuoteCount;
        rig.Refine(ref one);
        quotes = rig.Scoring.QuoteCount - before;
        return rig.Of(one).Single(o => o.Reason == DecisionReason.Go);
    }

    private static void AssertSameFind(in Opportunity expected, in Opportunity found)
    {
        Assert.Equal(expected.RouteDigest, found.RouteDigest);
        Assert.Equal(expected.AmountInRaw, found.AmountInRaw);
        Assert.Equal(expected.GrossProfitRaw, found.GrossProfitRaw);
        Assert.Equal(expected.SizingGapRaw, found.SizingGapRaw);
        Assert.Equal(expected.SizingProof, found.SizingProof);
        Assert.Equal(expected.SizingMethod, found.SizingMethod);
        for (int leg = 0; leg < expected.LegCount; leg++)
        {
            Assert.Equal(expected.Legs[leg].AmountOutRaw, found.Legs[leg].AmountOutRaw);
            Assert.Equal(expected.Legs[leg].MinimumOutRaw, found.Legs[leg].MinimumOutRaw);
        }

        Assert.Equal(expected.Split.Count, found.Split.Count);
        Assert.Equal(expected.Split.GainRaw, found.Split.GainRaw);
        Assert.Equal(expected.Split.AmountInRaw, found.Split.AmountInRaw);
        for (int i = 0; i < expected.Split.Count; i++)
        {
            Assert.Equal(expected.Split.Parts[i].PoolId, found.Split.Parts[i].PoolId);
            Assert.Equal(expected.Split.Parts[i].AmountInRaw, found.Split.Parts[i].AmountInRaw);
        }
    }

    /// <summary>Writes nothing, and refuses as many as it is told.</summary>
    private sealed class Messages : IRouteMessages
    {
        internal int Refuses { get; set; }

        internal bool Renews { get; init; } = true;

        internal bool Asked { get; private set; }

        internal List<long> Built { get; } = [];

        public void Build(ref Opportunity taken)
        {
            Built.Add(taken.NetProfitLamports);
            if (Refuses-- > 0) taken.Reason = DecisionReason.TransactionTooLarge;
            else taken.MessageLengthBytes = 1;
        }

        public bool TryRenew(ref Opportunity taken)
        {
            Asked = true;
            return Renews;
        }
    }

    private sealed class Rig
    {
        private readonly TouchedPools _touched = new(16);
        private readonly MarketGraph _graph = new(16, 16, 4);
        private readonly OpportunityRing _ring;
        private readonly CycleStage _cycles;

        internal Rig(SearchSettings settings, Messages messages)
        {
            _ring = new OpportunityRing(settings.OpportunityCapacity);
            _cycles = new CycleStage(_graph, _touched, _ring, settings);
            Scoring = new ScoringStage(_graph, _ring, settings, messages: messages);
        }

        internal ScoringStage Scoring { get; }

        /// <summary>A dear pool and five cheaper ones: five routes, all through the first.</summary>
        internal MarketEvent SixPools()
        {
            for (int i = 0; i < 6; i++)
            {
                ulong reserve = 150_000_000_000 + ((ulong)i * 3_000_000_007);
                TestPool pool = new(
                    TestPool.Key(1, i), Sol, Usd, 1_000_000_000_000, i == 0 ? reserve / 2 : reserve, 3000);
                CycleFinderTests.AddCoherent(_graph, pool);
            }

            return Decide(1);
        }

        /// <summary>A pool's price moves a little.</summary>
        internal void Move(int pool)
        {
            ((TestPool)_graph.Pool(pool)).ReserveB += 100_000_003;
            _graph.Refresh(pool, default);
        }

        /// <summary>The dear pool's price falls, so that it is known to move.</summary>
        internal void MoveDearPool(ulong slot)
        {
            ((TestPool)_graph.Pool(0)).ReserveB += 10_000_000_000;
            _graph.SetState(0, PoolState.Coherent, slot);
            _graph.Refresh(0, default);
            Decide(slot);
        }

        internal MarketEvent Decide(ulong slot)
        {
            MarketEvent one = new() { Kind = EventKind.Account, PoolId = 0, Slot = slot };
            _touched.Add(0);
            _cycles.OnBatch(new Span<MarketEvent>(ref one), 1);
            Scoring.OnBatch(new Span<MarketEvent>(ref one), 1);
            return one;
        }

        internal void Refine(ref MarketEvent one) =>
            new RefineStage(Scoring, _ring).OnBatch(new Span<MarketEvent>(ref one), 1);

        internal Opportunity[] Of(MarketEvent one)
        {
            Opportunity[] all = new Opportunity[one.OpportunityCount];
            for (int i = 0; i < all.Length; i++) all[i] = _ring[one.OpportunityPosition + i];
            return all;
        }
    }
}
