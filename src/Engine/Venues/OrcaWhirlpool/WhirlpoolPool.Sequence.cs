using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.OrcaWhirlpool;

/// <summary>Where a swap starts and which arrays it may walk; found once a state and direction.</summary>
public sealed partial class WhirlpoolPool
{
    // Next tick the price walks to: initialized, or the far end of the last array.
    private int NextTick(int entry, bool aToB, in Sequence sequence, out bool isInitialized)
    {
        int[] ticks = Ticks.Tick;
        isInitialized = aToB
            ? entry >= 0 && ticks[entry] >= sequence.Last
            : entry < Ticks.Count && ticks[entry] < sequence.Last + Span;
        return isInitialized ? ticks[entry] : sequence.EndTick;
    }

    // The arrays the program would use of those the instruction names; kept until the state changes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Sequence SequenceOf(bool aToB)
    {
        ref Sequence sequence = ref aToB ? ref _sequenceDown : ref _sequenceUp;
        if ((KnownStarts & (aToB ? 1 : 2)) == 0) FindStart(aToB);
        return ref sequence;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private protected override void FindStart(bool aToB)
    {
        ref Sequence sequence = ref aToB ? ref _sequenceDown : ref _sequenceUp;
        int side = aToB ? 1 : 2;
        int first = FirstArray(aToB);
        if ((KnownArrays & side) == 0 || sequence.First != first) FindArrays(aToB, first, ref sequence);
        int above = aToB ? 0 : 1;
        sequence.FirstEntry = Ticks.FindAtOrBelow(CurrentTick, sequence.FirstEntry - above) + above;
        _ = NextTick(sequence.FirstEntry, aToB, sequence, out bool isInitialized);
        sequence.FirstX64 = isInitialized ? Ticks.SqrtPriceX64[sequence.FirstEntry] : sequence.EndX64;
        SetRange(aToB, sequence.FirstX64, sequence.Count != 0 && !_isAdaptive);
        KnownStarts |= side;
    }

    private protected override bool TryFindEnd(bool aToB, int number, out RangeEnd end)
    {
        ref Sequence sequence = ref SequenceOf(aToB);
        end.Entry = sequence.FirstEntry + (aToB ? -number : number);
        int tick = NextTick(end.Entry, aToB, sequence, out bool isInitialized);
        end.PriceX64 = isInitialized ? Ticks.SqrtPriceX64[end.Entry] : sequence.EndX64;
        end.CanPass = isInitialized && !sequence.EndsAt(tick, aToB, TickSpacing);
        return true;
    }

    private void FindArrays(bool aToB, int first, ref Sequence sequence)
    {
        int span = Span;
        sequence.First = first;
        sequence.Last = 0;
        sequence.Count = 0;
        sequence.IsTruncated = false;
        for (int i = 0; i < ArraysPerSwap; i++)
        {
            int start = first + (aToB ? -i * span : i * span);
            if (!IsValidStart(start) || !IsPinned(start)) break;
            if (Ticks.Knowledge(start) == ArrayKnowledge.Unknown)
            {
                sequence.IsTruncated = true;
                break;
            }

            sequence.Last = start;
            sequence.Count++;
        }

        int end = aToB ? sequence.Last : sequence.Last + span - 1;
        sequence.EndTick = System.Math.Clamp(end, TickMath.MinTick, TickMath.MaxTick);
        sequence.EndX64 = WhirlpoolTickMath.SqrtPriceAtTick(sequence.EndTick);
        KnownArrays |= aToB ? 1 : 2;
    }

    /// <summary>Arrays of one swap: how many, and the start of the last in the swap's direction.</summary>
    private struct Sequence
    {
        public int Count;
        public int First;
        public int Last;
        public bool IsTruncated;

        /// <summary>Position of the first tick the walk meets.</summary>
        public int FirstEntry;

        /// <summary>Price of that tick, or where the walk ends.</summary>
        public UInt128 FirstX64;

        /// <summary>Where the walk ends if it meets no tick: far end of the last array.</summary>
        public int EndTick;
        public UInt128 EndX64;

        /// <summary>True if the walk leaves the last array when it passes a tick.</summary>
        public readonly bool EndsAt(int tick, bool aToB, int spacing) => aToB
            ? tick >= Last && tick < Last + spacing
            : tick >= Last + ((WhirlpoolLayout.TicksInArray - 1) * spacing);
    }
}
