using System;
using System.Threading;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Pipeline.View;

/// <summary>
/// Publishes pools and mints for whoever watches: in each housekeeping it looks at a stretch of the pools and publishes
/// the few whose state or rates changed, and some mints. Reads the graph only. Owner thread: the market group's.
/// </summary>
internal sealed class PoolPublisher(MarketGraph market, MispricingStage mispricing)
{
    /// <summary>Mints published in one housekeeping: a logarithm's inverse each, about 20 ns.</summary>
    private const int MintsMax = 16;

    /// <summary>Pools looked at in one housekeeping: three array reads each.</summary>
    private const int LooksMax = 64;

    /// <summary>Pools published in one housekeeping; the depth of one costs up to 2 us (a pool of many bins).</summary>
    private const int PublishedMax = 4;

    /// <summary>The move of the marginal rate by which depth is measured: 1 %.</summary>
    private const double DepthMove = 0.01;

    /// <summary>Smallest change of a mispricing that is published: the field moves a little with every slot.</summary>
    private const double MispricingStepBps = 0.05;

    private readonly CurveSegment[] _pieces = new CurveSegment[CurvePieces.Length];
    private SnapshotTable<PoolFigures>? _rows;
    private SnapshotTable<MintFigures>? _mints;
    private int _nextMint;
    private CurveFigures _curve;
    private int _next;
    private int _curveRequest = -1;

    public SnapshotTable<PoolFigures> Rows => Volatile.Read(ref _rows) ?? Empty;

    public SnapshotTable<MintFigures> Mints => Volatile.Read(ref _mints) ?? NoMints;

    public SnapshotCell<CurveFigures> Curve { get; } = new();

    public int CurveRequest
    {
        get => Volatile.Read(ref _curveRequest);
        set => Volatile.Write(ref _curveRequest, value);
    }

    private static SnapshotTable<PoolFigures> Empty { get; } = new(0);

    private static SnapshotTable<MintFigures> NoMints { get; } = new(0);

    /// <summary>Begins; any thread, before or while the pipeline runs.</summary>
    public void Watch()
    {
        Interlocked.CompareExchange(ref _mints, new SnapshotTable<MintFigures>(market.MintCapacity), null);
        Interlocked.CompareExchange(ref _rows, new SnapshotTable<PoolFigures>(market.PoolCapacity), null);
    }

    public void PublishSome()
    {
        SnapshotTable<PoolFigures>? rows = Volatile.Read(ref _rows);
        int count = market.PoolCount;
        if (rows is null || count == 0) return;
        int published = 0;
        for (int look = 0; look < Math.Min(LooksMax, count) && published < PublishedMax; look++)
        {
            if (_next >= count) _next = 0;
            int poolId = _next++;
            ref readonly PoolFigures row = ref rows.Own(poolId);
            Pool pool = market.Pool(poolId);
            bool isSame = row.Venue == pool.Venue && row.StateSlot == market.StateSlot(poolId)
                && row.State == market.State(poolId) && row.Readiness == pool.Readiness
                && row.RateAToB == market.Rate(MarketGraph.Edge(poolId, SwapDirection.AToB))
                && row.RateBToA == market.Rate(MarketGraph.Edge(poolId, SwapDirection.BToA))
                && !(Math.Abs(row.MispricingBps - MispricingBps(poolId)) > MispricingStepBps);
            if (isSame) continue;
            Publish(rows, poolId, pool);
            published++;
        }

        // The count never runs ahead of the rows: a reader may take each row below it.
        while (rows.Count < count && rows.Own((int)rows.Count).Venue != VenueId.None) rows.Count++;
        PublishMints(_mints!);
        PublishCurve();
    }

    public void PublishCurve()
    {
        int poolId = CurveRequest;
        if ((uint)poolId >= (uint)market.PoolCount) return;
        Pool pool = market.Pool(poolId);
        bool quotes = market.State(poolId) == PoolState.Coherent;
        _curve.PoolId = poolId;
        _curve.StateSlot = market.StateSlot(poolId);
        _curve.CountAToB = quotes ? pool.CopySegments(SwapDirection.AToB, market.Clock(poolId), _curve.AToB) : 0;
        _curve.CountBToA = quotes ? pool.CopySegments(SwapDirection.BToA, market.Clock(poolId), _curve.BToA) : 0;
        Curve.Publish(in _curve);
    }

    private void Publish(SnapshotTable<PoolFigures> rows, int poolId, Pool pool)
    {
        PoolFigures figures = new()
        {
            Venue = pool.Venue,
            State = market.State(poolId),
            Readiness = pool.Readiness,
            StateSlot = market.StateSlot(poolId),
            RateAToB = market.Rate(MarketGraph.Edge(poolId, SwapDirection.AToB)),
            RateBToA = market.Rate(MarketGraph.Edge(poolId, SwapDirection.BToA)),
            MispricingBps = MispricingBps(poolId),
        };
        bool isQuoting = figures.RateAToB > 0 || figures.RateBToA > 0;
        double stated = isQuoting ? 0 : pool.StatedPrice;
        if (double.IsFinite(stated)) figures.StatedPrice = stated;
        if (figures.RateAToB > 0) figures.DepthA = Depth(poolId, pool, SwapDirection.AToB);
        if (figures.RateBToA > 0) figures.DepthB = Depth(poolId, pool, SwapDirection.BToA);
        rows.Publish(poolId, in figures);
    }

    private void PublishMints(SnapshotTable<MintFigures> mints)
    {
        MispricingField field = mispricing.Field;
        int reference = mispricing.ReferenceMint;
        for (int i = 0; i < Math.Min(MintsMax, market.MintCount); i++)
        {
            if (_nextMint >= market.MintCount) _nextMint = 0;
            int mint = _nextMint++;
            MintFigures figures = new()
            {
                Mint = market.Mint(mint),
                FairPrice = field.AreJoined(mint, reference)
                    ? Math.Exp(field.Potential(mint) - field.Potential(reference))
                    : double.NaN,
            };
            mints.Publish(mint, in figures);
            if (mint == mints.Count) mints.Count = mint + 1;
        }
    }

    private double MispricingBps(int poolId) =>
        poolId < mispricing.Field.EdgeCount && mispricing.Field.IsPresent(poolId)
            ? mispricing.Field.Curl(poolId) * 10_000
            : double.NaN;

    private double Depth(int poolId, Pool pool, SwapDirection direction)
    {
        int count = pool.CopySegments(direction, market.Clock(poolId), _pieces);
        return CurveMath.InputToMove(_pieces.AsSpan(0, count), DepthMove);
    }
}
