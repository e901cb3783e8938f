using System;
using System.Collections.Generic;
using System.Threading;

namespace LowLatency.Allocation.Tests;

/// <summary>
/// Bytes that one thread allocates between two points. Every thread of a case takes its own: warm up,
/// <see cref="Start"/>,
/// work, <see cref="Stop"/>. Counts what the runtime counts for the thread, to the byte.
/// </summary>
internal sealed class AllocationProbe
{
    private readonly List<AllocationProbe> _all;
    private long _begin;

    internal AllocationProbe(string threadName, List<AllocationProbe> all)
    {
        ThreadName = threadName;
        _all = all;
        lock (_all)
            _all.Add(this);
    }

    internal string ThreadName { get; }

    /// <summary>Bytes between start and stop; -1 if the thread never came to its stop.</summary>
    internal long AllocatedBytes { get; private set; } = -1;

    internal void Start() => _begin = GC.GetAllocatedBytesForCurrentThread();

    /// <summary>For a thread that publishes its own count, like a stage group's.</summary>
    internal void Record(long allocatedBytes) => AllocatedBytes = allocatedBytes;

    internal void Stop() => AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - _begin;
}

/// <summary>Hands a probe to each thread of a case.</summary>
internal sealed class AllocationRun
{
    private readonly List<AllocationProbe> _probes = [];

    internal IReadOnlyList<AllocationProbe> Probes => _probes;

    /// <summary>Operations measured; printed, and at least one is required.</summary>
    internal long Operations { get; set; }

    internal AllocationProbe NewProbe(string threadName) => new(threadName, _probes);

    /// <summary>
    /// For work of one thread: calls it until the optimising tier has been compiled and installed, then measures one
    /// call.
    /// </summary>
    internal void Measure(string name, int operations, Action work)
    {
        AllocationProbe probe = NewProbe(name);
        WarmUp(work);
        probe.Start();
        work();
        probe.Stop();
        Operations += operations;
    }

    /// <summary>Enough calls for the first tier, time for the background compiler, enough calls for the
    /// second.</summary>
    internal static void WarmUp(Action work)
    {
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < 35; i++)
                work();
            Thread.Sleep(150);
        }
    }
}

/// <summary>One case: what runs, and whether it must allocate (a case that proves that the detector works).</summary>
internal sealed record AllocationCase(string Name, Action<AllocationRun> Run, bool MustAllocate = false);
