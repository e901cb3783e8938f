using System;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Decides every opportunity that Cycles wrote: sizes it, quotes it leg by leg in integers, subtracts all costs and
/// gives exactly one reason, also for every no. Of the Go decisions of one event that share a pool only the one with
/// the largest net profit stays Go; the others are Dominated, because after the first the second's state is gone.
/// The order of work is in ScoringStage.Decide.cs. Owner: the market group's thread. Bounds: quotes per candidate and
/// opportunities per event, both settings. Ties: larger net profit, then the lower position, which Cycles ordered by
/// product and ids.
/// </summary>
public sealed partial class ScoringStage : IStage, IWarmable
{
    private readonly MarketGraph _graph;
    private readonly OpportunityRing _ring;
    private readonly SearchSettings _settings;
    private readonly HotSettings _hot;
    private readonly FeeModel _fees;
    private readonly LamportRates _rates;
    private readonly InputSizer _sizer;
    private readonly ulong[] _wallet;
    private readonly long[] _byReason = new long[256];
    private readonly SplitRouter _splits;
    private readonly RefinedRoutes _refined;
    private readonly PoolDrift _drift;
    private readonly int[] _edges = new int[Legs.MaxCount];
    private readonly double[] _moves = new double[Legs.MaxCount];
    private readonly AgreementTable? _agreement;
    private ulong _eventSlot;

    /// <summary>A stage over the graph and ring that the Cycles stage writes.</summary>
    /// <param name="graph">The market.</param>
    /// <param name="ring">Opportunities.</param>
    /// <param name="settings">Bounds, costs, wallet.</param>
    /// <param name="quarantine">When failing routes are left alone.</param>
    /// <param name="overhead">Counts what stands around the swaps; nothing if null.</param>
    /// <param name="messages">Writes the messages of what is taken; none are written if null.</param>
    /// <param name="stamps">Takes the stamps inside the stage.</param>
    /// <param name="agreement">Which pools' states a second endpoint confirmed; not asked if null.</param>
    public ScoringStage(
        MarketGraph graph,
        OpportunityRing ring,
        SearchSettings settings,
        QuarantineSettings? quarantine = null,
        IRouteOverhead? overhead = null,
        IRouteMessages? messages = null,
        StampClock stamps = default,
        AgreementTable? agreement = null)
    {
        _agreement = agreement;
        settings.Validate();
        _graph = graph;
        _ring = ring;
        _settings = settings;
        _hot = new HotSettings(settings);
        _fees = new FeeModel(settings, _hot, overhead);
        FirstPieces pieces = new(graph);
        _rates = new LamportRates(graph, pieces, settings.BaseMints, SearchSettings.WrappedSol);
        _bounds = new FirstBounds(pieces, Math.Max(1, settings.MinimumInputRaw));
        _sizer = new InputSizer(graph, pieces, settings.MinimumInputRaw, settings.MaxDepthShareBps);
        _wallet = new ulong[graph.MintCapacity];
        Array.Fill(_wallet, ulong.MaxValue);
        for (int i = 0; i < Math.Min(settings.BaseMints.Length, settings.WalletRaw.Length); i++)
            _wallet[graph.AddMint(settings.BaseMints[i])] = settings.WalletRaw[i];
        LandingQuarantine = new RouteQuarantine(quarantine ?? new QuarantineSettings());
        Landing = new LandingModel(settings.LandingSlots);
        LifeQuarantine = new RouteQuarantine(quarantine ?? new QuarantineSettings());
        _messages = messages;
        _stamps = stamps;
        _open = new BestFirst(ring.Capacity);
        _sized = new BestFirst(ring.Capacity);
        _isTaken = new bool[graph.PoolCapacity];
        _splits = new SplitRouter(graph);
        _refined = new RefinedRoutes(graph);
        _drift = new PoolDrift(graph);
    }

    /// <inheritdoc/>
    public string Name => "scoring";

    /// <summary>Costs of a transaction; feed what it learns from on this stage's thread.</summary>
    public FeeModel Fees => _fees;

    /// <summary>Routes whose transactions failed; a submission or simulation reports here.</summary>
    public RouteQuarantine LandingQuarantine { get; }

    /// <summary>Routes whose cycles proved not to have been there; the life stage reports here.</summary>
    public RouteQuarantine LifeQuarantine { get; }

    /// <summary>Landing probabilities; the life stage tells it how cycles ended.</summary>
    public LandingModel Landing { get; }

