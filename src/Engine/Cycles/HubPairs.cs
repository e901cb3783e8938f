using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// The best two legs from each mint with very many neighbours to each other such mint, over any mint between them: what
/// most searches ask for, and what takes longest to work out. Kept from the graph's log of changed pairs: a changed
/// pair changes the products over one mint only, so a product that rose above the best is the new best, and if the best
/// one fell the pair of hubs is unknown until it is asked for. Values are exact, so searches find the same with it.
/// Owner: the finder's thread. Bounds: 7 hubs, since a change costs two products a hub; more than
/// <see cref="NotedMax"/> changes since the last question make all unknown.
/// </summary>
internal sealed class HubPairs
{
    private const int HubBits = 3;
    private const int HubsMax = (1 << HubBits) - 1; // numbered from 1; number 0 is no hub, and nothing known of it
    private const int NotedMax = 512;
    private const double Unknown = double.PositiveInfinity; // no product is above it
    private readonly MarketGraph _graph;
    private readonly int[] _numberOf; // of a rank
    private readonly int[] _hubs = new int[1 << HubBits]; // ranks by number
    private readonly RatePair[][] _rows = new RatePair[1 << HubBits][];
    private readonly RatePair[] _best = new RatePair[1 << (2 * HubBits)]; // of two hubs, out from the first of them
    private readonly Vector128<long>[] _via = new Vector128<long>[1 << (2 * HubBits)]; // ranks between; -1: not known
    private int _count;
    private int _target; // of the search, a number
    private int _start; // of the search, a rank
    private long _seenChanges;
    private long _seenTopology = -1;

    internal HubPairs(MarketGraph graph)
    {
        _graph = graph;
        _numberOf = new int[graph.MintCapacity];
    }

    /// <summary>True if the search's target is a hub.</summary>
    internal bool IsAimed => _target != 0;

    /// <summary>
    /// Takes the target of a search whose pair with the start is about to be hidden, and brings what is known up to the
    /// graph's changes if it may be asked for.
    /// </summary>
    internal void Aim(int target, int start)
    {
        _target = 0;
        if (_graph.Row(target) is null) return;
        Absorb();
        _target = _numberOf[_graph.Rank(target)];
        _start = _graph.Rank(start);
    }

    /// <summary>
    /// Best products of two legs from the mint of a rank to the target, out, and back, in; not over the start. False if
    /// the mint is no hub, or not both are known, or one is over the start. Larger than any for the target itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryGet(int rank, out Vector128<double> products)
    {
        int at = At(_numberOf[rank], _target);
        products = RatePair.Vector(ref _best[at]);
        Vector128<long> isUnknown = Vector128.Equals(products, Vector128.Create(Unknown)).AsInt64();
        return (isUnknown | Vector128.Equals(_via[at], Vector128.Create((long)_start))) == Vector128<long>.Zero;
    }

    /// <summary>As <see cref="TryGet"/>, and works out what is not known of two hubs.</summary>
    internal bool TryFind(int rank, out Vector128<double> products)
    {
        int number = _numberOf[rank];
        if (number != 0
            && Vector128.EqualsAny(RatePair.Vector(ref _best[At(number, _target)]), Vector128.Create(Unknown)))
        {
            int pair = _graph.FindPair(_graph.MintOfRank(_start), _graph.MintOfRank(_hubs[_target]));
            _graph.ShowPair(pair);
            WorkOut(number, _target);
            _graph.HidePair(pair);
        }

        return TryGet(rank, out products);
    }

    /// <summary>Brings what is known up to the graph's changes.</summary>
    private void Absorb()
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
        for (int hub = 1; hub <= HubsMax; hub++)
            _best[At(hub, hub)] = new RatePair { In = double.MaxValue, Out = double.MaxValue };
    }

    private static int At(int a, int b) => (a << HubBits) | b;

    private void ChooseHubs()
    {
        _seenTopology = _graph.TopologyCount;
        for (int hub = 1; hub <= _count; hub++) _numberOf[_hubs[hub]] = 0;
        _count = 0;
        ForgetAll();
        for (int rank = 0; rank < _graph.CoreCount && _count < HubsMax; rank++)
        {
            int mint = _graph.MintOfRank(rank);
            if (!_graph.IsDense(mint) || _graph.Row(mint) is not { } row) continue;
            _numberOf[rank] = ++_count;
            _hubs[_count] = rank;
            _rows[_count] = row;
        }
    }

    private void Note(int pair)
    {
        int from = _graph.Rank(_graph.PairFrom(pair));
        int to = _graph.Rank(_graph.PairTo(pair));
        if ((from | to) < 0) return;
        Vector128<double> rates = _graph.BestBoth(pair);
        if (_numberOf[from] != 0) Note(_numberOf[from], to, rates);
        if (_numberOf[to] != 0) Note(_numberOf[to], from, RowProducts.Turn(rates));
    }

    /// <summary>
    /// The rates between a hub and a mint are now these, seen from the hub. PERF: both directions of all hubs pass
    /// without a branch taken unless the mint is, or now becomes, the best one between them.
    /// </summary>
    private void Note(int hub, int via, Vector128<double> rates)
    {
        Vector128<long> vias = Vector128.Create((long)via);
        for (int other = 1; other <= _count; other++)
        {
            int at = At(hub, other);
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
        RatePair.Vector(ref _best[At(a, b)]) = best;
        _via[At(a, b)] = via;
        RatePair.Vector(ref _best[At(b, a)]) = RowProducts.Turn(best);
        _via[At(b, a)] = RowProducts.Turn(via.AsDouble()).AsInt64();
    }

    private void WorkOut(int a, int b)
    {
        Vector128<double> best = RowProducts.Largest(_rows[a], _rows[b], _graph.CoreCount);
        Keep(a, b, best, RowProducts.Find(_rows[a], _rows[b], best, _graph.CoreCount));
    }
}
