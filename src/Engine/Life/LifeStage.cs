using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Life;

/// <summary>
/// Follows every distinct cycle that was decided with a gross profit (or refused because a pool was not coherent) for a
/// number of slots and says how it ended (<see cref="LifeLabel"/>). A cycle lives while the product of its marginal
/// rates is above one; while one of its pools cannot quote it is neither alive nor ended. A swap is distinguished from
/// a fee or liquidity change by the price before fees, the ratio of the pool's two rates, which only a swap moves. The
/// first decision, if it was quoted at all, is quoted again, leg by leg, on the state it was made on. Cycles that were
/// never there (stale, our error) are reported to the quarantine as failures, the others as successes, and every life
/// to the landing model. Slots and order of events decide everything, no clock does. Owner: the market group's thread;
/// runs after Instructions, off the way of the decision. Bound: <see cref="LifeSettings.MaxFollowed"/>; a full table
/// follows no more and counts.
/// </summary>
public sealed class LifeStage : IStage
{
    // A price before fees is worked out from two rates of a few roundings each: 2^-53 relative, some times.
    private const double SamePrice = 1e-12;

    private readonly ulong _followSlots;
    private readonly MarketGraph _graph;
    private readonly TouchedPools _touched;
    private readonly SlotTree _slots;
    private readonly OpportunityRing _opportunities;
    private readonly RouteQuarantine _quarantine;
    private readonly LandingModel _landing;
    private readonly FollowedTable _table;
    private readonly bool[] _decidedStale;
    private readonly double[] _rateRatio; // forward over backward rate, by pool; 0 unknown
    private readonly bool[] _hasMoved; // by pool, for the touched pools of the event
    private readonly long[] _byLabel = new long[Enum.GetValues<LifeLabel>().Length];
    private ulong _slot;
    private long _sequence;

    /// <summary>
    /// A stage that follows what Scoring decided on the market that <paramref name="graphStage"/> keeps.
    /// </summary>
    public LifeStage(
        LifeSettings settings, GraphStage graphStage, OpportunityRing opportunities, RouteQuarantine quarantine,
        LandingModel landing)
        : this(settings, graphStage.Market, graphStage.Touched, graphStage.Slots, opportunities, quarantine, landing)
    {
    }

    /// <summary>The same, from the parts of a graph stage.</summary>
    public LifeStage(
        LifeSettings settings,
        MarketGraph graph,
        TouchedPools touched,
        SlotTree slots,
        OpportunityRing opportunities,
        RouteQuarantine quarantine,
        LandingModel landing)
    {
        settings.Validate();
        _landing = landing;
        _followSlots = (ulong)settings.FollowSlots;
        _graph = graph;
        _touched = touched;
        _slots = slots;
        _opportunities = opportunities;
        _quarantine = quarantine;
        _table = new FollowedTable(settings.MaxFollowed, _graph.PoolCapacity);
        _decidedStale = new bool[settings.MaxFollowed];
        _rateRatio = new double[_graph.PoolCapacity];
        _hasMoved = new bool[_graph.PoolCapacity];
        Ring = new LifeRing(2 * settings.MaxFollowed);
    }

    /// <inheritdoc/>
    public string Name => "life";

    /// <summary>Ended lives, for the sinks. Holds all that can be followed, twice.</summary>
    public LifeRing Ring { get; }

    /// <summary>Cycles followed now.</summary>
    public int FollowedCount => _table.Count;

    /// <summary>Cycles followed since the start.</summary>
    public long BirthCount { get; private set; }

    /// <summary>Cycles not followed because the table was full.</summary>
    public long NotFollowedCount { get; private set; }

    /// <summary>Labels lost because the life ring was full.</summary>
    public long LostLabelCount { get; private set; }

