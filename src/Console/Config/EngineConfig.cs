using System.Collections.Generic;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Life;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Live;

namespace LowLatency.ConsoleHost.Config;

/// <summary>
/// The engine's settings while the layers are put over each other; the defaults are those of the settings records,
/// except base mints and the least profit, where the console is stricter than the library.
/// </summary>
internal sealed class EngineConfig
{
    private const string UsdcMint = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    private const long DefaultMinimumProfitLamports = 10_000;
    private static readonly SearchSettings SearchDefaults = new();

    public List<Pubkey> BaseMints { get; set; } = [ProgramIds.WrappedSolMint, Pubkey.Parse(UsdcMint)];

    public int MaxHops { get; set; } = SearchDefaults.MaxHops;

    public int MaxCyclesPerEvent { get; set; } = SearchDefaults.MaxCyclesPerEvent;

    public int MaxStepsPerEvent { get; set; } = SearchDefaults.MaxStepsPerEvent;

    public int DeferredWorkFactor { get; set; } = SearchDefaults.DeferredWorkFactor;

    public int AuditEverySlots { get; set; } = SearchDefaults.AuditEverySlots;

    public int AuditStepsPerSlot { get; set; } = SearchDefaults.AuditStepsPerSlot;

    public int OpportunityCapacity { get; set; } = SearchDefaults.OpportunityCapacity;

    public Dictionary<Pubkey, ulong> MaxInputRaw { get; set; } = [];

    public ulong MaxNotionalLamports { get; set; } = SearchDefaults.MaxNotionalLamports;

    public ulong? AgreementAboveLamports { get; set; }

    public ulong MinimumInputRaw { get; set; } = SearchDefaults.MinimumInputRaw;

    public long MinimumProfitLamports { get; set; } = DefaultMinimumProfitLamports;

    public int LandingSlots { get; set; } = SearchDefaults.LandingSlots;

    public long? MinimumExpectedValueLamports { get; set; }

    public int TipShareBps { get; set; } = SearchDefaults.TipShareBps;

    public ulong TipFloorLamports { get; set; } = SearchDefaults.TipFloorLamports;

    public ulong TipCapLamports { get; set; } = SearchDefaults.TipCapLamports;

    public ulong PriorityFeeMicroLamportsPerCu { get; set; } = SearchDefaults.PriorityFeeMicroLamportsPerCu;

    public ulong PriorityFeeCapMicroLamportsPerCu { get; set; } = SearchDefaults.PriorityFeeCapMicroLamportsPerCu;

    public int ComputeUnitMarginBps { get; set; } = SearchDefaults.ComputeUnitMarginBps;

    public uint MaxStateAgeSlots { get; set; } = SearchDefaults.MaxStateAgeSlots;

    public int MaxDepthShareBps { get; set; } = SearchDefaults.MaxDepthShareBps;

    public int SplitQuotesMax { get; set; } = SearchDefaults.SplitQuotesMax;

    public int StalenessPenaltyBps { get; set; } = SearchDefaults.StalenessPenaltyBps;

    public int PolishQuotesMax { get; set; } = SearchDefaults.PolishQuotesMax;

    public int PolishScansMax { get; set; } = SearchDefaults.PolishScansMax;

    public bool PolishAll { get; set; } = SearchDefaults.PolishAll;

    public GraphSettings Graph { get; set; } = new();

    public LifeSettings Life { get; set; } = new();

    public QuarantineSettings Quarantine { get; set; } = new();

    public Pubkey? Wallet { get; set; }

    public Dictionary<Pubkey, Pubkey> TokenAccounts { get; set; } = [];

    public bool RaydiumAmmLegacy { get; set; }

    public TokenAccountCreation CreateTokenAccounts { get; set; }

    public bool WrapSol { get; set; }

    public string Memo { get; set; } = string.Empty;

    public MessageVersionChoice MessageVersion { get; set; }

    public bool AllowV1 { get; set; }

