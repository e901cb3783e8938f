using System;
using System.Buffers.Binary;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>
/// Base fee of a pool by its mode: time scheduler (0 linear, 1 exponential), rate limiter (2), market-cap scheduler
/// (3 linear, 4 exponential). Rates are in 1e-9. Functions return 0 or the program's error code.
/// Source: damm-v2@a3d3827 programs/cp-amm/src/base_fee/fee_{time_scheduler,rate_limiter,market_cap_scheduler}.rs,
/// math/fee_math.rs.
/// </summary>
internal struct DammBaseFee
{
    internal const ulong FeeDenominator = 1_000_000_000;
    private const uint OneInBps = 10_000;

    internal ulong Cliff;
    internal byte Mode;

    /// <summary>Number of periods (schedulers) or fee increment in 1e-4 (rate limiter).</summary>
    internal ushort Word;

    /// <summary>Points a period (time scheduler).</summary>
    internal ulong PeriodFrequency;

    /// <summary>sqrt price step in 1e-4 (market cap), or duration in points (rate limiter).</summary>
    internal uint First;

    /// <summary>Duration in points (market cap), or highest fee in 1e-4 (rate limiter).</summary>
    internal uint Second;

    /// <summary>Reduction factor (schedulers) or reference amount (rate limiter).</summary>
    internal ulong Last;

    /// <summary>True if the mode is one the program knows.</summary>
    internal readonly bool IsKnownMode => Mode <= 4;

    /// <summary>True for the rate limiter, whose instruction also names the instructions sysvar.</summary>
    internal readonly bool IsRateLimiter => Mode == 2;

    /// <summary>First point at which the base fee no longer changes by time; 0 if it never does.</summary>
    internal readonly UInt128 SettledPoint(ulong activationPoint) => Mode switch
    {
        0 or 1 => PeriodFrequency == 0 ? 0 : activationPoint + ((UInt128)Word * PeriodFrequency),
        2 => IsZeroLimiter ? 0 : (UInt128)activationPoint + First + 1,
        _ => (UInt128)activationPoint + Second + 1,
    };

    private readonly bool IsZeroLimiter => Last == 0 && First == 0 && Second == 0 && Word == 0;

    private readonly ulong MaxNumerator => (ulong)Second * (FeeDenominator / OneInBps);

    private readonly ulong Increment => (ulong)Word * (FeeDenominator / OneInBps);

    internal static DammBaseFee Read(ReadOnlySpan<byte> data)
    {
        DammBaseFee fee = default;
        fee.Cliff = BinaryPrimitives.ReadUInt64LittleEndian(data[DammLayout.CliffFee..]);
        fee.Mode = data[DammLayout.BaseFeeMode];
        fee.Word = BinaryPrimitives.ReadUInt16LittleEndian(data[DammLayout.BaseFeeWord..]);
        fee.PeriodFrequency = BinaryPrimitives.ReadUInt64LittleEndian(data[DammLayout.BaseFeeFirst..]);
        fee.First = BinaryPrimitives.ReadUInt32LittleEndian(data[DammLayout.BaseFeeFirst..]);
        fee.Second = BinaryPrimitives.ReadUInt32LittleEndian(data[DammLayout.BaseFeeSecond..]);
        fee.Last = BinaryPrimitives.ReadUInt64LittleEndian(data[DammLayout.BaseFeeLast..]);
        return fee;
    }

    /// <summary>Base rate for an amount that includes the fee (or does not: <paramref name="excluded"/>).</summary>
    internal readonly uint Rate(
        ulong point,
        ulong activation,
        bool aToB,
        ulong amount,
        bool excluded,
        UInt128 initialPrice,
        UInt128 price,
        out ulong rate)
    {
        rate = Cliff;
        switch (Mode)
        {
            case 0 or 1:
                return TimeRate(point, activation, out rate);
            case 2:
                if (!IsLimited(point, activation, aToB)) return 0;
                if (Last == 0 || Second > OneInBps) return DammProgram.Aborted;
                return excluded ? LimitedRateOfNet(amount, out rate) : LimitedRate(amount, out rate);
            case 3 or 4:
                return MarketCapRate(point, activation, initialPrice, price, out rate);
            default:
                return DammProgram.TypeCastFailed;
        }
    }

