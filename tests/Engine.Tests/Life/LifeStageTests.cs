using System;
using System.Collections.Generic;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Life;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Life;

/// <summary>Scripted events over two pools that disagree by 2 %; followed for 4 slots.</summary>
public sealed class LifeStageTests
{
    private const ulong Deep = 1_000_000_000_000;
    private static readonly Pubkey Sol = SearchSettings.WrappedSol;
    private static readonly Pubkey Usd = TestPool.Key(2, 1);

    [Fact]
    public void Label_NothingHappens_IsAliveAfterTheFollowedSlots()
    {
        Rig rig = new();
        rig.Update(0, 10);
        Assert.Equal(1, rig.Life.FollowedCount);
        rig.Slot(13);
        Assert.Empty(rig.Ended);
        rig.Slot(14);
        LifeRecord life = Assert.Single(rig.Ended);
        Assert.Equal(LifeLabel.Alive, life.Label);
        Assert.Equal(4UL, life.SpanSlots);
        Assert.Equal(-1, life.EndPoolId);
        Assert.Equal(1, life.WasTaken);
        Assert.Equal(1, life.Sequence);
        Assert.Equal(3, life.EndSequence);
    }

    [Fact]
    public void Label_SwapMovesAPoolBelowBreakEven_IsCapturedByThatPool()
    {
        Rig rig = new();
        rig.Update(0, 10);
        rig.Reserves(1, Deep, 150_000_000_000);
        rig.Update(1, 12);
        LifeRecord life = Assert.Single(rig.Ended);
        Assert.Equal(LifeLabel.Captured, life.Label);
        Assert.Equal(1, life.EndPoolId);
        Assert.Equal(2UL, life.SpanSlots);
        Assert.Equal(0, rig.Life.FollowedCount);
    }

    [Fact]
    public void Label_SwapThatLeavesAProfit_GoesOn()
    {
        Rig rig = new();
        rig.Update(0, 10);
        rig.Reserves(1, Deep, 152_500_000_000);
        rig.Update(1, 11);
        Assert.Empty(rig.Ended);
        rig.Slot(14);
        Assert.Equal(LifeLabel.Alive, Assert.Single(rig.Ended).Label);
        Assert.Equal(2, rig.Ended[0].DecisionCount);
    }

    [Fact]
    public void Label_FeeRises_IsEvaporated()
    {
        Rig rig = new();
        rig.Update(0, 10);
        rig.Pool(1).FeePpm = 30_000;
        rig.Update(1, 11);
        LifeRecord life = Assert.Single(rig.Ended);
        Assert.Equal(LifeLabel.Evaporated, life.Label);
        Assert.Equal(1, life.EndPoolId);
    }

    [Fact]
    public void Label_PoolCannotQuoteUntilTheEnd_IsEvaporated()
    {
        Rig rig = new();
        rig.Update(0, 10);
        rig.State(1, PoolState.Torn, 11);
        Assert.Empty(rig.Ended);
        rig.Slot(14);
        Assert.Equal(LifeLabel.Evaporated, Assert.Single(rig.Ended).Label);
    }

    [Fact]
    public void Label_TornForAWhileAndWholeAgain_IsAlive()
    {
        Rig rig = new();
        rig.Update(0, 10);
        rig.State(1, PoolState.Torn, 11);
        rig.State(1, PoolState.Coherent, 11);
        rig.Slot(14);
        Assert.Equal(LifeLabel.Alive, Assert.Single(rig.Ended).Label);
    }

    [Fact]
    public void Label_UpdateOfAnEarlierSlotEndsIt_WasStale()
    {
        Rig rig = new();
        rig.Update(0, 10);
        rig.Reserves(1, Deep, 150_000_000_000);
        rig.Update(1, 9); // a swap of slot 9 that had not arrived when the cycle was decided in slot 10
        Assert.Equal(LifeLabel.Stale, Assert.Single(rig.Ended).Label);
        Assert.Equal(1, rig.Quarantine.FailureCount);
    }

    [Fact]
    public void Label_StateOfAnAbandonedFork_WasStale()
    {
        Rig rig = new();
        rig.Update(0, 10);
        rig.Slots.Add(10, 9);
        rig.Slots.MarkDead(10);
        rig.State(0, PoolState.Torn, 10);
        Assert.Equal(LifeLabel.Stale, Assert.Single(rig.Ended).Label);
    }

