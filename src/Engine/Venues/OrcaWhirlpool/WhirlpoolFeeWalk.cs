using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.OrcaWhirlpool;

/// <summary>
/// The fee along one swap. A type argument of the walk, so that a constant fee costs nothing there.
/// Source: whirlpools@630c0e01 programs/whirlpool/src/manager/fee_rate_manager.rs.
/// </summary>
internal interface IWhirlpoolFeeWalk
{
    /// <summary>Rate of the coming step, 1e-6; to be called before each step.</summary>
    uint NextRate();

    /// <summary>Price at which the rate may change before the target; <paramref name="isSkip"/> if it cannot.</summary>
    UInt128 Bound(UInt128 targetX64, UInt128 liquidity, out bool isSkip);

    /// <summary>Moves on to the next tick group after a step.</summary>
    void Advance(bool isSkip, UInt128 priceX64, UInt128 nextTickX64, int nextTick);
}

/// <summary>A constant fee, 1e-6 of the input.</summary>
internal readonly struct WhirlpoolStaticFeeWalk(uint rate) : IWhirlpoolFeeWalk
{
    private readonly uint _rate = rate;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint NextRate() => _rate;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public UInt128 Bound(UInt128 targetX64, UInt128 liquidity, out bool isSkip)
    {
        isSkip = false;
        return targetX64;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(bool isSkip, UInt128 priceX64, UInt128 nextTickX64, int nextTick)
    {
    }
}

/// <summary>An adaptive fee: it changes at each tick group until the volatility is at its maximum.</summary>
internal struct WhirlpoolFeeWalk : IWhirlpoolFeeWalk
{
    private readonly bool _aToB;
    private readonly uint _staticRate;
    private readonly int _coreLow;
    private readonly int _coreHigh;
    private readonly UInt128 _coreLowX64;
    private readonly UInt128 _coreHighX64;
    private int _group;

    /// <summary>Adaptive state as the swap leaves it.</summary>
    internal WhirlpoolAdaptiveFee Fee;

    /// <summary>An adaptive fee from the state of the pool's oracle.</summary>
    internal WhirlpoolFeeWalk(bool aToB, int tick, ulong timestamp, uint staticRate, in WhirlpoolAdaptiveFee fee)
    {
        _aToB = aToB;
        _staticRate = staticRate;
        Fee = fee;
        int size = fee.GroupSize;
        _group = FloorDivide(tick, size);
        IsClockValid = Fee.UpdateReference(_group, timestamp);

        // Beyond this many groups from the reference the volatility is always at its maximum.
        int reach = (int)MulDiv.CeilDiv((ulong)(fee.MaxVolatility - Fee.VolatilityReference), 10_000UL);
        long low = (long)(Fee.GroupReference - reach) * size;
        long high = (((long)Fee.GroupReference + reach) * size) + size;
        _coreLow = low > TickMath.MinTick ? Fee.GroupReference - reach : int.MinValue;
        _coreHigh = high < TickMath.MaxTick ? Fee.GroupReference + reach : int.MaxValue;
        if (_coreLow != int.MinValue) _coreLowX64 = WhirlpoolTickMath.SqrtPriceAtTick((int)low);
        if (_coreHigh != int.MaxValue) _coreHighX64 = WhirlpoolTickMath.SqrtPriceAtTick((int)high);
    }

    /// <summary>False if the clock is older than the fee state.</summary>
    internal bool IsClockValid { get; }

    /// <inheritdoc/>
    public uint NextRate()
    {
        Fee.UpdateVolatility(_group);
        return Fee.TotalRate(_staticRate);
    }

    /// <inheritdoc/>
    public readonly UInt128 Bound(UInt128 targetX64, UInt128 liquidity, out bool isSkip)
    {
        isSkip = true;
        if (Fee.ControlFactor == 0 || liquidity == UInt128.Zero) return targetX64;
        if (_group < _coreLow) return _aToB ? targetX64 : UInt128.Min(targetX64, _coreLowX64);
        if (_group > _coreHigh) return _aToB ? UInt128.Max(targetX64, _coreHighX64) : targetX64;

        isSkip = false;
        int boundary = (_group * Fee.GroupSize) + (_aToB ? 0 : Fee.GroupSize);
        UInt128 boundaryX64 = WhirlpoolTickMath.SqrtPriceAtTick(
            System.Math.Clamp(boundary, TickMath.MinTick, TickMath.MaxTick));
        return _aToB ? UInt128.Max(targetX64, boundaryX64) : UInt128.Min(targetX64, boundaryX64);
    }

    /// <inheritdoc/>
    public void Advance(bool isSkip, UInt128 priceX64, UInt128 nextTickX64, int nextTick)
    {
        if (isSkip)
        {
            int size = Fee.GroupSize;
            int tick = nextTick;
            bool onBoundary;
            if (priceX64 == nextTickX64)
            {
                onBoundary = nextTick % size == 0;
            }
            else
            {
                tick = WhirlpoolTickMath.TickAtSqrtPrice(priceX64);
                onBoundary = tick % size == 0 && priceX64 == WhirlpoolTickMath.SqrtPriceAtTick(tick);
            }

            int last = onBoundary && !_aToB ? (tick / size) - 1 : FloorDivide(tick, size);
            if (_aToB ? last < _group : last > _group)
            {
                _group = last;
                Fee.UpdateVolatility(_group);
            }
        }

        _group += _aToB ? -1 : 1;
    }

    internal static int FloorDivide(int value, int divisor)
    {
        int quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }
}