    /// <summary>Decisions since the start.</summary>
    public long DecisionCount { get; private set; }

    /// <summary>Exact quotes since the start.</summary>
    public long QuoteCount { get; private set; }

    /// <summary>Decisions of a reason since the start.</summary>
    public long CountOf(DecisionReason reason) => _byReason[(int)reason];

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        foreach (ref MarketEvent e in batch)
        {
            if (e.Kind == EventKind.Setting) Change(SettingChange.Of(in e));
            if (e.PoolId >= 0 && e.Drop == DropCause.None) _drift.Observe(e.PoolId);
            if (e.OpportunityCount == 0) continue;
            _eventSlot = e.Slot;
            Decide(ref e);
            work++;
        }

        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }

    /// <summary>Puts a setting in force, from the next event on.</summary>
    private void Change(in SettingChange change)
    {
        _hot.Apply(in change);
        if (change.Id != SettingId.MaxInputRaw || !change.IsValid) return;
        foreach (Pubkey mint in _settings.BaseMints)
        {
            if (mint == change.Mint) _wallet[_graph.AddMint(mint)] = change.IsNone ? ulong.MaxValue : change.Value;
        }
    }

    private DecisionReason Score(ref Opportunity one, bool isPolished)
    {
        ReadOnlySpan<int> edges = Edges(in one);
        ulong cap = Cap(one.BaseMintId);
        SizingStatus status = isPolished
            ? SizeWhole(edges, cap)
            : _sizer.Size(edges, cap, 0, _settings.PolishQuotesMax);
        QuoteCount += _sizer.QuotesUsed;
        one.SizingMethod = _sizer.Walked ? SizingMethod.Walk : SizingMethod.ClosedForm;
        switch (status)
        {
            case SizingStatus.NoGain: return DecisionReason.NoGrossProfit;
            case SizingStatus.TooSmall: return DecisionReason.SizeTooSmall;
            case SizingStatus.QuoteFailed:
                (one.AmountInRaw, one.AmountOutRaw, one.GrossProfitRaw) = (0, 0, 0); // no size, so no estimate either
                (one.NetProfitLamports, one.SignatureFeeLamports, one.TipLamports) = (0, 0, 0);
                one.Legs[_sizer.FailedLeg].QuoteStatus = (byte)_sizer.FailedStatus;
                return DecisionReason.QuoteFailed;
            default:
                FillAmounts(ref one);
                return Cost(ref one);
        }
    }

    private ReadOnlySpan<int> Edges(in Opportunity one)
    {
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            ref readonly Leg of = ref one.Legs[leg];
            _edges[leg] = MarketGraph.Edge(of.PoolId, (Venues.SwapDirection)of.Direction);
        }

        return _edges.AsSpan(0, one.LegCount);
    }

    /// <summary>Largest input: the wallet's balance, and the largest notional in units of the mint.</summary>
    private ulong Cap(int mint) =>
        Math.Min(_wallet[mint], _rates.FromLamports(mint, _hot.MaxNotionalLamports));

    private DecisionReason CheckStates(in Opportunity one)
    {
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            switch (_graph.State(one.Legs[leg].PoolId))
            {
                case PoolState.Coherent: break;
                case PoolState.Torn: return DecisionReason.TornPool;
                case PoolState.Gapped: return DecisionReason.GappedPool;
                case PoolState.Stale: return DecisionReason.StalePool;
                default: return DecisionReason.QuoteFailed;
            }
        }

        return CheckAge(in one);
    }

    private DecisionReason CheckAge(in Opportunity one) =>
        one.StateAgeSlotsMax > _hot.MaxStateAgeSlots ? DecisionReason.StalePool : DecisionReason.None;

    private bool IsQuarantined(in Opportunity one)
    {
        ulong key = CycleKey.Of(in one);
        return LandingQuarantine.IsQuarantined(key, one.Slot) || LifeQuarantine.IsQuarantined(key, one.Slot);
    }

    private void FillAmounts(ref Opportunity one)
    {
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            ref Leg of = ref one.Legs[leg];
            of.AmountInRaw = _sizer.Amount(leg);
            of.AmountOutRaw = _sizer.Amount(leg + 1);
            of.CrossedCount = (ushort)Math.Clamp(_sizer.Crossed(leg), 0, ushort.MaxValue);
            of.ExtraStepCount = (ushort)Math.Clamp(_sizer.ExtraSteps(leg), 0, ushort.MaxValue);
        }

        one.AmountInRaw = _sizer.Amount(0);
        one.AmountOutRaw = _sizer.Amount(one.LegCount);
        one.GrossProfitRaw = _sizer.Profit;
        one.SizingGapRaw = _sizer.GapRaw;
        one.SizingProof = _sizer.Proof;
    }

    private DecisionReason Cost(ref Opportunity one)
    {
        if (one.GrossProfitRaw <= 0) return DecisionReason.NoGrossProfit;
        long grossLamports = _rates.ToLamports(one.BaseMintId, one.GrossProfitRaw);
        long net = _fees.Apply(ref one, _graph, grossLamports);

        one.MinimumOutRaw = MinimumOut(in one, grossLamports - net);
        if (net < _hot.MinimumProfitLamports) return DecisionReason.BelowMinimumProfit;
        AssessRisk(ref one, grossLamports);
        if (net - one.StalenessPenaltyLamports < _hot.MinimumProfitLamports)
            return DecisionReason.BelowMinimumProfit;
        if (_hot.MinimumExpectedValueLamports is { } least)
        {
            one.LandingPpm = Landing.Estimate(in one, out one.LandingLives);
            if (one.ExpectedValueLamports < least) return DecisionReason.BelowExpectedValue;
        }

        return _agreement is null || IsAgreed(in one) ? DecisionReason.Go : DecisionReason.AwaitingAgreement;
    }

    /// <summary>The input is what can be lost; every pool of the route is asked, so that each is awaited.</summary>
    private bool IsAgreed(in Opportunity one)
    {
        long atRiskRaw = (long)Math.Min(one.AmountInRaw, long.MaxValue);
        if ((ulong)_rates.ToLamports(one.BaseMintId, atRiskRaw) <= _settings.AgreementAboveLamports) return true;
        bool isAgreed = true;
        for (int leg = 0; leg < one.LegCount; leg++) isAgreed &= _agreement!.IsAgreed(one.Legs[leg].PoolId);
        return isAgreed;
    }

    /// <summary>
    /// Profit at risk: what the moves to expect since the pools' last updates would take, at most all of it, for then
    /// the transaction fails. From the same gradient the least outputs of the legs, and how far the most sensitive
    /// reserve may move before the last one is not reached.
    /// </summary>
    private void AssessRisk(ref Opportunity one, long grossLamports)
    {
        _ = TryExpectMoves(in one);
        double risk = _sizer.ProfitAtRisk(_moves, out double largest);
        long gross = one.GrossProfitRaw;
        long atRisk = risk >= 0 && risk < gross ? (long)Math.Ceiling(risk) : gross;
        one.ProfitAtRiskRaw = (ulong)atRisk;
        _ = MulDiv.TryMulDiv((ulong)grossLamports, (ulong)atRisk, (ulong)gross, Rounding.Up, out ulong lamports);
        one.StalenessPenaltyLamports = (long)Penalty(lamports);
        _sizer.SetLeastOutputs(ref one);
        double margin = largest > 0 ? (one.AmountOutRaw - one.MinimumOutRaw) / largest * 1e6 : uint.MaxValue;
        one.ReserveMarginE6 = margin < uint.MaxValue ? (uint)margin : uint.MaxValue;
    }

    /// <summary>
    /// Principal, costs and required profit, rounded up, in units of the base mint: a market that moves too far fails
    /// the transaction instead of losing money. Lamports become base units at the rate that valued the gross profit.
    /// More than the quoted output is never asked for: such a decision is no Go.
    /// </summary>
    private ulong MinimumOut(in Opportunity one, long costsLamports)
    {
        long grossLamports = costsLamports + one.NetProfitLamports;
        if (grossLamports <= 0) return one.AmountOutRaw;
        Int128 needed = (Int128)costsLamports + _hot.MinimumProfitLamports;
        if (needed <= 0) return one.AmountInRaw;
        ulong gross = (ulong)one.GrossProfitRaw;
        bool fits = MulDiv.TryMulDiv((ulong)needed, gross, (ulong)grossLamports, Rounding.Up, out ulong neededRaw);
        return one.AmountInRaw + (fits ? Math.Min(neededRaw, gross) : gross);
    }

    /// <summary>What a Go must earn on top for lamports at risk.</summary>
    private ulong Penalty(ulong lamportsAtRisk)
    {
        _ = MulDiv.TryMulDiv(
            lamportsAtRisk, (ulong)_hot.StalenessPenaltyBps, 10_000, Rounding.Down, out ulong penalty);
        return penalty;
    }
}
