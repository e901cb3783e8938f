using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.Math;

/// <summary>
/// What it takes to move a pool's price over one whole range at one liquidity, remembered: a quote that passes a range
/// an earlier quote passed needs no division for it. Prices Q64.64, amounts base units. The values are a pure function
/// of the three numbers they are kept under, so nothing ever has to be invalidated. Owner: the pool's thread.
/// </summary>
internal struct PriceRange
{
    // Neither CLMM program knows a fee rate of this size.
    private const uint IsFeeOfA = 1U << 31;
    private const ulong FeeOne = 1_000_000;

    private UInt128 _lowerX64;
    private UInt128 _upperX64;
    private UInt128 _liquidity;
    private ulong _feeRaw;
    private uint _feeKey;
    private bool _isUsable;

    /// <summary>Amount of A that takes the price from the upper end to the lower one: rounded up.</summary>
    internal ulong InARaw;

    /// <summary>Amount of A that a swap up to the upper end gives: rounded down.</summary>
    internal ulong OutARaw;

    /// <summary>Amount of B that takes the price from the lower end to the upper one: rounded up.</summary>
    internal ulong InBRaw;

    /// <summary>Amount of B that a swap down to the lower end gives: rounded down.</summary>
    internal ulong OutBRaw;

    /// <summary>
    /// Makes this the range between two prices at a liquidity; false if one of its amounts does not fit 64 bits (the
    /// program's answer then depends on which).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TrySet(UInt128 lowerX64, UInt128 upperX64, UInt128 liquidity)
    {
        // PERF: six compares in place of a division and two wide products (WhirlpoolBenchmarks, RaydiumClmmBenchmarks).
        if (_lowerX64 == lowerX64 && _upperX64 == upperX64 && _liquidity == liquidity) return _isUsable;
        return Compute(lowerX64, upperX64, liquidity);
    }

    /// <summary>
    /// Fee on top of the input of the whole range, rounded up: in * rate / (10^6 - rate). False if it does not fit.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryFee(bool isInA, uint rate, out ulong feeRaw)
    {
        feeRaw = _feeRaw;
        return _feeKey == (isInA ? rate | IsFeeOfA : rate) || TryComputeFee(isInA, rate, out feeRaw);
    }

    /// <summary>
    /// Fee inside an input, base units: ceil(amount rate / 10^6), what floor(amount (10^6 - rate) / 10^6) leaves out.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong FeeWithin(ulong amount, uint rate)
    {
        _ = MulDiv.TryMulDiv(amount, rate, FeeOne, Rounding.Up, out ulong fee);
        return fee;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryComputeFee(bool isInA, uint rate, out ulong feeRaw)
    {
        ulong amount = isInA ? InARaw : InBRaw;
        if (!MulDiv.TryMulDiv(amount, rate, FeeOne - rate, Rounding.Up, out feeRaw)) return false;
        _feeRaw = feeRaw;
        _feeKey = isInA ? rate | IsFeeOfA : rate;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Compute(UInt128 lowerX64, UInt128 upperX64, UInt128 liquidity)
    {
        _lowerX64 = lowerX64;
        _upperX64 = upperX64;
        _liquidity = liquidity;
        _feeKey = uint.MaxValue;
        _isUsable = SqrtPriceMath.AmountA(lowerX64, upperX64, liquidity, out OutARaw, out bool isExact)
                == PriceMathStatus.Ok
            && SqrtPriceMath.AmountB(lowerX64, upperX64, liquidity, Rounding.Down, out OutBRaw) == PriceMathStatus.Ok
            && SqrtPriceMath.AmountB(lowerX64, upperX64, liquidity, Rounding.Up, out InBRaw) == PriceMathStatus.Ok
            && (isExact || OutARaw != ulong.MaxValue);
        InARaw = isExact ? OutARaw : OutARaw + 1;
        return _isUsable;
    }
}

/// <summary>
/// The ranges a pool's quotes use: one for each of 64 consecutive initialized ticks (more than a swap of three to ten
/// arrays passes in practice; farther ones share places), and one for each direction's way from the current price
/// to the first tick. 6 KB.
/// </summary>
internal sealed class PriceRanges
{
    private const int Places = 64;

    private readonly PriceRange[] _ranges = new PriceRange[Places + 2];

    /// <summary>Range above the initialized tick at a position of the <see cref="TickStore"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref PriceRange Above(int position) => ref _ranges[position & (Places - 1)];

    /// <summary>Range from or to a price that is no initialized tick's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref PriceRange Open(bool aToB) => ref _ranges[aToB ? Places : Places + 1];
}
