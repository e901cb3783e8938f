using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Legs with a Token-2022 transfer fee that reaches its maximum. Pools take the fee as a share, so their pieces hold
/// below the cap only. Beyond it the fee is a constant: what is sent more arrives whole, and the curve goes on with a
/// larger slope. Each cap, the input mint's and the output mint's, cuts one piece in two, and the slopes behind it lose
/// the share. At such a cut the rate rises, so the route is concave only from one cut to the next: the optimum is the
/// best of the maxima of all stretches, and the walk must pass the last cut.
/// </summary>
internal sealed partial class RouteCurve
{
    private readonly CapCuts[] _cuts = new CapCuts[Legs.MaxCount];

    /// <summary>True if some leg's curve has a cut, so that there may be more than one local maximum.</summary>
    internal bool HasCuts { get; private set; }

    /// <summary>True if a cut lies behind the current piece.</summary>
    internal bool HasCutsAhead
    {
        get
        {
            for (int leg = 0; leg < Count; leg++)
            {
                if (_at[leg].Segment < _cuts[leg].Last) return true;
            }

            return false;
        }
    }

    /// <summary>Cuts the curves of all legs whose fees have a cap within reach.</summary>
    private void CutAtCaps()
    {
        if (HasCuts) DropCuts();
        for (int leg = 0; leg < Count; leg++)
        {
            int poolId = MarketGraph.EdgePool(_edges[leg]);
            if (!_graph.HasFeeCap(poolId)) continue;
            Pool pool = _graph.Pool(poolId);
            bool isAIn = MarketGraph.EdgeDirection(_edges[leg]) == SwapDirection.AToB;
            ulong epoch = _graph.Clock(poolId).Epoch;
            TransferShare feeIn = new(pool.TransferFeeAt(isAIn, epoch));
            TransferShare feeOut = new(pool.TransferFeeAt(!isAIn, epoch));
            Cut(leg, in feeIn, in feeOut);
            HasCuts = true;
        }
    }

    private void DropCuts()
    {
        Array.Clear(_cuts);
        HasCuts = false;
    }

    private void Cut(int leg, in TransferShare feeIn, in TransferShare feeOut)
    {
        Span<CurveSegment> cut = LongCurve(leg);
        Span<CurveSegment> whole = cut[CapCuts.Most..]; // read ahead of where it is written
        int count = CopyWhole(leg, whole);
        CapCuts cuts = new() { KeepIn = 1 - feeIn.Share, KeepOut = 1 - feeOut.Share };
        (double toCapIn, double toCapOut) = (feeIn.CapReachedAt * cuts.KeepIn, feeOut.CapReachedAt);
        int written = 0;
        for (int i = 0; i < count; i++)
        {
            if (!IsUsable(whole[i])) continue;

            // The pool's own piece: what arrives in it to what it gives.
            CurveSegment own = new()
            {
                RateOut = whole[i].RateOut / (cuts.KeepIn * cuts.KeepOut),
                Curvature = whole[i].Curvature / cuts.KeepIn,
                AmountInMax = whole[i].AmountInMax * cuts.KeepIn,
            };
            while (own.AmountInMax > 0)
            {
                double forOutput = own.RateOut - (own.Curvature * toCapOut);
                double toOutput = forOutput > 0 ? toCapOut / forOutput : double.PositiveInfinity;
                double length = Math.Min(own.AmountInMax, Math.Min(toCapIn, toOutput));
                double below = 1 + (own.Curvature * length);
                double slopeIn = cuts.In < 0 ? 1 : cuts.KeepIn;
                double slopeOut = cuts.Out < 0 ? 1 : cuts.KeepOut;
                cut[written++] = new CurveSegment
                {
                    RateOut = own.RateOut * slopeIn * slopeOut,
                    Curvature = own.Curvature * slopeIn,
                    AmountInMax = length / slopeIn,
                };
                if (toCapIn <= length) (cuts.In, cuts.Last, toCapIn) = (~written, written, double.PositiveInfinity);
                else toCapIn -= length;
                if (toOutput <= length) (cuts.Out, cuts.Last, toCapOut) = (~written, written, double.PositiveInfinity);
                else if (double.IsFinite(length)) toCapOut -= own.RateOut * length / below;
                own.RateOut /= below * below;
                own.Curvature /= below;
                own.AmountInMax = double.IsFinite(length) ? own.AmountInMax - length : 0;
            }
        }

        cuts.Last = Math.Min(cuts.Last, Math.Max(0, written - 1));
        (_cuts[leg], _longCount[leg]) = (cuts, written);
    }

    /// <summary>The pool's pieces: those that the graph keeps, all of them if it does not keep all.</summary>
    private int CopyWhole(int leg, Span<CurveSegment> whole)
    {
        ReadOnlySpan<CurveSegment> kept = _graph.Segments(_edges[leg]);
        if (kept.Length >= _graph.SegmentCapacity)
        {
            int pool = MarketGraph.EdgePool(_edges[leg]);
            return _graph.Pool(pool).CopySegments(
                MarketGraph.EdgeDirection(_edges[leg]), _graph.Clock(pool), whole);
        }

        kept.CopyTo(whole);
        return kept.Length;
    }

    /// <summary>The best of all stretches' maxima; the route then stands at its piece.</summary>
    private double FindAcrossCuts(double cap)
    {
        (double best, double bestProfit, int bestPiece) = (0, 0, 0);
        double optimum;
        while (true)
        {
            optimum = TradeCurve.Optimum(Chain);
            double at = Math.Min(Math.Max(optimum, PieceStart), Math.Min(cap, PieceEnd));
            double profit = Chain.Apply(at) - at;
            if (profit > bestProfit) (best, bestProfit, bestPiece) = (at, profit, _pieces);
            bool isDone = PieceEnd >= cap || (optimum <= PieceEnd && !HasCutsAhead);
            if (isDone || !Next()) break;
        }

        Ended = bestPiece == _pieces && optimum > PieceEnd && PieceEnd < cap && !_isCapped;
        _ = TryMoveTo(bestPiece);
        OptimumPiece = bestPiece;
        Walked = bestPiece > 0;
        return best;
    }

    /// <summary>
    /// Where a leg's pieces are cut: complement of the first piece behind each cap, 0 if there is none; the last cut;
    /// shares that the mints' fees leave.
    /// </summary>
    private struct CapCuts
    {
        /// <summary>Most cuts of a leg.</summary>
        internal const int Most = 2;

        internal int In;
        internal int Out;
        internal int Last;
        internal double KeepIn;
        internal double KeepOut;

        /// <summary>Brings a piece behind a cap to what it would be with the fee as a share.</summary>
        internal readonly void TakeShares(int piece, ref double rate, ref double curvature)
        {
            if (In < 0 && piece >= ~In) (rate, curvature) = (rate * KeepIn, curvature * KeepIn);
            if (Out < 0 && piece >= ~Out) rate *= KeepOut;
        }
    }
}
