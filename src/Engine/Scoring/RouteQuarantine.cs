using System;
using System.Numerics;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Routes that failed several times in a row are not taken again for a while: from the n-th failure on for <c>base *
/// 2^(failures - n)</c> slots, at most the cap. A success forgets everything about a route. Scoring keeps two: one is
/// told by a submission or simulation how transactions ended, the other by the life stage whether a cycle was really
/// there; apart, because a transaction may fail on a cycle that was real. Routes are named by the cycle's key (<see
/// cref="Events.CycleKey"/>); reports come on the market group's thread.
/// Bound: a table of sets of <see cref="Ways"/> entries; in a full set the entry that is free the longest makes room,
/// and if all of a set are in quarantine the new failure is not remembered, and counted.
/// </summary>
public sealed class RouteQuarantine
{
    /// <summary>Entries of a set.</summary>
    public const int Ways = 8;

    private readonly Entry[] _entries;
    private readonly int _setMask;
    private readonly int _afterFailures;
    private readonly ulong _baseSlots;
    private readonly ulong _capSlots;

    /// <summary>An empty table.</summary>
    public RouteQuarantine(QuarantineSettings settings)
    {
        settings.Validate();
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)settings.Capacity);
        _entries = new Entry[capacity];
        _setMask = (capacity / Ways) - 1;
        _afterFailures = settings.AfterFailures;
        _baseSlots = settings.BaseSlots;
        _capSlots = settings.CapSlots;
    }

    /// <summary>Routes remembered; none in quarantine if it is 0.</summary>
    public int Count { get; private set; }

    /// <summary>Times a route was put into quarantine, or its quarantine made longer.</summary>
    public long QuarantineCount { get; private set; }

    /// <summary>Failures reported.</summary>
    public long FailureCount { get; private set; }

    /// <summary>Failures not remembered because their set was full of routes in quarantine.</summary>
    public long OverflowCount { get; private set; }

    /// <summary>True if the route is not to be taken in a slot.</summary>
    public bool IsQuarantined(ulong routeKey, ulong slot)
    {
        if (Count == 0) return false;
        int at = Find(routeKey);
        return at >= 0 && slot < _entries[at].ReleaseSlot;
    }

    /// <summary>Slot from which a route may be taken again; 0 if it was never in quarantine.</summary>
    public ulong ReleaseSlot(ulong routeKey)
    {
        int at = Find(routeKey);
        return at < 0 ? 0 : _entries[at].ReleaseSlot;
    }

    /// <summary>A route failed in a slot.</summary>
    public void ReportFailure(ulong routeKey, ulong slot)
    {
        FailureCount++;
        if (_afterFailures == 0) return;
        int at = Find(routeKey);
        if (at < 0) at = MakeRoom(routeKey, slot);
        if (at < 0)
        {
            OverflowCount++;
            return;
        }

        ref Entry entry = ref _entries[at];
        entry.LastFailureSlot = slot;
        entry.Failures++;
        if (entry.Failures < _afterFailures) return;
        int doublings = Math.Min(entry.Failures - _afterFailures, BitOperations.LeadingZeroCount(_baseSlots));
        ulong slots = Math.Min(_baseSlots << doublings, _capSlots);
        entry.ReleaseSlot = slot > ulong.MaxValue - slots ? ulong.MaxValue : slot + slots;
        QuarantineCount++;
    }

    /// <summary>A route did what was said of it: its failures are forgotten.</summary>
    public void ReportSuccess(ulong routeKey)
    {
        if (Count == 0) return;
        int at = Find(routeKey);
        if (at < 0) return;
        _entries[at] = default;
        Count--;
    }

    private int SetOf(ulong routeKey) => ((int)(routeKey >> 17) & _setMask) * Ways;

    private int Find(ulong routeKey)
    {
        int set = SetOf(routeKey);
        for (int at = set; at < set + Ways; at++)
        {
            if (_entries[at].Failures != 0 && _entries[at].RouteKey == routeKey) return at;
        }

        return -1;
    }

    private int MakeRoom(ulong routeKey, ulong slot)
    {
        int set = SetOf(routeKey);
        int best = -1;
        for (int at = set; at < set + Ways; at++)
        {
            ref Entry entry = ref _entries[at];
            if (entry.Failures == 0)
            {
                best = at;
                break;
            }

            if (slot < entry.ReleaseSlot) continue;
            if (best < 0 || entry.LastFailureSlot < _entries[best].LastFailureSlot) best = at;
        }

        if (best < 0) return -1;
        if (_entries[best].Failures == 0) Count++;
        _entries[best] = new Entry { RouteKey = routeKey };
        return best;
    }

    private struct Entry
    {
        public ulong RouteKey;
        public ulong ReleaseSlot;
        public ulong LastFailureSlot;
        public int Failures; // 0: empty
    }
}
