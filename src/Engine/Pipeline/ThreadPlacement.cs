using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace LowLatency.Engine.Pipeline;

/// <summary>
/// On which processors the threads of a run are put, and how far before others. Linux only; elsewhere, and where the
/// system refuses, <see cref="Apply"/> says so and the run does not begin: a run that was to have a core of its own
/// must not go on without one.
/// </summary>
public sealed partial record ThreadPlacement
{
    /// <summary>Highest processor number that can be named: the size of the mask that is handed over.</summary>
    public const int MaxCpu = 1023;

    /// <summary>Highest <see cref="Priority"/>: the whole range of nice values above the normal one.</summary>
    public const int MaxPriority = 20;

    private const int BitsPerWord = 64;
    private const int ProcessPriority = 0; // PRIO_PROCESS; who = 0 is the calling thread on Linux

    /// <summary>Processors: the first for the feed's thread, then one a stage group; empty leaves it to the system.
    /// Threads beyond the list stay where the system puts them.</summary>
    public IReadOnlyList<int> Cpus { get; init; } = [];

    /// <summary>Nice value of these threads, below zero by so much; 0 leaves it. Needs the right to raise it.</summary>
    public int Priority { get; init; }

    /// <summary>True if something is asked for.</summary>
    public bool IsWanted => Cpus.Count != 0 || Priority != 0;

    /// <summary>Puts the calling thread in its place: 0 is the feed's, 1 the first stage group's, and so on.</summary>
    /// <exception cref="InvalidOperationException">It cannot be done here; the message says what and why.</exception>
    public void Apply(int thread)
    {
        if (!IsWanted) return;
        if (!OperatingSystem.IsLinux())
            throw new InvalidOperationException("cpus and threadPriority are for Linux; remove them here");
        if (thread < Cpus.Count) Pin(Cpus[thread]);
        if (Priority == 0 || SetPriority(ProcessPriority, 0, -Priority) == 0) return;
        throw new InvalidOperationException(
            $"threadPriority {Priority}: {Marshal.GetLastPInvokeErrorMessage()} (it needs root, CAP_SYS_NICE, or a "
            + "nice limit in limits.conf)");
    }

    // SAFETY: the mask lies on this stack and its true size is handed over.
    private static unsafe void Pin(int cpu)
    {
        ulong* mask = stackalloc ulong[(MaxCpu + 1) / BitsPerWord];
        mask[cpu / BitsPerWord] = 1UL << (cpu % BitsPerWord);
        // SAFETY: the system reads so many bytes of the mask and keeps no pointer; 0 is the calling thread.
        if (SetAffinity(0, (nuint)((MaxCpu + 1) / 8), mask) == 0) return;
        throw new InvalidOperationException(
            $"cpus: {cpu}: {Marshal.GetLastPInvokeErrorMessage()} (is there such a processor, and may this process use "
            + "it?)");
    }

    // Source: Linux man-pages sched_setaffinity(2), getpriority(2).
    // SAFETY: declaration only; see the caller.
    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static unsafe partial int SetAffinity(int thread, nuint sizeBytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint who, int nice);
}
