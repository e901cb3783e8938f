using System;
using System.Globalization;
using System.Threading;
using LowLatency.ConsoleHost.Live;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Time;

namespace LowLatency.ConsoleHost.Gateway;

/// <summary>
/// What <c>run --metrics</c> serves: the figures of the run at work, and what is wrong with it. Whether the process has
/// to be restarted (<see cref="Dead"/>) is another question than whether anything can be decided now
/// (<see cref="Unwell"/>): connections come back by themselves.
/// </summary>
internal sealed class RunMetrics(LiveRun live, TradingGate gate, long silentNs) : IDisposable
{
    private readonly SlotAge _slotAge = new(SystemClock.Instance);
    private PipelineView? _view;
    private MetricsText? _text;

    /// <summary>The run's settings, so that its pipeline is followed.</summary>
    public ReplaySettings Follow(ReplaySettings settings) => settings with { OnView = Begin };

    /// <summary>All figures; null before a pipeline is at work.</summary>
    public string? Text() => Volatile.Read(ref _text)?.Write();

    /// <summary>Why the process will not come back by itself, in words; null while it may.</summary>
    public string? Dead() => Volatile.Read(ref _view)?.Fault is null ? null : "halted by a fault of the engine";

    /// <summary>Why nothing can be decided now, in words; null if all is well.</summary>
    public string? Unwell()
    {
        if (Volatile.Read(ref _view) is not { } view || !view.Dedup.TryRead(out DedupFigures dedup))
            return "starting";
        if (Dead() is { } fault) return fault;
        if (gate.State == TradingState.Halted) return "halted by hand";
        if (dedup.OpenMask == 0) return "no connection is open";
        if (Silence(_slotAge.Ns, silentNs) is { } silence) return silence;
        return live.Feed?.Coverage is { Doubtful: > 0 } cover && cover.Doubtful >= live.Pool.Watched
            ? "no account's state is proven"
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _slotAge.Dispose();

    /// <summary>What is wrong with slots of that age; null if they come.</summary>
    internal static string? Silence(long? ageNs, long silentNs)
    {
        if (ageNs is not { } age) return "no slot has come yet";
        return age <= silentNs
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"no new slot for {age / 1e9:F1} s");
    }

    private void Begin(PipelineView view)
    {
        Func<int, string> address = id => id < live.Pool.Addresses.Count ? live.Pool.Addresses[id] : string.Empty;
        _slotAge.Begin(view);
        MetricsText text = new(view, gate, address, () => live.Feed?.Coverage?.Doubtful, () => _slotAge.Ns);
        Volatile.Write(ref _text, text);
        Volatile.Write(ref _view, view);
    }
}
