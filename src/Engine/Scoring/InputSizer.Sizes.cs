using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Scoring;

/// <summary>Which sizes the polish looks at.</summary>
public sealed partial class InputSizer
{
    /// <summary>Looks at the pivot amounts of a range, from the centre outward.</summary>
    private void Scan(int pivot, double centre, double low, double high)
    {
        // Whole vectors are looked at: up to two of them begin at an end.
        _model.Focus(pivot, low - 8, high + 8);
        int half = _phase > 0 ? _scansLeft : _scansLeft / 2;
        if (high - low <= _scansLeft) half = 0;
        Outward outward = new(centre, low, high, half);
        Look(pivot, ref outward);
        if (!outward.IsDone) Spread(pivot, low, high);
        SettlePromises(pivot);
    }

    /// <summary>Looks at points spread over a range of the pivot, with what is left of the budget.</summary>
    private void Spread(int pivot, double low, double high)
    {
        GoldenPoints points = new(_phase, low, high);
        Look(pivot, ref points);
        _phase = points.Phase;
    }

    /// <summary>
    /// Looks at every input near the best one, again from each better one, until none is better. Where outputs follow
    /// the rounding rules on one piece, by the pivot's amounts: no input is better than the least one with the same
    /// amount. PERF: mostly 128 predictions where inputs are 640 (InputSizerBenchmark.Polished).
    /// </summary>
    private void LookAtNeighbours(int pivot)
    {
        long before = long.MinValue;
        while (_bestProfit > before && _quotesLeft > 0 && SearchRadius(Bend(), 1) > 0)
        {
            before = _bestProfit;
            int at = _model.IsUpperBound && !_curve.Walked ? pivot : 0;
            double reach = at == 0 ? NeighbourReach : Math.Max(AmountReach, NeighbourReach / _unitValue[at]);
            _model.Focus(at, _bestAmounts[at] - reach - 4, _bestAmounts[at] + reach + 4);
            Neighbours neighbours = new(_bestAmounts[at], reach);
            Look(at, ref neighbours);
            SettlePromises(at);
        }
    }

    /// <summary>Amounts of the pivot to look at, eight at a time.</summary>
    private interface ISizes
    {
        /// <summary>The next ones; false if there are no more, or the budget does not allow them.</summary>
        bool TryNext(InputSizer sizer, out Vector256<double> amounts, out Vector256<double> others);
    }

    /// <summary>All amounts of a range, from the centre outward, down to so many scans left.</summary>
    private struct Outward(double centre, double low, double high, int half) : ISizes
    {
        private Vector256<double> _up = Vector256.Create(centre) + Vector256.Create(0.0, 1, 2, 3);
        private Vector256<double> _down = Vector256.Create(centre - 1) - Vector256.Create(0.0, 1, 2, 3);

        /// <summary>True if none was left out.</summary>
        internal bool IsDone { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool TryNext(InputSizer sizer, out Vector256<double> amounts, out Vector256<double> others)
        {
            (amounts, others) = (_up, _down);
            if (sizer._scansLeft <= half || sizer._quotesLeft <= 0) return false;
            (bool isUp, bool isDown) = (_up.ToScalar() <= high, _down.ToScalar() >= low);
            IsDone = !isUp && !isDown;
            if (IsDone) return false;
            sizer._scansLeft -= 8;
            Vector256<double> four = Vector256.Create(4.0);
            if (isUp) _up += four;
            if (isDown) _down -= four;
            if (!isUp) (amounts, others, _down) = (others, _down, _down - four);
            if (!isDown) (others, _up) = (_up, _up + four);
            return true;
        }
    }

    /// <summary>Points of a golden-ratio sequence over a range, as many as scans are left.</summary>
    private struct GoldenPoints(double phase, double low, double high) : ISizes
    {
        private const double GoldenRatio = 0.6180339887498949;

        private Vector256<double> _phase =
            (Vector256.Create(0.0, 1, 2, 3) * GoldenRatio) + Vector256.Create(phase);

        /// <summary>Where the sequence has come to.</summary>
        internal readonly double Phase => _phase.ToScalar();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool TryNext(InputSizer sizer, out Vector256<double> amounts, out Vector256<double> others)
        {
            bool isMore = sizer._scansLeft > 0 && sizer._quotesLeft > 0;
            (amounts, others) = isMore ? (Next(), Next()) : (default, default);
            if (isMore) sizer._scansLeft -= 8;
            return isMore;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector256<double> Next()
        {
            _phase += Vector256.Create(4 * GoldenRatio);
            _phase -= Vector256.Floor(_phase);
            return Vector256.Floor(_phase * (high - low)) + Vector256.Create(low);
        }
    }

    /// <summary>Amounts on both sides of one, as far as a reach.</summary>
    private struct Neighbours(double centre, double reach) : ISizes
    {
        private Vector256<double> _away = Vector256.Create(1.0, 2, 3, 4);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool TryNext(InputSizer sizer, out Vector256<double> amounts, out Vector256<double> others)
        {
            amounts = Vector256.Create(centre) + _away;
            others = Vector256.Create(centre) - _away;
            bool isMore = _away.ToScalar() - 1 < reach;
            _away += Vector256.Create(4.0);
            return isMore;
        }
    }
}
