using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using LowLatency.ConsoleHost.Screens;
using LowLatency.Engine.Events;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Sinks;
using Xunit;

namespace LowLatency.Console.Tests.Screens;

/// <summary>A console that looks too rarely misses decisions, says so, and shows the others.</summary>
public sealed class DecisionStoreTests
{
    private const int Capacity = RecentDecisions.Capacity;

    [Theory]
    [InlineData(0, Capacity + 100)]
    [InlineData(10, Capacity + 10)]
    [InlineData(10, (3 * Capacity) + 7)]
    [InlineData(Capacity + 5, (2 * Capacity) + 9)]
    public void Refresh_AfterMoreThanItHolds_ShowsTheNewestAndCountsTheMissed(int before, int after)
    {
        RecentDecisions source = new();
        DecisionStore store = new();
        PoolNames names = new();
        Decide(source, 0, before);
        store.Refresh(source, names);
        Assert.Equal(before > Capacity ? Capacity : before, store.Held);
        Decide(source, before, after);
        store.Refresh(source, names);
        Assert.Equal((long)before + after, store.Published);
        Assert.Equal(Capacity, store.Held);
        Assert.Equal(Capacity, store.Count);
        long missedFirst = before > Capacity ? before - Capacity : 0;
        Assert.Equal(missedFirst + (after > Capacity ? after - Capacity : 0), store.Missed);
        for (int i = 0; i < Capacity; i++) Assert.Equal(before + after - 1 - i, store[i].Sequence);

        Decide(source, before + after, 3); // and goes on as always
        store.Refresh(source, names);
        Assert.Equal(before + after + 2, store[0].Sequence);
        Assert.True(store.TryFind(before + after, 0, out _));
        Assert.False(store.TryFind(before + after - Capacity, 0, out _));
    }

    [Fact]
    public void Order_NewestFirst_IsTheSortedOneWithOrdinalsUp()
    {
        RecentDecisions source = new();
        DecisionStore store = new();
        for (int i = 0; i < 1000; i++)
        {
            Opportunity decision = new() { Sequence = i / 3, Ordinal = i % 3, LegCount = 2 };
            source.OnDecision(in decision, []);
        }

        store.Refresh(source, new PoolNames());
        for (int i = 1; i < store.Count; i++)
        {
            (long Sequence, int Ordinal) above = (store[i - 1].Sequence, store[i - 1].Ordinal);
            (long Sequence, int Ordinal) row = (store[i].Sequence, store[i].Ordinal);
            Assert.True(above.Sequence > row.Sequence
                || (above.Sequence == row.Sequence && above.Ordinal < row.Ordinal), $"{above} above {row}");
        }
    }

    [Fact]
    public void Sort_ByEachColumn_PutsTheRowsInItsOrder()
    {
        RecentDecisions source = new();
        Prng random = new(7);
        for (int i = 0; i < 300; i++)
        {
            Opportunity decision = new()
            {
                Sequence = i,
                LegCount = 2,
                LandingPpm = (uint)random.NextUInt64(1_000_000),
                TipLamports = random.NextUInt64(1000),
                RouteDigest = random.NextUInt64(20),
            };
            decision.Legs[0].PoolId = i;
            source.OnDecision(in decision, []);
            if (i % 3 == 0) continue;
            LifeRecord life = new()
            {
                CycleKey = CycleKey.Of(in decision),
                Sequence = i,
                EndSequence = i,
                Label = LifeLabel.Captured,
                BirthSlot = 100,
                EndSlot = 100 + random.NextUInt64(9),
            };
            source.OnLife(in life);
        }

        DecisionStore store = new();
        store.Refresh(source, new PoolNames());
        AssertOrder(store, DecisionSort.Odds, i => -(long)store[i].LandingPpm);
        AssertOrder(store, DecisionSort.Costs, i => -DecisionStore.CostsOf(in store[i]));
        AssertOrder(store, DecisionSort.Route, i => (long)store[i].RouteDigest);
        AssertOrder(
            store, DecisionSort.Life,
            i => store.LifeAt(i).Label == LifeLabel.None ? long.MaxValue : -(long)store.LifeAt(i).SpanSlots);
    }

