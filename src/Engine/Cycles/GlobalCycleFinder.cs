using System;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Finds profitable cycles of any length in the whole graph, for housekeeping: audits the incremental search and finds
/// cycles longer than its bound. Bellman-Ford in queue order over ordered pairs of mints. A mint's label is a price: an
/// amount of it that one can hold; a pair x to y raises y's label to label(x) times the pair's best rate. Labels are
/// products, not sums of logarithms, which saves a logarithm a pair and is the same order. Started from every mint at
/// once (a virtual root with the first labels as its rates), so no component is missed; any first labels are right, and
/// those of a walk in breadth from the mint with most neighbours leave little to raise.
///
/// Tarjan's subtree disassembly: when u raises v, v's subtree is taken out of the tree; if u is in it, the tree path
/// from v to u plus the edge is a gain. It is found at the first such raise, is simple, and has no tail, because a
/// tree path has none. Source: R. E. Tarjan, "Shortest paths", 1981 (subtree disassembly); Cherkassky and Goldberg,
/// "Negative-cycle detection algorithms", 1999. Time O(mints * pairs) at worst, memory 48 bytes a mint and 8 a pair.
///
/// Raises below <see cref="Epsilon"/> are ignored: they are rounding (a pool without fee, there and back), so cycles
/// that gain less are not found. Labels above <see cref="LabelMax"/> are not given: only chains of dozens of pools
/// without value reach it. Owner: one thread that may read the graph; a search may be cut and go on after the graph
/// changed, since it reads its own copy of the rates. Nothing is allocated after construction.
/// </summary>
public sealed class GlobalCycleFinder
{
    /// <summary>Least relative gain of a raise, above the rounding of products of some thousand rates.</summary>
    public const double Epsilon = 1e-12;

    /// <summary>Largest label, far below the largest double, so that products stay finite.</summary>
    public const double LabelMax = 1e250;

    private readonly MarketGraph _graph;
    private readonly double[] _rate; // by position in the adjacency; 0 = none, or used by a cycle already found
    private readonly double[] _label;
    private readonly int[] _parent;
    private readonly int[] _parentPosition;
    private readonly int[] _after;
    private readonly int[] _before;
    private readonly int[] _depth;
    private readonly bool[] _inTree;
    private readonly bool[] _queued;
    private readonly int[] _queue;
    private readonly int[] _ids; // from -1 on
    private int _start; // the mint with most neighbours
    private long _seenTopology = -1;
    private int _mints; // of the graph at Begin; also the virtual root
    private int _head;
    private int _count;
    private bool _isCut;

    /// <summary>A finder on a graph.</summary>
    public GlobalCycleFinder(MarketGraph graph)
    {
        _graph = graph;
        int nodes = graph.MintCapacity + 1;
        _rate = new double[graph.PositionCapacity];
        _label = new double[nodes];
        _parent = new int[nodes];
        _parentPosition = new int[nodes];
        _after = new int[nodes];
        _before = new int[nodes];
        _depth = new int[nodes];
        _inTree = new bool[nodes];
        _queued = new bool[nodes];
        _queue = new int[nodes];
        _ids = new int[nodes + 1];
        for (int i = 0; i < _ids.Length; i++) _ids[i] = i - 1;
    }

    /// <summary>Adjacency entries looked at since <see cref="Begin"/>.</summary>
    public long Steps { get; private set; }

    /// <summary>Takes the graph's best rates as they are now.</summary>
    public void Begin()
    {
        _graph.EnsureTopology();
        Steps = 0;
        _isCut = false;
        _mints = _graph.MintCount;
        RowProducts.CopyOut(_graph.AllRates, _rate);
        GuessLabels();
    }

