using System;
using System.Threading;
using LowLatency.ConsoleHost.Live;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Pipeline.View;

namespace LowLatency.ConsoleHost.Gateway;

/// <summary>What <c>run --metrics</c> serves: the figures of the run at work, and what is wrong with it.</summary>
internal sealed class RunMetrics(LiveRun live, TradingGate gate)
{
    private PipelineView? _view;
    private MetricsText? _text;

    /// <summary>The run's settings, so that its pipeline is followed.</summary>
    public ReplaySettings Follow(ReplaySettings settings) => settings with { OnView = Begin };

    /// <summary>All figures; null before a pipeline is at work.</summary>
    public string? Text() => Volatile.Read(ref _text)?.Write();

    /// <summary>Why nothing can be decided now, in words; null if all is well.</summary>
    public string? Unwell()
    {
        if (Volatile.Read(ref _view) is not { } view || !view.Dedup.TryRead(out DedupFigures dedup))
            return "starting";
        if (view.Fault is not null) return "halted by a fault of the engine";
        if (gate.State == TradingState.Halted) return "halted by hand";
        if (dedup.OpenMask == 0) return "no connection is open";
        return live.Feed?.Coverage is { Doubtful: > 0 } cover && cover.Doubtful >= live.Pool.Watched
            ? "no account's state is proven"
            : null;
    }

    private void Begin(PipelineView view)
    {
        Func<int, string> address = id => id < live.Pool.Addresses.Count ? live.Pool.Addresses[id] : string.Empty;
        Volatile.Write(ref _text, new MetricsText(view, gate, address, () => live.Feed?.Coverage?.Doubtful));
        Volatile.Write(ref _view, view);
    }
}
