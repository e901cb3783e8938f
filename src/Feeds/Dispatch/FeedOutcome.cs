namespace LowLatency.Feeds.Dispatch;

/// <summary>How a feed ended.</summary>
public enum FeedOutcome : byte
{
    /// <summary>At the end of the capture.</summary>
    Completed = 0,

    /// <summary>At a fault of the capture; everything before it was replayed.</summary>
    Faulted = 1,

    /// <summary>The pipeline halted.</summary>
    Halted = 2,

    /// <summary>Cancelled.</summary>
    Cancelled = 3,
}