    /// <summary>
    /// Finds a cycle that shares no ordered pair with those found since <see cref="Begin"/>, and writes its edges.
    /// Returns the number of legs (edges beyond the destination are cut off), 0 if no cycle is left, -1 if
    /// <paramref name="stepsMax"/> steps were done first; the next call then goes on. Rates are those of
    /// <see cref="Begin"/>, edges the best ones of now: an edge is -1 if its pair does not quote any more.
    /// No pool may have been added in between.
    /// </summary>
    public int FindNext(Span<int> edges, long stepsMax)
    {
        if (!_isCut) Plant();
        _isCut = false;
        long steps = 0;
        while (_count > 0)
        {
            if (steps > stepsMax)
            {
                _isCut = true;
                return -1;
            }

            int mint = Dequeue();
            if (!_inTree[mint]) continue;
            int first = _graph.FirstPosition(mint);
            ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
            ReadOnlySpan<double> rates = _rate.AsSpan(first, neighbours.Length);
            double label = _label[mint] * (1 - Epsilon);
            steps += neighbours.Length;
            Steps += neighbours.Length;
            for (int i = 0; i < neighbours.Length; i++)
            {
                int to = neighbours[i];
                if (!(label * rates[i] > _label[to])) continue;
                double raised = _label[mint] * rates[i];
                if (raised > LabelMax) continue;
                if (!Reattach(mint, to)) return Report(mint, to, first + i, edges);
                _label[to] = raised;
                _parent[to] = mint;
                _parentPosition[to] = first + i;
                Enqueue(to);
            }
        }

        return 0;
    }

    /// <summary>Prices along a tree in breadth from the mint with most neighbours; 1 where it does not lead.</summary>
    private void GuessLabels()
    {
        _label.AsSpan(0, _mints).Clear();
        if (_seenTopology != _graph.TopologyCount) ChooseStart();
        int known = Math.Min(1, _mints);
        _queue[0] = _start;
        _label[_start] = 1;
        for (int at = 0; at < known && known < _mints; at++)
        {
            int mint = _queue[at];
            ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
            ReadOnlySpan<double> rates = _rate.AsSpan(_graph.FirstPosition(mint), neighbours.Length);
            Steps += neighbours.Length;
            for (int i = 0; i < neighbours.Length; i++)
            {
                double label = _label[mint] * rates[i];
                if (_label[neighbours[i]] != 0 || !(label > 0) || label > LabelMax) continue;
                _label[neighbours[i]] = label;
                _queue[known++] = neighbours[i];
            }
        }

        if (known == _mints) return;
        for (int mint = 0; mint < _mints; mint++)
        {
            if (_label[mint] == 0) _label[mint] = 1;
        }
    }

    private void ChooseStart()
    {
        _seenTopology = _graph.TopologyCount;
        _start = 0;
        for (int mint = 1; mint < _mints; mint++)
        {
            if (_graph.Neighbours(mint).Length > _graph.Neighbours(_start).Length) _start = mint;
        }
    }

    /// <summary>All mints under the root with the labels they have, in order of id.</summary>
    private void Plant()
    {
        int root = _mints;
        _head = 0;
        _count = root;
        _depth[root] = 0;
        _inTree[root] = true;
        _inTree.AsSpan(0, root).Fill(true);
        _queued.AsSpan(0, root).Fill(true);
        _depth.AsSpan(0, root).Fill(1);
        _ids.AsSpan(0, root).CopyTo(_before);
        _ids.AsSpan(1, root).CopyTo(_queue);
        _ids.AsSpan(2, root).CopyTo(_after);
        _after[root] = 0;
        _before[root] = root - 1;
        if (root > 0) _before[0] = root;
    }

    /// <summary>
    /// Takes the subtree of <paramref name="child"/> out of the preorder list and hangs the node itself under
    /// <paramref name="parent"/>. False if the parent is in that subtree: the edge closes a negative cycle.
    /// </summary>
    private bool Reattach(int parent, int child)
    {
        if (_inTree[child])
        {
            int root = _mints;
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

    private int Report(int last, int first, int closing, Span<int> edges)
    {
        int legs = 1;
        for (int mint = last; mint != first; mint = _parent[mint]) legs++;
        int at = legs - 1;
        int position = closing;
        for (int mint = last; ; mint = _parent[mint])
        {
            if (at < edges.Length)
                edges[at] = _graph.BestEdge(_graph.PairsOut(mint)[position - _graph.FirstPosition(mint)]);
            _rate[position] = 0;
            at--;
            if (mint == first) return legs;
            position = _parentPosition[mint];
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
