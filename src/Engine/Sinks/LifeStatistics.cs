using System;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Sinks;

/// <summary>How long cycles over one pair of pools lived.</summary>
/// <param name="PoolA">Lower pool id.</param>
/// <param name="PoolB">Higher pool id.</param>
/// <param name="Lives">Lives that were there: alive, captured, evaporated.</param>
/// <param name="Captured">Ended by a swap.</param>
/// <param name="Evaporated">Ended otherwise.</param>
/// <param name="HalfLifeSlots">
/// Slots after which at most half still lived; -1 if more than half outlived what was followed.
/// </param>
public readonly record struct PairLife(
    int PoolA, int PoolB, long Lives, long Captured, long Evaporated, int HalfLifeSlots);

/// <summary>
/// Labels of ended lives, and survival by slots for every pair of pools that follow each other on a cycle. The survival
/// is the product of <c>1 - ended / still followed</c> over the slots, so lives that were cut off by the end of
/// following count for as long as they were seen. Stale lives and our errors are counted but not part of it: they were
/// never there. Owner: the sinks' thread. Bound: <see cref="MaxPairs"/> pairs; lives of further pairs are counted.
/// </summary>
// Source: Kaplan, Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958), eq. 1a.
public sealed class LifeStatistics : IDecisionSink
{
    /// <summary>Pairs of pools kept: all of a market of 45 pools on one mint.</summary>
    public const int MaxPairs = 1024;

    private readonly long[] _byLabel = new long[Enum.GetValues<LifeLabel>().Length];
    private readonly PoolPairTable _pairs = new(MaxPairs);
    private readonly int[] _captured = new int[MaxPairs + 1];
    private readonly int[] _ended; // by row and span
    private readonly int[] _cut;
    private readonly int _spans;

    /// <summary>Statistics of lives that are followed for at most that many slots.</summary>
    public LifeStatistics(int followSlots)
    {
        _spans = followSlots + 1;
        _ended = new int[(MaxPairs + 1) * _spans];
        _cut = new int[(MaxPairs + 1) * _spans];
    }

    /// <summary>Pairs seen.</summary>
    public int PairCount => _pairs.Count;

    /// <summary>Pairs of lives left out because the table was full.</summary>
    public long PairsLeftOut { get; private set; }

    /// <summary>Lives that ended with a label.</summary>
    public long By(LifeLabel label) => _byLabel[(int)label];

    /// <summary>Half-life over all cycles, slots; see <see cref="PairLife.HalfLifeSlots"/>.</summary>
    public int HalfLifeSlots => HalfLife(MaxPairs);

    /// <summary>The survival of all cycles: share that lived longer than a span of slots.</summary>
    public double SurvivalAfter(int spanSlots) => Survival(MaxPairs, spanSlots);

    /// <summary>A pair, in the order first seen.</summary>
    public PairLife Pair(int row)
    {
        long lives = 0;
        long ended = 0;
        for (int span = 0; span < _spans; span++)
        {
            ended += _ended[(row * _spans) + span];
            lives += _cut[(row * _spans) + span];
        }

        return new PairLife(
            _pairs.PoolA(row), _pairs.PoolB(row), lives + ended, _captured[row], ended - _captured[row],
            HalfLife(row));
    }

    /// <inheritdoc/>
    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
    }

    /// <inheritdoc/>
    public void OnLife(in LifeRecord life)
    {
        _byLabel[(int)life.Label]++;
        if (life.Label is LifeLabel.Stale or LifeLabel.OurError) return;
        Count(MaxPairs, in life);
        for (int leg = 0; leg < PoolPairTable.PairsOf(life.LegCount); leg++)
        {
            int row = _pairs.FindOrAdd(life.Pools[leg], life.Pools[leg + 1 < life.LegCount ? leg + 1 : 0]);
            if (row < 0) PairsLeftOut++;
            else Count(row, in life);
        }
    }

    private void Count(int row, in LifeRecord life)
    {
        int span = (int)Math.Min(life.SpanSlots, (ulong)_spans - 1);
        if (life.Label == LifeLabel.Alive) _cut[(row * _spans) + span]++;
        else _ended[(row * _spans) + span]++;
        if (life.Label == LifeLabel.Captured) _captured[row]++;
    }

    private double Survival(int row, int untilSpan)
    {
        long followed = 0;
        for (int span = 0; span < _spans; span++)
            followed += _ended[(row * _spans) + span] + _cut[(row * _spans) + span];
        double survival = 1;
        for (int span = 0; span <= Math.Min(untilSpan, _spans - 1) && followed > 0; span++)
        {
            survival *= 1 - ((double)_ended[(row * _spans) + span] / followed);
            followed -= _ended[(row * _spans) + span] + _cut[(row * _spans) + span];
        }

        return survival;
    }

    private int HalfLife(int row)
    {
        for (int span = 0; span < _spans; span++)
        {
            if (Survival(row, span) <= 0.5) return span;
        }

        return -1;
    }
}
