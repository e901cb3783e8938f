using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>The part of a bin that every quote reads; 32 bytes, two to a cache line.</summary>
internal struct DlmmBin
{
    /// <summary>Market-making liquidity in X and Y, base units.</summary>
    internal ulong AmountX, AmountY;

    /// <summary>Y per X, Q64.64; computed at decode where the account holds none.</summary>
    internal UInt128 PriceX64;
}

/// <summary>
/// The rest of a bin: limit orders (read only where the order mask says so) and fee growth (written by Execute only).
/// Amounts are base units; the side an order sells is X if <see cref="AskSide"/> is not zero, else Y.
/// </summary>
internal struct DlmmBinOrders
{
    /// <summary>Orders not touched yet.</summary>
    internal ulong OpenAmount;

    /// <summary>All orders of the batch being filled, and what is left of it.</summary>
    internal ulong ProcessingTotal, ProcessingLeft;

    /// <summary>Fulfilled so far per side.</summary>
    internal ulong FulfilledX, FulfilledY;

    /// <summary>Order placers' share of fees per side.</summary>
    internal ulong FeeAsk, FeeBid;

    /// <summary>Liquidity shares, Q64.64, and fee growth per share, Q64.64.</summary>
    internal UInt128 Supply, FeeX, FeeY;

    /// <summary>
    /// Growth of the two rewards per share, Q64.64: what pairs without limit orders hold in place of what was fulfilled
    /// and of the placers' fees.
    /// </summary>
    internal UInt128 Reward0
    {
        readonly get => new(FulfilledY, FulfilledX);
        set => (FulfilledX, FulfilledY) = ((ulong)value, (ulong)(value >> 64));
    }

    /// <summary>Second reward.</summary>
    internal UInt128 Reward1
    {
        readonly get => new(FeeBid, FeeAsk);
        set => (FeeAsk, FeeBid) = ((ulong)value, (ulong)(value >> 64));
    }

    /// <summary>Number of batches that went into processing.</summary>
    internal uint Age;

    /// <summary>Side of the orders.</summary>
    internal byte AskSide;
}

/// <summary>A set of the 70 bins of an array.</summary>
internal struct DlmmBinMask
{
    private ulong _low;
    private ulong _high;

    /// <summary>True if no bin is in the set.</summary>
    internal readonly bool IsEmpty => (_low | _high) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Set(int bin, bool member)
    {
        ulong bit = 1UL << (bin & 63);
        ref ulong word = ref bin < 64 ? ref _low : ref _high;
        word = member ? word | bit : word & ~bit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool Contains(int bin) => ((bin < 64 ? _low : _high) >> (bin & 63) & 1) != 0;

    /// <summary>First member at or above <paramref name="bin"/>, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly int NextUp(int bin)
    {
        ulong low = bin < 64 ? _low & (ulong.MaxValue << bin) : 0;
        if (low != 0) return BitOperations.TrailingZeroCount(low);
        ulong high = bin <= 64 ? _high : _high & (ulong.MaxValue << (bin - 64));
        return high == 0 ? -1 : 64 + BitOperations.TrailingZeroCount(high);
    }

    /// <summary>First member at or below <paramref name="bin"/>, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly int NextDown(int bin)
    {
        ulong high = bin < 64 ? 0 : _high & (ulong.MaxValue >> (127 - bin));
        if (high != 0) return 127 - BitOperations.LeadingZeroCount(high);
        ulong low = bin >= 63 ? _low : _low & (ulong.MaxValue >> (63 - bin));
        return low == 0 ? -1 : 63 - BitOperations.LeadingZeroCount(low);
    }
}

/// <summary>
/// One bin array held by a pool: where it lies on the price axis and which bins have something to sell.
/// </summary>
internal struct DlmmArraySlot
{
    /// <summary>Address of the account.</summary>
    internal Pubkey Key;

    /// <summary>Market-making liquidity or orders on each side: what a swap for X (or Y) stops at.</summary>
    internal DlmmBinMask SellsX, SellsY;

    /// <summary>Bins that hold limit orders on each side.</summary>
    internal DlmmBinMask AsksX, BidsY;

    /// <summary>Number of the array: its first bin id divided by 70.</summary>
    internal int Index;

    /// <summary>Step between bins when all of it was decoded.</summary>
    internal ushort BinStep;

    /// <summary>True if orders counted when all of it was decoded.</summary>
    internal bool OrdersCount;
}