    [Theory]
    [InlineData(PoolState.Torn)]
    [InlineData(PoolState.Gapped)]
    [InlineData(PoolState.Stale)]
    public void Label_PoolNotCoherentWhenDecided_IsStaleButNoFailure(PoolState state)
    {
        Rig rig = new();
        rig.UpdateAndLose(0, 10, state);
        rig.Slot(14);
        Assert.Equal(LifeLabel.Stale, Assert.Single(rig.Ended).Label);
        Assert.Equal(0, rig.Quarantine.FailureCount); // it was refused, so nothing failed
    }

    [Fact]
    public void Label_DecisionSaysOtherAmountsThanTheState_IsOurError()
    {
        Rig rig = new() { Tamper = static (ref Opportunity one) => one.Legs[1].AmountOutRaw++ };
        rig.Update(0, 10);
        LifeRecord life = Assert.Single(rig.Ended);
        Assert.Equal(LifeLabel.OurError, life.Label);
        Assert.Equal(0UL, life.SpanSlots);
        Assert.Equal(1, rig.Quarantine.FailureCount);
    }

    [Fact]
    public void Follow_SameCycleAgain_IsOneLifeWithSeveralDecisions()
    {
        Rig rig = new();
        rig.Update(0, 10);
        rig.Update(0, 11);
        rig.Update(1, 12);
        Assert.Equal(1, rig.Life.BirthCount);
        rig.EndOfFeed();
        LifeRecord life = Assert.Single(rig.Ended);
        Assert.Equal(3, life.DecisionCount);
        Assert.Equal(2UL, life.SpanSlots); // cut off by the end
        Assert.Equal(LifeLabel.Alive, life.Label);
    }

    [Fact]
    public void Follow_FullTable_CountsWhatIsNotFollowed()
    {
        Rig rig = new(maxFollowed: 1);
        rig.Add(Deep, 156_000_000_000);
        rig.Update(0, 10);
        Assert.Equal(1, rig.Life.FollowedCount);
        Assert.Equal(1, rig.Life.NotFollowedCount);
        rig.Slot(14);
        rig.Update(0, 15);
        Assert.Equal(2, rig.Life.BirthCount);
    }

    [Fact]
    public void CycleKey_AnyStart_IsTheSameAndDirectionMatters()
    {
        Opportunity one = new() { LegCount = 3 };
        Opportunity turned = one;
        Opportunity reversed = one;
        for (int i = 0; i < 3; i++)
        {
            one.Legs[i].PoolId = 7 + i;
            turned.Legs[i].PoolId = 7 + ((i + 2) % 3);
            reversed.Legs[i].PoolId = 9 - i;
            reversed.Legs[i].Direction = 1;
        }

        Assert.Equal(CycleKey.Of(one), CycleKey.Of(turned));
        Assert.NotEqual(CycleKey.Of(one), CycleKey.Of(reversed));
    }

    [Fact]
    public void ManyLives_RandomOrder_EveryBirthEndsOnce()
    {
        Random random = new(3);
        Rig rig = new(maxFollowed: 5);
        for (int i = 0; i < 4; i++) rig.Add(Deep, 150_000_000_000);
        ulong slot = 1;
        for (int i = 0; i < 3000; i++)
        {
            slot += (ulong)random.Next(2);
            int pool = random.Next(6);
            rig.Reserves(pool, Deep, 150_000_000_000 + (ulong)random.NextInt64(6_000_000_000));
            rig.Update(pool, slot);
        }

        rig.EndOfFeed();
        Assert.Equal(0, rig.Life.FollowedCount);
        Assert.Equal(rig.Life.BirthCount, rig.Ended.Count);
        Assert.True(rig.Life.BirthCount > 200, $"{rig.Life.BirthCount}");
        Assert.Equal(rig.Life.BirthCount, rig.Landing.LifeCount);
        Assert.True(rig.Life.NotFollowedCount > 0);
        Assert.Equal(0, rig.Life.CountOf(LifeLabel.OurError) + rig.Life.CountOf(LifeLabel.Stale));
        Assert.True(rig.Life.CountOf(LifeLabel.Captured) > 100);
    }

