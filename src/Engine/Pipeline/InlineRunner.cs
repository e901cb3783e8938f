using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Time;

namespace LowLatency.Engine.Pipeline;

/// <summary>
/// Runs the stages on the publishing thread: claim, fill, publish, and every stage has seen the event when Publish
/// returns. Used by replay and tests; the same stages and the same results as on threads. No catch here: a stage's
/// exception reaches the caller, whose one catch trips <see cref="Fatal"/>.
/// </summary>
public sealed class InlineRunner : EventPublisher
{
    private const int FeedTurn = 4;

    private readonly MarketEvent[] _entry = GC.AllocateArray<MarketEvent>(1, pinned: true);
    private readonly PayloadRing _payloads;
    private readonly StageGroup[] _groups;
    private readonly Fatal _fatal;
    private readonly IClock? _clock;
    private readonly long _housekeepingEvents;
    private long _housekeepingAt; // sequence
    private int _warmTurn;

    /// <summary>
    /// A runner of <paramref name="groups"/>, in order; housekeeping every <paramref name="housekeepingEvents"/>
    /// events.
    /// </summary>
    public InlineRunner(
        PayloadRing payloads, StageGroup[] groups, Fatal fatal, IClock? clock, long housekeepingEvents = 256)
    {
        _payloads = payloads;
        _groups = groups;
        _fatal = fatal;
        _clock = clock;
        _housekeepingEvents = housekeepingEvents;
    }

    /// <summary>Sequence of the next event; events so far.</summary>
    public long NextSequence { get; private set; }

    /// <inheritdoc/>
    public override bool IsHalted => _fatal.IsTripped;

    /// <inheritdoc/>
    public override ref MarketEvent Current => ref _entry[0];

    /// <inheritdoc/>
    public override ClaimStatus TryClaim(int payloadCapacityBytes, out Span<byte> payload)
    {
        payload = default;
        if (IsHalted) return ClaimStatus.Halted;
        PayloadStatus status = _payloads.TryClaim(payloadCapacityBytes, out long position);
        if (status != PayloadStatus.Ok)
            return status == PayloadStatus.TooLarge ? ClaimStatus.PayloadTooLarge : ClaimStatus.Full;
        _entry[0] = default;
        _entry[0].PayloadPosition = position;
        payload = _payloads.Span(position, payloadCapacityBytes);
        return ClaimStatus.Ok;
    }

    /// <inheritdoc/>
    public override void Publish(int payloadLengthBytes)
    {
        _payloads.Commit(payloadLengthBytes);
        ref MarketEvent entry = ref _entry[0];
        entry.PayloadLengthBytes = payloadLengthBytes;
        if (_clock is not null && TakesSteps) entry.Stamps[(int)StampId.Published] = _clock.NowNs;
        long sequence = NextSequence++;
        foreach (StageGroup group in _groups) _ = group.OnEvent(ref entry, sequence);
        if (sequence != _housekeepingAt) return;
        _housekeepingAt += _housekeepingEvents;
        Housekeep();
    }

    /// <summary>Housekeeping of all groups; also called by a feed that waits, on its own thread.</summary>
    public void Housekeep()
    {
        foreach (StageGroup group in _groups) group.OnHousekeeping(_clock?.NowNs ?? 0);
    }

    /// <summary>
    /// One slice of keeping warm: the feed's in one of <see cref="FeedTurn"/>, else the stages' in turn for each group;
    /// none while the group whose turn it is rests. The publishing thread, while it waits.
    /// </summary>
    public void Warm()
    {
        StageGroup group = _groups[_warmTurn % _groups.Length];
        if (group.IsResting) return;
        if (_warmTurn % FeedTurn == 0) Feed?.Warm();
        else group.Warm();
        _warmTurn = (_warmTurn + 1) & int.MaxValue;
    }

    /// <inheritdoc/>
    public override void Abandon()
    {
        // Nothing to give back: the next claim replaces this one.
    }
}