    public ulong RentLamportsPerByte { get; set; } = new InstructionSettings().RentLamportsPerByte;

    public RunnerKind Runner { get; set; } = RunnerKind.Inline;

    public bool BusySpin { get; set; }

    public bool KeepWarm { get; set; } = true;

    public ThreadPlacement Threads { get; set; } = new();

    public bool HugePages { get; set; }

    public FeedThread FeedThread { get; set; }

    public ulong ReceiveSpinMicroseconds { get; set; }

    public bool Pause { get; set; }

    public List<EndpointConfig> Endpoints { get; set; } = [];

    public WatchConfig Watch { get; set; } = new();

    public ChainWatchOptions Chain { get; set; } = new();

    public EndpointHealthOptions Health { get; set; } = new();

    public bool Simulate { get; set; }

    public bool CompressAccounts { get; set; }

    /// <summary>Twelve slots of 400 ms, three leaders in a row that write none.</summary>
    public long SilentNs { get; set; } = 5_000_000_000;

    public int SimulationsPerSecond { get; set; } = 5;

    /// <summary>Where each key that is not at its default was last written.</summary>
    public Dictionary<string, ConfigValue> Origins { get; } = [];

    /// <summary>What is wrong where several keys are looked at together.</summary>
    public IEnumerable<CommandException> Faults()
    {
        if (TipFloorLamports > TipCapLamports)
        {
            yield return OriginOf("tipFloorLamports", "tipCapLamports")
                .Wrong($"the tip's floor ({TipFloorLamports}) is above its cap ({TipCapLamports})");
        }

        if (PriorityFeeMicroLamportsPerCu > PriorityFeeCapMicroLamportsPerCu)
        {
            yield return OriginOf("priorityFeeMicroLamportsPerCu", "priorityFeeCapMicroLamportsPerCu").Wrong(
                $"the least price of a compute unit ({PriorityFeeMicroLamportsPerCu}) is above the largest "
                + $"({PriorityFeeCapMicroLamportsPerCu})");
        }

        if (Quarantine.CapSlots < Quarantine.BaseSlots)
        {
            yield return OriginOf("quarantineCapSlots", "quarantineBaseSlots").Wrong(
                $"the longest quarantine ({Quarantine.CapSlots} slots) is below the first ({Quarantine.BaseSlots})");
        }

        if (Endpoints.Count > 0 && !Endpoints.Exists(endpoint => endpoint.Kind == EndpointKind.Rpc))
        {
            ConfigValue origin = Origins["endpoints"];
            yield return origin.Fault(
                origin.Place, string.Empty, "none is of kind rpc; snapshots come from one, so add one");
        }

        if (MessageVersion == MessageVersionChoice.V1 && !AllowV1)
        {
            ConfigValue origin = Origins["messageVersion"];
            yield return origin.Fault(origin.Place, string.Empty, "version 1 is behind a switch: set allowV1 too");
        }

        if (WrapSol && TokenAccounts.ContainsKey(ProgramIds.WrappedSolMint))
        {
            ConfigValue origin = Origins["tokenAccounts"];
            yield return origin.Fault(
                origin.Place, string.Empty, "wrapSol closes the wrapped SOL account; the one given would be lost");
        }

        foreach (Pubkey mint in MaxInputRaw.Keys)
        {
            if (BaseMints.Contains(mint)) continue;
            yield return Origins["maxInputRaw"]
                .Wrong(mint.ToString(), "not one of baseMints, so no route starts with it");
        }
    }

    /// <summary>Throws the first of <see cref="Faults"/>.</summary>
    /// <exception cref="CommandException">Two keys contradict each other.</exception>
    public void Validate()
    {
        foreach (CommandException fault in Faults()) throw fault;
    }