    private delegate void Change(ref Opportunity one);

    private sealed class Rig
    {
        private readonly TouchedPools _touched = new(16);
        private readonly OpportunityRing _ring = new(1024);
        private readonly CycleStage _cycles;
        private readonly ScoringStage _scoring;
        private long _sequence;

        internal LandingModel Landing { get; }

        internal Rig(int maxFollowed = 64)
        {
            SearchSettings search = new() { BaseMints = [Sol], MinimumProfitLamports = 1 };
            Graph = new MarketGraph(16, 16, 4);
            _cycles = new CycleStage(Graph, _touched, _ring, search);
            _scoring = new ScoringStage(Graph, _ring, search);
            LifeSettings settings = new() { FollowSlots = 4, MaxFollowed = maxFollowed };
            Landing = _scoring.Landing;
            Life = new LifeStage(settings, Graph, _touched, Slots, _ring, Quarantine, Landing);
            Add(Deep, 150_000_000_000);
            Add(Deep, 153_000_000_000);
            Touch(0);
            _touched.Add(1);
            MarketEvent known = new() { Kind = EventKind.Slot, Slot = 1 };
            Life.OnBatch(new Span<MarketEvent>(ref known), _sequence++);
        }

        internal Change? Tamper { get; init; }

        internal MarketGraph Graph { get; }

        internal SlotTree Slots { get; } = new();

        internal RouteQuarantine Quarantine { get; } = new(new QuarantineSettings());

        internal LifeStage Life { get; }

        internal List<LifeRecord> Ended { get; } = [];

        internal void Add(ulong a, ulong b) => CycleFinderTests.AddCoherent(
            Graph, new TestPool(TestPool.Key(1, Graph.PoolCount), Sol, Usd, a, b, 3000));

        internal TestPool Pool(int pool) => (TestPool)Graph.Pool(pool);

        internal void Reserves(int pool, ulong a, ulong b) => (Pool(pool).ReserveA, Pool(pool).ReserveB) = (a, b);

        internal void Update(int pool, ulong slot)
        {
            Graph.SetState(pool, PoolState.Coherent, slot);
            Graph.Refresh(pool, BruteForce.Clock);
            Run(pool, slot, null);
        }

        internal void UpdateAndLose(int pool, ulong slot, PoolState state)
        {
            Graph.SetState(pool, PoolState.Coherent, slot);
            Graph.Refresh(pool, BruteForce.Clock);
            Run(pool, slot, state);
        }

        internal void State(int pool, PoolState state, ulong slot)
        {
            Graph.SetState(pool, state, slot);
            Graph.Refresh(pool, BruteForce.Clock);
            Run(pool, slot, null);
        }

        internal void Slot(ulong slot)
        {
            _touched.Clear();
            Finish(new MarketEvent { Kind = EventKind.Slot, Slot = slot, PoolId = -1 });
        }

        internal void EndOfFeed()
        {
            _touched.Clear();
            Finish(new MarketEvent { Kind = EventKind.EndOfFeed, PoolId = -1 });
        }

        private void Run(int pool, ulong slot, PoolState? lost)
        {
            Touch(pool);
            MarketEvent one = new() { Kind = EventKind.Account, PoolId = pool, Slot = slot };
            Span<MarketEvent> batch = new(ref one);
            _cycles.OnBatch(batch, _sequence);
            if (lost is { } state) Graph.SetState(pool, state, slot);
            _scoring.OnBatch(batch, _sequence);
            for (int i = 0; i < one.OpportunityCount; i++) Tamper?.Invoke(ref _ring[one.OpportunityPosition + i]);
            Finish(one);
        }

        private void Finish(MarketEvent one)
        {
            Life.OnBatch(new Span<MarketEvent>(ref one), _sequence++);
            for (int i = 0; i < one.LifeCount; i++) Ended.Add(Life.Ring[one.LifePosition + i]);
            Life.Ring.Release(one.LifePosition + one.LifeCount);
            _ring.Release(_ring.Next);
        }

        private void Touch(int pool)
        {
            _touched.Clear();
            _touched.Add(pool);
        }
    }
}
