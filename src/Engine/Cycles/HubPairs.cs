using System;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// The best two legs from each mint with very many neighbours to each other such mint, over any mint between them: what
/// most searches ask for, and what takes longest to work out. Kept from the graph's log of changed pairs: a changed
/// pair changes the products over one mint only, so a product that rose above the best is the new best, and if the best
/// one fell the pair of hubs is unknown until it is asked for. Values are exact, so searches find the same with it.
/// Owner: the finder's thread. Bounds: 8 hubs, since a change costs two products a hub; more than
/// <see cref="NotedMax"/> changes since the last question make all unknown.
/// </summary>
internal sealed class HubPairs
{
    private const int HubsMax = 8;
    private const int NotedMax = 512;
    private const double Unknown = -1;
    private readonly MarketGraph _graph;
    private readonly int[] _indexOf; // of a mint + 1; 0 = no hub
    private readonly int[] _hubs = new int[HubsMax];
    private readonly double[][] _rowOut = new double[HubsMax][];
    private readonly double[][] _rowIn = new double[HubsMax][];
    private readonly double[] _best = new double[HubsMax * HubsMax]; // from * HubsMax + to
    private readonly int[] _via = new int[HubsMax * HubsMax]; // rank between them, -1 if there is none
    private int _count;
    private long _seenChanges;
    private long _seenTopology = -1;

    internal HubPairs(MarketGraph graph)
    {
        _graph = graph;
        _indexOf = new int[graph.MintCapacity];
    }

    /// <summary>
    /// Best products of two legs from a mint to another and back, not over the mint that a hidden pair leads from to
    /// the second one. False if one of the two is no hub, or if a best one is over that mint. Call
    /// <see cref="Absorb"/> before the pair is hidden.
    /// </summary>
    internal bool TryGet(int from, int to, int hiddenPair, out double forth, out double back)
    {
        (forth, back) = (0, 0);
        int a = _indexOf[from] - 1;
        int b = _indexOf[to] - 1;
        if (a < 0 || b < 0) return false;
        int there = (a * HubsMax) + b;
        int backwards = (b * HubsMax) + a;
        if (_best[there] < 0 || _best[backwards] < 0)
        {
            _graph.ShowPair(hiddenPair);
            WorkOut(a, b);
            _graph.HidePair(hiddenPair);
        }

        int skipRank = _graph.Rank(_graph.PairFrom(hiddenPair));
        if (_via[there] == skipRank || _via[backwards] == skipRank) return false;
        (forth, back) = (_best[there], _best[backwards]);
        return true;
    }

    /// <summary>Brings what is known up to the graph's changes.</summary>
    internal void Absorb()
    {
        long changes = _graph.ChangeCount;
        if (_seenTopology != _graph.TopologyCount) ChooseHubs();
        else if (changes - _seenChanges > NotedMax) Array.Fill(_best, Unknown);
        else
        {
            for (long change = _seenChanges; change < changes; change++) Note(_graph.ChangedPair(change));
        }

        _seenChanges = changes;
    }

    private void ChooseHubs()
    {
        _seenTopology = _graph.TopologyCount;
        for (int hub = 0; hub < _count; hub++) _indexOf[_hubs[hub]] = 0;
        _count = 0;
        Array.Fill(_best, Unknown);
        for (int rank = 0; rank < _graph.CoreCount && _count < HubsMax; rank++)
        {
            int mint = _graph.MintOfRank(rank);
            if (!_graph.IsDense(mint) || _graph.RowOut(mint) is not { } row) continue;
            _hubs[_count] = mint;
            _rowOut[_count] = row;
            _rowIn[_count] = _graph.RowIn(mint)!;
            _indexOf[mint] = ++_count;
        }
    }

    private void Note(int pair)
    {
        int from = _graph.PairFrom(pair);
        int to = _graph.PairTo(pair);
        if (!_graph.IsCorePair(pair)) return;
        double rate = _graph.BestRate(pair);
        int hub = _indexOf[to] - 1;
        if (hub >= 0)
        {
            int via = _graph.Rank(from);
            for (int other = 0; other < _count; other++)
                Note((other * HubsMax) + hub, _rowOut[other][via] * rate, via);
        }

        hub = _indexOf[from] - 1;
        if (hub < 0) return;
        int between = _graph.Rank(to);
        for (int other = 0; other < _count; other++)
            Note((hub * HubsMax) + other, rate * _rowIn[other][between], between);
    }

    /// <summary>The product of two hubs over a mint is now this.</summary>
    private void Note(int at, double product, int via)
    {
        if (product > _best[at] && _best[at] >= 0) (_best[at], _via[at]) = (product, via);
        else if (_via[at] == via && product < _best[at]) _best[at] = Unknown;
    }

    private void WorkOut(int a, int b)
    {
        (double forth, double back) =
            RowProducts.Largest(_rowOut[a], _rowIn[b], _rowIn[a], _rowOut[b], _graph.CoreCount);
        int there = (a * HubsMax) + b;
        int backwards = (b * HubsMax) + a;
        (_best[there], _via[there]) = (forth, Find(_rowOut[a], _rowIn[b], forth));
        (_best[backwards], _via[backwards]) = (back, Find(_rowIn[a], _rowOut[b], back));
    }

    private int Find(double[] left, double[] right, double product)
    {
        if (!(product > 0)) return -1;
        for (int rank = 0; rank < _graph.CoreCount; rank++)
        {
            if (left[rank] * right[rank] == product) return rank;
        }

        return -1;
    }
}
