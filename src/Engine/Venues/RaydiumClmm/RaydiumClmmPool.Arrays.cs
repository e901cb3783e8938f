using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>Tick arrays and bitmaps: decoding.</summary>
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

    private protected override DecodeStatus ApplyArray(in AccountView account)
    {
        ReadOnlySpan<byte> data = account.Data;
        if (!IsPoolKnown) return DecodeStatus.WrongPool;
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
            int index = start + (i * TickSpacing);
            if (BinaryPrimitives.ReadInt32LittleEndian(tick) != index) return DecodeStatus.InvalidValue;
            if (index is < TickMath.MinTick or > TickMath.MaxTick) return DecodeStatus.InvalidValue;
            count++;
        }

        if (!Ticks.TryReplace(start, Span, account.Key, true, count, out int entry)) return DecodeStatus.Full;
        for (int i = 0; i < RaydiumClmmLayout.TicksInArray; i++)
        {
            ReadOnlySpan<byte> tick = TickAt(data, i);
            if (!IsInitialized(tick)) continue;
            int index = start + (i * TickSpacing);
            // PERF: a tick that was there before keeps its price; a new one costs a chain of multiplications.
            if (Ticks.Tick[entry] != index || Ticks.SqrtPriceX64[entry] == UInt128.Zero)
                Ticks.SqrtPriceX64[entry] = RaydiumTickMath.SqrtPriceAtTick(index);
            Ticks.Tick[entry] = index;
            _ = TryTakeTick(entry++, tick);
        }

        return DecodeStatus.Ok;
    }

    private protected override bool TryApplyTicks(in AccountView account, int from, int to)
    {
        ReadOnlySpan<byte> data = account.Data;
        int start = BinaryPrimitives.ReadInt32LittleEndian(data[RaydiumClmmLayout.ArrayStart..]);
        if (from < RaydiumClmmLayout.ArrayTicks || !Ticks.Holds(start, in account.Key)) return false;
        int first = (from - RaydiumClmmLayout.ArrayTicks) / RaydiumClmmLayout.TickSizeBytes;
        int end = (to - RaydiumClmmLayout.ArrayTicks + RaydiumClmmLayout.TickSizeBytes - 1)
            / RaydiumClmmLayout.TickSizeBytes;
        end = System.Math.Min(end, RaydiumClmmLayout.TicksInArray); // what is behind the ticks no quote reads
        int entry = Ticks.FindAtOrBelow(start + (first * TickSpacing) - 1) + 1;
        for (int i = first, at = entry; i < end; i++)
        {
            ReadOnlySpan<byte> tick = TickAt(data, i);
            int index = start + (i * TickSpacing);
            bool wasInitialized = at < Ticks.Count && Ticks.Tick[at] == index;
            if (IsInitialized(tick) != wasInitialized) return false;
            if (wasInitialized && BinaryPrimitives.ReadInt32LittleEndian(tick) != index) return false;
            if (wasInitialized) at++;
        }

        for (int i = first; i < end; i++)
        {
            if (entry == Ticks.Count || Ticks.Tick[entry] != start + (i * TickSpacing)) continue;
            if (TryTakeTick(entry++, TickAt(data, i))) KnownStarts = 0; // the ticks are where they were
        }

        return true;
    }

    // False if the tick is as it was.
    private bool TryTakeTick(int entry, ReadOnlySpan<byte> tick)
    {
        TickOrders orders = Ticks.Orders!;
        bool hasLiquidity = HasLiquidity(tick);
        ulong untouched = BinaryPrimitives.ReadUInt64LittleEndian(tick[RaydiumClmmLayout.TickOrdersAmount..]);
        ulong partFilled = BinaryPrimitives.ReadUInt64LittleEndian(tick[RaydiumClmmLayout.TickPartFilledRemaining..]);
        bool isNew = Ticks.TrySetNet(
            entry, BinaryPrimitives.ReadInt128LittleEndian(tick[RaydiumClmmLayout.TickLiquidityNet..]));
        isNew |= hasLiquidity != orders.HasLiquidity[entry] || untouched != orders.Untouched[entry]
            || partFilled != orders.PartFilled[entry];
        orders.HasLiquidity[entry] = hasLiquidity;
        orders.Untouched[entry] = untouched;
        orders.PartFilled[entry] = partFilled;
        return isNew;
    }

    // The bitmap says which arrays hold ticks, so an absent array matters only if it was known.
    private protected override DecodeStatus ApplyAbsentArray(in Pubkey key)
    {
        if (!IsPoolKnown) return DecodeStatus.WrongPool;
        if (!Ticks.TryFindStart(key, out int start)) return DecodeStatus.Ok;
        return Ticks.TryReplace(start, Span, key, false, 0, out _) ? DecodeStatus.Ok : DecodeStatus.Full;
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

    private bool TryNextSet(int number, bool isDown, out int found) =>
        _bitmap.TryNext(number, NumberOf(isDown ? TickMath.MinTick : TickMath.MaxTick), isDown, out found);
}
