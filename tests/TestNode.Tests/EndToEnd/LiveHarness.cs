using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Replay;
using LowLatency.Feeds.Rpc;
using LowLatency.Feeds.Submission;
using LowLatency.TestNode.Geyser;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>
/// The whole live machine at a test node: endpoint pool, bootstrap, recorder, feed thread and engine. Afterwards the
/// engine's accounts are held against the node's ledger, and the recording is replayed.
/// </summary>
internal sealed class LiveHarness : IDisposable
{
    /// <summary>Some account that is no program: a program as the payer makes messages that cannot be.</summary>
    public const string Wallet = "5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1";

    /// <summary>Far above anything that happens on a busy machine: a wait ends when what it waits for is so.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(120);

    private readonly SolanaNode _node;
    private readonly string _capture = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly PipelineSettings _settings;
    private readonly int _slotMs;
    private readonly IReadOnlyList<GeyserPlugin> _geysers;
    private bool _isStopped;

    public LiveHarness(
        SolanaNode node, int shards = 1, BootstrapOptions? bootstrap = null, ChainWatchOptions? chain = null,
        SimulatorOptions? simulation = null, PipelineSettings? settings = null,
        Func<MarketPipeline, IDecisionSink>? observe = null, int slotMs = 15,
        IReadOnlyList<GeyserPlugin>? geysers = null,
        int pongTimeoutMs = 5000, bool compresses = false)
    {
        _settings = settings ?? new PipelineSettings
        {
            TakeStamps = false,
            Instructions = new InstructionSettings { Wallet = Pubkey.Parse(Wallet) },
        };
        _node = node;
        _slotMs = slotMs;
        _geysers = geysers ?? [];
        List<LiveEndpointOptions> endpoints = [];
        foreach (SolanaEndpoint endpoint in node.Endpoints)
        {
            endpoints.Add(new LiveEndpointOptions
            {
                Name = $"node {endpoint.Index}",
                WebSocket = _geysers.Count == 0 ? endpoint.WebSocketUrl : null,
                Grpc = _geysers.Count == 0 ? null : node.PluginUrls[endpoint.Index % _geysers.Count],
                Http = endpoint.RpcUrl,
                Shards = shards,
                Connection = Quick with
                {
                    CompressesAccounts = compresses,
                    WebSocket = new WebSocketOptions
                    {
                        PingIntervalNs = 200_000_000,
                        PongTimeoutNs = pongTimeoutMs * 1_000_000L,
                    },
                },
                Rpc = new SolanaRpcOptions
                {
                    CompressesAccounts = compresses,
                    MaxAttempts = 1,
                    CallsPerSecond = 500,
                    Backoff = new BackoffOptions { FirstNs = 20_000_000, LongestNs = 100_000_000 },
                },
            });
        }

        Pool = new EndpointPool(endpoints, SystemClock.Instance, 16 << 20, chain);
        Bootstrap = new Bootstrap(
            Pool.Http, bootstrap ?? new BootstrapOptions { RetryMs = 100, AuditMs = 400, DemoteMs = 50 },
            SystemClock.Instance);
        Recorder = new CaptureRecorder(
            File.Create(_capture), new CaptureHeader { CreatedUtcNs = 1, Endpoints = Pool.Addresses });
        if (chain is not null) Chain = new ChainWatch(Pool.Http, chain, SystemClock.Instance);
        if (simulation is not null) Simulator = new Simulator(Pool.Http, simulation, SystemClock.Instance);
        Messages = new MessageWatch(Simulator);
        IDecisionSink[] Observed(MarketPipeline p) => observe is null ? [] : [observe(p)];
        Pipeline = new MarketPipeline(
            _settings,
            p => [Hash, Doubts = new DoubtWatch(p), (Trail = new MarketTrail(p)).Journal, Messages, .. Observed(p)],
            null,
            _ => [Doubts, Trail]);
        Feed = new LiveFeed(Pool.Inboxes, Pool.Signal, new LiveFeedOptions
        {
            Dispatcher = new FrameDispatcherOptions { Addresses = Pool.Addresses, Listener = Bootstrap },
            Recorder = Recorder,
            Cancellation = _stop.Token,
            OnBegin = () =>
            {
                Pool.Watch(node.Tape.SubscribedKeys);
                Pool.Start();
                Bootstrap.Start();
                foreach (Pubkey key in node.Tape.SubscribedKeys) Chain?.AddFeeAccount(in key);
                Chain?.Start();
                Simulator?.Start();
            },
        });
        Pool.ResumeSlot = () => Feed.ResumeSlot;
        _thread = new Thread(() => Outcome = Feed.Run(Pipeline.Publisher, new ReplayClock()));
        _thread.Start();
    }

