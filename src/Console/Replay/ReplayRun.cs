using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using LowLatency.ConsoleHost.Journal;
using LowLatency.ConsoleHost.Live;
using LowLatency.ConsoleHost.Truth;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Time;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>Builds a pipeline, replays a capture through it, and keeps everything a report needs.</summary>
internal sealed class ReplayRun
{
    private readonly ReplaySettings _settings;
    private readonly Action<FeedProgress>? _onProgress;
    private readonly Func<MarketPipeline, IStage[]>? _observers;
    private readonly ReplayWatch? _watch;
    private DecisionJournal? _journal;

    /// <summary>
    /// A run; <paramref name="observers"/> are extra stages before the sinks, <paramref name="watch"/> is for screens.
    /// </summary>
    public ReplayRun(
        ReplaySettings settings, Action<FeedProgress>? onProgress,
        Func<MarketPipeline, IStage[]>? observers = null, ReplayWatch? watch = null)
    {
        _watch = watch;
        _settings = settings;
        _onProgress = onProgress;
        _observers = observers;
        Lives = new LifeStatistics(settings.Pipeline.Life.FollowSlots);
        if (settings.StateTruthPath is not null) StateTruth = new StateTruthCheck(settings.StateTruthPath);
        if (settings.GroundTruthPath is not null)
            GroundTruth = new GroundTruthCheck(settings.GroundTruthPath, settings.Pipeline, IsInTruth);
        if (settings.TransactionsFolder is not null)
        {
            Transactions = UserFile.Make(
                $"--emit-transactions {settings.TransactionsFolder}",
                () => new TransactionFiles(settings.TransactionsFolder));
        }
    }

    /// <summary>The engine; null before <see cref="Execute"/>.</summary>
    public MarketPipeline? Pipeline { get; private set; }

    /// <summary>Decision hash.</summary>
    public DecisionHash Hash { get; } = new();

    /// <summary>Decisions by reason, best routes.</summary>
    public DecisionStatistics Decisions { get; } = new();

    /// <summary>How profitable cycles ended.</summary>
    public LifeStatistics Lives { get; }

    /// <summary>What the feed saw.</summary>
    public FeedStatistics? Feed { get; private set; }

    /// <summary>How it ended.</summary>
    public FeedOutcome Outcome { get; private set; }

    /// <summary>Wall time of the replay.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>
    /// Bytes allocated on the replay's thread from the first event to the last, registration included.
    /// </summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Collections per generation during the replay.</summary>
    public int[] Collections { get; } = new int[3];

    /// <summary>True if the capture says that a generator made it.</summary>
    public bool IsSynthetic { get; private set; }

    public StateTruthCheck? StateTruth { get; }

    public GroundTruthCheck? GroundTruth { get; }

    /// <summary>Puts accepted updates into slot order for the checks; null without one.</summary>
    public SlotOrderer? Orderer { get; private set; }

    /// <summary>Writer of transaction files; null if not asked for.</summary>
    public TransactionFiles? Transactions { get; }

    /// <summary>Why the journal is incomplete; null if it is whole or not asked for.</summary>
    public string? JournalFailure { get; private set; }

    /// <summary>What could not be written; null if everything was.</summary>
    public string? OutputFailure
    {
        get
        {
            if (JournalFailure is { } journal) return $"journal {_settings.JournalPath}: {journal}";
            return Transactions?.Failure is { } file ? $"transactions in {_settings.TransactionsFolder}: {file}" : null;
        }
    }

    /// <summary>What is said of a file that was written and is not where it was made.</summary>
    public const string Gone = "it was moved or removed while it was written";

    /// <summary>True if a file that was made is there no longer.</summary>
    public static bool IsGone(string? path) => path is not null && !File.Exists(path);

    /// <summary>Decisions in the journal.</summary>
    public long JournalCount => _journal?.Count ?? 0;

