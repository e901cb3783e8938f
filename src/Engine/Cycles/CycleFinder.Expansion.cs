using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>From a cycle of mints to the cycles of pools over it.</summary>
public sealed partial class CycleFinder
{
    private readonly int[] _cyclePair = new int[Legs.MaxCount];
    private readonly int[] _chosen = new int[2 * Legs.MaxCount]; // each edge again behind the last: every rotation
    private readonly double[] _suffix = new double[Legs.MaxCount + 1];

    /// <summary>The path closes at its last mint. False if the buffer is full: the cursor names the choice.</summary>
    private bool CloseAt(int legs)
    {
        _cursor.Pools = 0;
        if (!_touches[legs]) return true;
        int count = legs + 1;
        LayOut(count);
        _suffix[count] = 1;
        for (int i = count - 1; i > 0; i--) _suffix[i] = _suffix[i + 1] * _graph.BestRate(_cyclePair[i]);
        Choose(0, count, _edge);
        if (Expand(1, count, _graph.Rate(_edge))) return true;
        _cursor.Pools = (byte)count;
        return false;
    }

    /// <summary>The pairs of the cycle in the order of its legs, the searched pool's first.</summary>
    private void LayOut(int count)
    {
        int legs = count - 1;
        int closing = legs == 1
            ? _graph.EdgePair(_edge) ^ (_isReversed ? 0 : 1)
            : _graph.FindPair(_pathMint[legs - 1], _aim.Target);
        if (!_isReversed)
        {
            for (int i = 1; i < legs; i++) _cyclePair[i] = _pathPair[i];
            _cyclePair[legs] = closing;
            return;
        }

        _cyclePair[1] = closing ^ 1;
        for (int i = 2; i < count; i++) _cyclePair[i] = _pathPair[count - i] ^ 1;
    }

    private bool Expand(int level, int count, double product)
    {
        if (level == count) return Emit(count);
        int pair = _cyclePair[level];
        ReadOnlySpan<RatePair> rates = _graph.ParallelRates(pair);
        bool isIn = (pair & 1) == 0;
        double suffix = _suffix[level + 1];
        _steps += rates.Length;
        for (int i = _resumePools != 0 ? _cursor.Choice[level] : 0; i < rates.Length; i++)
        {
            double next = product * rates[i].Of(isIn);
            int edge;
            if (next * suffix > _least && (edge = _graph.ParallelEdge(pair, i)) >> 1 > _onlyAbovePool
                && edge >> 1 != _edge >> 1)
            {
                Choose(level, count, edge);
                _cursor.Choice[level] = i;
                if (!Expand(level + 1, count, next)) return false;
            }

            _resumePools = 0;
        }

        return true;
    }

    private void Choose(int level, int count, int edge)
    {
        _chosen[level] = edge;
        _chosen[level + count] = edge;
    }

    /// <summary>Keeps the chosen cycle if it is profitable; false if there is no room for it.</summary>
    private bool Emit(int count)
    {
        ReadOnlySpan<int> edges = _chosen.AsSpan(Lowest(count), count);
        double product = _graph.Rate(edges[0]);
        for (int i = 1; i < edges.Length; i++) product *= _graph.Rate(edges[i]);
        if (_isBestOnly)
        {
            if (_found.KeepBetter(edges, product)) _least = double.MaxNative(_least, product * (1 - Slack));
            return true;
        }

        if (!(product > 1)) return true;
        if (_found.Room == 0) return false;
        _found.Add(edges, product);
        return true;
    }

    /// <summary>
    /// Index of the lowest of two edges or more. PERF: minima instead of branches that nothing predicts.
    /// </summary>
    private int Lowest(int count)
    {
        long lowest = Math.Min(Key(0), Key(1));
        if (count > 2) lowest = Math.Min(lowest, Key(2));
        if (count > 3) lowest = Math.Min(lowest, Key(3));
        for (int i = 4; i < count; i++) lowest = Math.Min(lowest, Key(i));
        return (int)(lowest & 7);
    }

    private long Key(int i) => ((long)_chosen[i] << 3) | (uint)i;
}
