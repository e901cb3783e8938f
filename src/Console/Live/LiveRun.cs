using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using LowLatency.ConsoleHost.Config;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Submission;

namespace LowLatency.ConsoleHost.Live;

/// <summary>
/// The live side of a run: connections, snapshots, recording, and the keeper that watches what pools name. The feed
/// itself runs on the thread of whoever runs it, like a capture's.
/// </summary>
internal sealed class LiveRun : IDisposable
{
    private const int KeeperPauseMs = 20;
    private const int FileEveryMs = 1000;
    private const int SettingsInboxBytes = 64 << 10;

    private readonly LiveSettings _settings;
    private readonly IClock _clock = SystemClock.Instance; // replay-ok: the receive times that a capture keeps
    private readonly ManualResetEventSlim _stop = new();
    private readonly MessageInbox _settingsInbox;
    private readonly MemoryKeeper _memory = new();
    private NeededAccounts? _needed;
    private readonly Fatal _early = new(); // what failed before there was an engine to halt
    private Fatal? _fatal;
    private Thread? _keeper;
    private bool _isDisposed;

    /// <summary>Makes connections and recording; opens nothing before the feed runs.</summary>
    /// <exception cref="CommandException">The endpoints are wrong, or the capture cannot be created.</exception>
    public LiveRun(LiveSettings settings)
    {
        _settings = settings;
        try
        {
            Pool = new EndpointPool(settings.Endpoints, _clock, settings.InboxBytes, settings.Chain);
        }
        catch (ArgumentException wrong)
        {
            throw new CommandException(wrong.Message, ExitCodes.Config);
        }

        _settingsInbox = new MessageInbox(Pool.HttpInbox.ConnectionId, Pool.Signal, SettingsInboxBytes);
        Bootstrap = new Bootstrap(Pool.Http, settings.Bootstrap, _clock);
        Chain = new ChainWatch(Pool.Http, settings.Chain, _clock);
        if (settings.Simulation is { } simulation)
        {
            Simulator = new Simulator(Pool.Http, simulation, _clock);
            Receiver = new SimulationOutlet(Simulator);
        }

        Pool.OnFault = Halt;
        foreach (NodeWork? work in (NodeWork?[])[Bootstrap, Chain, Simulator])
        {
            if (work is not null) work.OnFault = Halt;
        }

        if (settings.RecordPath is { } path) Recorder = CreateRecorder(path);
    }

    public EndpointPool Pool { get; }

    public Bootstrap Bootstrap { get; }

    public ChainWatch Chain { get; }

    /// <summary>Simulates taken decisions; null if that is not asked for.</summary>
    public Simulator? Simulator { get; }

    /// <summary>Gets the messages of taken decisions; null if nobody does.</summary>
    public IMessageReceiver? Receiver { get; }

    public CaptureRecorder? Recorder { get; }

    /// <summary>The feed; null before <see cref="Open"/>.</summary>
    public LiveFeed? Feed { get; private set; }

    /// <summary>Which endpoints' data is raced; null before <see cref="Open"/>.</summary>
    public EndpointHealth? Health { get; private set; }

    /// <summary>Contradictions of endpoints that too many others came before: the audit's. Any thread.</summary>
    public long ConflictsDropped => _needed?.ConflictsDropped ?? 0;

    /// <summary>Times the watch list was read again because its file changed.</summary>
    public long Reloads { get; private set; }

    /// <summary>Accounts that are watched no longer because no pool of the list needs them.</summary>
    public long AccountsDropped { get; private set; }

    /// <summary>Why the watch list could not be read again; the old one stays. Null if it could.</summary>
    public string? ReloadFault { get; private set; }

    /// <summary>
    /// Halts the run for what one of its threads failed with: what that thread did would be missing from then on. Any
    /// thread.
    /// </summary>
    public void Halt(string thread, Exception cause)
    {
        FatalFault fault = new(thread, -1, -1, cause);
        _early.Halt(fault);
        Volatile.Read(ref _fatal)?.Halt(fault);
    }

    /// <summary>Extra stages of the market group.</summary>
    public IStage[] Observe(MarketPipeline pipeline)
    {
        Volatile.Write(ref _fatal, pipeline.Fatal);
        Interlocked.MemoryBarrier(); // either whoever fails sees the engine, or it is seen here
        if (_early.Fault is { } fault) pipeline.Fatal.Halt(fault);
        _needed = new NeededAccounts(pipeline.Graph);
        return [_needed];
    }

