using LowLatency.Engine.Time;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>
/// The clock that stamps a frame's arrival: in an open loop it says when the message was due, so a stall counts for
/// every message that had to wait behind it (coordinated omission); in a closed loop it says now.
/// </summary>
internal sealed class ScheduleClock : IClock
{
    /// <summary>Intended arrival of the next message; 0 in a closed loop.</summary>
    public long DueNs { get; set; }

    /// <summary>When the feed really took the message up.</summary>
    public long StartedNs { get; set; }

    /// <summary>True while what is played is not measured, held notifications with their old stamps included.</summary>
    public bool IsPreparing { get; set; }

    /// <inheritdoc/>
    public long NowNs => DueNs != 0 ? DueNs : SystemClock.Instance.NowNs;

    /// <inheritdoc/>
    public long UtcNs => SystemClock.Instance.UtcNs;
}
