using System;
using System.Globalization;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Replay;
using LowLatency.Ring;

namespace LowLatency.Latency;

/// <summary>
/// End-to-end latency and throughput over real messages played from memory. Output lines:
/// <c>name  count N p50 X p90 X p99 X p99.9 X max X ns</c>.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        LatencyOptions options;
        try
        {
            options = LatencyOptions.Parse(args);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or OverflowException)
        {
            Console.Error.WriteLine(fault.Message);
            Console.Error.WriteLine(LatencyOptions.Help);
            return 2;
        }

        MachineBlock.Print(Console.Out);
        return Run(options);
    }

    private static int Run(LatencyOptions options)
    {
        ScheduleClock clock = new();
        PipelineSettings settings = new() { Runner = options.Runner, TakeStamps = options.TakeStamps };
        MarketPipeline pipeline = new(settings);
        CaptureLoop loop = new(options.CapturePath, pipeline.Publisher, options.TakeStamps ? clock : null);
        pipeline.Start();
        if (loop.Bootstrap() is { } fault)
        {
            Console.Error.WriteLine(fault);
            return 65;
        }

        for (int i = 0; i < options.WarmUpLaps; i++) loop.RunLap();
        Thread.Sleep(200); // threaded layouts finish the warm-up; tier-1 code is installed
        pipeline.Sinks.Latency?.Reset();
        long decisionsBefore = pipeline.Sinks.Decisions;
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        int collectionsBefore = GC.CollectionCount(0);
        long started = SystemClock.Instance.NowNs;
        long messages = options.MessagesPerSecond > 0
            ? OpenLoop(loop, clock, options)
            : ClosedLoop(loop, options);
        long elapsedNs = SystemClock.Instance.NowNs - started;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        pipeline.DrainAndStop();
        if (pipeline.Fatal.Fault is { } fatal)
        {
            Console.Error.WriteLine($"halted in {fatal.Where}: {fatal.Cause}");
            return 1;
        }

        Report(options, pipeline, messages, elapsedNs, pipeline.Sinks.Decisions - decisionsBefore);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"allocated by the feed's thread {allocated} B, collections {GC.CollectionCount(0) - collectionsBefore}"));
        return 0;
    }

    private static long ClosedLoop(CaptureLoop loop, LatencyOptions options)
    {
        long end = SystemClock.Instance.NowNs + (long)(options.Seconds * 1e9);
        long messages = 0;
        while (SystemClock.Instance.NowNs < end && loop.RunLap()) messages += loop.MessagesPerLap;
        return messages;
    }

    private static long OpenLoop(CaptureLoop loop, ScheduleClock clock, LatencyOptions options)
    {
        double intervalNs = 1e9 / options.MessagesPerSecond;
        long start = SystemClock.Instance.NowNs + 1_000_000;
        long total = (long)(options.Seconds * options.MessagesPerSecond);
        for (long i = 0; i < total; i++)
        {
            long due = start + (long)(i * intervalNs);
            while (SystemClock.Instance.NowNs < due) Thread.SpinWait(8);
            clock.DueNs = due;
            if (!loop.RunMessage((int)(i % loop.MessagesPerLap))) return i;
        }

        return total;
    }

    private static void Report(
        LatencyOptions options, MarketPipeline pipeline, long messages, long elapsedNs, long decisions)
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        string kind = options.MessagesPerSecond > 0 ? $"open loop at {options.MessagesPerSecond:N0}/s" : "closed loop";
        Console.WriteLine(string.Create(
            c, $"{kind}, {options.Runner}: {messages:N0} messages in {elapsedNs / 1e9:F2} s = "
            + $"{messages * 1e9 / elapsedNs:N0} messages/s, {decisions:N0} decisions"));
        if (pipeline.Sinks.Latency is not { } latency) return;
        for (StampId stamp = StampId.Published; stamp <= StampId.Instructions; stamp++)
            Row(stamp == StampId.Published ? "decode" : stamp.ToString().ToLowerInvariant(), latency.Step(stamp));
        Row("whole: dropped", latency.Dropped);
        Row("whole: no opportunity", latency.NoOpportunity);
        Row("whole: decided", latency.Decided);
    }

    private static void Row(string name, LatencyHistogram h)
    {
        if (h.Count == 0) return;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-24} count {h.Count,10} p50 {h.ValueAtPercentile(50),8} p90 {h.ValueAtPercentile(90),8} "
            + $"p99 {h.ValueAtPercentile(99),9} p99.9 {h.ValueAtPercentile(99.9),9} max {h.MaxNs,10} ns"));
    }
}