    public EndpointPool Pool { get; }

    public Bootstrap Bootstrap { get; }

    public ChainWatch? Chain { get; }

    public Simulator? Simulator { get; }

    public MessageWatch Messages { get; }

    public CaptureRecorder Recorder { get; }

    public LiveFeed Feed { get; }

    public MarketPipeline Pipeline { get; }

    public DecisionHash Hash { get; } = new();

    public DoubtWatch Doubts { get; private set; } = null!;

    private MarketTrail Trail { get; set; } = null!;

    public FeedOutcome Outcome { get; private set; }

    /// <summary>
    /// Quick to come back, patient with a node that stands still between steps and with a machine that is busy: a
    /// connection that ends without a fault's doing makes a test of something else fail.
    /// </summary>
    private static SubscriptionConnectionOptions Quick { get; } = new()
    {
        Slots = new SlotWatchOptions { LeastSilenceNs = 60_000_000_000, FirstSlotNs = 60_000_000_000 },
        Subscriptions = new SubscriptionOptions { RequestsPerSecond = 20_000, AckTimeoutNs = 5_000_000_000 },
        Backoff = new BackoffOptions { FirstNs = 20_000_000, LongestNs = 100_000_000 },
    };

    /// <summary>True while every account is followed and proven.</summary>
    public bool IsWhole => Feed.Coverage is { Doubtful: 0 } coverage
        && coverage.Count == _node.Tape.SubscribedKeys.Count;

    /// <summary>True while every endpoint follows all accounts, and each of its connections the slots.</summary>
    public bool AreAllSubscribed
    {
        get
        {
            List<ConnectionStatus> connections = Pool.GetStatus();
            int endpoints = _node.Endpoints.Count;
            return connections.Sum(c => c.Active) == (Pool.Watched * endpoints) + connections.Count;
        }
    }