    /// <summary>The feed into a pipeline; its connections open when it runs.</summary>
    public LiveFeed Open(MarketPipeline pipeline, Action<FeedProgress>? onProgress, CancellationToken cancellation)
    {
        Feed = new LiveFeed([.. Pool.Inboxes, _settingsInbox], Pool.Signal, new LiveFeedOptions
        {
            Dispatcher = new FrameDispatcherOptions
            {
                StampClock = pipeline.Settings.TakeStamps ? _clock : null,
                Addresses = Pool.Addresses,
                Listener = Bootstrap,
            },
            Recorder = Recorder,
            Cancellation = cancellation,
            DurationNs = _settings.DurationNs,
            Clock = _clock,
            OnIdle = pipeline.OnFeedIdle,
            OnSpin = pipeline.OnFeedSpin,
            OnBegin = () =>
            {
                pipeline.Settings.Threads.Apply(0); // this is the feed's thread
                Begin();
            },
            RunsOnConnections = _settings.RunsOnConnections,
            OnProgress = onProgress,
        });
        Pool.ResumeSlot = () => Feed.ResumeSlot;
        Health = new EndpointHealth(Pool, new PublishedScores(pipeline.View), _settings.Health);
        return Feed;
    }

    /// <summary>
    /// Hands changed settings to the feed, which records them and puts them in force between two frames; false if there
    /// is no room now. One thread.
    /// </summary>
    public bool TryPostSettings(byte[] frame)
    {
        return _settingsInbox.TryWrite(CaptureFrameKind.Settings, _clock.NowNs, _clock.UtcNs, frame);
    }

    /// <summary>Health of the endpoint of a connection; null if it is no endpoint's. Any thread.</summary>
    public EndpointHealthStatus? HealthOf(int connection)
    {
        IReadOnlyList<EndpointHealthStatus> all = Health?.Status ?? [];
        for (int i = 0; i < all.Count; i++)
        {
            int at = connection - all[i].FirstConnection;
            if (at >= 0 && at < all[i].Connections) return all[i];
        }

        return null;
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _stop.Set();
        _keeper?.Join();
        Chain.Dispose();
        Simulator?.Dispose();
        Bootstrap.Dispose();
        Pool.Dispose();
        Recorder?.Dispose();
        _memory.Dispose();
        _stop.Dispose();
    }

    private void Begin()
    {
        Pool.Watch([ProgramIds.ClockSysvar, .. _settings.Watch]);
        Pool.Start();
        Bootstrap.Start();
        Chain.Start();
        Simulator?.Start();
        _keeper = GuardedThread.Start("watch keeper", KeepWatch, Halt);
    }

    private void KeepWatch()
    {
        List<Pubkey> needed = [];
        HashSet<Pubkey> listed = [.. _settings.Watch];
        HashSet<Pubkey> gone = [];
        DateTime read = WatchFileTime();
        int untilFileMs = FileEveryMs;
        while (!_stop.Wait(KeeperPauseMs))
        {
            Health!.Look(_clock.NowNs);
            untilFileMs -= KeeperPauseMs;
            if (untilFileMs <= 0)
            {
                untilFileMs = FileEveryMs;
                DateTime written = WatchFileTime();
                if (written != read) Reload(ref listed, gone);
                read = written;
            }

            needed.Clear();
            while (_needed!.TryTake(out Pubkey one)) needed.Add(one);
            if (needed.Count != 0) Pool.Watch(needed);
            while (_needed.TryTakeUnneeded(out Pubkey unneeded))
            {
                if (listed.Contains(unneeded) || !Pool.Unwatch(unneeded)) continue;
                Chain.RemoveFeeAccount(in unneeded);
                AccountsDropped++;
            }

            while (_needed.TryTakeConflict(out Pubkey account, out ulong slot)) Bootstrap.Reread(in account, slot);
            while (_needed.TryTakeWritten(out Pubkey written)) Chain.AddFeeAccount(in written);
        }
    }

    private DateTime WatchFileTime() =>
        _settings.WatchFile is { } path && WrittenFile.Find(path) is { } file ? file.LastWriteTimeUtc : default;

    /// <summary>
    /// What is new is watched; what is gone is watched no longer, so its pool loses its cover and quotes no more. The
    /// engine's thread knows the accounts that only such pools need; it names them, and they are unwatched then.
    /// </summary>
    private void Reload(ref HashSet<Pubkey> listed, HashSet<Pubkey> gone)
    {
        try
        {
            HashSet<Pubkey> now = [.. _settings.Reload!()];
            foreach (Pubkey old in listed)
            {
                if (now.Contains(old)) continue;
                gone.Add(old);
                Pool.Unwatch(old);
                Chain.RemoveFeeAccount(in old);
            }

            gone.ExceptWith(now);
            Pool.Watch(now);
            _needed!.Ask(new HashSet<Pubkey>(gone));
            listed = now;
            Reloads++;
            ReloadFault = null;
        }
        catch (CommandException fault)
        {
            ReloadFault = fault.Message;
        }
    }

    private CaptureRecorder CreateRecorder(string path)
    {
        try
        {
            FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            return new CaptureRecorder(
                file, new CaptureHeader { CreatedUtcNs = _clock.UtcNs, Endpoints = Pool.Addresses });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Pool.Dispose();
            throw new CommandException($"cannot record to {path}: {fault.Message}", ExitCodes.CannotCreate);
        }
    }
}
