using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using Xunit;

namespace LowLatency.Engine.Tests.Sinks;

public sealed class RecentDecisionsTests
{
    [Fact]
    public void Head_IsTheRecordWithoutItsLastLegs()
    {
        Opportunity decision = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<Opportunity>(ref decision));
        ref byte last = ref Unsafe.As<Leg, byte>(ref decision.Legs[DecisionHead.LegCount]);
        int headBytes = (int)Unsafe.ByteOffset(ref bytes[0], ref last);
        Assert.Equal(headBytes, Unsafe.SizeOf<DecisionHead>());
        Assert.Equal(Unsafe.SizeOf<Opportunity>(), headBytes + Unsafe.SizeOf<LastLegs>());
    }

    [Fact]
    public void TryRead_AnyNumberOfLegs_GivesEveryByteBackUntilTheRingIsFull()
    {
        const int Seed = 71;
        const int Count = RecentDecisions.Capacity + 500;
        RecentDecisions recent = new();
        Random random = new(Seed);
        Opportunity[] written = new Opportunity[Count];
        for (int i = 0; i < Count; i++)
        {
            random.NextBytes(MemoryMarshal.AsBytes(written.AsSpan(i, 1)));
            written[i].LegCount = (byte)random.Next(Legs.MaxCount + 1);
            ((Span<Leg>)written[i].Legs)[written[i].LegCount..].Clear();
            recent.OnDecision(in written[i], []);
        }

        Assert.Equal(Count, recent.Count);
        Assert.False(recent.TryRead(Count, out _));
        for (int i = 0; i < Count; i++)
        {
            bool isThere = recent.TryRead(i, out NumberedDecision read);
            Assert.Equal(i >= Count - RecentDecisions.Capacity, isThere);
            if (!isThere) continue;
            Assert.Equal(i, read.Number);
            Assert.True(Bytes(ref read.Decision).SequenceEqual(Bytes(ref written[i])), $"decision {i}");
        }
    }

    /// <summary>A row that is overwritten meanwhile is gone; it never mixes two decisions' legs.</summary>
    [Fact]
    public void TryRead_WhileRowsAreOverwritten_IsWholeOrGone()
    {
        RecentDecisions recent = new();
        bool isOver = false;
        Thread writer = new(() =>
        {
            for (long number = 0; !Volatile.Read(ref isOver); number++)
            {
                Opportunity decision = new() { Sequence = number, LegCount = Legs.MaxCount };
                for (int leg = 0; leg < decision.LegCount; leg++) decision.Legs[leg].PoolId = (int)number;
                recent.OnDecision(in decision, []);
            }
        });
        writer.Start();
        int whole = 0;
        int gone = 0;
        long end = Environment.TickCount64 + 20_000;
        while ((whole < 50_000 || gone < 50_000) && Environment.TickCount64 < end)
        {
            long next = recent.Count - RecentDecisions.Capacity; // overwritten next
            if (next < 0) continue;
            if (!recent.TryRead(next + (whole & 3), out NumberedDecision read))
            {
                gone++;
                continue;
            }

            whole++;
            for (int leg = 0; leg < read.Decision.LegCount; leg++)
            {
                if (read.Decision.Legs[leg].PoolId == (int)read.Decision.Sequence) continue;
                Volatile.Write(ref isOver, true);
                Assert.Fail($"decision {read.Decision.Sequence} has leg {leg} of {read.Decision.Legs[leg].PoolId}");
            }
        }

        Volatile.Write(ref isOver, true);
        writer.Join();
        Assert.True(whole > 1_000 && gone > 1_000, $"{whole} whole, {gone} gone");
    }

    private static ReadOnlySpan<byte> Bytes(ref Opportunity decision) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<Opportunity>(ref decision));
}
