using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace LowLatency.Ring;

/// <summary>Runs both sides of a measurement on two cores and takes the time of the first one.</summary>
internal static partial class TwoThreads
{
    private static readonly List<(string Name, Func<long> Read)> Followed = [];

    /// <summary>What one call of <see cref="Time"/> may take, the start of its threads included; set by who calls the
    /// rows, one after the other.</summary>
    internal static TimeSpan Limit { get; set; } = TimeSpan.MaxValue;

    /// <summary>Names a position of the next measurement: told if that takes too long.</summary>
    internal static void Follow(string name, Func<long> position) => Followed.Add((name, position));

    /// <summary>Nanoseconds for each of <paramref name="count"/> operations.</summary>
    /// <exception cref="OverdueException">It took longer than <see cref="Limit"/>; its threads are left behind.
    /// </exception>
    internal static double Time(int count, Action measured, params Action[] others)
    {
        long begin = Stopwatch.GetTimestamp();
        long elapsedNs = 0;
        // Not disposed: threads that are left behind still wait at it.
        Barrier start = new(others.Length + 1);
        Side[] sides = new Side[others.Length + 1];
        for (int i = 0; i < others.Length; i++)
        {
            Action other = others[i];
            sides[i] = new Side((i + 1) % Environment.ProcessorCount, side => Run(other, side, start));
        }
        sides[^1] = new Side(0, side => elapsedNs = Run(measured, side, start));
        try
        {
            foreach (Side side in sides)
                side.Thread.Start();
            foreach (Side side in sides)
            {
                if (!Join(side.Thread, Limit, begin))
                    throw Overdue.Told(sides, Followed, Stopwatch.GetElapsedTime(begin));
            }
        }
        finally
        {
            Followed.Clear();
        }
        return (double)elapsedNs / count;
    }

    private static bool Join(Thread thread, TimeSpan limit, long begin)
    {
        if (limit == TimeSpan.MaxValue)
        {
            thread.Join();
            return true;
        }
        TimeSpan left = limit - Stopwatch.GetElapsedTime(begin);
        return left > TimeSpan.Zero && thread.Join(left);
    }

    private static long Run(Action work, Side side, Barrier start)
    {
        side.SystemId = Pin(side.Core);
        side.Phase = Phase.AtTheGate;
        start.SignalAndWait();
        side.Phase = Phase.Running;
        long begin = Stopwatch.GetTimestamp();
        work();
        long elapsedNs = Stopwatch.GetElapsedTime(begin).Ticks * 100;
        side.Phase = Phase.Done;
        return elapsedNs;
    }

    /// <summary>Ties the thread to a core, so that both sides never share one, and returns the system's number of it.
    /// Without effect elsewhere than on Linux.</summary>
    private static int Pin(int core)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        ulong mask = 1UL << core;
        if (core < 64)
            _ = SetAffinity(0, sizeof(ulong), ref mask);
        return ThreadId();
    }

    // SAFETY: the mask is 8 bytes, as its size argument says; thread 0 is the calling one.
    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint sizeBytes, ref ulong mask);

    // SAFETY: takes nothing and cannot fail.
    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int ThreadId();
}

/// <summary>How far a thread of a measurement has come.</summary>
internal enum Phase
{
    Starting,
    AtTheGate,
    Running,
    Done,
}

/// <summary>One thread of a measurement. The thread writes, who waits for it reads.</summary>
internal sealed class Side
{
    private int _phase;
    private int _systemId;

    /// <summary>A side that is not yet started; in the background, so that it cannot keep the process.</summary>
    internal Side(int core, Action<Side> run)
    {
        Core = core;
        Thread = new Thread(() => run(this)) { IsBackground = true };
    }

    internal Thread Thread { get; }

    internal int Core { get; }

    internal Phase Phase
    {
        get => (Phase)Volatile.Read(ref _phase);
        set => Volatile.Write(ref _phase, (int)value);
    }

    /// <summary>Linux's number of the thread; 0 where there is none.</summary>
    internal int SystemId
    {
        get => Volatile.Read(ref _systemId);
        set => Volatile.Write(ref _systemId, value);
    }
}

/// <summary>Work between operations.</summary>
internal static class Work
{
    /// <summary>Steps that take about 100 ns: a decoder between an entry's first and last field.</summary>
    internal const int SlowFillSteps = 100;

    private static long _kept;

    /// <summary>Uses a result, so that nobody optimises it away.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Keep(long value) => _kept = value;

    /// <summary>A chain of dependent multiplications.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Burn(int steps)
    {
        long value = _kept;
        for (int i = 0; i < steps; i++)
            value = (value * 0x2545F4914F6CDD1D) ^ i;
        _kept = value;
    }
}
