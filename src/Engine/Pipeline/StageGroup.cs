using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;

namespace LowLatency.Engine.Pipeline;

/// <summary>A stage in a group, and where its end is stamped.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Stamp">
/// Stamp taken after it, if any. Only stages with a stamp up to <see cref="StampId.Cycles"/>, the end of the search,
/// change which stages must see the event.
/// </param>
/// <param name="Needs">Which events it must see.</param>
public readonly record struct StageSlot(IStage Stage, StampId Stamp, StageNeeds Needs);

/// <summary>Which events a stage must see.</summary>
public enum StageNeeds : byte
{
    /// <summary>Every event.</summary>
    All = 0,

    /// <summary>Events that no stage has dropped.</summary>
    Live = 1,

    /// <summary>Events that touched a pool, and slot events (deferred searches resume there).</summary>
    Searchable = 2,

    /// <summary>Events with opportunities.</summary>
    Opportunities = 3,

    /// <summary>Events with opportunities, and lookup table accounts.</summary>
    OpportunitiesOrTables = 4,

    /// <summary>Events with opportunities, slots, and what nodes reported about the chain itself.</summary>
    OpportunitiesOrChain = 5,

    /// <summary>Events with opportunities, and settings that change.</summary>
    OpportunitiesOrSettings = 6,
}

/// <summary>
/// Stages that run one after the other on one thread. Each event passes all of them before the next event is looked at,
/// so what Cycles and Scoring read of the graph is exactly the state after that event, however events are batched; that
/// is what makes inline, fused and split runs equal. The price is one call a stage and event instead of one a batch.
/// </summary>
public sealed class StageGroup : IBatchHandler<MarketEvent>
{
    /// <summary>Fulfilled by no event that is dropped.</summary>
    private const uint LiveBits = (1u << (int)StageNeeds.Live) | (1u << (int)StageNeeds.OpportunitiesOrChain);

    /// <summary>Fulfilled by every event with opportunities.</summary>
    private const uint OpportunityBits =
        (1u << (int)StageNeeds.Opportunities) | (1u << (int)StageNeeds.OpportunitiesOrTables)
        | (1u << (int)StageNeeds.OpportunitiesOrChain) | (1u << (int)StageNeeds.OpportunitiesOrSettings);

    /// <summary>Bits of an event's state, all that stages change of what others need.</summary>
    private const int Dropped = 1;
    private const int HasPool = 2;
    private const int HasOpportunities = 4;
    private const int StateCount = 8;

    /// <summary>Row of lookup table accounts, behind those of the kinds.</summary>
    private const int TableRow = (int)EventKind.BlockhashVerdict + 1;

    private readonly StageSlot[] _stages;
    private readonly Step[] _steps;
    private readonly StagesByState[] _stagesOf = new StagesByState[TableRow + 1];
    private readonly Pubkey _tableProgram = ProgramIds.AddressLookupTable;
    private readonly IClock? _clock;
    private readonly IWarmable[] _warmables;
    private readonly WarmStages? _warmStages;
    private readonly long _warmRestNs;
    private int _warmTurn;
    private int _warmRound;
    private long _restsUntilNs;
    private long _warmed; // keeps the work from being optimized away
    private long _events;
    private long _threadAllocatedBytes;

    /// <summary>
    /// A group; without a clock no stamps are taken. <paramref name="warmStages"/> has its slices of keeping
    /// warm in turn with the stages; behind each round of them comes a rest of <paramref name="warmRestNs"/>.
    /// </summary>
    public StageGroup(
        string name, StageSlot[] stages, IClock? clock, WarmStages? warmStages = null, long warmRestNs = 0)
    {
        _warmRestNs = warmRestNs;
        Name = name;
        _stages = stages;
        _clock = clock;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stages.Length, 32); // a bit each
        _steps = new Step[stages.Length];
        for (int i = 0; i < stages.Length; i++)
        {
            ref Step step = ref _steps[i];
            StampId stamp = stages[i].Stamp;
            step.Call = stages[i].Stage.OnBatch;
            step.Stamp = clock is null ? StampId.None : stamp;
            if (stamp is not StampId.None and <= StampId.Cycles) step.Behind = uint.MaxValue - 1 << i;
        }

        for (int row = 0; row < _stagesOf.Length; row++)
        {
            for (int state = 0; state < StateCount; state++)
            {
                uint needs = Needs(row, state);
                for (int i = 0; i < stages.Length; i++)
                    _stagesOf[row][state] |= (needs >> (int)stages[i].Needs & 1) << i;
            }
        }

        List<IWarmable> warmables = [];
        foreach (StageSlot slot in stages)
        {
            if (slot.Stage is IWarmable warmable) warmables.Add(warmable);
        }

