using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Journal;
using LowLatency.ConsoleHost.Screens;
using LowLatency.Engine.Pipeline;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>
/// A replay on a thread of its own, for screens: it can be steered, begun again, and left to itself. Whatever the
/// screens do, the run that counts at the end is a whole run of the same settings.
/// </summary>
internal sealed class ReplaySession : IRunSource, IDisposable
{
    private readonly ReplaySettings _settings;
    private readonly Thread _thread;
    private readonly AutoResetEvent _wake = new(false);
    private readonly object _gate = new();
    private CancellationTokenSource _cancel;
    private ReplayControl _control;
    private ExceptionDispatchInfo? _failure;
    private WatchedRun? _current;
    private SettingTrail _trail;
    private readonly ChangedRows _rows = new();
    private string? _ended;
    private bool _isFinishing;
    private bool _isRestartWanted;

    public ReplaySession(ReplaySettings settings, bool isPaused)
    {
        _settings = settings;
        _trail = settings.Trail;
        _control = new ReplayControl(settings.Speed, isPaused);
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(settings.Cancellation);
        _thread = new Thread(RunAll) { Name = _settings.Verb, IsBackground = true };
    }

    public string Title => _settings.CaptureTitle;

    public WatchedRun? Current => Volatile.Read(ref _current);

    public string? Ended => Volatile.Read(ref _ended);

    public TradingGate Gate => _settings.Gate;

    public RunLog Log => _settings.Log;

    public IReadOnlyList<SettingRow> Settings => _rows.Of(_settings.Rows, Volatile.Read(ref _trail));

    /// <summary>Where plain lines of progress go once the screens are gone.</summary>
    public ReplayProgressLine? Lines { get; set; }

    /// <summary>The newest run.</summary>
    public ReplayRun? Run { get; private set; }

    /// <summary>Why the capture could not be opened.</summary>
    public CaptureFault? Unopened { get; private set; }

    /// <summary>True if the run could not be made at all; <see cref="Finish"/> throws what was thrown.</summary>
    public bool HasFailed => Volatile.Read(ref _failure) is not null || Unopened is not null;

    public void Start() => _thread.Start();

    public string Reload() => _settings.Reload?.Invoke()
        ?? "the settings of a replay stand: its decisions are those of capture and settings";

    public bool TryRestart(ulong slot)
    {
        lock (_gate)
        {
            if (_isFinishing || _settings.Live is not null) return false;
            ReplayControl old = _control;
            _control = new ReplayControl(old.Speed, isPaused: true);
            _control.RunToSlot(Math.Max(1, slot));
            _isRestartWanted = true;
            _cancel.Cancel();
        }

        _wake.Set();
        return true;
    }

    /// <summary>Ends the run early if <paramref name="mustEnd"/>, else waits for its end; then the newest run is
    /// final.</summary>
    public void Finish(bool mustEnd)
    {
        lock (_gate)
        {
            _isFinishing = true;
            if (mustEnd) _cancel.Cancel();
            else _control.Resume();
        }

        _wake.Set();
        _thread.Join();
        _failure?.Throw();
    }

    public void Dispose()
    {
        _cancel.Dispose();
        _wake.Dispose();
    }

    private void RunAll()
    {
        try
        {
            while (true)
            {
                RunOnce();
                if (Unopened is not null) return;
                while (!_isRestartWanted && !_isFinishing) _wake.WaitOne();
                lock (_gate)
                {
                    if (!_isRestartWanted) return;
                    _isRestartWanted = false;
                    _cancel.Dispose();
                    _cancel = CancellationTokenSource.CreateLinkedTokenSource(_settings.Cancellation);
                    if (_isFinishing) _control.Resume();
                }

                Log.Add(LogLevel.Info, _settings.Verb, "begins again, to run to an earlier slot");
            }
        }
        catch (Exception fault)
        {
            // The one catch of this thread: start-up faults (a journal that cannot be created) are reported by Finish.
            Volatile.Write(ref _failure, ExceptionDispatchInfo.Capture(fault));
        }
    }

    private void RunOnce()
    {
        Volatile.Write(ref _ended, null);
        ReplayWatch? watch = null;
        watch = new ReplayWatch(_control, (pipeline, feed) => Begin(pipeline, feed, watch!));
        if (_settings.Live is null) Volatile.Write(ref _trail, new SettingTrail()); // a capture begins again
        ReplaySettings settings = _settings with { Cancellation = _cancel.Token, Trail = _trail };
        ReplayRun run = new(settings, progress => OnProgress(progress, watch), watch: watch);
        Run = run;
        Unopened = run.Execute();
        if (Unopened is { } unopened)
        {
            Volatile.Write(ref _ended, unopened.ToString());
            return;
        }

        string ended = run.Pipeline!.Fatal.Fault is { } fatal
            ? $"halted in {fatal.Where}: {fatal.Cause.Message}"
            : run.Feed!.Fault is { } fault ? fault.ToString()! : $"{run.Outcome}".ToLowerInvariant();
        Log.Add(
            run.Outcome == FeedOutcome.Completed ? LogLevel.Info : LogLevel.Warning, _settings.Verb,
            $"ended: {ended}; decision hash {ReplayReport.HashText(run.Hash.Value)}");
        if (!_isRestartWanted) Volatile.Write(ref _ended, ended);
    }

    private void Begin(MarketPipeline pipeline, IMarketFeed feed, ReplayWatch watch)
    {
        Log.Add(LogLevel.Info, _settings.Verb, $"begins: {_settings.CaptureName}, {pipeline.Settings.Runner}");
        Volatile.Write(ref _current, new WatchedRun
        {
            View = pipeline.View,
            Decisions = watch.Decisions,
            Progress = _settings.Live is null ? watch.Progress : null,
            Control = _settings.Live is null ? watch.Control : null,
            AddressOf = feed.AddressOf,
            HealthOf = _settings.Live is { } live ? live.HealthOf : null,
            Info = JournalRunInfo.Of(_settings.CaptureName, _settings.Pipeline, feed.IsSynthetic),
            Trail = _trail,
        });
    }

    private void OnProgress(FeedProgress progress, ReplayWatch watch)
    {
        watch.Progress.Publish(in progress);
        Lines?.Write(progress);
    }
}
