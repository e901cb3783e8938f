using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>
/// A terminal for the length of a full-screen run: alternate screen, no cursor, no line wrap, focus reports; and back
/// to
/// what it was on every way out: the end, an exception, SIGTERM, SIGHUP, SIGQUIT, the process's own exit, and Ctrl-Z
/// until the job goes on.
/// </summary>
internal sealed class TerminalSession : IDisposable
{
    private const int StuckMs = 1000;

    private readonly ITerminal _terminal;
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly object _gate = new();
    private readonly ManualResetEventSlim _continued = new();
    private bool _isEntered;
    private bool _isEnded;
    private int _needsRepaint;

    /// <summary>Takes the terminal over.</summary>
    public TerminalSession(ITerminal terminal)
    {
        _terminal = terminal;
        AppDomain.CurrentDomain.ProcessExit += OnProcessEnd;
        AppDomain.CurrentDomain.UnhandledException += OnProcessEnd;
        if (!OperatingSystem.IsWindows())
        {
            foreach (PosixSignal signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT })
                _signals.Add(PosixSignalRegistration.Create(signal, _ => Leave())); // then the default: the end
            _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTSTP, OnStop));
            _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => _continued.Set()));
        }

        Enter();
    }

    /// <summary>True once after the screen was taken over again: everything must be written again.</summary>
    public bool TakeRepaint() => Interlocked.Exchange(ref _needsRepaint, 0) != 0;

    /// <summary>Ctrl-Z as a key: the job stops as it would without us.</summary>
    public void Suspend()
    {
        if (OperatingSystem.IsWindows()) return;
        Leave(); // before the shell writes its prompt
        UnixTerminal.SuspendJob((int)SigTstp);
    }

    /// <summary>Writes a frame, unless the screen is not ours at the moment.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_isEntered) _terminal.Write(bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _isEnded = true;
        Leave();
        AppDomain.CurrentDomain.ProcessExit -= OnProcessEnd;
        AppDomain.CurrentDomain.UnhandledException -= OnProcessEnd;
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
    }

    // Source: signal.h: 20 in Linux, 18 in macOS.
    private static int SigTstp => OperatingSystem.IsMacOS() ? 18 : 20;

    private void Enter()
    {
        lock (_gate)
        {
            if (_isEntered || _isEnded) return;
            _isEntered = true;
            _terminal.EnterRaw();

            // Source: xterm control sequences: 1049 alternate screen, 25 cursor, 7 wrap, 1004 focus reports.
            _terminal.Write("\e[?1049h\e[?25l\e[?7l\e[?1004h\e[2J\e[H"u8);
        }

        Volatile.Write(ref _needsRepaint, 1);
    }

    private void Leave()
    {
        bool isHeld = Monitor.TryEnter(_gate, StuckMs); // a terminal that takes no bytes must not keep us from ending
        try
        {
            if (!_isEntered) return;
            _isEntered = false;
            if (isHeld) _terminal.Write("\e[?2026l\e[0m\e[?1004l\e[?7h\e[?25h\e[?1049l"u8);
            _terminal.LeaveRaw();
        }
        finally
        {
            if (isHeld) Monitor.Exit(_gate);
        }
    }

    /// <summary>
    /// Stops where the default would, with the terminal given back; runs on when the job is continued.
    /// </summary>
    private void OnStop(PosixSignalContext context)
    {
        context.Cancel = true;
        Leave();
        _continued.Reset();
        _terminal.Suspend(); // may return before this thread is stopped; only the continuation counts
        _continued.Wait();
        Enter();
    }

    private void OnProcessEnd(object? sender, EventArgs e) => Leave();
}