    /// <summary>
    /// Opens the capture and runs it to its end. A capture that cannot be opened, or of which not even the first frame
    /// is good, is returned as a fault: a report of nothing says nothing.
    /// </summary>
    public CaptureFault? Execute()
    {
        ReplayOptions options = new()
        {
            Speed = _settings.Speed,
            FromSlot = _settings.FromSlot,
            ToSlot = _settings.ToSlot,
            StampClock = _settings.Pipeline.TakeStamps ? SystemClock.Instance : null,
            OnProgress = _onProgress,
            ProgressIntervalMs = _watch is null ? 250 : 50,
            Cancellation = _settings.Cancellation,
            Control = _watch?.Control,
        };
        CaptureFault? fault = null;
        using ReplayFeed? capture =
            _settings.Live is null ? ReplayFeed.Open(_settings.CapturePath, options, out fault) : null;
        if (fault is not null) return fault;
        IsSynthetic = capture?.IsSynthetic ?? false;
        using Stream? journal = _settings.JournalPath is { } path
            ? UserFile.Make($"--journal {path}", () => File.Create(path))
            : null;
        Pipeline = new MarketPipeline(
            _settings.Pipeline, p => Sinks(p, journal), p => _settings.Live?.Observe(p) ?? [], Observers);
        _settings.OnView?.Invoke(Pipeline.View);
        if (_settings.Pipeline.HugePages) _ = HugePages.Advise();
        IMarketFeed feed = capture is not null
            ? capture
            : _settings.Live!.Open(Pipeline, _onProgress, _settings.Cancellation);
        _watch?.Begin(Pipeline, feed);
        Drive(feed);
        _journal?.Complete(Hash.Value);
        JournalFailure = _journal?.Failure ?? (IsGone(_settings.JournalPath) ? Gone : null);
        Feed = feed.GetStatistics();
        foreach (EndpointStatistics endpoint in Feed.Endpoints)
            IsSynthetic |= endpoint.Address.StartsWith("synthetic:", StringComparison.Ordinal);
        return Feed.Frames == 0 ? Feed.Fault : null;
    }

    private void Drive(IMarketFeed feed)
    {
        int[] before = [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long started = Stopwatch.GetTimestamp();
        Pipeline!.Start();
        try
        {
            Outcome = feed.Run(Pipeline.Publisher, new ReplayClock());
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // The one catch of the replay thread: a stage that throws is a broken invariant. Stop, keep, report.
            long sequence = Pipeline.Sinks.Events;
            Pipeline.Fatal.Halt(new FatalFault(_settings.Verb, sequence, sequence, fault));
            Outcome = FeedOutcome.Halted;
        }

        Pipeline.DrainAndStop();
        if (Pipeline.Fatal.IsTripped) Outcome = FeedOutcome.Halted;
        Elapsed = Stopwatch.GetElapsedTime(started);
        AllocatedBytes = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        for (int i = 0; i < 3; i++) Collections[i] = GC.CollectionCount(i) - before[i];
    }

    private IDecisionSink[] Sinks(MarketPipeline pipeline, Stream? journal)
    {
        List<IDecisionSink> sinks = [Hash, Decisions, Lives, _settings.Trail];
        if (journal is not null)
        {
            long createdUtcNs = SystemClock.Instance.UtcNs; // replay-ok: the journal's header, not a decision
            _journal = new DecisionJournal(
                journal, pipeline, pipeline.Settings.Graph.MaxPools, createdUtcNs,
                JournalRunInfo.Of(_settings.CaptureName, _settings.Pipeline, IsSynthetic).ToBytes());
            sinks.Add(_journal);
        }

        if (_watch is not null) sinks.Add(_watch.Decisions);
        Transactions?.Attach(pipeline, IsSynthetic);
        sinks.Add(new MessageOutlet(_settings.Gate, Transactions ?? _settings.Live?.Receiver));

        return [.. sinks];
    }

    private IStage[] Observers(MarketPipeline pipeline)
    {
        IStage[] observers = _observers?.Invoke(pipeline) ?? [];
        if (StateTruth is null && GroundTruth is null) return observers;
        Orderer = new SlotOrderer(pipeline.Payloads, complete =>
        {
            StateTruth?.OnSlot(complete);
            GroundTruth?.OnSlot(complete);
        });
        return [Orderer, .. observers];
    }

    private bool IsInTruth(VenueId venue) =>
        venue != VenueId.None && (_settings.TruthVenues.Count == 0 || _settings.TruthVenues.Contains(venue));
}