        if (warmStages is not null) warmables.Add(warmStages);
        _warmStages = warmStages;
        _warmables = [.. warmables];
    }

    /// <summary>Name of the group and its thread.</summary>
    public string Name { get; }

    /// <summary>Managed bytes the group's thread has allocated in its life, as of the last housekeeping.</summary>
    public long ThreadAllocatedBytes => Volatile.Read(ref _threadAllocatedBytes);

    /// <summary>Called last in housekeeping, on the group's thread: publishes figures. Set before the start.</summary>
    internal Action? Publish { get; set; }

    /// <summary>Events the group has finished. The group's thread only; others read it as published.</summary>
    internal long Events => _events;

    /// <summary>The event at work. The group's thread only.</summary>
    internal long CurrentSequence { get; private set; }

    /// <summary>The stages in order.</summary>
    public ReadOnlySpan<StageSlot> Stages => _stages;

    /// <summary>Events that a stage had to see. The group's thread only.</summary>
    internal long SeenBy(int stage) => _steps[stage].Seen;

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        for (int i = 0; i < batch.Length; i++) work += OnEvent(ref batch[i], firstSequence + i);
        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
        foreach (StageSlot slot in _stages) slot.Stage.OnHousekeeping(nowNs);
        _warmStages?.TakeIn();
        Volatile.Write(ref _threadAllocatedBytes, GC.GetAllocatedBytesForCurrentThread());
        Publish?.Invoke();
    }

    /// <summary>
    /// Gives the next stage its slice of keeping warm, or none in the rest behind a round. The group's thread, while
    /// nothing arrives; see <see cref="IWarmable"/>.
    /// </summary>
    public void Warm()
    {
        if (_warmables.Length == 0 || IsResting) return;
        IWarmable next;
        do
        {
            if (_warmTurn == _warmables.Length && EndRound()) return;
            next = _warmables[_warmTurn++];
        }
        while (_warmRound % next.WarmRounds != 0);
        next.Warm();
    }

    /// <summary>
    /// True between two rounds of keeping warm. PERF: what arrives waits for the slice under way; caches forget in some
    /// hundred microseconds, so slices without a rest keep nothing warmer (lowlatency bench --load 2000).
    /// </summary>
    // replay-ok: what is kept warm decides nothing.
    internal bool IsResting => _warmRestNs != 0 && SystemClock.Instance.NowNs < _restsUntilNs;

    private bool EndRound()
    {
        _warmTurn = 0;
        _warmed += _stagesOf[(int)EventKind.Account][0];
        foreach (ref readonly Step step in _steps.AsSpan()) _warmed += step.Seen + (step.Call.Target is null ? 0 : 1);
        _warmRound = (_warmRound + 1) & int.MaxValue;
        if (_warmRestNs == 0) return false;
        _restsUntilNs = SystemClock.Instance.NowNs + _warmRestNs; // replay-ok: as above
        return true;
    }

    /// <summary>Hands one event to the stages that must see it; 1 if it was of interest to one.</summary>
    // PERF: a table says which stages see an event of this kind in this state, so that the others cost nothing: of
    // twelve a duplicate passes two, an update without opportunity six (lowlatency bench --load max).
    internal int OnEvent(ref MarketEvent e, long sequence)
    {
        CurrentSequence = sequence;
        ref readonly StagesByState stagesOf =
            ref _stagesOf[Pubkey.AreSame(in e.Owner, in _tableProgram) ? TableRow : (int)e.Kind];
        Step[] steps = _steps;
        int work = 0;
        uint left = stagesOf[StateOf(in e)];
        while (left != 0)
        {
            ref Step step = ref steps[BitOperations.TrailingZeroCount(left)];
            left &= left - 1;
            step.Seen++;
            work |= step.Call(new Span<MarketEvent>(ref e), sequence);
            if (step.Stamp != StampId.None && IsStamped(step.Stamp, in e)) e.Stamps[(int)step.Stamp] = _clock!.NowNs;
            if (step.Behind != 0) left = stagesOf[StateOf(in e)] & step.Behind;
        }

        _events++;
        return work == 0 ? 0 : 1;
    }

    /// <summary>Steps before the end of the search are stamped if the event's publication was.</summary>
    private static bool IsStamped(StampId stamp, in MarketEvent e) =>
        stamp >= StampId.Cycles || e.Stamps[(int)StampId.Published] != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StateOf(in MarketEvent e) =>
        (e.Drop != DropCause.None ? Dropped : 0) | ((~e.PoolId >>> 31) * HasPool)
        | (e.OpportunityCount != 0 ? HasOpportunities : 0);

    /// <summary>A bit for each of <see cref="StageNeeds"/> that an event of a row fulfils in a state.</summary>
    private static uint Needs(int row, int state)
    {
        EventKind kind = (EventKind)row;
        uint needs = Bit(StageNeeds.All) | Bit(StageNeeds.Live);
        if (kind == EventKind.Slot) needs |= Bit(StageNeeds.Searchable);
        if (kind == EventKind.Slot | kind == EventKind.BlockhashVerdict
            | (kind >= EventKind.Blockhash & kind <= EventKind.Simulation))
        {
            needs |= Bit(StageNeeds.OpportunitiesOrChain);
        }

        if (kind == EventKind.Setting) needs |= Bit(StageNeeds.OpportunitiesOrSettings);
        if (row == TableRow) needs |= Bit(StageNeeds.OpportunitiesOrTables);
        if ((state & Dropped) != 0) needs &= ~LiveBits;
        if ((state & HasPool) != 0) needs |= Bit(StageNeeds.Searchable);
        if ((state & HasOpportunities) != 0) needs |= OpportunityBits;
        return needs;
    }

    private static uint Bit(StageNeeds needs) => 1u << (int)needs;

    /// <summary>
    /// A stage's batch method, bound once: an interface called at one place for all stages is looked up each time.
    /// </summary>
    private delegate int StageCall(Span<MarketEvent> batch, long firstSequence);

    /// <summary>What an event's way needs of a stage, side by side.</summary>
    private struct Step
    {
        public StageCall Call;
        public long Seen;
        public StampId Stamp;

        /// <summary>Bits of the stages behind it, if it changes which of them must see the event; else 0.</summary>
        public uint Behind;
    }

    /// <summary>A bit for each stage that must see an event, by the event's state.</summary>
    [InlineArray(StateCount)]
    private struct StagesByState
    {
        private uint _first;
    }
}
