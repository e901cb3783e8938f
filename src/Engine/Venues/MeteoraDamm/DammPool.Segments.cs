using System;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>
/// Curve pieces for search: one for the range, or one a reference amount while the rate limiter raises the fee.
/// </summary>
public sealed partial class DammPool
{
    /// <inheritdoc/>
    public override TransferFeeRate TransferFeeAt(bool isMintA, ulong epoch) =>
        MintInfoOf(isMintA).FeeAt(epoch);

    /// <inheritdoc/>
    public override int MintDecimals(bool isMintA) => MintInfoOf(isMintA).KnownDecimals;

    /// <inheritdoc/>
    public override int CopySegments(SwapDirection direction, in ChainClock clock, Span<CurveSegment> destination)
    {
        SwapRequest request = default;
        request.Direction = direction;
        request.AmountRaw = 1;
        request.Clock = clock;
        Trade trade = default;
        if (destination.IsEmpty || Begin(in request, ref trade) != QuoteStatus.Ok) return 0;
        if (TotalRate(in trade, 1, false, out ulong rate) != 0) return 0;
        if (!TryVirtual(trade.AToB, out double reserveIn, out double reserveOut, out double room)) return 0;

        double netIn = 1.0 - TransferRate(MintInfoOf(trade.AToB).FeeAt(clock.Epoch));
        double netOut = 1.0 - TransferRate(MintInfoOf(!trade.AToB).FeeAt(clock.Epoch));
        bool isLimited = _baseFee.IsLimited(trade.Point, _activationPoint, trade.AToB) && _baseFee.Last != 0;
        int count = 0;
        while (count < destination.Length && room > 0.0)
        {
            double step = isLimited ? _baseFee.MarginalRate(count) + (rate - _baseFee.MarginalRate(0)) : rate;
            double keep = 1.0 - (step / DammBaseFee.FeeDenominator);
            double keepIn = netIn * (trade.FeeOnInput ? keep : 1.0);
            double keepOut = netOut * (trade.FeeOnInput ? 1.0 : keep);
            bool isLast = !isLimited || count == destination.Length - 1 || keep <= 0.0;
            double part = isLast ? room : System.Math.Min(room, _baseFee.Last * keepIn / netIn);
            if (keepIn <= 0.0 || keepOut <= 0.0) break;
            destination[count].RateOut = reserveOut / reserveIn * keepIn * keepOut;
            destination[count].Curvature = keepIn / reserveIn;
            destination[count].AmountInMax = part / keepIn;
            count++;
            room -= part;
            reserveOut *= reserveIn / (reserveIn + part);
            reserveIn += part;
            if (isLast) break;
        }

        return count;
    }

    /// <inheritdoc/>
    public override double StatedPrice => IsCompounding
        ? (_amountA == 0 ? 0 : (double)_amountB / _amountA)
        : Q64.ToDouble(_sqrtPrice) * Q64.ToDouble(_sqrtPrice);

    // Virtual reserves at the current price, and the net input that takes the price to the end of the range.
    private bool TryVirtual(bool aToB, out double reserveIn, out double reserveOut, out double room)
    {
        double a = _amountA;
        double b = _amountB;
        room = double.PositiveInfinity;
        if (!IsCompounding)
        {
            double price = Q64.ToDouble(_sqrtPrice);
            double liquidity = Q64.ToDouble(_liquidity);
            a = liquidity / price;
            b = liquidity * price;
            room = aToB
                ? (liquidity / Q64.ToDouble(_sqrtMin)) - a
                : (liquidity * Q64.ToDouble(_sqrtMax)) - b;
        }

        reserveIn = aToB ? a : b;
        reserveOut = aToB ? b : a;
        return reserveIn > 0.0 && reserveOut > 0.0 && double.IsFinite(reserveIn) && double.IsFinite(reserveOut);
    }

    private static double TransferRate(in TransferFeeRate rate) => rate.IsZero ? 0.0 : rate.FeeBps / 10_000.0;
}