    /// <summary>The settings of a pipeline. The wallet falls back to <paramref name="defaultWallet"/>.</summary>
    public PipelineSettings Build(
        Pubkey defaultWallet, IReadOnlyDictionary<Pubkey, Pubkey> defaultAccounts, bool stamps)
    {
        Pubkey wallet = Wallet ?? defaultWallet;
        Dictionary<Pubkey, Pubkey> accounts = wallet == defaultWallet ? new(defaultAccounts) : [];
        if (WrapSol) accounts.Remove(ProgramIds.WrappedSolMint); // the associated one is made and closed each time
        foreach ((Pubkey mint, Pubkey account) in TokenAccounts) accounts[mint] = account;
        return new PipelineSettings
        {
            Runner = Runner,
            BusySpin = BusySpin,
            KeepWarm = KeepWarm,
            Threads = Threads,
            HugePages = HugePages,
            TakeStamps = stamps,
            Graph = Graph with
            {
                Admits = Watch.HasRules
                    ? pool => Watch.Judge(pool.Venue, pool.Address, pool.MintA, pool.MintB) == WatchRefusal.None
                    : null,
                LiquidityFloorRaw = Watch.LiquidityFloorRaw,
            },
            Search = BuildSearch(),
            Life = Life,
            Quarantine = Quarantine,
            Instructions = new InstructionSettings
            {
                Wallet = wallet,
                TokenAccounts = accounts,
                RaydiumAmmLegacy = RaydiumAmmLegacy,
                CreateTokenAccounts = CreateTokenAccounts,
                WrapSol = WrapSol,
                Memo = Memo,
                MessageVersion = MessageVersion,
                AllowV1 = AllowV1,
                RentLamportsPerByte = RentLamportsPerByte,
            },
        };
    }

    /// <summary>The switch of messages as a run begins with it.</summary>
    public TradingGate BuildGate()
    {
        TradingGate gate = new();
        if (Pause) gate.TogglePause();
        return gate;
    }

    private SearchSettings BuildSearch()
    {
        ulong[] largest = new ulong[BaseMints.Count];
        for (int i = 0; i < largest.Length; i++)
            largest[i] = MaxInputRaw.TryGetValue(BaseMints[i], out ulong amount) ? amount : ulong.MaxValue;
        return new SearchSettings
        {
            BaseMints = [.. BaseMints],
            MaxHops = MaxHops,
            MaxCyclesPerEvent = MaxCyclesPerEvent,
            MaxStepsPerEvent = MaxStepsPerEvent,
            DeferredWorkFactor = DeferredWorkFactor,
            AuditEverySlots = AuditEverySlots,
            AuditStepsPerSlot = AuditStepsPerSlot,
            OpportunityCapacity = OpportunityCapacity,
            WalletRaw = largest,
            MaxNotionalLamports = MaxNotionalLamports,
            AgreementAboveLamports = AgreementAboveLamports,
            MinimumInputRaw = MinimumInputRaw,
            MinimumProfitLamports = MinimumProfitLamports,
            LandingSlots = LandingSlots,
            MinimumExpectedValueLamports = MinimumExpectedValueLamports,
            TipShareBps = TipShareBps,
            TipFloorLamports = TipFloorLamports,
            TipCapLamports = TipCapLamports,
            PriorityFeeMicroLamportsPerCu = PriorityFeeMicroLamportsPerCu,
            PriorityFeeCapMicroLamportsPerCu = PriorityFeeCapMicroLamportsPerCu,
            ComputeUnitMarginBps = ComputeUnitMarginBps,
            MaxStateAgeSlots = MaxStateAgeSlots,
            MaxDepthShareBps = MaxDepthShareBps,
            SplitQuotesMax = SplitQuotesMax,
            StalenessPenaltyBps = StalenessPenaltyBps,
            PolishQuotesMax = PolishQuotesMax,
            PolishScansMax = PolishScansMax,
            PolishAll = PolishAll,
        };
    }

    private ConfigValue OriginOf(string name, string other) => Origins.GetValueOrDefault(name) ?? Origins[other];
}
