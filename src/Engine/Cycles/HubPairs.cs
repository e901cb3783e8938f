using System;
using System.Runtime.Intrinsics;
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
    private const double Unknown = double.PositiveInfinity; // no product is above it
    private readonly MarketGraph _graph;
    private readonly int[] _indexOf; // of a mint + 1; 0 = no hub
    private readonly int[] _hubs = new int[HubsMax];
    private readonly RatePair[][] _rows = new RatePair[HubsMax][];
    private readonly RatePair[] _best = new RatePair[HubsMax * HubsMax]; // of two hubs, out from the first of them
    private readonly Vector128<long>[] _via = new Vector128<long>[HubsMax * HubsMax]; // ranks between; -1: none known
    private int _count;
    private long _seenChanges;
    private long _seenTopology = -1;

    internal HubPairs(MarketGraph graph)
    {
        _graph = graph;
        _indexOf = new int[graph.MintCapacity];
    }

    /// <summary>
    /// Best products of two legs from a mint to another, out, and back, in; not over the mint that a hidden pair leads
    /// from to the second one. False if one of the two is no hub, or if a best one is over that mint. Call
    /// <see cref="Absorb"/> before the pair is hidden.
    /// </summary>
    internal bool TryGet(int from, int to, int hiddenPair, out Vector128<double> products)
    {
        products = default;
        int a = _indexOf[from] - 1;
        int b = _indexOf[to] - 1;
        if (a < 0 || b < 0) return false;
        int at = (a * HubsMax) + b;
        products = RatePair.Vector(ref _best[at]);
        if (Vector128.EqualsAny(products, Vector128.Create(Unknown)))
        {
            _graph.ShowPair(hiddenPair);
            WorkOut(a, b);
            _graph.HidePair(hiddenPair);
            products = RatePair.Vector(ref _best[at]);
        }

        return !Vector128.EqualsAny(_via[at], Vector128.Create((long)_graph.Rank(_graph.PairFrom(hiddenPair))));
    }

    /// <summary>Brings what is known up to the graph's changes.</summary>
    internal void Absorb()
    {
        long changes = _graph.ChangeCount;
        if (_seenTopology != _graph.TopologyCount) ChooseHubs();
        else if (changes - _seenChanges > NotedMax) ForgetAll();
        else
        {
            int noted = -1; // a pool changes both directions of its pair, one after the other
            for (long change = _seenChanges; change < changes; change++)
            {
                int pair = _graph.ChangedPair(change) >> 1;
                if (pair != noted) Note(pair << 1);
                noted = pair;
            }
        }

        _seenChanges = changes;
    }

    private void ForgetAll()
    {
        Array.Fill(_best, new RatePair { In = Unknown, Out = Unknown });
        Array.Fill(_via, Vector128.Create(-1L));
    }

    private void ChooseHubs()
    {
        _seenTopology = _graph.TopologyCount;
        for (int hub = 0; hub < _count; hub++) _indexOf[_hubs[hub]] = 0;
        _count = 0;
        ForgetAll();
        for (int rank = 0; rank < _graph.CoreCount && _count < HubsMax; rank++)
        {
            int mint = _graph.MintOfRank(rank);
            if (!_graph.IsDense(mint) || _graph.Row(mint) is not { } row) continue;
            _hubs[_count] = mint;
            _rows[_count] = row;
            _indexOf[mint] = ++_count;
        }
    }

    private void Note(int pair)
    {
        int from = _graph.PairFrom(pair);
        int to = _graph.PairTo(pair);
        if ((_indexOf[from] | _indexOf[to]) == 0 || !_graph.IsCorePair(pair)) return;
        Vector128<double> rates = Vector128.Create(_graph.BestRate(pair ^ 1), _graph.BestRate(pair));
        if (_indexOf[from] != 0) Note(_indexOf[from] - 1, _graph.Rank(to), rates);
        if (_indexOf[to] != 0) Note(_indexOf[to] - 1, _graph.Rank(from), Turn(rates));
    }

    /// <summary>
    /// The rates between a hub and a mint are now these, seen from the hub. PERF: both directions of all hubs pass
    /// without a branch taken unless the mint is, or now becomes, the best one between them.
    /// </summary>
    private void Note(int hub, int via, Vector128<double> rates)
    {
        Vector128<long> vias = Vector128.Create((long)via);
        for (int other = 0; other < _count; other++)
        {
            int at = (hub * HubsMax) + other;
            Vector128<double> products = rates * RatePair.Vector(ref _rows[other][via]);
            Vector128<double> best = RatePair.Vector(ref _best[at]);
            Vector128<long> rises = Vector128.GreaterThan(products, best).AsInt64();
            Vector128<long> isVia = Vector128.Equals(_via[at], vias);
            if ((rises | isVia) == Vector128<long>.Zero) continue;
            Vector128<double> falls = Vector128.LessThan(products, best) & isVia.AsDouble();
            best = Vector128.ConditionalSelect(rises.AsDouble(), products, best);
            best = Vector128.ConditionalSelect(falls, Vector128.Create(Unknown), best);
            Keep(hub, other, best, Vector128.ConditionalSelect(rises, vias, _via[at]) | falls.AsInt64());
        }
    }

    private void Keep(int a, int b, Vector128<double> best, Vector128<long> via)
    {
        RatePair.Vector(ref _best[(a * HubsMax) + b]) = best;
        _via[(a * HubsMax) + b] = via;
        RatePair.Vector(ref _best[(b * HubsMax) + a]) = Turn(best);
        _via[(b * HubsMax) + a] = Turn(via.AsDouble()).AsInt64();
    }

    private static Vector128<double> Turn(Vector128<double> pair) => Vector128.Shuffle(pair, Vector128.Create(1L, 0));

    private void WorkOut(int a, int b)
    {
        Vector128<double> best = RowProducts.Largest(_rows[a], _rows[b], _graph.CoreCount);
        Keep(a, b, best, Vector128.Create(Find(a, b, best[0], true), Find(a, b, best[1], false)));
    }

    private long Find(int a, int b, double product, bool isReversed)
    {
        if (!(product > 0)) return -1;
        for (int rank = 0; rank < _graph.CoreCount; rank++)
        {
            if (_rows[a][rank].Of(!isReversed) * _rows[b][rank].Of(isReversed) == product) return rank;
        }

        return -1;
    }
}
