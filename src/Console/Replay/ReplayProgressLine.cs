using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using LowLatency.Feeds.Dispatch;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>Lines of progress on stderr: share of the file, slot, events and their rate, decisions.</summary>
internal sealed class ReplayProgressLine(TextWriter errors, string verb = "replay", Func<string>? more = null)
{
    private const int IntervalMs = 250;

    private readonly long _started = Stopwatch.GetTimestamp();
    private ReplayRun? _run;
    private long _nextMs;

    /// <summary>
    /// The run whose decisions are counted; they are read without a lock, so a line may be a few behind.
    /// </summary>
    public void Follow(ReplayRun run) => _run = run;

    public void Write(FeedProgress progress)
    {
        long nowMs = Environment.TickCount64;
        bool isLive = progress.FileBytes == 0;
        if (nowMs < _nextMs && !progress.IsEnd) return; // a watched replay reports more often than lines are wanted
        _nextMs = nowMs + IntervalMs;
        string share = isLive
            ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $"{PercentOf(in progress),3:F0} %  ");
        double seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        string slot = progress.Slot == 0 ? "before the first slot" : $"slot {progress.Slot}";
        string label = _run is { IsSynthetic: true } ? "(synthetic) " : string.Empty;
        errors.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{verb} {label}{share}{slot}  {progress.Events:N0} events ({progress.Events / seconds:N0}/s)  "
            + $"{_run?.Decisions.Count ?? 0:N0} decisions{more?.Invoke()}"));
    }

    /// <summary>Rounded down, and 100 at the end only: a file that was read whole may not be replayed yet.</summary>
    internal static double PercentOf(in FeedProgress progress)
    {
        if (progress.FileBytes == 0) return 0; // a size that is not known
        double percent = Math.Floor(100.0 * progress.FileBytesRead / progress.FileBytes);
        return progress.IsEnd ? percent : Math.Min(percent, 99);
    }
}
