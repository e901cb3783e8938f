using System;
using System.Threading;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Replay;

namespace LowLatency.Allocation.Tests;

/// <summary>
/// The whole way, real messages in memory -> decode -> dedup -> graph -> cycles -> scoring -> instructions -> sinks,
/// over more than a million events after warm-up, in each layout. Each thread's own count is taken: the feed's and the
/// stage groups'.
/// </summary>
internal static class PipelineAllocation
{
    /// <summary>Events measured at least.</summary>
    private const long MeasuredEvents = 1_000_000;

    /// <summary>Laps before measuring: tier-1 code for every method and every table at its final size.</summary>
    private const int WarmUpLaps = 60;

    /// <summary>Slices of keeping warm between two laps.</summary>
    private const int SpinsPerLap = 1000;

    /// <summary>
    /// One layout: a probe for the feed's thread, and one for each stage group with a thread of its own.
    /// </summary>
    public static void Run(AllocationRun run, RunnerKind runner)
    {
        MarketPipeline pipeline = new(new PipelineSettings { Runner = runner, TakeStamps = true, WarmRestNs = 0 });
        CaptureLoop loop = new(Repository.MarketSmall("capture.jsonl.gz"), pipeline.Publisher, SystemClock.Instance);
        pipeline.Start();
        if (loop.Bootstrap() is { } fault) throw new InvalidOperationException(fault.ToString());
        for (int i = 0; i < WarmUpLaps; i++) RunLap(loop, pipeline);
        long laps = (MeasuredEvents / loop.MessagesPerLap) + 1;
        AllocationProbe feed = run.NewProbe("feed");
        long[] before = GroupBytes(pipeline);
        feed.Start();
        for (long i = 0; i < laps; i++) RunLap(loop, pipeline);
        feed.Stop();
        long[] after = GroupBytes(pipeline);
        for (int i = 0; i < after.Length; i++)
            run.NewProbe(pipeline.Groups[i].Name).Record(after[i] - before[i]);
        pipeline.DrainAndStop();
        if (pipeline.Fatal.Fault is { } fatal)
            throw new InvalidOperationException($"halted in {fatal.Where}", fatal.Cause);
        run.Operations += laps * loop.MessagesPerLap;
    }

    /// <summary>What each stage thread has allocated so far; inline, the feed's thread is the only one.</summary>
    private static long[] GroupBytes(MarketPipeline pipeline)
    {
        if (pipeline.Settings.Runner == RunnerKind.Inline) return [];
        Thread.Sleep(100); // stage threads publish their counts in housekeeping, every millisecond when idle
        long[] bytes = new long[pipeline.Groups.Count];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = pipeline.Groups[i].ThreadAllocatedBytes;
        return bytes;
    }

    private static void RunLap(CaptureLoop loop, MarketPipeline pipeline)
    {
        for (int i = 0; i < SpinsPerLap; i++) pipeline.OnFeedSpin();
        if (!loop.RunLap()) throw new InvalidOperationException("the pipeline halted");
    }
}
