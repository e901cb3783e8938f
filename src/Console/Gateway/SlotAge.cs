using System;
using System.Threading;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Time;

namespace LowLatency.ConsoleHost.Gateway;

/// <summary>
/// How long ago the chain's head moved, by looking at it four times a second: sockets may be open and say nothing, and
/// answers about accounts go on meanwhile. A head that falls back has moved too. One thread looks, any may ask.
/// </summary>
internal sealed class SlotAge(IClock clock) : IDisposable
{
    private const int EveryMs = 250;

    private PipelineView? _view;
    private Timer? _timer;
    private ulong _head;
    private long _movedNs;

    /// <summary>Nanoseconds since the head was seen to move; null before the first slot.</summary>
    public long? Ns => Volatile.Read(ref _movedNs) is var moved and not 0 ? clock.NowNs - moved : null;

    /// <summary>Looks at a run's published figures from now on.</summary>
    public void Begin(PipelineView view)
    {
        Volatile.Write(ref _view, view);
        _timer ??= new Timer(_ => Look(), null, 0, EveryMs);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    /// <summary>One look.</summary>
    internal void Look()
    {
        if (Volatile.Read(ref _view) is { } view && view.Dedup.TryRead(out DedupFigures dedup)) Look(dedup.HeadSlot);
    }

    /// <summary>One look, at this head.</summary>
    internal void Look(ulong head)
    {
        if (head == _head) return;
        _head = head;
        Volatile.Write(ref _movedNs, clock.NowNs);
    }
}
