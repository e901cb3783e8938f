using System;
using System.Collections.Generic;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Journal;
using LowLatency.ConsoleHost.Screens;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Replay;

namespace LowLatency.Console.Tests.Screens;

/// <summary>
/// A run whose every figure is written here: pools, decisions, latencies, endpoints. What the engine decides may
/// change;
/// these screens do not.
/// </summary>
internal sealed class FixedSource : IRunSource
{
    public const ulong Slot = 282617450;
    private const long StartUtcNs = 1_723_161_293_000_000_000;
    private static readonly Pubkey Sol = ProgramIds.WrappedSolMint;
    private static readonly Pubkey Usdc = Pubkey.Parse("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v");
    private static readonly Pubkey Bonk = Pubkey.Parse("DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263");
    private readonly RecentDecisions _decisions = new();
    private readonly SnapshotCell<FeedProgress> _progress = new();

    public FixedSource()
    {
        Pipeline = new MarketPipeline(new PipelineSettings(), _ => [_decisions]);
        Pipeline.View.Watch();
        AddPools();
        PlayEvents();
        Decide();
        Pipeline.DrainAndStop();
        RecordLatency(Pipeline.Sinks.Latency!);
        _progress.Publish(new FeedProgress(55_000, 100_000, 1500, 1291, Slot, StartUtcNs + 20_000_000_000));
        Log.Add(LogLevel.Info, "replay", "begins: a fixed run, Inline", Slot - 40);
        Log.Add(LogLevel.Warning, "feeds", "endpoint 1 lost its connection", Slot - 3);
        Log.Add(LogLevel.Error, "graph", "all feeds were down: pools are gapped until seen again", Slot - 2);
        Current = new WatchedRun
        {
            View = Pipeline.View,
            Decisions = _decisions,
            Progress = _progress,
            Control = new ReplayControl(1, isPaused: true),
            AddressOf = id => $"wss://rpc-{(char)('a' + id)}.example/",
            HealthOf = id => id == 1
                ? new EndpointHealthStatus(
                    "b", 1, 1, HealthState.Demoted, HealthCause.Loss, Late: 1, Loss: 2, SlotsBehind: 0, Breaks: 0,
                    Retries: 2, Readmissions: 1, Kept: 0)
                : null,
            Info = new JournalRunInfo { Capture = "a fixed run", MinimumProfitLamports = 10_000, LandingSlots = 1 },
        };
    }

    public MarketPipeline Pipeline { get; }

    public string Title => "replay fixed-run";

    public WatchedRun? Current { get; }

    public string? Ended => null;

    public TradingGate Gate { get; } = new();

    public RunLog Log { get; } = new(() => 1_723_161_300_250);

    public IReadOnlyList<SettingRow> Settings { get; } =
    [
        new("Search", "maxHops", "4", "default"),
        new("Search", "maxInputRaw", "", "default"),
        new("Search", "maxNotionalLamports", "18446744073709551615", "default"),
        new("Costs", "minimumProfitLamports", "10000", "default"),
        new("Costs", "tipShareBps", "4000", "--set tipShareBps"),
        new("Pipeline", "runner", "inline", "my.json, line 3, column 5"),
    ];

    public string Reload() => "a fixed run";

    public bool TryRestart(ulong slot) => false;