    /// <summary>Lives that ended with a label.</summary>
    public long CountOf(LifeLabel label) => _byLabel[(int)label];

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            ref MarketEvent one = ref batch[i];
            one.LifePosition = Ring.BeginEvent();
            _sequence = firstSequence + i;
            if (one.Slot > _slot) AdvanceTo(one.Slot);
            if (_touched.Count != 0) Recheck();
            for (int n = 0; n < one.OpportunityCount; n++) Follow(in _opportunities[one.OpportunityPosition + n]);
            if (one.Kind == EventKind.EndOfFeed) EndAll();
            one.LifeCount = (int)(Ring.Next - one.LifePosition);
            work += _touched.Count + one.LifeCount;
        }

        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }

    private void AdvanceTo(ulong slot)
    {
        _slot = slot;
        while (_table.Oldest >= 0 && _slot - _table[_table.Oldest].BirthSlot >= _followSlots)
            End(_table.Oldest, FinalLabel(_table.Oldest), -1);
    }

    private void EndAll()
    {
        while (_table.Oldest >= 0) End(_table.Oldest, FinalLabel(_table.Oldest), -1);
    }

    /// <summary>Label of a cycle at the end of its time; pools that cannot quote are no opportunity.</summary>
    private LifeLabel FinalLabel(int entry) => Product(entry) > 1 ? LifeLabel.Alive : LifeLabel.Evaporated;

    private void Recheck()
    {
        ReadOnlySpan<int> touched = _touched.Ids;
        foreach (int pool in touched)
        {
            double backward = _graph.Rate((pool << 1) | 1);
            double ratio = backward > 0 ? _graph.Rate(pool << 1) / backward : 0;
            double before = _rateRatio[pool];
            _hasMoved[pool] = ratio > 0 && before > 0 && Math.Abs(ratio - before) > SamePrice * before;
            if (ratio > 0) _rateRatio[pool] = ratio;
        }

        foreach (int pool in touched)
        {
            for (int link = _table.FirstLink(pool); link >= 0;)
            {
                int next = _table.NextLink(link);
                Recheck(link / Legs.MaxCount);
                link = next;
            }
        }
    }

    private void Recheck(int entry)
    {
        ref LifeRecord life = ref _table[entry];
        if (!CanQuote(in life))
        {
            if (_slots.IsAbandoned(life.StateSlot)) End(entry, LifeLabel.Stale, -1);
            return;
        }

        if (Product(entry) > 1) return;
        int swapped = -1;
        int changed = -1;
        for (int leg = 0; leg < life.LegCount; leg++)
        {
            int pool = life.Pools[leg];
            if (!_touched.Contains(pool)) continue;
            changed = pool;
            if (_graph.StateSlot(pool) < life.StateSlot)
            {
                End(entry, LifeLabel.Stale, pool); // it had already happened when the cycle was decided
                return;
            }

            if (_hasMoved[pool]) swapped = pool;
        }

        if (swapped >= 0) End(entry, LifeLabel.Captured, swapped);
        else End(entry, LifeLabel.Evaporated, changed);
    }

    private bool CanQuote(in LifeRecord life)
    {
        for (int leg = 0; leg < life.LegCount; leg++)
        {
            if (_graph.State(life.Pools[leg]) != PoolState.Coherent) return false;
        }

        return true;
    }

    private double Product(int entry)
    {
        double product = 1;
        for (int leg = 0; leg < _table[entry].LegCount; leg++) product *= _graph.Rate(_table.Edge(entry, leg));
        return product;
    }

    private void Follow(in Opportunity one)
    {
        bool decidedStale =
            one.Reason is DecisionReason.TornPool or DecisionReason.GappedPool or DecisionReason.StalePool;
        if (one.GrossProfitRaw <= 0 && !decidedStale) return;
        ulong key = CycleKey.Of(in one);
        int entry = _table.Find(key);
        if (entry < 0)
        {
            entry = _table.Add(key, in one);
            if (entry < 0)
            {
                NotFollowedCount++;
                return;
            }

            BirthCount++;
            _decidedStale[entry] = decidedStale;
            ref LifeRecord born = ref _table[entry];
            born.Sequence = one.Sequence;
            born.Ordinal = one.Ordinal;
            born.BirthSlot = _slot;
            born.StateSlot = one.Slot;
            born.NetProfitLamports = one.NetProfitLamports;
        }

        ref LifeRecord life = ref _table[entry];
        life.DecisionCount++;
        if (one.Reason == DecisionReason.Go) life.WasTaken = 1;
        if (life.DecisionCount != 1 || decidedStale || one.SizingMethod == SizingMethod.Bound) return;
        if (!IsAsSaid(in one)) End(entry, LifeLabel.OurError, -1);
    }

    /// <summary>True if quoting every leg again gives the amounts of the decision.</summary>
    private bool IsAsSaid(in Opportunity one)
    {
        ulong amount = one.AmountInRaw;
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            Leg said = one.Legs[leg];
            SwapRequest request = new()
            {
                Direction = (SwapDirection)said.Direction,
                Mode = SwapMode.ExactIn,
                AmountRaw = amount,
                Clock = _graph.Clock(said.PoolId),
            };
            QuoteStatus status = _graph.Pool(said.PoolId).Quote(in request, out SwapQuote quote);
            if (status != QuoteStatus.Ok || said.AmountInRaw != amount || said.AmountOutRaw != quote.AmountOutRaw)
                return false;
            amount = quote.AmountOutRaw;
        }

        return one.AmountOutRaw == amount && (Int128)amount - one.AmountInRaw == one.GrossProfitRaw;
    }

    private void End(int entry, LifeLabel label, int pool)
    {
        ref LifeRecord life = ref _table[entry];
        if (_decidedStale[entry]) label = LifeLabel.Stale;
        life.Label = label;
        life.EndSlot = _slot;
        life.EndSequence = _sequence;
        life.EndPoolId = pool;
        _byLabel[(int)label]++;
        bool wasThere = label is LifeLabel.Alive or LifeLabel.Captured or LifeLabel.Evaporated;
        if (wasThere) _quarantine.ReportSuccess(life.CycleKey);
        else if (!_decidedStale[entry]) _quarantine.ReportFailure(life.CycleKey, _slot);
        _landing.Observe(in life);
        if (Ring.TryAppend(out long position)) Ring[position] = life;
        else LostLabelCount++;
        _table.Remove(entry);
    }
}