    /// <summary>True while the rate limiter raises the fee with the amount: buys of A within its duration.</summary>
    internal readonly bool IsLimited(ulong point, ulong activation, bool aToB) =>
        IsRateLimiter && !IsZeroLimiter && !aToB && point >= activation && point <= (UInt128)activation + First;

    /// <summary>Marginal rate of the n-th reference amount under the rate limiter, for curve pieces.</summary>
    internal readonly ulong MarginalRate(int step)
    {
        ulong rate = Cliff + (Increment * (ulong)step);
        return rate < MaxNumerator ? rate : MaxNumerator;
    }

    private readonly uint TimeRate(ulong point, ulong activation, out ulong rate)
    {
        rate = Cliff;
        if (PeriodFrequency == 0) return 0;
        ulong period = point < activation ? Word : (point - activation) / PeriodFrequency;
        return PeriodRate(period, out rate);
    }

    private readonly uint MarketCapRate(
        ulong point, ulong activation, UInt128 initialPrice, UInt128 price, out ulong rate)
    {
        rate = Cliff;
        ulong expiration = activation + Second;
        if (expiration < activation) return DammProgram.MathOverflow;
        if (point > expiration || point < activation) return PeriodRate(Word, out rate);
        if (price <= initialPrice) return PeriodRate(0, out rate);
        if (initialPrice == UInt128.Zero || First == 0) return DammProgram.MathOverflow;
        bool fits = MulDiv.TryMulDiv(price - initialPrice, OneInBps, initialPrice, Rounding.Down, out UInt128 passed);
        UInt128 period = fits ? passed / First : UInt128.MaxValue;
        return PeriodRate(period < Word ? (ulong)period : Word, out rate);
    }

    private readonly uint PeriodRate(ulong period, out ulong rate)
    {
        rate = Cliff;
        if (period > Word) period = Word;
        if (Mode is 1 or 4) return ExponentialRate((uint)period, out rate);
        ulong high = System.Math.BigMul(Last, period, out ulong reduction);
        if (high != 0 || reduction > Cliff) return DammProgram.MathOverflow;
        rate = Cliff - reduction;
        return 0;
    }

    private readonly uint ExponentialRate(uint period, out ulong rate)
    {
        rate = Cliff;
        if (Last == 0) return 0;
        if (Last > OneInBps) return DammProgram.MathOverflow;
        if (period == 0) return 0;
        UInt128 fraction = (UInt128.One << 64) - (((UInt128)Last << 64) / OneInBps);
        ulong power = BinMath.PowerOfFraction((ulong)fraction, period);
        if (power == 0) return DammProgram.MathOverflow;
        rate = System.Math.BigMul(power, Cliff, out _);
        return 0;
    }

    private readonly uint MaxIndex(out ulong index)
    {
        index = 0;
        if (MaxNumerator < Cliff || Increment == 0) return DammProgram.MathOverflow;
        index = (MaxNumerator - Cliff) / Increment;
        return 0;
    }

    private readonly uint LimitedRate(ulong amount, out ulong rate)
    {
        rate = Cliff;
        if (amount <= Last) return 0;
        uint error = MaxIndex(out ulong maxIndex);
        if (error != 0) return error;
        ulong steps = (amount - Last) / Last;
        ulong rest = (amount - Last) - (steps * Last);
        bool below = steps < maxIndex;
        ulong index = below ? steps : maxIndex;
        // Bounds: rates below 2^30, index below 10^4 (an increment is at least 1e5), amounts below 2^64: sums fit 128
        // bits.
        UInt128 perReference = Cliff + ((UInt128)Cliff * index) + ((UInt128)Increment * index * (index + 1) / 2);
        UInt128 tail = below
            ? (UInt128)rest * (Cliff + (Increment * (steps + 1)))
            : (((UInt128)(steps - maxIndex) * Last) + rest) * MaxNumerator;
        UInt128 fee = ((Last * perReference) + tail + (FeeDenominator - 1)) / FeeDenominator;
        if (fee > ulong.MaxValue) return DammProgram.TypeCastFailed;
        return DammCurve.MulDiv64((ulong)fee, FeeDenominator, amount, Rounding.Up, out rate);
    }

