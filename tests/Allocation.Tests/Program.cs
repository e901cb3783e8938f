using System;
using System.Runtime;
using System.Runtime.InteropServices;
using LowLatency.Engine.Pipeline;

namespace LowLatency.Allocation.Tests;

/// <summary>
/// Runs every case and demands 0 bytes on each measured thread, except where a case must allocate. A program of its
/// own,
/// because allocation depends on the runtime's mode, which is printed. Exit code 0 only if all pass.
/// </summary>
internal static class Program
{
    /// <summary>Every area adds its cases here, one line each.</summary>
    private static readonly AllocationCase[] _cases =
    [
        new("detector: one byte array must be seen", DetectorCase.Run, MustAllocate: true),
        new("ring: single producer, batch consumer, in-entry stamps", RingAllocation.SingleProducer),
        new("ring: three producers, blocking consumer", RingAllocation.MultiProducer),
        new("payload ring: claim, fill, commit, release", RingAllocation.Payloads),
        new("metrics: counters, histogram, clock, random numbers", RingAllocation.Metrics),
        new("WebSocket over loopback: socket to inbox", run => WebSocketAllocation.Run(run, useTls: false)),
        new("WebSocket over TLS: socket to inbox", run => WebSocketAllocation.Run(run, useTls: true)),
        new("pipeline inline: messages to decisions", run => PipelineAllocation.Run(run, RunnerKind.Inline)),
        new("pipeline fused: messages to decisions", run => PipelineAllocation.Run(run, RunnerKind.Fused)),
        new("pipeline split: messages to decisions", run => PipelineAllocation.Run(run, RunnerKind.Split)),
    ];

    private static int Main()
    {
        Console.WriteLine(
            $"mode: {RuntimeInformation.FrameworkDescription}, TieredCompilation "
            + $"{Mode("System.Runtime.TieredCompilation")}, TieredPGO {Mode("System.Runtime.TieredPGO")}, "
            + $"concurrent GC {Mode("System.GC.Concurrent")}, "
            + $"{(GCSettings.IsServerGC ? "server" : "workstation")} GC");
        int passed = 0;
        foreach (AllocationCase testCase in _cases)
            passed += Execute(testCase) ? 1 : 0;
        Console.WriteLine($"allocation: {passed} passed, {_cases.Length - passed} failed");
        return passed == _cases.Length ? 0 : 1;
    }

    private static bool Execute(AllocationCase testCase)
    {
        AllocationRun run = new();
        string? failure = null;
        try
        {
            testCase.Run(run);
        }
        catch (Exception exception)
        {
            failure = exception.ToString();
        }
        long total = 0;
        foreach (AllocationProbe probe in run.Probes)
        {
            if (probe.AllocatedBytes < 0)
                failure ??= $"thread '{probe.ThreadName}' was not measured to its end";
            else if (probe.AllocatedBytes > 0 && !testCase.MustAllocate)
                failure ??= $"thread '{probe.ThreadName}' allocated {probe.AllocatedBytes} bytes";
            total += Math.Max(0, probe.AllocatedBytes);
        }
        if (run.Probes.Count == 0 || run.Operations == 0)
            failure ??= "nothing was measured";
        if (testCase.MustAllocate && total == 0)
            failure ??= "the detector saw nothing";
        string measured = $"{run.Operations} operations on {run.Probes.Count} threads, {total} bytes";
        Console.WriteLine($"{(failure is null ? "pass" : "FAIL")}  {testCase.Name}: {measured}");
        if (failure is not null)
            Console.WriteLine($"      {failure}");
        return failure is null;
    }

    private static string Mode(string name) =>
        AppContext.TryGetSwitch(name, out bool on) ? on ? "on" : "off" : "default";
}

/// <summary>Allocates one small array: if this is not seen, no other result counts.</summary>
internal static class DetectorCase
{
    private static byte[] _kept = [];

    internal static void Run(AllocationRun run)
    {
        AllocationProbe probe = run.NewProbe("main");
        probe.Start();
        _kept = new byte[1];
        probe.Stop();
        run.Operations = _kept.Length;
    }
}
