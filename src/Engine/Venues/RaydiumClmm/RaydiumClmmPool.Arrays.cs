using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>Tick arrays and bitmaps: decoding, and the order in which the program visits arrays.</summary>
public sealed partial class RaydiumClmmPool
{
    private DecodeStatus ApplyExtension(in AccountView account)
    {
        if (account.Key != _extensionKey) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            _extension = ArrayKnowledge.Absent;
            return DecodeStatus.Ok;
        }

        ReadOnlySpan<byte> data = account.Data;
        if (account.Owner != RaydiumClmmLayout.ProgramId) return DecodeStatus.WrongOwner;
        if (data.Length != RaydiumClmmLayout.ExtensionSizeBytes) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != RaydiumClmmLayout.ExtensionDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        if (Pubkey.Read(data, RaydiumClmmLayout.ExtensionPool) != Address) return DecodeStatus.WrongPool;
        _bitmap.ReadExtension(data);
        _extension = ArrayKnowledge.Present;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyArray(in AccountView account)
    {
        ReadOnlySpan<byte> data = account.Data;
        if (!_isPoolKnown) return DecodeStatus.WrongPool;
        if (account.Owner != RaydiumClmmLayout.ProgramId) return DecodeStatus.WrongOwner;
        if (data.Length != RaydiumClmmLayout.TickArraySizeBytes) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != RaydiumClmmLayout.TickArrayDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        if (Pubkey.Read(data, RaydiumClmmLayout.ArrayPool) != Address) return DecodeStatus.WrongPool;
        int start = BinaryPrimitives.ReadInt32LittleEndian(data[RaydiumClmmLayout.ArrayStart..]);
        if (!IsValidStart(start)) return DecodeStatus.InvalidValue;

        int count = 0;
        for (int i = 0; i < RaydiumClmmLayout.TicksInArray; i++)
        {
            ReadOnlySpan<byte> tick = TickAt(data, i);
            if (!IsInitialized(tick)) continue;
            int index = start + (i * _tickSpacing);
            if (BinaryPrimitives.ReadInt32LittleEndian(tick) != index) return DecodeStatus.InvalidValue;
            if (index is < TickMath.MinTick or > TickMath.MaxTick) return DecodeStatus.InvalidValue;
            count++;
        }

        if (!_ticks.TryReplace(start, Span, account.Key, true, count, out int entry)) return DecodeStatus.Full;
        TickOrders orders = _ticks.Orders!;
        for (int i = 0; i < RaydiumClmmLayout.TicksInArray; i++)
        {
            ReadOnlySpan<byte> tick = TickAt(data, i);
            if (!IsInitialized(tick)) continue;
            int index = start + (i * _tickSpacing);
            // PERF: a tick that was there before keeps its price; a new one costs a chain of multiplications.
            if (_ticks.Tick[entry] != index || _ticks.SqrtPriceX64[entry] == UInt128.Zero)
                _ticks.SqrtPriceX64[entry] = RaydiumTickMath.SqrtPriceAtTick(index);
            _ticks.Tick[entry] = index;
            _ticks.LiquidityNet[entry] =
                BinaryPrimitives.ReadInt128LittleEndian(tick[RaydiumClmmLayout.TickLiquidityNet..]);
            orders.HasLiquidity[entry] = HasLiquidity(tick);
            orders.Untouched[entry] =
                BinaryPrimitives.ReadUInt64LittleEndian(tick[RaydiumClmmLayout.TickOrdersAmount..]);
            orders.PartFilled[entry] =
                BinaryPrimitives.ReadUInt64LittleEndian(tick[RaydiumClmmLayout.TickPartFilledRemaining..]);
            entry++;
        }

        return DecodeStatus.Ok;
    }

    // The bitmap says which arrays hold ticks, so an absent array matters only if it was known.
    private DecodeStatus ApplyAbsentArray(in Pubkey key)
    {
        if (!_isPoolKnown) return DecodeStatus.WrongPool;
        if (!_ticks.TryFindStart(key, out int start)) return DecodeStatus.Ok;
        return _ticks.TryReplace(start, Span, key, false, 0, out _) ? DecodeStatus.Ok : DecodeStatus.Full;
    }

