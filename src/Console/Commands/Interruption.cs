using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP while a verb is at work: the first ends it in order, with its files closed and its
/// report; the second ends the process. Where nobody can hang up, SIGHUP may mean something else.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>What a shell adds to the number of the signal that ended a process.</summary>
    private const int SignalBase = 128;

    private static int _signalCode = ExitCodes.Interrupted; // the process's: so are its signals
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly string _verb;
    private readonly TextWriter _errors;

    /// <summary>
    /// Listens from now on, and says on <paramref name="errors"/> that the verb is ending. A process that another one
    /// ends does not listen.
    /// </summary>
    public Interruption(string verb, TextWriter errors, bool listens = true)
    {
        _verb = verb;
        _errors = errors;
        if (!listens) return;
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _signals.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>
    /// Exit code of the process for a verb's: of one that was ended that of the first signal; any other is as it was.
    /// </summary>
    public static int CodeOf(int code) => code == ExitCodes.Interrupted ? Volatile.Read(ref _signalCode) : code;

    /// <summary>What SIGHUP does instead of ending the verb; null = it ends it.</summary>
    public Action? OnHangUp { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (context.Signal == PosixSignal.SIGHUP && OnHangUp is { } act)
        {
            context.Cancel = true;
            act();
            return;
        }

        if (_source.IsCancellationRequested) return;
        context.Cancel = true;

        // Source: POSIX signal numbers, signal(7): SIGHUP 1, SIGINT 2, SIGTERM 15.
        int number = context.Signal switch { PosixSignal.SIGHUP => 1, PosixSignal.SIGTERM => 15, _ => 2 };
        Volatile.Write(ref _signalCode, SignalBase + number);
        _errors.WriteLine($"{_verb}: ending; press Ctrl-C again to stop at once");
        _source.Cancel();
    }
}
