using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>Where a swap starts, and the order in which the program visits arrays.</summary>
public sealed partial class RaydiumClmmPool
{
    // True if the instruction names the bitmap extension; unknown is not the same as absent.
    // The old binary looks into it unasked for the current tick's array (get_first_initialized_tick_array at cc1adca).
    private RaydiumClmmFault NeedExtension(bool isForNext)
    {
        RaydiumClmmFault missing = IsOld && !isForNext ? RaydiumClmmFault.Panic : RaydiumClmmFault.MissingExtension;
        if (PinnedCount >= 0 && !_isExtensionPinned) return missing;
        return _extension switch
        {
            ArrayKnowledge.Present => RaydiumClmmFault.None,
            ArrayKnowledge.Absent => missing,
            _ => RaydiumClmmFault.ExtensionUnknown,
        };
    }

    private static bool IsOwn(int number) => number is >= -RaydiumArrayBitmap.OwnHalf and < RaydiumArrayBitmap.OwnHalf;

    // Source: pool.rs first_tick_array_index_with_extension_info.
    private RaydiumClmmFault FindFirstArray(bool isDown, out int number, out bool containsTick)
    {
        number = NumberOf(CurrentTick);
        containsTick = false;
        // The old binary takes the lowest array, which begins below the lowest tick, for one of the extension even
        // where there is none to have. Source: raydium-clmm@cc1adca, "fix tick array index boundary check".
        bool isMistaken = IsOld && TickSpacing >= SpacingWithoutExtension && number * Span < TickMath.MinTick;
        RaydiumClmmFault fault = IsOwn(number) && !isMistaken ? RaydiumClmmFault.None : NeedExtension(false);
        if (fault == RaydiumClmmFault.None && isMistaken) fault = RaydiumClmmFault.ExtensionBoundary;
        if (fault != RaydiumClmmFault.None) return fault;
        containsTick = _bitmap.IsSet(number);
        if (containsTick) return RaydiumClmmFault.None;
        fault = FindNextArray(ref number, isDown);
        return fault == RaydiumClmmFault.LiquidityInsufficient ? RaydiumClmmFault.NoLiquidityForDirection : fault;
    }

    // Source: pool.rs next_tick_array_index_with_extension_info: the pool's own bits first, then the extension's.
    private RaydiumClmmFault FindNextArray(ref int number, bool isDown)
    {
        bool found = TryNextSet(number, isDown, out int next);
        bool isInOwn = IsOwn(number) && found && IsOwn(next);
        if (!isInOwn && (IsOld || TickSpacing < SpacingWithoutExtension))
        {
            RaydiumClmmFault fault = NeedExtension(true);
            if (fault != RaydiumClmmFault.None) return fault;
        }

        if (!found) return RaydiumClmmFault.LiquidityInsufficient;
        number = next;
        return RaydiumClmmFault.None;
    }

    /// <summary>
    /// The array a walk is in: its number, its ticks, and its place among the arrays the instruction
    /// names.
    /// </summary>
    private struct Cursor
    {
        public int Number;
        public int First;
        public int End;
        public int Place;

        /// <summary>Position of the next tick.</summary>
        public int Entry;

        public readonly bool IsOut => Entry < First || Entry >= End;
    }

