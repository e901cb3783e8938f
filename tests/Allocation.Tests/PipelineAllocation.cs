using System;
using System.IO;
using System.Threading;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Replay;

namespace LowLatency.Allocation.Tests;

/// <summary>
/// The whole way, real messages in memory -> decode -> dedup -> graph -> cycles -> scoring -> instructions -> sinks, over more
/// than a million events after warm-up, in each layout. Each thread's own count is taken: the feed's and the stage groups'.
/// </summary>
internal static class PipelineAllocation
{
    /// <summary>Events measured at least.</summary>
    private const long MeasuredEvents = 1_000_000;

    /// <summary>Laps before measuring: tier-1 code for every method and every table at its final size.</summary>
    private const int WarmUpLaps = 60;

    /// <summary>Bytes allocated while <paramref name="events"/> events passed the pipeline.</summary>
    public static long Measure(RunnerKind runner, out long events)
    {
        MarketPipeline pipeline = new(new PipelineSettings { Runner = runner, TakeStamps = true });
        CaptureLoop loop = new(CapturePath(), pipeline.Publisher, SystemClock.Instance);
        pipeline.Start();
        if (loop.Bootstrap() is { } fault) throw new InvalidOperationException(fault.ToString());
        for (int i = 0; i < WarmUpLaps; i++) RunLap(loop);
        long laps = (MeasuredEvents / loop.MessagesPerLap) + 1;
        long before = AllocatedBytes(pipeline);
        for (long i = 0; i < laps; i++) RunLap(loop);
        long allocated = AllocatedBytes(pipeline) - before;
        pipeline.DrainAndStop();
        if (pipeline.Fatal.Fault is { } fatal) throw new InvalidOperationException($"halted in {fatal.Where}", fatal.Cause);
        events = laps * loop.MessagesPerLap;
        return allocated;
    }

    private static void RunLap(CaptureLoop loop)
    {
        if (!loop.RunLap()) throw new InvalidOperationException("the pipeline halted");
    }

    /// <summary>Bytes allocated so far by the feed's thread and by every stage thread.</summary>
    private static long AllocatedBytes(MarketPipeline pipeline)
    {
        // Stage threads publish their own counts in housekeeping, every millisecond when idle.
        Thread.Sleep(50);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        if (pipeline.Settings.Runner == RunnerKind.Inline) return bytes;
        foreach (StageGroup group in pipeline.Groups) bytes += group.ThreadAllocatedBytes;
        return bytes;
    }

    private static string CapturePath()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            string path = Path.Combine(d.FullName, "data", "market-small", "capture.jsonl.gz");
            if (File.Exists(path)) return path;
        }

        throw new FileNotFoundException("data/market-small/capture.jsonl.gz is not above the program's folder");
    }
}
