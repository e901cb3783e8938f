using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Ways to choose the pools of two legs in a row, one after the other: what cycles that begin alike end with. PERF:
/// most pairs of mints have one pool or two, so loops over the pools of a pair end before they have begun; laid out
/// here, all ways over all mints are multiplied eight at a time (<see cref="FoundCycles.Multiply"/>). Owner: the
/// finder's thread. Bounds: as many as cycles may be found; a list that is full says so.
/// </summary>
internal sealed class TailList
{
    private readonly MarketGraph _graph;
    private readonly int _capacity;
    private readonly double[] _rates; // of the first leg
    private readonly double[] _lastRates;
    private readonly long[] _edges; // of the first leg below 32 bits, of the last one above: in order in memory

    internal TailList(MarketGraph graph, int capacity)
    {
        _graph = graph;
        _capacity = capacity;
        int length = capacity + (2 * MarketGraph.ListStep); // whole vectors are read and written
        _rates = new double[length];
        _lastRates = new double[length];
        _edges = new long[length];
    }

    internal int Count { get; private set; }

    /// <summary>Rates of the first leg, from the first tail on.</summary>
    internal ref double Rates => ref MemoryMarshal.GetArrayDataReference(_rates);

    /// <summary>Rates of the last leg.</summary>
    internal ref double LastRates => ref MemoryMarshal.GetArrayDataReference(_lastRates);

    /// <summary>Edges: of the first leg below 32 bits, of the last one above.</summary>
    internal ref long Edges => ref MemoryMarshal.GetArrayDataReference(_edges);

    internal void Clear() => Count = 0;

    /// <summary>Appends all ways over two ordered pairs; false if there is no room.</summary>
    internal bool TryAppend(int pair, int lastPair)
    {
        int length = _graph.PoolsOf(pair, out int start);
        int lastLength = _graph.PoolsOf(lastPair, out int lastStart);
        int at = Count;
        if (length * (long)lastLength > _capacity - at) return false;
        for (int j = 0; j < lastLength; j += MarketGraph.ListStep)
        {
            Vector512<double> lasts = EveryOther(ref _graph.RateAt(lastStart + j, lastPair));
            Vector512<long> lastEdges = _graph.EdgesAt(lastStart + j, lastPair) << 32;
            int some = Math.Min(lastLength - j, MarketGraph.ListStep);
            ref double rate = ref _graph.RateAt(start, pair);
            ref int edge = ref _graph.ParallelEdgeAt(start);
            for (int i = 0; i < length; i++)
            {
                // SAFETY: i is a pool of the pair, whose rates are two doubles each.
                Vector512<double> rates = Vector512.Create(Unsafe.Add(ref rate, i << 1));
                // SAFETY: as above.
                Vector512<long> edges = Vector512.Create((long)(Unsafe.Add(ref edge, i) ^ (pair & 1)));
                // SAFETY: at is below the capacity, and a vector and more is behind it.
                Unsafe.As<double, Vector512<double>>(ref Unsafe.Add(ref Rates, at)) = rates;
                // SAFETY: as above.
                Unsafe.As<double, Vector512<double>>(ref Unsafe.Add(ref LastRates, at)) = lasts;
                // SAFETY: as above.
                Unsafe.As<long, Vector512<long>>(ref Unsafe.Add(ref Edges, at)) = edges | lastEdges;
                at += some;
            }
        }

        Count = at;
        return true;
    }

    /// <summary>Eight doubles, every other one from one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> EveryOther(ref double from)
    {
        Vector512<long> even = Vector512.Create(0L, 2, 4, 6, 0, 2, 4, 6);
        // SAFETY: the graph's list of rates is longer by a step than there are pools.
        Vector512<double> low = Unsafe.As<double, Vector512<double>>(ref from);
        // SAFETY: as above.
        Vector512<double> high = Unsafe.As<double, Vector512<double>>(ref Unsafe.Add(ref from, MarketGraph.ListStep));
        return Vector512.Create(Vector512.Shuffle(low, even).GetLower(), Vector512.Shuffle(high, even).GetLower());
    }
}
