using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;

namespace LowLatency.Engine.Pipeline;

/// <summary>A stage in a group, and where its end is stamped.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Stamp">Stamp taken after it, if any.</param>
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
/// is what makes inline, fused and split runs equal. The price is one interface call per stage and event instead of one
/// per batch.
/// </summary>
public sealed class StageGroup : IBatchHandler<MarketEvent>
{
    /// <summary>Fulfilled by no event that is dropped.</summary>
    private const uint LiveBits = (1u << (int)StageNeeds.Live) | (1u << (int)StageNeeds.OpportunitiesOrChain);

    /// <summary>Fulfilled by every event with opportunities.</summary>
    private const uint OpportunityBits =
        (1u << (int)StageNeeds.Opportunities) | (1u << (int)StageNeeds.OpportunitiesOrTables)
        | (1u << (int)StageNeeds.OpportunitiesOrChain) | (1u << (int)StageNeeds.OpportunitiesOrSettings);

    private readonly StageSlot[] _stages;
    private readonly StageCall[] _calls;
    private readonly IClock? _clock;
    private readonly long[] _seen;
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
        _seen = new long[stages.Length];
        _calls = Array.ConvertAll(stages, static slot => (StageCall)slot.Stage.OnBatch);
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

    /// <summary>Events each stage had to see, in the order of the stages. The group's thread only.</summary>
    internal ReadOnlySpan<long> Seen => _seen;

    /// <summary>The stages in order.</summary>
    public ReadOnlySpan<StageSlot> Stages => _stages;

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            CurrentSequence = firstSequence + i;
            work += OnEvent(ref batch[i], firstSequence + i);
        }

        _events += batch.Length;

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
        for (int i = 0; i < _calls.Length; i++) _warmed += _seen[i] + (_calls[i].Target is null ? 0 : 1);
        _warmRound = (_warmRound + 1) & int.MaxValue;
        if (_warmRestNs == 0) return false;
        _restsUntilNs = SystemClock.Instance.NowNs + _warmRestNs; // replay-ok: as above
        return true;
    }

    private int OnEvent(ref MarketEvent e, long sequence)
    {
        int work = 0;
        Span<MarketEvent> one = MemoryMarshal.CreateSpan(ref e, 1);
        StageSlot[] stages = _stages;
        StageCall[] calls = _calls;
        uint ofKind = NeedsOfKind(in e);
        uint needs = Needs(in e, ofKind);
        for (int i = 0; i < stages.Length; i++)
        {
            ref readonly StageSlot slot = ref stages[i];
            if ((needs >> (int)slot.Needs & 1) == 0) continue;
            _seen[i]++;
            work |= calls[i](one, sequence);
            if (_clock is not null && IsStamped(slot.Stamp, in e)) e.Stamps[(int)slot.Stamp] = _clock.NowNs;
            needs = Needs(in e, ofKind);
        }

        return work == 0 ? 0 : 1;
    }

    /// <summary>Steps before the end of the search are stamped if the event's publication was.</summary>
    private static bool IsStamped(StampId stamp, in MarketEvent e) =>
        stamp >= StampId.Cycles || (stamp != StampId.None && e.Stamps[(int)StampId.Published] != 0);

    /// <summary>A bit for each of <see cref="StageNeeds"/> that the event fulfils as it is now.</summary>
    // PERF: a switch a stage is an indirect jump that nobody foresees, and an event passes twelve (bench --load max).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Needs(in MarketEvent e, uint ofKind)
    {
        uint needs = e.Drop == DropCause.None ? ofKind : ofKind & ~LiveBits;
        if (e.PoolId >= 0) needs |= Bit(StageNeeds.Searchable);
        if (e.OpportunityCount != 0) needs |= OpportunityBits;
        return needs;
    }

    /// <summary>What an event fulfils by its kind as long as it is not dropped; no stage changes that.</summary>
    private static uint NeedsOfKind(in MarketEvent e)
    {
        EventKind kind = e.Kind;
        uint needs = Bit(StageNeeds.All) | Bit(StageNeeds.Live);
        if (kind == EventKind.Slot) needs |= Bit(StageNeeds.Searchable);
        if (kind == EventKind.Slot | kind == EventKind.BlockhashVerdict
            | (kind >= EventKind.Blockhash & kind <= EventKind.Simulation))
        {
            needs |= Bit(StageNeeds.OpportunitiesOrChain);
        }

        if (kind == EventKind.Setting) needs |= Bit(StageNeeds.OpportunitiesOrSettings);
        if (e.Owner == ProgramIds.AddressLookupTable) needs |= Bit(StageNeeds.OpportunitiesOrTables);
        return needs;
    }

    private static uint Bit(StageNeeds needs) => 1u << (int)needs;

    /// <summary>A stage's batch method, bound once: an interface called at one place for all stages is looked up each
    /// time.</summary>
    private delegate int StageCall(Span<MarketEvent> batch, long firstSequence);
}