    /// <summary>A key that is that many bytes of one value.</summary>
    private static Pubkey Key(byte value)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
        bytes.Fill(value);
        return Pubkey.Read(bytes, 0);
    }

    private void AddPools()
    {
        MarketGraph market = Pipeline.Graph.Market;
        (VenueId Venue, Pubkey A, Pubkey B, ulong ReserveA, ulong ReserveB, uint FeePpm, PoolState State)[] pools =
        [
            (VenueId.OrcaWhirlpool, Sol, Usdc, 52_000_000_000_000, 7_800_000_000_000, 400, PoolState.Coherent),
            (VenueId.RaydiumAmm, Sol, Usdc, 9_000_000_000_000, 1_352_000_000_000, 2500, PoolState.Coherent),
            (VenueId.MeteoraDlmm, Sol, Bonk, 800_000_000_000, 600_000_000_000_000, 2000, PoolState.Torn),
            (VenueId.RaydiumClmm, Bonk, Usdc, 90_000_000_000_000, 1_800_000_000, 500, PoolState.Gapped),
            (VenueId.PumpSwap, Key(9), Sol, 1_000_000_000_000, 40_000_000_000, 3000, PoolState.Coherent),
        ];
        for (byte i = 0; i < pools.Length; i++)
        {
            var p = pools[i];
            int id = market.AddPool(new SnapshotPool(
                p.Venue, Key((byte)(i + 1)), p.A, p.B, p.ReserveA, p.ReserveB, p.FeePpm));
            market.SetState(id, p.State, Slot - i);
            market.Refresh(id, new ChainClock());
        }
    }

    private void PlayEvents()
    {
        for (ulong slot = Slot - 40; slot <= Slot; slot++)
        {
            if (slot == Slot - 40)
            {
                Publish(EventKind.FeedOpen, 0, 0);
                Publish(EventKind.FeedOpen, 0, 1);
            }

            Publish(EventKind.Slot, slot, 0);
            for (byte endpoint = 0; endpoint < 2; endpoint++)
            {
                if (endpoint == 1 && slot % 7 == 0) continue;
                Publish(EventKind.Account, slot, endpoint);
            }
        }

        Publish(EventKind.FeedClose, 0, 1);
    }

    private void Publish(EventKind kind, ulong slot, byte endpoint)
    {
        Assert(Pipeline.Publisher.TryClaim(0, out _) == ClaimStatus.Ok);
        ref MarketEvent e = ref Pipeline.Publisher.Current;
        e.Kind = kind;
        e.Slot = slot;
        e.ParentSlot = kind == EventKind.Slot ? slot - 1 : 0;
        e.EndpointId = endpoint;
        e.Account = Key(200);
        e.Owner = ProgramIds.Token;
        e.ReceiveNs = (long)(slot - (Slot - 100)) * 400_000_000 + (endpoint * 3_000_000);
        e.ReceiveUtcNs = StartUtcNs + e.ReceiveNs;
        Pipeline.Publisher.Publish(0);
    }

    /// <summary>Decisions of every reason, with amounts that follow from their number.</summary>
    private void Decide()
    {
        DecisionReason[] reasons = Enum.GetValues<DecisionReason>()[1..];
        for (int n = 0; n < 60; n++)
        {
            Opportunity o = new()
            {
                Sequence = 900 + (n / 3),
                Ordinal = n % 3,
                LegCount = 2,
                Reason = reasons[n * 5 % reasons.Length],
                Slot = Slot - 20 + (ulong)(n / 3),
                RouteDigest = (ulong)(n % 5),
                StateAgeSlotsMax = (uint)(n % 4),
                MarginalProduct = 1 + (n * 1e-4),
                ReceiveUtcNs = StartUtcNs + (n * 1_000_000L),
                DecisionLatencyNs = 20_000 + (n * 1_370L),
                AmountInRaw = 1_000_000_000UL + ((ulong)n * 123_456_789),
                ComputeUnitLimit = 180_000,
                SignatureFeeLamports = 5000,
                PriorityFeeLamports = 180,
                TipLamports = (ulong)(n * 1000),
                NetProfitLamports = (n * 250_000L) - 2_000_000,
                LandingPpm = (uint)(n * 16_500),
                LandingLives = (uint)(n % 7),
            };
            o.GrossProfitRaw = o.NetProfitLamports + 5180 + (n * 1000);
            o.AmountOutRaw = (ulong)((long)o.AmountInRaw + o.GrossProfitRaw);
            ulong usdc = o.AmountInRaw * 3 / 20;
            o.Legs[0] = new Leg { PoolId = n % 2, AmountInRaw = o.AmountInRaw, AmountOutRaw = usdc };
            o.Legs[1] = new Leg
            {
                PoolId = 1 - (n % 2),
                Direction = 1,
                AmountInRaw = usdc,
                AmountOutRaw = o.AmountOutRaw,
                CrossedCount = (ushort)(n % 3),
            };
            _decisions.OnDecision(in o, default);
            if (n % 2 == 0) End(in o, n);
        }
    }

    /// <summary>The lives of the even decisions have ended, in every way.</summary>
    private void End(in Opportunity o, int n) => _decisions.OnLife(new LifeRecord
    {
        CycleKey = CycleKey.Of(in o),
        Sequence = o.Sequence,
        Ordinal = o.Ordinal,
        EndSequence = o.Sequence,
        BirthSlot = o.Slot,
        EndSlot = o.Slot + (ulong)(n % 17),
        DecisionCount = 1,
        EndPoolId = n % 5 == 0 ? 1 : -1,
        Label = (LifeLabel)(1 + (n / 2 % 5)),
    });

    private static void RecordLatency(PipelineLatency latency)
    {
        latency.Reset(); // real times of the events above
        for (StampId stamp = StampId.Published; stamp <= StampId.Sinks; stamp++)
        {
            for (int i = 0; i < 1000; i++) latency.Step(stamp).Record((int)stamp * (100 + (i * i / 200)));
        }

        for (int i = 0; i < 1000; i++)
        {
            latency.Dropped.Record(800 + i);
            latency.NoOpportunity.Record(1500 + (i * 3));
            latency.Decided.Record(30_000 + (i * 200));
        }

        for (int i = 1; i <= 40; i++)
        {
            MarketEvent e = new() { Slot = Slot - (ulong)i, PoolId = i % 5, OpportunityCount = i % 9 };
            e.PayloadLengthBytes = 100 * i;
            for (int s = 0; s < Stamps.Count; s++) e.Stamps[s] = 1_000_000 + (s * 1000 * i) + (s >= i % 7 ? 50_000 : 0);
            latency.Worst.Take(in e, 1000 + i, e.Stamps[Stamps.Count - 1] - e.Stamps[0]);
        }
    }

    private static void Assert(bool condition)
    {
        if (!condition) throw new InvalidOperationException("the ring of a fixed run is full");
    }
}