    private static ReadOnlySpan<byte> TickAt(ReadOnlySpan<byte> data, int index) =>
        data.Slice(
            RaydiumClmmLayout.ArrayTicks + (index * RaydiumClmmLayout.TickSizeBytes), RaydiumClmmLayout.TickSizeBytes);

    private static bool HasLiquidity(ReadOnlySpan<byte> tick) =>
        BinaryPrimitives.ReadUInt128LittleEndian(tick[RaydiumClmmLayout.TickLiquidityGross..]) != UInt128.Zero;

    // Source: tick_array.rs is_initialized: liquidity, or limit orders.
    private static bool IsInitialized(ReadOnlySpan<byte> tick) =>
        HasLiquidity(tick)
        || BinaryPrimitives.ReadUInt64LittleEndian(tick[RaydiumClmmLayout.TickOrdersAmount..]) != 0
        || BinaryPrimitives.ReadUInt64LittleEndian(tick[RaydiumClmmLayout.TickPartFilledRemaining..]) != 0;

    private int NumberOf(int tick) => RaydiumDynamicFee.IndexOf(tick, Span);

    // Source: tick_array.rs check_is_valid_start_index.
    private bool IsValidStart(int start)
    {
        int span = Span;
        if (start > TickMath.MaxTick) return false;
        return start < TickMath.MinTick ? start == NumberOf(TickMath.MinTick) * span : start % span == 0;
    }

    private Pubkey ArrayKey(int start) =>
        _ticks.TryGetKey(start, out Pubkey key) ? key : _keys.Get(start, Span);

    private bool TryNextSet(int number, bool isDown, out int found) =>
        _bitmap.TryNext(number, NumberOf(isDown ? TickMath.MinTick : TickMath.MaxTick), isDown, out found);

    // True if the instruction names the bitmap extension; unknown is not the same as absent.
    private RaydiumClmmFault NeedExtension()
    {
        RaydiumClmmFault missing = IsOld ? RaydiumClmmFault.Panic : RaydiumClmmFault.MissingExtension;
        if (_pinnedCount >= 0 && !_isExtensionPinned) return missing;
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
        number = NumberOf(_tick);
        containsTick = false;
        RaydiumClmmFault fault = IsOwn(number) ? RaydiumClmmFault.None : NeedExtension();
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
        if (!isInOwn && (IsOld || _tickSpacing < SpacingWithoutExtension))
        {
            RaydiumClmmFault fault = NeedExtension();
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
    }

    // Source: instructions/swap.rs swap_internal: arrays are taken from the instruction in order until the wanted one.
    private RaydiumClmmFault Open(int number, bool isFirst, ref Cursor cursor)
    {
        int start = number * Span;
        if (_pinnedCount >= 0)
        {
            if (isFirst && _pinnedCount == 0) return IsOld ? RaydiumClmmFault.Panic : RaydiumClmmFault.NoArrays;
            if (isFirst) cursor.Place = 0;
            while (!IsPinned(cursor.Place, start))
            {
                if (++cursor.Place >= _pinnedCount)
                    return isFirst ? RaydiumClmmFault.FirstArray : RaydiumClmmFault.NextArray;
            }
        }
        else
        {
            cursor.Place = isFirst ? 0 : cursor.Place + 1;
            if (cursor.Place >= MaxArraysPerSwap) return RaydiumClmmFault.TooManyArrays;
        }

        if (_ticks.Knowledge(start) != ArrayKnowledge.Present)
            return isFirst ? RaydiumClmmFault.FirstArrayUnknown : RaydiumClmmFault.NextArrayUnknown;
        cursor.Number = number;
        cursor.First = _ticks.FindAtOrBelow(start - 1) + 1;
        cursor.End = _ticks.FindAtOrBelow(start + Span - 1) + 1;
        return RaydiumClmmFault.None;
    }

    private bool IsPinned(int place, int start) =>
        _ticks.TryFindStart(_pinned[place], out int found) && found == start;
}
