using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// The first piece of every edge's curve beside what decides whether a bound may rest on it, kept while no quote of the
/// pool changed (<see cref="MarketGraph.Version"/>). PERF: a leg of a candidate is one record and one number to compare
/// with, in place of the pool itself and seven tables of it (ScoringBenchmark). Owner: the scoring thread. Memory: 64
/// bytes a pool.
/// </summary>
internal sealed class FirstPieces(MarketGraph graph)
{
    private readonly FirstPiece[] _pieces = new FirstPiece[2 * graph.PoolCapacity];

    /// <summary>The piece as it is now.</summary>
    internal ref readonly FirstPiece Of(int edge)
    {
        ulong isOld = 0;
        ref readonly FirstPiece known = ref Peek(edge, ref isOld);
        if (isOld != 0) Renew(edge, ref _pieces[edge]);
        return ref known;
    }

    /// <summary>
    /// The piece as it was last asked for; bits are set if the pool has changed since. PERF: a loop over legs without a
    /// call keeps its numbers in registers (ScoringBenchmark), so whoever has one looks at all of them first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref readonly FirstPiece Peek(int edge, scoped ref ulong isOld)
    {
        ref FirstPiece known = ref _pieces[edge];
        isOld |= (known.Mark >> 1) ^ graph.Version(MarketGraph.EdgePool(edge));
        return ref known;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Renew(int edge, ref FirstPiece known)
    {
        int poolId = MarketGraph.EdgePool(edge);
        ReadOnlySpan<CurveSegment> pieces = graph.NearSegments(edge);
        CurveSegment first = pieces.IsEmpty ? default : pieces[0];
        (known.RateOut, known.Curvature, known.AmountInMax) = (first.RateOut, first.Curvature, first.AmountInMax);
        bool bounds = graph.State(poolId) == PoolState.Coherent
            && first.RateOut > 0 && first.AmountInMax > 0 && first.Curvature >= 0
            && !graph.HasFeeCap(poolId) && IsExact(graph.Pool(poolId));
        known.Mark = (graph.Version(poolId) << 1) | (bounds ? 1UL : 0);
    }

    /// <summary>
    /// True if no quote of the pool exceeds its curve by more than rounding. A stable swap's curve is only an
    /// approximation.
    /// </summary>
    internal static bool IsExact(Pool pool) =>
        pool.Venue != VenueId.TokenSwap || (pool.WorkClass & SwapWorkClass.Heavy) == 0;
}

/// <summary>The first piece of a curve; all zero if there is none.</summary>
internal struct FirstPiece
{
    /// <summary>Output per input at its start, base units, fees included.</summary>
    internal double RateOut;

    /// <summary>Curvature per input base unit.</summary>
    internal double Curvature;

    /// <summary>Input to its end, base units; infinity for no end.</summary>
    internal double AmountInMax;

    /// <summary>
    /// Twice the pool's version, and 1 if a bound may rest on it: the pool quotes, exactly on its curve up to rounding,
    /// and no fee is capped.
    /// </summary>
    internal ulong Mark;

    /// <summary>A leg that changes nothing and has no end.</summary>
    internal static FirstPiece None => new() { RateOut = 1, AmountInMax = double.PositiveInfinity };
}
