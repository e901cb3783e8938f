using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace LowLatency.Ring;

/// <summary>Runs both sides of a measurement on two cores and takes the time of the first one.</summary>
internal static partial class TwoThreads
{
    /// <summary>Nanoseconds for each of <paramref name="count"/> operations.</summary>
    internal static double Time(int count, Action measured, params Action[] others)
    {
        long elapsedNs = 0;
        using Barrier start = new(others.Length + 1);
        Thread[] threads = new Thread[others.Length + 1];
        for (int i = 0; i < others.Length; i++)
        {
            Action other = others[i];
            int core = (i + 1) % Environment.ProcessorCount;
            threads[i] = new Thread(() => Run(other, core, start));
        }
        threads[^1] = new Thread(() => elapsedNs = Run(measured, 0, start));
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return (double)elapsedNs / count;
    }

    private static long Run(Action side, int core, Barrier start)
    {
        Pin(core);
        start.SignalAndWait();
        long begin = Stopwatch.GetTimestamp();
        side();
        return Stopwatch.GetElapsedTime(begin).Ticks * 100;
    }

    /// <summary>Ties the thread to a core, so that both sides never share one. Without effect elsewhere than on
    /// Linux.</summary>
    private static void Pin(int core)
    {
        if (!OperatingSystem.IsLinux() || core >= 64)
            return;
        ulong mask = 1UL << core;
        _ = SetAffinity(0, sizeof(ulong), ref mask);
    }

    // SAFETY: the mask is 8 bytes, as its size argument says; thread 0 is the calling one.
    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint sizeBytes, ref ulong mask);
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
