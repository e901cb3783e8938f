namespace LowLatency.Engine.Time;

/// <summary>The only source of time in the engine, so that a capture replays with the times that it recorded.</summary>
public interface IClock
{
    /// <summary>Monotonic time, nanoseconds from an arbitrary start. Never goes back.</summary>
    long NowNs { get; }

    /// <summary>Wall-clock time, unix nanoseconds.</summary>
    long UtcNs { get; }
}
