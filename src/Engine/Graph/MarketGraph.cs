using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>
/// The market as a graph: mints are nodes, each pool is two directed edges (<c>2 * poolId + direction</c>), parallel
/// pools are kept. Structure of arrays with integer ids; everything is allocated by the constructor. Owner: the market
/// group's thread: Graph writes, Cycles and Scoring read on the same thread. An edge's rate is output base units per
/// input base unit at zero size, all fees included; it is finite and positive only while the pool is
/// <see cref="PoolState.Coherent"/> and its venue gives a curve, else 0 (no edge). Besides the edges the graph keeps,
/// per ordered pair of mints, the best rate of all parallel pools, stored next to each other per mint, so that the
/// search scans contiguous memory. Bounds: capacities given at construction, because growth would move arrays under the
/// search; a full table refuses (-1). Memory: about 470 bytes a pool plus <c>2 * segmentCapacity * 24</c> bytes of
/// curve, and at most 16 MB of rows of hubs.
/// </summary>
public sealed partial class MarketGraph
{
    /// <summary>Curve pieces kept per edge by default: the venues' own arrays hold about that many ticks or
    /// bins around the price.</summary>
    public const int DefaultSegmentCapacity = 64;

    /// <summary>
    /// Pieces copied at the first look: the walk of an optimum has as many before it jumps (RouteCurve), and a venue
    /// takes 5 to 40 ns for each.
    /// </summary>
    public const int NearPieces = 8;

    private readonly MintTable _mints;
    private readonly PoolTable _pools;
    private readonly PairTable _pairs;
    private readonly PoolQuotes[] _quotes;
    private readonly double[] _rate;
    private readonly int[] _edgeFrom;
    private readonly int[] _edgeTo;
    private readonly int[] _edgePair;
    private readonly CurveSegment[] _segments;
    private int _segmentsTaken;
    private ulong _versions;

