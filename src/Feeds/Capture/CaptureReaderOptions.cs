namespace LowLatency.Feeds.Capture;

/// <summary>How to read a capture.</summary>
public sealed class CaptureReaderOptions
{
    /// <summary>
    /// Slot time in nanoseconds for captures without receive times (one bare JSON-RPC message a line): a message is
    /// then taken to come (slot - first slot) x slot time after <see cref="DerivedStartUtcNs"/>. Solana's nominal slot.
    /// </summary>
    public long DerivedSlotTimeNs { get; init; } = 400_000_000;

    /// <summary>Unix time given to the first slot of such a capture; the default is visibly no real date.</summary>
    public long DerivedStartUtcNs { get; init; } = 1_000_000_000;
}