    /// <summary>Waits without playing slots.</summary>
    public void Await(Func<bool> condition, string what)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < LongestWait, $"{what} did not happen in {LongestWait}");
            Thread.Sleep(5);
        }
    }

    /// <summary>Plays slots at a small pace until something is so.</summary>
    public void StepUntil(Func<bool> condition, string what)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(
                waited.Elapsed < LongestWait,
                $"{what} did not happen in {LongestWait}: doubtful {Feed.Coverage?.Doubtful} "
                + $"of {Feed.Coverage?.Count}, pending {Bootstrap.Pending}, {Bootstrap.Counters.Requests} requests, "
                + $"{Bootstrap.Counters.Failures} failed, {Bootstrap.Counters.MinContextSlot} told a node behind, head "
                + $"{Feed.Coverage?.Head}, node at {_node.Ledger.Processed.Slot}, "
                + string.Join("; ", Pool.GetStatus()));
            Step(1);
        }
    }

    public void Step(int slots)
    {
        for (int i = 0; i < slots; i++)
        {
            _node.Step();
            Thread.Sleep(_slotMs);
        }
    }

    /// <summary>Goes on without faults until all is whole and audited twice, then ends the run.</summary>
    public void Settle()
    {
        _node.EndFaults();
        AwaitArrival(); // a half-open connection is noticed now, and not when nothing repairs its loss any more
        StepUntil(() => IsWhole, "whole");
        long audited = Bootstrap.Counters.Audited + (2 * _node.Tape.SubscribedKeys.Count) + 200;
        StepUntil(() => Bootstrap.Counters.Audited >= audited && IsWhole, "audited twice");
        ArriveWhole();
        Stop();
    }

    /// <summary>
    /// Goes on until all is whole and nothing is on its way: the last slot may have left a fork, which a stream's
    /// client reads anew.
    /// </summary>
    public void ArriveWhole()
    {
        AwaitArrival();
        while (!IsWhole)
        {
            StepUntil(() => IsWhole, "whole");
            AwaitArrival();
        }
    }

    private bool IsAllRead()
    {
        foreach (ConnectionStatus status in Pool.GetStatus())
        {
            if (!status.IsOpen) return false;
        }

        int[] streamPongs = [.. _geysers.Select(g => g.Pongs)];
        int[] streamPings = [.. _geysers.Select(g => g.PingClients())];
        long[] pongs = [.. _node.Endpoints.Select(e => e.Counters.Pongs)];
        int[] pings = [.. _node.Endpoints.Select(e => _node.PingClients(e.Index))];
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < TimeSpan.FromSeconds(2))
        {
            bool isAnswered = true;
            for (int i = 0; i < _geysers.Count; i++)
                isAnswered &= _geysers[i].Pongs >= streamPongs[i] + streamPings[i];
            foreach (SolanaEndpoint endpoint in _node.Endpoints)
                isAnswered &= endpoint.Counters.Pongs >= pongs[endpoint.Index] + pings[endpoint.Index];
            if (isAnswered && Pool.Inboxes.All(inbox => inbox.IsEmpty)) return true;
            Thread.Sleep(5);
        }

        return false;
    }

    public void Stop()
    {
        if (!_isStopped) AwaitArrival();
        End();
    }

    private void End()
    {
        if (_isStopped) return;
        _isStopped = true;
        _stop.Cancel();
        _thread.Join();
        Chain?.Dispose();
        Simulator?.Dispose();
        Bootstrap.Dispose();
        Pool.Dispose();
        Recorder.Dispose();
    }

    /// <summary>
    /// What is on its way arrives: every connection answers a ping that was sent behind the last slot, and the feed has
    /// taken everything.
    /// </summary>
    public void AwaitArrival() => Await(IsAllRead, "the arrival of everything");

    /// <summary>The engine knows every subscribed account as the node's ledger does.</summary>
    public void AssertTruth()
    {
        IReadOnlyDictionary<Pubkey, AccountState> truth = _node.Ledger.Truth();
        foreach (Pubkey key in _node.Tape.SubscribedKeys)
        {
            int id = Pipeline.Graph.Accounts.Find(in key);
            Assert.True(id >= 0, $"{key} is not known");
            AccountEntry entry = Pipeline.Graph.Accounts[id];
            if (!truth.TryGetValue(key, out AccountState? state))
            {
                Assert.Equal(AccountKnowledge.Absent, entry.Knowledge);
                continue;
            }

            Assert.Equal(state.Lamports, entry.Lamports);
            Assert.True(
                state.Data.AsSpan().SequenceEqual(entry.Data.AsSpan(0, entry.DataLength)),
                $"{key} differs, engine's state is of slot {entry.Slot}, the node is at {_node.Ledger.Processed.Slot}, "
                + $"in doubt {Feed.Coverage?.Doubtful}");
        }
    }

    /// <summary>
    /// The journal's decisions stand on coherent pools that nobody doubts; the recording is whole and decides the same.
    /// </summary>
    public void AssertReplaysEqually()
    {
        Trail.AssertJournal(Hash.Value, Pipeline.Sinks.Decisions);
        Assert.True(Recorder.IsComplete);
        DecisionHash hash = new();
        MarketPipeline pipeline = new(_settings, _ => [hash]);
        using ReplayFeed? feed = ReplayFeed.Open(_capture, new ReplayOptions(), out CaptureFault? fault);
        Assert.Null(fault);
        Assert.Equal(FeedOutcome.Completed, feed!.Run(pipeline.Publisher, new ReplayClock()));
        Assert.Equal(Recorder.Frames, feed.GetStatistics().Frames);
        Assert.Equal(Pipeline.Sinks.Events, pipeline.Sinks.Events);
        Assert.Equal(Hash.Value, hash.Value);
        Assert.Equal(Pipeline.Sinks.Decisions, pipeline.Sinks.Decisions);
    }

    /// <summary>Frames from the node with accounts in base64, and with accounts in base64+zstd.</summary>
    public (int Plain, int Compressed) CountEncodings()
    {
        using CaptureReader? reader = CaptureReader.Open(_capture, new CaptureReaderOptions(), out CaptureFault? fault);
        Assert.Null(fault);
        (int plain, int compressed) = (0, 0);
        while (reader!.TryRead(out CaptureFrame frame))
        {
            if (frame.Kind is not (CaptureFrameKind.Message or CaptureFrameKind.Http)) continue;
            if (frame.Bytes.IndexOf("\",\"base64\"]"u8) >= 0) plain++;
            if (frame.Bytes.IndexOf("\",\"base64+zstd\"]"u8) >= 0) compressed++;
        }

        return (plain, compressed);
    }

    /// <summary>Ends without waiting for anything, so that a failed assertion is what a test shows.</summary>
    public void Dispose()
    {
        End();
        _stop.Dispose();
        File.Delete(_capture);
    }
}