    /// <summary>A graph of at most that many mints and pools.</summary>
    public MarketGraph(int mintCapacity, int poolCapacity, int segmentCapacity = DefaultSegmentCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mintCapacity, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(poolCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(segmentCapacity, 1);
        _mints = new MintTable(mintCapacity);
        _pools = new PoolTable(poolCapacity);
        _pairs = new PairTable(poolCapacity);
        _quotes = new PoolQuotes[poolCapacity];
        int edges = 2 * poolCapacity;
        _rate = new double[edges];
        _edgeFrom = new int[edges];
        _edgeTo = new int[edges];
        _edgePair = new int[edges];
        SegmentCapacity = segmentCapacity;
        _segments = new CurveSegment[(long)edges * segmentCapacity];
        _bestRate = new double[edges];
        _places = new PairPlace[edges];
        _adjacencyStart = new int[mintCapacity + 1];
        _degree = new int[mintCapacity];
        int positions = edges + (FillMax * Math.Min(mintCapacity, poolCapacity));
        _adjacentMint = new int[positions];
        _adjacentPair = new int[positions];
        _adjacentRank = new int[positions];
        _adjacentRates = new RatePair[positions];
        _pairPoolStart = new int[poolCapacity + 1];
        _pairPool = new int[poolCapacity];
        _pairEdge = new int[poolCapacity + ListStep];
        _parallelRates = new RatePair[poolCapacity + ListStep];
        _parallelAt = new int[poolCapacity];
        _cursor = new int[Math.Max(mintCapacity, poolCapacity) + 1];
        _hubOf = new int[mintCapacity];
        _reach = new int[mintCapacity];
        _coreDegree = new int[mintCapacity];
        _core = new CoreMint[mintCapacity];
        _rank = new int[mintCapacity];
        _mintOfRank = new int[mintCapacity];
        Array.Fill(_rank, -1);
        _rows = NewRows(mintCapacity);
    }

    /// <summary>Mints known.</summary>
    public int MintCount => _mints.Count;

    /// <summary>Most mints it can hold.</summary>
    public int MintCapacity => _mints.Capacity;

    /// <summary>Pools known.</summary>
    public int PoolCount => _pools.Count;

    /// <summary>Most pools it can hold.</summary>
    public int PoolCapacity => _pools.Capacity;

    /// <summary>Directed edges: two a pool, also of pools that cannot quote now.</summary>
    public int EdgeCount => 2 * _pools.Count;

    /// <summary>Most curve pieces kept per edge; depth beyond them is not sized into.</summary>
    public int SegmentCapacity { get; }

    /// <summary>Edge of a pool and direction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Edge(int poolId, SwapDirection direction) => (poolId << 1) | (int)direction;

    /// <summary>Pool of an edge.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int EdgePool(int edge) => edge >> 1;

    /// <summary>Direction of an edge in its pool.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SwapDirection EdgeDirection(int edge) => (SwapDirection)(edge & 1);

    /// <summary>Mint that goes into an edge.</summary>
    public int EdgeFrom(int edge) => _edgeFrom[edge];

    /// <summary>Mint that comes out of an edge.</summary>
    public int EdgeTo(int edge) => _edgeTo[edge];

    /// <summary>Registers a mint before any pool names it (base mints). -1 if the table is full.</summary>
    public int AddMint(in Pubkey mint) => _mints.GetOrAdd(mint);

    /// <summary>Id of a mint, or -1.</summary>
    public int MintId(in Pubkey mint) => _mints.Find(mint);

    /// <summary>Address of a mint id.</summary>
    public Pubkey Mint(int mintId) => _mints[mintId];

    /// <summary>Decimals of a mint, for display; -1 while no pool has seen them.</summary>
    public int MintDecimals(int mintId) => _mints.Decimals(mintId);

    /// <summary>Tag of a mint's address.</summary>
    internal ulong MintTag(int mintId) => _mints[mintId].Tag;

    /// <summary>Id of the pool at an address, or -1.</summary>
    public int FindPool(in Pubkey address) => _pools.Find(address);

    /// <summary>The pool of an id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pool Pool(int poolId) => _pools[poolId];

    /// <summary>Tag of a pool's address, without a look at the pool.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong PoolTag(int poolId) => _pools.Tag(poolId);

    /// <summary>
    /// Number of all that a pool's quotes depend on: its accounts, its state, and its clock as far as quotes follow it.
    /// No two pools have the same, and none comes back: the same number is the same quotes.
    /// </summary>
    public ulong Version(int poolId) => _quotes[poolId].Version;

    /// <summary>Tells that a pool was given account bytes, in any role.</summary>
    public void NoteChange(int poolId) => _quotes[poolId].Version = ++_versions;

    /// <summary>State of a pool's accounts.</summary>
    public PoolState State(int poolId) => _quotes[poolId].State;

    /// <summary>Slot of the newest account the pool's state contains.</summary>
    public ulong StateSlot(int poolId) => _quotes[poolId].StateSlot;

    /// <summary>
    /// Registers a pool whose mints are known; the same address again gives the same id. Its state is Unknown until
    /// <see cref="SetState"/>. Returns -1 if a table is full, or the mints are not known or equal.
    /// </summary>
    public int AddPool(Pool pool)
    {
        int known = _pools.Find(pool.Address);
        if (known >= 0) return known;
        if (pool.MintA.IsZero || pool.MintB.IsZero || pool.MintA == pool.MintB) return -1;
        if (_pools.Count == _pools.Capacity) return -1;
        int a = _mints.GetOrAdd(pool.MintA);
        int b = _mints.GetOrAdd(pool.MintB);
        if (a < 0 || b < 0) return -1;
        int id = _pools.Add(pool);
        int pair = _pairs.GetOrAdd(a, b);
        int forward = (pair << 1) | (a < b ? 0 : 1);
        int edge = id << 1;
        (_edgeFrom[edge], _edgeTo[edge], _edgePair[edge]) = (a, b, forward);
        (_edgeFrom[edge | 1], _edgeTo[edge | 1], _edgePair[edge | 1]) = (b, a, forward ^ 1);
        // PERF: pools of few pieces lie close together: 10,000 of them touch 2 MB and not 30 (perf/Memory/run.sh).
        int room = Math.Min(pool.SegmentsMax, SegmentCapacity);
        ref PoolQuotes quotes = ref _quotes[id];
        (quotes.SegmentStart, quotes.SegmentRoom) = (_segmentsTaken, room);
        quotes.Forget();
        _segmentsTaken += 2 * room;
        _topologyStale = true;
        NoteChange(id);
        NoteDecimals(id);
        return id;
    }

    /// <summary>The pool may know its mints' decimals by now.</summary>
    internal void NoteDecimals(int poolId)
    {
        Pool pool = _pools[poolId];
        if (!HasMintsOf(poolId, pool)) return;
        _mints.SetDecimals(_edgeFrom[poolId << 1], pool.MintDecimals(isMintA: true));
        _mints.SetDecimals(_edgeTo[poolId << 1], pool.MintDecimals(isMintA: false));
    }

    /// <summary>True if the pool's mints are those that its edges join.</summary>
    internal bool HasMintsOf(int poolId, Pool pool) =>
        pool.HasMints(in _mints[_edgeFrom[poolId << 1]], in _mints[_edgeTo[poolId << 1]]);

    /// <summary>
    /// Sets what is known of a pool. Anything but Coherent removes both edges at once; Coherent needs a
    /// <see cref="Refresh"/> after it to have rates.
    /// </summary>
    public void SetState(int poolId, PoolState state, ulong slot)
    {
        ref PoolQuotes quotes = ref _quotes[poolId];
        if (state != quotes.State) NoteChange(poolId);
        quotes.State = state;
        quotes.StateSlot = slot;
        if (state == PoolState.Coherent) return;
        if (EdgeRates(poolId) != Vector128<double>.Zero) SetRates(poolId, Vector128<double>.Zero);
        quotes.Forget();
    }

    /// <summary>
    /// Takes both directions' marginal rates from the pool's decoded state at <paramref name="clock"/>, or at the later
    /// time that the state itself proves (a pool update may overtake the clock's). The full curves are copied later,
    /// when a route over the pool is sized (<see cref="Segments"/>), at the same clock.
    /// </summary>
    public void Refresh(int poolId, in ChainClock clock)
    {
        Pool pool = _pools[poolId];
        ref PoolQuotes quotes = ref _quotes[poolId];
        quotes.Forget();
        long unixTimestamp = Math.Max(clock.UnixTimestamp, pool.EarliestUnixTimestamp);
        if (quotes.Clock.Slot != clock.Slot || quotes.Clock.UnixTimestamp != unixTimestamp
            || quotes.Clock.Epoch != clock.Epoch)
        {
            TakeClock(poolId, new ChainClock(clock.Slot, unixTimestamp, clock.Epoch));
        }

        Vector128<double> rates = quotes.State == PoolState.Coherent ? MarginalRates(pool, in quotes.Clock) : default;
        if (rates == EdgeRates(poolId)) return;
        SetRates(poolId, rates);
        NoteChange(poolId);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeClock(int poolId, ChainClock now)
    {
        ref PoolQuotes quotes = ref _quotes[poolId];
        if (!_pools[poolId].IsSameAt(in quotes.Clock, in now)) NoteChange(poolId);
        quotes.Clock = now;
    }

    /// <summary>A pool's rates, A to B first; 0 for what is none: infinity, NaN, below zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> MarginalRates(Pool pool, in ChainClock clock)
    {
        pool.MarginalRates(in clock, out double rateAToB, out double rateBToA);
        Vector128<double> rates = Vector128.Create(rateAToB, rateBToA);
        return rates & Vector128.GreaterThan(rates, Vector128<double>.Zero)
            & Vector128.LessThanOrEqual(rates, Vector128.Create(double.MaxValue));
    }

    /// <summary>The sum of both rates, worked out as <see cref="Refresh"/> does and kept nowhere.</summary>
    internal double PriceAgain(int poolId)
    {
        Vector128<double> rates = MarginalRates(_pools[poolId], in _quotes[poolId].Clock) - EdgeRates(poolId);
        return rates[0] + rates[1];
    }

    /// <summary>How much of an edge's curve is copied now.</summary>
    internal CurveMark MarkCurve(int edge)
    {
        ref PoolQuotes quotes = ref _quotes[edge >> 1];
        return new CurveMark(quotes.Pieces[edge & 1], quotes.IsNear[edge & 1]);
    }

    /// <summary>As it was when marked, before the next refresh: pieces copied meanwhile are forgotten.</summary>
    internal void RestoreCurve(int edge, CurveMark mark)
    {
        ref PoolQuotes quotes = ref _quotes[edge >> 1];
        (quotes.Pieces[edge & 1], quotes.IsNear[edge & 1]) = (mark.Count, mark.IsNear);
    }

    /// <summary>Clock of the pool's last refresh: quotes of the decision use the same one.</summary>
    public ref readonly ChainClock Clock(int poolId) => ref _quotes[poolId].Clock;

    /// <summary>
    /// Marginal rate of an edge, output base units per input base unit, fees included; 0 if there is none.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Rate(int edge) => _rate[edge];

    /// <summary>True if one of a pool's edges has a rate.</summary>
    internal bool HasRates(int poolId) => EdgeRates(poolId) != Vector128<double>.Zero;

    /// <summary>
    /// Curve pieces of an edge from the current price outward, copied from the venue at the first use after a refresh.
    /// Empty if the edge has no rate.
    /// </summary>
    public ReadOnlySpan<CurveSegment> Segments(int edge)
    {
        CurveMark mark = MarkCurve(edge);
        Span<CurveSegment> cache = Cache(edge);
        return cache[..(mark.Count >= 0 && !mark.IsNear ? mark.Count : CopySegments(edge, cache))];
    }

    /// <summary>
    /// The first pieces of <see cref="Segments"/>: <see cref="NearPieces"/> of them, or more if they were copied
    /// already. Most routes are decided on these.
    /// </summary>
    public ReadOnlySpan<CurveSegment> NearSegments(int edge)
    {
        int count = _quotes[edge >> 1].Pieces[edge & 1];
        Span<CurveSegment> cache = Cache(edge);
        if (count < 0) count = CopySegments(edge, cache[..Math.Min(NearPieces, cache.Length)]);
        return cache[..count];
    }

    /// <summary>
    /// True if a transfer fee of the pool's mints has a maximum that an amount can reach; asked once after a refresh.
    /// </summary>
    public bool HasFeeCap(int poolId)
    {
        sbyte known = _quotes[poolId].FeeCap;
        return known < 0 ? FindFeeCap(poolId) : known != 0;
    }

    private bool FindFeeCap(int poolId)
    {
        ulong epoch = _quotes[poolId].Clock.Epoch;
        bool hasCap = CanReachCap(_pools[poolId].TransferFeeAt(true, epoch))
            || CanReachCap(_pools[poolId].TransferFeeAt(false, epoch));
        _quotes[poolId].FeeCap = hasCap ? (sbyte)1 : (sbyte)0;
        return hasCap;

        static bool CanReachCap(in TransferFeeRate rate) =>
            !rate.IsZero && rate.MaximumRaw < long.MaxValue / 10_000UL * rate.FeeBps;
    }

    private Span<CurveSegment> Cache(int edge)
    {
        ref PoolQuotes quotes = ref _quotes[edge >> 1];
        int room = quotes.SegmentRoom;
        return _segments.AsSpan(quotes.SegmentStart + ((edge & 1) * room), room);
    }

    private int CopySegments(int edge, Span<CurveSegment> destination)
    {
        int poolId = edge >> 1;
        ref PoolQuotes quotes = ref _quotes[poolId];
        int count = _rate[edge] > 0
            ? _pools[poolId].CopySegments(EdgeDirection(edge), in quotes.Clock, destination)
            : 0;
        quotes.Pieces[edge & 1] = count;
        quotes.IsNear[edge & 1] = destination.Length < quotes.SegmentRoom && count == destination.Length;
        return count;
    }
}
