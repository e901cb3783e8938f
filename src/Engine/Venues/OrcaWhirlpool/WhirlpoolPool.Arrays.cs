using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.OrcaWhirlpool;

/// <summary>Decoding of fixed and dynamic tick arrays into the compact tick list.</summary>
public sealed partial class WhirlpoolPool
{
    private protected override DecodeStatus ApplyArray(in AccountView account)
    {
        ReadOnlySpan<byte> data = account.Data;
        if (!IsPoolKnown) return DecodeStatus.WrongPool;
        if (account.Owner != WhirlpoolLayout.ProgramId) return DecodeStatus.WrongOwner;
        if (data.Length < WhirlpoolLayout.DynamicArrayMinBytes) return DecodeStatus.WrongSize;
        ulong discriminator = BinaryPrimitives.ReadUInt64LittleEndian(data);
        bool isFixed = discriminator == WhirlpoolLayout.FixedArrayDiscriminator;
        if (!isFixed && discriminator != WhirlpoolLayout.DynamicArrayDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        if (isFixed ? data.Length != WhirlpoolLayout.FixedArraySizeBytes
            : data.Length > WhirlpoolLayout.DynamicArrayMaxBytes)
            return DecodeStatus.WrongSize;
        int whirlpool = isFixed ? WhirlpoolLayout.FixedWhirlpool : WhirlpoolLayout.DynamicWhirlpool;
        if (Pubkey.Read(data, whirlpool) != Address) return DecodeStatus.WrongPool;
        int start = BinaryPrimitives.ReadInt32LittleEndian(data[WhirlpoolLayout.ArrayStart..]);
        if (!IsValidStart(start)) return DecodeStatus.InvalidValue;

        UInt128 bitmap;
        if (isFixed ? !TryReadFixedBitmap(data, out bitmap) : !TryReadDynamicBitmap(data, out bitmap))
            return DecodeStatus.InvalidValue;
        if (!AreTicksInRange(start, bitmap)) return DecodeStatus.InvalidValue;
        int count = (int)UInt128.PopCount(bitmap);
        if (!Ticks.TryReplace(start, Span, account.Key, true, count, out int first)) return DecodeStatus.Full;

        int offset = isFixed ? WhirlpoolLayout.FixedTicks : WhirlpoolLayout.DynamicTicks;
        int entry = first;
        for (int i = 0; i < WhirlpoolLayout.TicksInArray; i++, bitmap >>= 1)
        {
            bool isInitialized = ((ulong)bitmap & 1) != 0;
            if (isInitialized)
            {
                int tick = start + (i * TickSpacing);
                // PERF: a tick that was there before keeps its price; a new one costs a chain of multiplications.
                if (Ticks.Tick[entry] != tick || Ticks.SqrtPriceX64[entry] == UInt128.Zero)
                    Ticks.SqrtPriceX64[entry] = WhirlpoolTickMath.SqrtPriceAtTick(tick);
                Ticks.Tick[entry] = tick;
                Ticks.LiquidityNet[entry] = BinaryPrimitives.ReadInt128LittleEndian(data[(offset + 1)..]);
                entry++;
            }

            offset += isFixed || isInitialized ? WhirlpoolLayout.TickSizeBytes : 1;
        }

        return DecodeStatus.Ok;
    }

    private protected override bool TryApplyTicks(in AccountView account, int from, int to)
    {
        ReadOnlySpan<byte> data = account.Data;
        bool isFixed = BinaryPrimitives.ReadUInt64LittleEndian(data) == WhirlpoolLayout.FixedArrayDiscriminator;
        int start = BinaryPrimitives.ReadInt32LittleEndian(data[WhirlpoolLayout.ArrayStart..]);
        int begin = isFixed ? WhirlpoolLayout.FixedTicks : WhirlpoolLayout.DynamicTicks;
        int end = isFixed ? WhirlpoolLayout.FixedWhirlpool : data.Length;
        if (from < begin || to > end || !Ticks.Holds(start, in account.Key)) return false;
        // Each tick of a dynamic one has its own size.
        int first = isFixed ? (from - begin) / WhirlpoolLayout.TickSizeBytes : 0;
        ReadOnlySpan<byte> ticks = data[(begin + (first * WhirlpoolLayout.TickSizeBytes))..];
        int shift = data.Length - ticks.Length;
        // Whether all are initialized that were comes first: if not, nothing may be changed here.
        return TryTakeTicks(start, first, isFixed, ticks, from - shift, to - shift, false)
            && TryTakeTicks(start, first, isFixed, ticks, from - shift, to - shift, true);
    }

    private bool TryTakeTicks(
        int start, int first, bool isFixed, ReadOnlySpan<byte> ticks, int from, int to, bool isTaken)
    {
        int entry = Ticks.FindAtOrBelow(start + (first * TickSpacing) - 1) + 1;
        for (int i = first, at = 0; i < WhirlpoolLayout.TicksInArray && at < to; i++)
        {
            bool wasInitialized = entry < Ticks.Count && Ticks.Tick[entry] == start + (i * TickSpacing);
            int next = at + (isFixed || wasInitialized ? WhirlpoolLayout.TickSizeBytes : 1);
            if (next > ticks.Length) return false;
            if (next > from)
            {
                if (ticks[at] != (wasInitialized ? 1 : 0)) return false;
                if (isTaken && wasInitialized
                    && Ticks.TrySetNet(entry, BinaryPrimitives.ReadInt128LittleEndian(ticks[(at + 1)..])))
                {
                    KnownStarts = 0; // the ticks are where they were
                }
            }

            if (wasInitialized) entry++;
            at = next;
        }

        return true;
    }

    // Source: fixed_tick_array.rs: 88 ticks of 113 bytes, the first of which is a Rust bool.
    private static bool TryReadFixedBitmap(ReadOnlySpan<byte> data, out UInt128 bitmap)
    {
        ulong low = 0;
        ulong high = 0;
        bool isValid = true;
        for (int i = 0, offset = WhirlpoolLayout.FixedTicks; i < WhirlpoolLayout.TicksInArray; i++)
        {
            byte flag = data[offset];
            isValid &= flag <= 1;
            if (i < 64) low |= (ulong)(flag & 1) << i;
            else high |= (ulong)(flag & 1) << (i - 64);
            offset += WhirlpoolLayout.TickSizeBytes;
        }

        bitmap = new UInt128(high, low);
        return isValid;
    }

    // Source: dynamic_tick_array.rs: a bitmap says which ticks take 113 bytes (tag 1) and which one byte (tag 0).
    private static bool TryReadDynamicBitmap(ReadOnlySpan<byte> data, out UInt128 bitmap)
    {
        bitmap = BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.DynamicBitmap..]);
        if (bitmap >> WhirlpoolLayout.TicksInArray != UInt128.Zero) return false;
        int count = (int)UInt128.PopCount(bitmap);
        int needed = WhirlpoolLayout.DynamicArrayMinBytes + (count * (WhirlpoolLayout.TickSizeBytes - 1));
        if (data.Length < needed) return false;
        UInt128 rest = bitmap;
        for (int i = 0, offset = WhirlpoolLayout.DynamicTicks; i < WhirlpoolLayout.TicksInArray; i++, rest >>= 1)
        {
            byte tag = (byte)((ulong)rest & 1);
            if (data[offset] != tag) return false;
            offset += tag == 1 ? WhirlpoolLayout.TickSizeBytes : 1;
        }

        return true;
    }

    // Only ticks within the program's range can be initialized.
    private bool AreTicksInRange(int start, UInt128 bitmap)
    {
        if (bitmap == UInt128.Zero) return true;
        int lowest = start + ((int)UInt128.TrailingZeroCount(bitmap) * TickSpacing);
        int highest = start + ((127 - (int)UInt128.LeadingZeroCount(bitmap)) * TickSpacing);
        return lowest >= TickMath.MinTick && highest <= TickMath.MaxTick;
    }
}