    /// <summary>Where a swap in one direction starts, or why it cannot.</summary>
    private struct Start
    {
        public RaydiumClmmFault Fault;
        public Cursor Cursor;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Start StartOf(bool isDown)
    {
        ref Start start = ref isDown ? ref _startDown : ref _startUp;
        if ((KnownStarts & (isDown ? 1 : 2)) == 0) FindStart(isDown);
        return ref start;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private protected override void FindStart(bool isDown)
    {
        ref Start start = ref isDown ? ref _startDown : ref _startUp;
        ref Cursor cursor = ref start.Cursor;
        int side = isDown ? 1 : 2;
        KnownStarts |= side;
        SetRange(isDown, UInt128.Zero, false);
        start.Fault = FindFirstArray(isDown, out int number, out bool containsTick);
        bool isKnown = containsTick && (KnownArrays & side) != 0 && cursor.Number == number;
        KnownArrays &= ~side;
        if (start.Fault == RaydiumClmmFault.None && !isKnown) start.Fault = Open(number, true, isDown, ref cursor);
        if (start.Fault != RaydiumClmmFault.None) return;
        if (containsTick)
        {
            int above = isDown ? 0 : 1;
            cursor.Entry = Ticks.FindAtOrBelow(CurrentTick, cursor.Entry - above) + above;
            if (cursor.IsOut) start.Fault = OpenNext(isDown, ref cursor);
            else KnownArrays |= side;
        }
        else if (cursor.First == cursor.End)
        {
            start.Fault = RaydiumClmmFault.EmptyArray;
        }

        bool isPlain = !AreFeesCounted && !_dynamicFee.IsEnabled && IsFeeOnInput(isDown);
        if (start.Fault == RaydiumClmmFault.None)
            SetRange(isDown, Within(Ticks.SqrtPriceX64[cursor.Entry]), isPlain);
    }

    private protected override bool TryFindEnd(bool isDown, int number, out RangeEnd end)
    {
        ref Start start = ref StartOf(isDown);
        ref Cursor cursor = ref isDown ? ref _endDown : ref _endUp;
        RaydiumClmmFault fault = start.Fault;
        if (number == 0) cursor = start.Cursor;
        else fault = MoveOn(isDown, ref cursor);
        end = default;
        if (fault != RaydiumClmmFault.None) return false;
        TickOrders orders = Ticks.Orders!;
        end.Entry = cursor.Entry;
        end.PriceX64 = Within(Ticks.SqrtPriceX64[cursor.Entry]);
        end.CanPass = end.PriceX64 == Ticks.SqrtPriceX64[cursor.Entry] && orders.HasLiquidity[cursor.Entry]
            && (orders.Untouched[cursor.Entry] | orders.PartFilled[cursor.Entry]) == 0;
        return true;
    }

    // A swap without a limit of its own stops a unit before the ends of the price range.
    private static UInt128 Within(UInt128 priceX64) => UInt128.Clamp(
        priceX64, RaydiumTickMath.MinSqrtPriceX64 + 1, RaydiumTickMath.MaxSqrtPriceX64 - 1);

    // To the next initialized tick, in the next array if this one has no more.
    private RaydiumClmmFault MoveOn(bool isDown, ref Cursor cursor)
    {
        cursor.Entry += isDown ? -1 : 1;
        return cursor.IsOut ? OpenNext(isDown, ref cursor) : RaydiumClmmFault.None;
    }

    private RaydiumClmmFault OpenNext(bool isDown, ref Cursor cursor)
    {
        int number = cursor.Number;
        RaydiumClmmFault fault = FindNextArray(ref number, isDown);
        if (fault == RaydiumClmmFault.None) fault = Open(number, false, isDown, ref cursor);
        return fault == RaydiumClmmFault.None && cursor.First == cursor.End ? RaydiumClmmFault.EmptyArray : fault;
    }

    // Source: instructions/swap.rs swap_internal: arrays are taken from the instruction in order until the wanted one.
    private RaydiumClmmFault Open(int number, bool isFirst, bool isDown, ref Cursor cursor)
    {
        int start = number * Span;
        if (PinnedCount >= 0)
        {
            if (isFirst && PinnedCount == 0) return IsOld ? RaydiumClmmFault.Panic : RaydiumClmmFault.NoArrays;
            if (isFirst) cursor.Place = 0;
            while (!IsPinned(cursor.Place, start))
            {
                if (++cursor.Place >= PinnedCount)
                    return isFirst ? RaydiumClmmFault.FirstArray : RaydiumClmmFault.NextArray;
            }
        }
        else
        {
            cursor.Place = isFirst ? 0 : cursor.Place + 1;
            if (cursor.Place >= MaxArraysPerSwap) return RaydiumClmmFault.TooManyArrays;
        }

        if (Ticks.Knowledge(start) != ArrayKnowledge.Present)
            return isFirst ? RaydiumClmmFault.FirstArrayUnknown : RaydiumClmmFault.NextArrayUnknown;
        cursor.Number = number;
        cursor.First = Ticks.FindAtOrBelow(start - 1) + 1;
        cursor.End = Ticks.FindAtOrBelow(start + Span - 1) + 1;
        cursor.Entry = isDown ? cursor.End - 1 : cursor.First;
        return RaydiumClmmFault.None;
    }

    private bool IsPinned(int place, int start) =>
        Ticks.TryFindStart(Pinned[place], out int found) && found == start;
}