/// <summary>
/// Keeps by itself which accounts are in doubt, from the cover events, and looks at every decision: none may stand on a
/// pool of which an account is in doubt, or that is not coherent.
/// </summary>
internal sealed class DoubtWatch(MarketPipeline pipeline) : IDecisionSink, IStage
{
    private readonly HashSet<Pubkey> _doubtful = [];
    private readonly AccountDependency[] _dependencies = new AccountDependency[64];

    public string Name => "doubt watch";

    public long Decisions { get; private set; }

    public List<string> Violations { get; } = [];

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        foreach (ref MarketEvent e in batch)
        {
            if (e.Kind == EventKind.CoverLost) _doubtful.Add(e.Account);
            else if (e.Kind == EventKind.CoverWhole) _doubtful.Remove(e.Account);
        }

        return 0;
    }

    public void OnHousekeeping(long nowNs)
    {
    }

    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
        Decisions++;
        for (int i = 0; i < decision.LegCount; i++)
        {
            int poolId = decision.Legs[i].PoolId;
            Pool pool = pipeline.Graph.Market.Pool(poolId);
            if (pipeline.Graph.Market.State(poolId) != PoolState.Coherent)
                Violations.Add($"{pool.Address} is {pipeline.Graph.Market.State(poolId)} in slot {decision.Slot}");
            if (_doubtful.Contains(pool.Address)) Violations.Add($"{pool.Address} itself is in doubt");
            int count = pool.CopyDependencies(_dependencies);
            foreach (AccountDependency needed in _dependencies.AsSpan(0, count))
            {
                if (!_doubtful.Contains(needed.Key)) continue;
                int known = pipeline.Graph.Accounts.Find(needed.Key);
                AccountKnowledge knowledge =
                    known < 0 ? AccountKnowledge.Unknown : pipeline.Graph.Accounts[known].Knowledge;
                // An array that never came has no state to doubt: quotes end before it.
                if (!needed.Required && knowledge == AccountKnowledge.Unknown) continue;
                Violations.Add($"{needed.Role} {knowledge} {needed.Key} of {pool.Venue} {pool.Address} is in doubt");
            }
        }
    }
}