    [Fact]
    public void Freeze_KeepsTheRowsWhileTheRingGoesOn()
    {
        RecentDecisions source = new();
        DecisionStore store = new();
        PoolNames names = new();
        Decide(source, 0, Capacity);
        store.Refresh(source, names);
        store.Settings.IsFrozen = true;
        store.Refresh(source, names);
        Decide(source, Capacity, Capacity);
        store.Refresh(source, names);
        Assert.Equal(2 * Capacity, store.Published);
        for (int i = 0; i < Capacity; i++)
        {
            Assert.Equal(Capacity - 1 - i, store[i].Sequence);
            Assert.Equal(2, store[i].LegCount);
        }

        store.Settings.IsFrozen = false;
        store.Refresh(source, names);
        for (int i = 0; i < Capacity; i++) Assert.Equal((2 * Capacity) - 1 - i, store[i].Sequence);
    }

    [Fact]
    public void Life_IsWholeWhileTheRingHoldsIt_KeepsItsMarkAfter_AndStaysWholeInAFrozenRow()
    {
        RecentDecisions source = new();
        DecisionStore store = new();
        PoolNames names = new();
        Decide(source, 0, 3);
        Assert.True(source.TryRead(1, out NumberedDecision decided));
        LifeRecord life = new()
        {
            CycleKey = CycleKey.Of(in decided.Decision),
            Sequence = 1,
            EndSequence = 1,
            Label = LifeLabel.Evaporated,
            BirthSlot = 100,
            EndSlot = 107,
            NetProfitLamports = 99,
        };
        source.OnLife(in life);
        store.Refresh(source, names);
        AssertSame(in life, store.LifeOf(1, 0));
        Assert.Null(store.LifeOf(0, 0));

        store.Settings.IsFrozen = true;
        store.Refresh(source, names);
        LifeRecord other = new() { CycleKey = 5, Label = LifeLabel.Stale };
        for (int i = 0; i < Capacity; i++) source.OnLife(in other);
        store.Refresh(source, names);
        AssertSame(in life, store.LifeOf(1, 0));

        store.Settings.IsFrozen = false;
        store.Refresh(source, names);
        Assert.Null(store.LifeOf(1, 0));
        LifeMark mark = store.LifeAt(store.PlaceOf(1, 0));
        Assert.Equal((LifeLabel.Evaporated, 7UL), (mark.Label, mark.SpanSlots));
    }

    [Fact]
    public void Row_ThatWentByAfterTheLook_HasItsIdAndNothingElse()
    {
        RecentDecisions source = new();
        DecisionStore store = new();
        Decide(source, 0, 10);
        store.Refresh(source, new PoolNames());
        Decide(source, 10, Capacity - 5);
        Assert.Equal(2, store[4].LegCount);
        Assert.Equal(5, store[4].Sequence);
        Assert.Equal(0, store[5].LegCount);
        Assert.Equal(4, store[5].Sequence);
        Assert.True(store.TryFind(5, 0, out _));
        Assert.False(store.TryFind(4, 0, out _));
        Assert.Equal(9, store.PlaceOf(0, 0));
    }

    private static void AssertSame(in LifeRecord expected, LifeRecord? life)
    {
        LifeRecord actual = Assert.NotNull(life);
        Assert.Equal(
            MemoryMarshal.AsBytes(new ReadOnlySpan<LifeRecord>(in expected)),
            MemoryMarshal.AsBytes(new ReadOnlySpan<LifeRecord>(in actual)));
    }

    private static void AssertOrder(DecisionStore store, DecisionSort by, Func<int, long> key)
    {
        store.Settings.Sort = by;
        store.Invalidate();
        Assert.Equal(300, store.Count);
        HashSet<long> keys = [];
        for (int i = 1; i < store.Count; i++)
        {
            Assert.True(key(i - 1) <= key(i), $"{by}: row {i}");
            keys.Add(key(i));
        }

        Assert.True(keys.Count > 5, $"{by}: only {keys.Count} values"); // a sort of equals would prove nothing
    }

    private static void Decide(RecentDecisions source, long from, int count)
    {
        for (long sequence = from; sequence < from + count; sequence++)
        {
            Opportunity decision = new() { Sequence = sequence, LegCount = 2 };
            decision.Legs[0].PoolId = (int)(sequence % 7);
            decision.Legs[1].PoolId = 8;
            source.OnDecision(in decision, []);
        }
    }
}
