using System;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Finds profitable cycles of any length in the whole graph, for housekeeping: audits the incremental search and finds
/// cycles longer than its bound. Bellman-Ford in queue order over ordered pairs of mints with weight -ln(best rate),
/// started from every mint at once (a virtual root with weight 0 to each), so no component is missed. Tarjan's subtree
/// disassembly: when u lowers v, v's subtree is taken out of the tree; if u is in it, the tree path from v to u plus
/// the edge is a negative cycle. It is found at the first such relaxation, is simple, and has no tail, because a tree
/// path has none. Source: R. E. Tarjan, "Shortest paths", 1981 (subtree disassembly); Cherkassky and Goldberg,
/// "Negative-cycle detection algorithms", 1999. Time O(mints * pairs) at worst, memory 48 bytes a mint and 9 a pair.
/// Relaxations below <see cref="Epsilon"/> are ignored: they are rounding (a pool without fee, there and back), so
/// cycles that gain less are not found. Owner: one thread that may read the graph. Nothing is allocated after
/// construction.
/// </summary>
public sealed class GlobalCycleFinder
{
    /// <summary>Least gain of a relaxation in log units, above the rounding of sums of logarithms up to 40.</summary>
    public const double Epsilon = 1e-12;

    private readonly MarketGraph _graph;
    private readonly double[] _weight;
    private readonly double[] _distance;
    private readonly int[] _parentPair;
    private readonly int[] _after;
    private readonly int[] _before;
    private readonly int[] _depth;
    private readonly bool[] _inTree;
    private readonly bool[] _queued;
    private readonly int[] _queue;
    private int _head;
    private int _count;

    /// <summary>A finder on a graph.</summary>
    public GlobalCycleFinder(MarketGraph graph)
    {
        _graph = graph;
        int nodes = graph.MintCapacity + 1;
        _weight = new double[2 * graph.PoolCapacity];
        _distance = new double[nodes];
        _parentPair = new int[nodes];
        _after = new int[nodes];
        _before = new int[nodes];
        _depth = new int[nodes];
        _inTree = new bool[nodes];
        _queued = new bool[nodes];
        _queue = new int[nodes];
    }

    /// <summary>Adjacency entries looked at since <see cref="Begin"/>.</summary>
    public long Steps { get; private set; }

    /// <summary>Takes the graph's best rates as they are now.</summary>
    public void Begin()
    {
        _graph.EnsureTopology();
        Steps = 0;
        for (int pair = 0; pair < 2 * _graph.PairCount; pair++)
        {
            double rate = _graph.BestRate(pair);
            _weight[pair] = rate > 0 ? -Math.Log(rate) : double.PositiveInfinity;
        }
    }

    /// <summary>
    /// Finds a cycle that shares no ordered pair with those found since <see cref="Begin"/>, and writes its edges.
    /// Returns the number of legs (edges beyond the destination are cut off), 0 if no cycle is left, -1 if
    /// <paramref name="stepsMax"/> was reached first.
    /// </summary>
    public int FindNext(Span<int> edges, long stepsMax)
    {
        Plant();
        while (_count > 0)
        {
            if (Steps > stepsMax) return -1;
            int mint = Dequeue();
            if (!_inTree[mint]) continue;
            ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
            ReadOnlySpan<int> pairs = _graph.PairsOut(mint);
            Steps += neighbours.Length;
            for (int i = 0; i < neighbours.Length; i++)
            {
                double distance = _distance[mint] + _weight[pairs[i]];
                int to = neighbours[i];
                if (!(distance < _distance[to] - Epsilon)) continue;
                if (!Reattach(mint, to)) return Report(mint, pairs[i], edges);
                _distance[to] = distance;
                _parentPair[to] = pairs[i];
                Enqueue(to);
            }
        }

        return 0;
    }

    /// <summary>All mints at distance 0 under the root, in order of id.</summary>
    private void Plant()
    {
        int mints = _graph.MintCount;
        int root = mints;
        (_head, _count) = (0, 0);
        _depth[root] = 0;
        _inTree[root] = true;
        for (int mint = 0; mint < mints; mint++)
        {
            _distance[mint] = 0;
            _parentPair[mint] = -1;
            _depth[mint] = 1;
            _inTree[mint] = true;
            _after[mint] = mint + 1;
            _before[mint] = mint == 0 ? root : mint - 1;
            _queued[mint] = false;
            Enqueue(mint);
        }

        _after[root] = 0;
        _before[root] = mints - 1;
        if (mints > 0) _after[mints - 1] = root;
    }

    /// <summary>
    /// Takes the subtree of <paramref name="child"/> out of the preorder list and hangs the node itself under
    /// <paramref name="parent"/>. False if the parent is in that subtree: the edge closes a negative cycle.
    /// </summary>
    private bool Reattach(int parent, int child)
    {
        if (_inTree[child])
        {
            int root = _graph.MintCount;
            int before = _before[child];
            int node = _after[child];
            while (node != root && _depth[node] > _depth[child])
            {
                if (node == parent) return false;
                _inTree[node] = false;
                node = _after[node];
            }

            _after[before] = node;
            _before[node] = before;
        }

        int next = _after[parent];
        (_after[parent], _before[child]) = (child, parent);
        (_after[child], _before[next]) = (next, child);
        _depth[child] = _depth[parent] + 1;
        _inTree[child] = true;
        return true;
    }

    private int Report(int last, int closingPair, Span<int> edges)
    {
        int legs = 1;
        int first = _graph.PairTo(closingPair);
        for (int mint = last; mint != first; mint = _graph.PairFrom(_parentPair[mint])) legs++;
        int at = legs - 1;
        int pair = closingPair;
        for (int mint = last; ; mint = _graph.PairFrom(pair))
        {
            if (at < edges.Length) edges[at] = _graph.BestEdge(pair);
            _weight[pair] = double.PositiveInfinity;
            at--;
            if (mint == first) return legs;
            pair = _parentPair[mint];
        }
    }

    private void Enqueue(int mint)
    {
        if (_queued[mint]) return;
        _queued[mint] = true;
        int at = _head + _count++;
        _queue[at < _queue.Length ? at : at - _queue.Length] = mint;
    }

    private int Dequeue()
    {
        int mint = _queue[_head];
        _head = _head + 1 == _queue.Length ? 0 : _head + 1;
        _count--;
        _queued[mint] = false;
        return mint;
    }
}
