using System;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>What a replay needs beside itself so that screens can watch and steer it.</summary>
internal sealed class ReplayWatch(
    ReplayControl control, Action<MarketPipeline, IMarketFeed> onBegin)
{
    /// <summary>Pace, pause, steps.</summary>
    public ReplayControl Control { get; } = control;

    /// <summary>The newest decisions.</summary>
    public RecentDecisions Decisions { get; } = new();

    /// <summary>How far the feed has come.</summary>
    public SnapshotCell<FeedProgress> Progress { get; } = new();

    /// <summary>The pipeline is built and the first frame is next.</summary>
    public void Begin(MarketPipeline pipeline, IMarketFeed feed)
    {
        Control.OnIdle = pipeline.OnFeedIdle;
        pipeline.View.Watch();
        onBegin(pipeline, feed);
    }
}