    private readonly uint NetOf(ulong gross, out ulong net)
    {
        net = 0;
        uint error = LimitedRate(gross, out ulong rate);
        if (error != 0) return error;
        error = DammCurve.MulDiv64(gross, rate, FeeDenominator, Rounding.Up, out ulong fee);
        if (error != 0) return error;
        net = gross - fee;
        return fee <= gross ? 0 : DammProgram.MathOverflow;
    }

    private readonly uint LimitedRateOfNet(ulong net, out ulong rate)
    {
        rate = Cliff;
        uint error = NetOf(Last, out ulong referenceNet);
        if (error != 0 || net <= referenceNet) return error;
        error = MaxIndex(out ulong maxIndex);
        if (error != 0) return error;
        UInt128 wholeGross = ((UInt128)maxIndex + 1) * Last;
        bool isOverflow = wholeGross > ulong.MaxValue;
        ulong checkedGross = isOverflow ? ulong.MaxValue : (ulong)wholeGross;
        error = NetOf(checkedGross, out ulong checkedNet);
        if (error != 0) return error;
        if (net == checkedNet) return LimitedRate(checkedGross, out rate);

        ulong gross;
        if (net < checkedNet)
        {
            error = GrossByRoot(net, out gross);
        }
        else
        {
            if (isOverflow || MaxNumerator >= FeeDenominator) return DammProgram.MathOverflow;
            error = DammCurve.MulDiv64(
                net - checkedNet, FeeDenominator, FeeDenominator - MaxNumerator, Rounding.Up, out ulong tail);
            gross = tail + checkedGross;
            if (error == 0 && gross < tail) error = DammProgram.MathOverflow;
        }

        if (error != 0) return error;
        if (gross < net) return DammProgram.MathOverflow;
        error = DammCurve.MulDiv64(gross - net, FeeDenominator, gross, Rounding.Up, out rate);
        if (error != 0) return error;
        return rate >= Cliff ? 0 : DammProgram.UndeterminedError;
    }

    // Root of i * g^2 - y * g + z = 0 with y = x0 * (2d + i - 2c), z = 2 * net * d * x0, then the remainder at its
    // own rate.
    private readonly uint GrossByRoot(ulong net, out ulong gross)
    {
        gross = 0;
        UInt128 y = (UInt128)Last * ((2 * FeeDenominator) + Increment - (2 * Cliff));
        UInt256 square = UInt256.Multiply(y, y);
        UInt128 z = (UInt128)net * Last;
        UInt256 term = UInt256.Multiply(z, (UInt128)(8 * FeeDenominator) * Increment);
        if (term > square) return DammProgram.MathOverflow;
        UInt128 root = DammCurve.Sqrt(square - term);
        UInt128 first = (y - root) / (2 * Increment);
        if (first > ulong.MaxValue) return DammProgram.TypeCastFailed;
        ulong whole = (ulong)first;
        uint error = NetOf(whole, out ulong wholeNet);
        if (error != 0) return error;
        if (wholeNet > net) return DammProgram.MathOverflow;
        UInt128 tailRate = Cliff + ((UInt128)Increment * (whole / Last));
        if (tailRate >= FeeDenominator) return DammProgram.MathOverflow;
        error = DammCurve.MulDiv64(
            net - wholeNet, FeeDenominator, FeeDenominator - (ulong)tailRate, Rounding.Up, out ulong tail);
        gross = whole + tail;
        return error != 0 ? error : gross >= tail ? 0 : DammProgram.TypeCastFailed;
    }
}
