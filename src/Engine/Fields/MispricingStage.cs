using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Fields;

/// <summary>
/// Keeps the market's <see cref="MispricingField"/>. A pool's flow is half the difference of its two log rates, which
/// leaves its fee out; a pool that quotes one way or not at all is absent. A pool's weight is its depth at the price,
/// valued in the reference mint: 1 from <see cref="FullWeightDepth"/> on, below it in powers of two down to 2^-10 (and
/// 1 until prices join it to the reference mint). On real markets half of the pools are dust with prices that mean
/// nothing, hence weights; their narrow range keeps the relaxation quick.
/// Runs at the end of the market group, after the event's decisions. An event notes flow and weight of its touched
/// pools; the first event of a new slot relaxes the field within <see cref="StepsPerSlot"/>. Slots are input, so every
/// run does the same. The result is an order: the more energy a pool's curl has, the earlier it is searched when one
/// event touches several (<see cref="TouchedPools.SetPriority"/>), so a bound that is met cuts the least mispriced.
/// The order itself leaves nothing out. Owner: the market group's thread.
/// </summary>
public sealed class MispricingStage : IStage
{
    /// <summary>Edges looked at in a slot at most (about 2 ns each); what is left goes on in the next slot.</summary>
    public const int StepsPerSlot = 200_000;

    /// <summary>Depth that gives weight 1, base units of the reference mint: 8.6 SOL if that is wrapped SOL.</summary>
    public const double FullWeightDepth = 1L << 33;

    private const int LeastWeightLog2 = -10;

    /// <summary>
    /// Priorities are whole hundredths of a basis point, so that the last bits of a logarithm decide no order.
    /// </summary>
    private const double PrioritiesPerUnit = 1e6;

    private readonly MarketGraph _graph;
    private readonly TouchedPools _touched;
    private readonly bool[] _isUnweighed; // noted before its mints were joined to the reference mint
    private ulong _slot;

    /// <summary>
    /// A stage over the market; <paramref name="touched"/> is what Graph fills for each event, depths are worth in
    /// <paramref name="referenceMint"/>.
    /// </summary>
    public MispricingStage(MarketGraph graph, TouchedPools touched, in Pubkey referenceMint)
    {
        _graph = graph;
        _touched = touched;
        ReferenceMint = graph.AddMint(referenceMint);
        _isUnweighed = new bool[graph.PoolCapacity];
        Field = new MispricingField(graph.MintCapacity, graph.PoolCapacity);
    }

    /// <inheritdoc/>
    public string Name => "field";

    /// <summary>The field: nodes are mint ids, edges are pool ids.</summary>
    public MispricingField Field { get; }

    /// <summary>Id of the mint that depths are worth in.</summary>
    public int ReferenceMint { get; }

    /// <summary>Slots whose budget did not settle the field.</summary>
    public long UnsettledSlots { get; private set; }

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        foreach (ref MarketEvent one in batch)
        {
            foreach (int pool in _touched.Ids) Note(pool);
            work += _touched.Count;
            if (one.Drop != DropCause.None || one.Slot <= _slot) continue;
            _slot = one.Slot;
            Settle();
        }

        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }

    /// <summary>Relaxes within the budget of a slot and orders pools by what is left of them.</summary>
    public void Settle()
    {
        if (Field.QueuedCount == 0) return;
        for (int pool = 0; pool < Field.EdgeCount; pool++)
        {
            if (_isUnweighed[pool]) Note(pool);
        }

        if (!Field.Relax(StepsPerSlot)) UnsettledSlots++;
        for (int pool = 0; pool < Field.EdgeCount; pool++) _touched.SetPriority(pool, Priority(pool));
    }

    /// <summary>
    /// Log of the price before fees, units of mint B per unit of A; NaN if the pool does not quote both ways.
    /// </summary>
    public static double MidLogRate(MarketGraph graph, int pool)
    {
        double forward = graph.Rate(pool << 1);
        double backward = graph.Rate((pool << 1) | 1);
        return forward > 0 && backward > 0 ? 0.5 * Math.Log(forward / backward) : double.NaN;
    }

    private void Note(int pool)
    {
        while (Field.EdgeCount <= pool)
        {
            int edge = Field.EdgeCount << 1;
            _ = Field.AddEdge(_graph.EdgeFrom(edge), _graph.EdgeTo(edge));
        }

        double flow = MidLogRate(_graph, pool);
        bool canWeigh = Field.AreJoined(_graph.EdgeFrom(pool << 1), ReferenceMint);
        _isUnweighed[pool] = !canWeigh && !double.IsNaN(flow);
        Field.SetFlow(pool, flow, canWeigh ? Weight(pool) : 1);
        _touched.SetPriority(pool, Priority(pool));
    }

    /// <summary>By depth; 1 if the venue gives no curve.</summary>
    private double Weight(int pool)
    {
        int mint = _graph.EdgeFrom(pool << 1);
        CurveSegment first = default;
        Span<CurveSegment> curve = new(ref first);
        if (_graph.Pool(pool).CopySegments(SwapDirection.AToB, _graph.Clock(pool), curve) == 0) return 1;

        // The input that halves the rate of a curve without end, or ends the piece, about.
        double depthRaw = 1 / (first.Curvature + (1 / first.AmountInMax));
        double value = depthRaw * Math.Exp(Field.Potential(mint) - Field.Potential(ReferenceMint));
        int exponent = value < FullWeightDepth ? Math.ILogB(value / FullWeightDepth) : 0;
        return Math.ScaleB(1, Math.Max(exponent, LeastWeightLog2));
    }

    private uint Priority(int pool) =>
        (uint)Math.Min(Math.Sqrt(Field.CurlEnergy(pool)) * PrioritiesPerUnit, uint.MaxValue);
}
