using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;

namespace LowLatency.Feeds.Dispatch;

/// <summary>A source of events that runs to its end on the caller's thread: a capture, or live connections.</summary>
public interface IMarketFeed : IDisposable
{
    /// <summary>True if a generator made the data.</summary>
    bool IsSynthetic { get; }

    /// <summary>What was wrong with the source itself; null if nothing.</summary>
    CaptureFault? Fault { get; }

    /// <summary>
    /// Feeds <paramref name="publisher"/> to the end; <paramref name="clock"/> follows the frames. Once.
    /// </summary>
    FeedOutcome Run(EventPublisher publisher, ReplayClock clock);

    /// <summary>Address of a connection; empty if it is not known. Any thread.</summary>
    string AddressOf(int endpointId);

    /// <summary>What was seen so far.</summary>
    FeedStatistics GetStatistics();
}
