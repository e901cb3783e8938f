using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Security.Cryptography;
using System.Threading;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Replay;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>What to measure.</summary>
/// <param name="CapturePath">Capture whose messages are played from memory.</param>
/// <param name="Loads">Loads, one after the other on one warm engine.</param>
/// <param name="Seconds">Length of each.</param>
/// <param name="WarmUpLaps">Laps over the capture before the first; null = as many as warm it up.</param>
/// <param name="Pipeline">Engine.</param>
/// <param name="HistogramFolder">Folder for <c>.hgrm</c> files, which is there; null for none.</param>
internal sealed record BenchSettings(
    string CapturePath, IReadOnlyList<BenchLoad> Loads, double Seconds, int? WarmUpLaps, PipelineSettings Pipeline,
    string? HistogramFolder)
{
    /// <summary>Ends the run early, with what was measured until then.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>
/// End-to-end latency and throughput in one process: recorded JSON-RPC messages in memory -> decode -> ... -> decision
/// and unsigned message. In an open loop every message has an intended arrival and its latency counts from there, so a
/// stall counts for all that had to wait behind it.
/// </summary>
internal sealed class BenchRun
{
    private const int FirstSlices = 64; // some rounds over the stages
    private const double OpenWarmUpSeconds = 0.5;
    private const double WarmUpMessages = 139_000; // every method is compiled for good; 60 laps of the bundled capture
    private const long LookMask = 255; // messages between two looks whether a closed loop is over
    private const long ProgressNs = 2_000_000_000;
    private const long LongFileBytes = 16 << 20; // gzipped, some seconds

    private readonly BenchSettings _settings;
    private readonly ScheduleClock _clock = new();
    private readonly SpeedProbe _probe = new();
    private readonly MarketPipeline _pipeline;
    private readonly CaptureLoop _loop;
    private BenchLatency _latency = null!;
    private long _preparedNs;
    private long _touched; // keeps the reading from being optimized away
    private long _preparedBytes;

    /// <summary>A run; <paramref name="watch"/> makes it one that screens watch.</summary>
    public BenchRun(BenchSettings settings, RecentDecisions? watch = null)
    {
        _settings = settings;
        _pipeline = new MarketPipeline(
            settings.Pipeline, _ => watch is null ? [] : [watch],
            sinkObservers: pipeline => [_latency = new BenchLatency(pipeline, _clock)]);
        if (watch is not null) _pipeline.View.Watch();
        _loop = new CaptureLoop(settings.CapturePath, _pipeline.Publisher, _clock);
    }

    /// <summary>The engine under measurement.</summary>
    public MarketPipeline Pipeline => _pipeline;

    /// <summary>
    /// Starts the engine and warms it up; <paramref name="recorded"/> is a run that has read this capture, if there is
    /// one, so that it is in memory once.
    /// </summary>
    /// <exception cref="CommandException">The capture cannot be used.</exception>
    public void Begin(TextWriter progress, BenchRun? recorded = null)
    {
        if (recorded is null && new FileInfo(_settings.CapturePath) is { Exists: true, Length: > LongFileBytes })
            progress.WriteLine($"bench: reading {_settings.CapturePath}");
        _pipeline.Start();
        if (_loop.Bootstrap(recorded?._loop) is { } fault) throw CommandException.Of(fault);
        for (int i = 0; i < FirstSlices; i++) _pipeline.OnFeedSpin(); // what is made at the first is made now
        if (!_pipeline.Fatal.IsTripped) WarmUp(progress);
    }

    private void WarmUp(TextWriter progress)
    {
        int laps = _settings.WarmUpLaps ?? (int)Math.Ceiling(WarmUpMessages / _loop.MessagesPerLap);
        progress.WriteLine($"bench: warm-up, {laps} laps of {_loop.MessagesPerLap} messages");
        long next = SystemClock.Instance.NowNs + ProgressNs;
        for (int lap = 0; lap < laps && !_settings.Cancellation.IsCancellationRequested && _loop.RunLap(); lap++)
        {
            if (SystemClock.Instance.NowNs < next) continue;
            next = SystemClock.Instance.NowNs + ProgressNs;
            progress.WriteLine($"bench: warm-up, lap {lap + 1} of {laps}");
        }
    }

    /// <summary>Ends the engine.</summary>
    public void End() => _pipeline.DrainAndStop();

    /// <summary>Runs every load.</summary>
    /// <exception cref="CommandException">The capture cannot be used, or the engine halted.</exception>
    public BenchResult Execute(TextWriter progress)
    {
        MachineBlock machine = MachineBlock.Read();
        List<BenchLoadResult> loads = [];
        try
        {
            Begin(progress);
            foreach (BenchLoad load in _settings.Loads)
            {
                if (_settings.Cancellation.IsCancellationRequested || _pipeline.Fatal.IsTripped) break;
                progress.WriteLine($"bench: load {load.Name}");
                loads.Add(Measure(load));
            }
        }
        catch (Exception fault) when (fault is not (OutOfMemoryException or CommandException))
        {
            // The one catch of this thread: a stage that throws inline is a broken invariant.
            long sequence = _pipeline.Sinks.Events;
            _pipeline.Fatal.Halt(new FatalFault("bench", sequence, sequence, fault));
        }
        finally
        {
            End();
        }

        if (_pipeline.Fatal.Fault is { } fatal)
            throw new CommandException($"halted in {fatal.Where}: {fatal.Cause.Message}", ExitCodes.Error);
        return new BenchResult
        {
            Version = BenchResult.CurrentVersion,
            CreatedUtc = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            Build = typeof(BenchRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion ?? "not known",
            Capture = Path.GetFileName(_settings.CapturePath),
            CaptureSha256 = Hash(_settings.CapturePath),
            Runner = _settings.Pipeline.Runner.ToString().ToLowerInvariant(),
            Machine = machine,
            Synthetic = _loop.IsSynthetic,
            HasNominalPace = _loop.HasDerivedTimes,
            IsInterrupted = _settings.Cancellation.IsCancellationRequested,
            ResidentBytes = Environment.WorkingSet,
            Loads = loads,
        };
    }

    /// <summary>
    /// One load on the warm engine. An open loop begins before it is measured: what keeps warm between messages runs in
    /// no lap of the warm-up and would be compiled in the first measured one.
    /// </summary>
    public BenchLoadResult Measure(BenchLoad load)
    {
        if (load.IsOpenLoop) _ = OpenLoop(load, Math.Min(OpenWarmUpSeconds, _settings.Seconds), out _);
        AwaitStages();
        Thread.Sleep(200); // tier-1 code is installed
        _pipeline.Sinks.Latency!.Reset();
        _latency.Reset();
        double probe = _probe.Measure();
        long decisions = _pipeline.Sinks.Decisions;
        long refused = _pipeline.Refused;
        BenchLosses before = BenchLosses.Now(_pipeline, _loop);
        int[] collections = Collections();
        long groupBytes = GroupBytes();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        (_preparedNs, _preparedBytes) = (0, 0);
        long started = SystemClock.Instance.NowNs;
        long messages = load.IsOpenLoop ? OpenLoop(load, _settings.Seconds, out bool keptUp) : ClosedLoop(out keptUp);
        long elapsedNs = SystemClock.Instance.NowNs - started - _preparedNs;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated - _preparedBytes;
        (_clock.DueNs, _clock.StartedNs) = (0, 0);
        AwaitStages();
        int[] after = Collections();
        for (int i = 0; i < after.Length; i++) collections[i] = after[i] - collections[i];
        WriteHistograms(load);
        BenchLosses now = BenchLosses.Now(_pipeline, _loop);
        return new BenchLoadResult
        {
            Load = load.Name,
            ProbeNs = Math.Min(probe, _probe.Measure()),
            Messages = messages,
            Seconds = elapsedNs / 1e9,
            MessagesPerSecond = Math.Round(messages * 1e9 / elapsedNs),
            KeptUp = keptUp,
            Decisions = _pipeline.Sinks.Decisions - decisions,
            Refused = _pipeline.Refused - refused,
            AccountUpdates = now.AccountUpdates - before.AccountUpdates,
            Losses = now.Since(before),
            Pools = ReplayTables.PoolsByState(_pipeline.Graph.Market),
            IsInterrupted = _settings.Cancellation.IsCancellationRequested,
            AllocatedBytes = allocated + GroupBytes() - groupBytes,
            Collections = collections,
            Response = ByPoint(_latency.Response),
            Service = ByPoint(_latency.Service),
            Steps = Steps(),
        };
    }

    /// <summary>Until the stages' threads have done what was published, and then have published their own.</summary>
    private void AwaitStages()
    {
        if (_settings.Pipeline.Runner == RunnerKind.Inline) return;
        while (!_pipeline.IsDrained) Thread.Sleep(1);
        Thread.Sleep(100); // stages publish when idle
    }

    private long ClosedLoop(out bool keptUp)
    {
        keptUp = true;
        long end = SystemClock.Instance.NowNs + (long)(_settings.Seconds * 1e9);
        for (long i = 0; ; i++)
        {
            int index = (int)(i % _loop.MessagesPerLap);
            bool isPrepared = _loop.HasPreparation(index);
            if (isPrepared && Prepare(index) < 0) return i;
            if ((isPrepared || (i & LookMask) == 0) && IsOver(end)) return i;
            _loop.Receive(index);
            _pipeline.TakesSteps = HasSteps(i);
            if (!_loop.RunMessage(index)) return i;
        }
    }

    private bool IsOver(long end) =>
        _settings.Cancellation.IsCancellationRequested || SystemClock.Instance.NowNs - _preparedNs >= end;

    /// <summary>
    /// Every other message has stamps of its steps, the rest the fewest that say when it was done: a message with all
    /// stamps takes longer. Which ones differs from lap to lap.
    /// </summary>
    private bool HasSteps(long message)
    {
        (long lap, long index) = Math.DivRem(message, _loop.MessagesPerLap);
        return ((lap + index) & 1) == 0;
    }

    /// <summary>
    /// Plays what sets up connections before a message. It is part of the recording and no market data: its time and
    /// bytes are taken out of the measurement, and an open loop's schedule waits for it. Below 0 if the pipeline has
    /// halted.
    /// </summary>
    private long Prepare(int index)
    {
        (_clock.DueNs, _clock.StartedNs, _clock.IsPreparing) = (0, 0, true);
        long began = SystemClock.Instance.NowNs;
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        bool goesOn = _loop.TryPrepare(index);
        long took = SystemClock.Instance.NowNs - began;
        _clock.IsPreparing = false;
        _preparedNs += took;
        _preparedBytes += GC.GetAllocatedBytesForCurrentThread() - bytes;
        return goesOn ? took : -1;
    }

    private long OpenLoop(BenchLoad load, double seconds, out bool keptUp)
    {
        long lengthNs = (long)(seconds * 1e9);
        long start = SystemClock.Instance.NowNs + 1_000_000;
        double intervalNs = load.MessagesPerSecond > 0 ? 1e9 / load.MessagesPerSecond : 0;
        keptUp = true;
        for (long i = 0; ; i++)
        {
            int index = (int)(i % _loop.MessagesPerLap);
            long offset = intervalNs > 0
                ? (long)(i * intervalNs)
                : (long)((((i / _loop.MessagesPerLap) * (double)_loop.LapNs) + _loop.OffsetNs(index)) / load.Pace);
            if (offset >= lengthNs) return i;
            if (_loop.HasPreparation(index))
            {
                long waited = Prepare(index);
                if (waited < 0) return i;
                start += waited;
            }

            // In memory before it is due, as what a card has written there; the spinning may push it out of the caches.
            _loop.Receive(index);
            _pipeline.TakesSteps = HasSteps(i);
            long due = start + offset;
            long now = SystemClock.Instance.NowNs;
            keptUp = now - start <= 2 * lengthNs;
            if (!keptUp || _settings.Cancellation.IsCancellationRequested) return i;
            while (now < due)
            {
                if (load.IsCold) Thread.SpinWait(8);
                else _pipeline.OnFeedSpin();
                _touched += _loop.TouchReceived();
                if (_settings.Cancellation.IsCancellationRequested) return i;
                now = SystemClock.Instance.NowNs;
            }

            (_clock.DueNs, _clock.StartedNs) = (due, now);
            if (!_loop.RunMessage(index)) return i;
        }
    }

    /// <summary>Of the file's own bytes, which the reader of its frames does not keep.</summary>
    private static string Hash(string path) =>
        UserFile.Read(path, static file => Convert.ToHexStringLower(SHA256.HashData(file)));

    private SortedDictionary<string, BenchTimes> Steps()
    {
        SortedDictionary<string, BenchTimes> steps = new(StringComparer.Ordinal);
        for (StampId stamp = StampId.Published; stamp <= StampId.Refine; stamp++)
        {
            LatencyHistogram step = _pipeline.Sinks.Latency!.Step(stamp);
            string name = stamp == StampId.Published ? "decode" : stamp.ToString().ToLowerInvariant();
            if (step.Count != 0) steps[$"{(int)stamp} {name}"] = BenchTimes.Of(step);
        }

        return steps;
    }

    private static SortedDictionary<string, BenchTimes> ByPoint(LatencyHistogram[] histograms)
    {
        SortedDictionary<string, BenchTimes> rows = new(StringComparer.Ordinal);
        for (int i = 0; i < histograms.Length; i++)
        {
            if (histograms[i].Count != 0) rows[NameOf((BenchPoint)i)] = BenchTimes.Of(histograms[i]);
        }

        return rows;
    }

    private static string NameOf(BenchPoint point) => point switch
    {
        BenchPoint.Dropped => "0 dropped",
        BenchPoint.NoOpportunity => "1 no opportunity",
        BenchPoint.Refused => "2 all refused",
        BenchPoint.Decision => "3 first decision",
        BenchPoint.Transaction => "4 first unsigned transaction",
        BenchPoint.Decided => "5 all decided and built",
        BenchPoint.Refined => "6 all refined",
        _ => "7 no opportunity, searched",
    };

    private void WriteHistograms(BenchLoad load)
    {
        if (_settings.HistogramFolder is not { } folder) return;
        for (int i = 0; i < BenchLatency.Points; i++)
        {
            if (_latency.Response[i].Count == 0) continue;
            string name = $"{load.Name}-{NameOf((BenchPoint)i)[2..].Replace(' ', '-')}.hgrm";
            using StreamWriter file =
                UserFile.Make($"--hgrm {folder}", () => File.CreateText(Path.Combine(folder, name)));
            HistogramText.Write(_latency.Response[i], file);
        }
    }

    private long GroupBytes()
    {
        long sum = 0;
        if (_settings.Pipeline.Runner == RunnerKind.Inline) return 0;
        foreach (StageGroup group in _pipeline.Groups) sum += group.ThreadAllocatedBytes;
        return sum;
    }

    private static int[] Collections() => [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];
}
