using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Dedup;
using LowLatency.Engine.Pipeline;

namespace LowLatency.ConsoleHost.Config;

/// <summary>One key of the configuration.</summary>
/// <param name="Section">Section: Search, Costs, Graph, Life, Instructions, Pipeline, Feeds or Watch.</param>
/// <param name="Name">
/// Key in camel case; unique over all sections, unit last. Where it means nothing without its section, the section
/// stands before it with a point, and files write it inside the section only.
/// </param>
/// <param name="Shape">Shape of its value.</param>
/// <param name="Help">What it is, with default and range.</param>
/// <param name="Apply">Writes it into the settings.</param>
/// <param name="Read">Its value in the settings; null if there is none.</param>
internal sealed record ConfigKey(
    string Section, string Name, ConfigShape Shape, string Help, Action<EngineConfig, ConfigValue> Apply,
    Func<EngineConfig, object?> Read)
{
    /// <summary>Its value as text, lists and maps with commas; empty if there is none.</summary>
    public string TextOf(EngineConfig config)
    {
        object? value = Read(config);
        if (value is IDictionary map)
        {
            List<string> items = [];
            foreach (DictionaryEntry item in map) items.Add($"{item.Key}={item.Value}");
            return string.Join(',', items);
        }

        return value switch
        {
            IEnumerable<Engine.Solana.Pubkey> keys => string.Join(',', keys),
            IEnumerable<string> texts => string.Join(',', texts),
            bool isSet => isSet ? "true" : "false",
            Enum choice => choice.ToString().ToLowerInvariant(),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
        };
    }

    /// <summary>The name inside its section.</summary>
    public string Member => Name[(Name.IndexOf('.') + 1)..];

    /// <summary>Names that an object of a list of objects may have.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>Short environment variable: LOWLATENCY_MAX_HOPS.</summary>
    public string Variable { get; } = ConfigCatalog.VariablePrefix + SnakeUpper(Name);

    private static string SnakeUpper(string camel)
    {
        StringBuilder text = new();
        foreach (char c in camel)
        {
            if (char.IsUpper(c)) text.Append('_');
            text.Append(c == '.' ? '_' : char.ToUpperInvariant(c));
        }

        return text.ToString();
    }
}

/// <summary>Every key of the configuration: the one place where a key is added.</summary>
internal static class ConfigCatalog
{
    /// <summary>What our environment variables begin with.</summary>
    public const string VariablePrefix = "LOWLATENCY_";

    private const ulong Any = ulong.MaxValue;
    private const int MaxCount = 1 << 24;

    // What the tables of accounts can number; no pool or mint is without an account.
    private const int MaxTable = DedupStage.AccountsLimit;

    /// <summary>The keys, by section.</summary>
    public static IReadOnlyList<ConfigKey> Keys { get; } =
    [
        new("Search", "baseMints", ConfigShape.List, "Mints a route starts and ends with.",
            (c, v) => c.BaseMints =
                v.Items.Count == 0 ? throw v.Wrong(v.Text, "give at least one mint") : v.Addresses(),
            c => c.BaseMints),
        new("Search", "maxHops", ConfigShape.Scalar, "Most legs of a route, 2 to 6.",
            (c, v) => c.MaxHops = v.Int(2, 6),
            c => c.MaxHops),
        new("Search", "maxCyclesPerEvent", ConfigShape.Scalar, "Most cycles kept for one event.",
            (c, v) => c.MaxCyclesPerEvent = v.Int(1, MaxCount),
            c => c.MaxCyclesPerEvent),
        new("Search", "maxStepsPerEvent", ConfigShape.Scalar, "Most search steps for one event.",
            (c, v) => c.MaxStepsPerEvent = v.Int(1, int.MaxValue),
            c => c.MaxStepsPerEvent),
        new("Search", "deferredWorkFactor", ConfigShape.Scalar, "Work of a deferred pool, as a multiple of an event's.",
            (c, v) => c.DeferredWorkFactor = v.Int(1, 1000),
            c => c.DeferredWorkFactor),
        new("Search", "auditEverySlots", ConfigShape.Scalar, "Slot events between global searches; 0 = none.",
            (c, v) => c.AuditEverySlots = v.Int(0, MaxCount),
            c => c.AuditEverySlots),
        new("Search", "auditStepsPerSlot", ConfigShape.Scalar, "Steps of the global search in one slot event.",
            (c, v) => c.AuditStepsPerSlot = v.Int(1, int.MaxValue),
            c => c.AuditStepsPerSlot),
        new("Search", "opportunityCapacity", ConfigShape.Scalar, "Entries of the opportunity ring.",
            (c, v) => c.OpportunityCapacity = v.Int(2, MaxTable),
            c => c.OpportunityCapacity),
        new("Search", "maxInputRaw", ConfigShape.Map, "Largest input by base mint, base units of the mint.",
            (c, v) => c.MaxInputRaw = v.AmountMap(),
            c => c.MaxInputRaw),
        new("Search", "maxNotionalLamports", ConfigShape.Scalar, "Largest input in lamports' worth, any base mint.",
            (c, v) => c.MaxNotionalLamports = v.Whole(1, Any),
            c => c.MaxNotionalLamports),
        new("Search", "agreementAboveLamports", ConfigShape.Scalar,
            "Input in lamports' worth above which two endpoints must agree on every state; not set: first copy wins.",
            (c, v) => c.AgreementAboveLamports = v.Whole(0, Any),
            c => c.AgreementAboveLamports),
        new("Search", "maxDepthShareBps", ConfigShape.Scalar, "Most a leg takes of its pool's depth, 1/10,000.",
            (c, v) => c.MaxDepthShareBps = v.Int(1, 10_000),
            c => c.MaxDepthShareBps),
        new("Search", "splitQuotesMax", ConfigShape.Scalar, "Most exact quotes of the search for split legs; 0 = none.",
            (c, v) => c.SplitQuotesMax = v.Int(0, MaxCount),
            c => c.SplitQuotesMax),
        new("Search", "minimumInputRaw", ConfigShape.Scalar, "Smallest sensible input, base units.",
            (c, v) => c.MinimumInputRaw = v.Whole(1, Any),
            c => c.MinimumInputRaw),
        new("Search", "maxStateAgeSlots", ConfigShape.Scalar, "Oldest pool state on a route, slots behind the event.",
            (c, v) => c.MaxStateAgeSlots = (uint)v.Whole(0, uint.MaxValue),
            c => c.MaxStateAgeSlots),
        new("Search", "polishQuotesMax", ConfigShape.Scalar, "Most exact quotes of the integer polish of a size.",
            (c, v) => c.PolishQuotesMax = v.Int(1, MaxCount),
            c => c.PolishQuotesMax),
        new("Search", "polishScansMax", ConfigShape.Scalar, "Most sizes that the integer polish may look at.",
            (c, v) => c.PolishScansMax = v.Int(0, MaxCount),
            c => c.PolishScansMax),
        new("Search", "polishAll", ConfigShape.Scalar, "Polish every candidate, also hopeless ones.",
            (c, v) => c.PolishAll = v.Bool(),
            c => c.PolishAll),
        new("Costs", "minimumProfitLamports", ConfigShape.Scalar, "Least net profit of a Go, lamports.",
            (c, v) => c.MinimumProfitLamports = (long)v.Whole(0, long.MaxValue),
            c => c.MinimumProfitLamports),
        new("Costs", "minimumExpectedValueLamports", ConfigShape.Scalar,
            "Least expected value of a Go, lamports; not set: it is shown and decides nothing.",
            (c, v) => c.MinimumExpectedValueLamports = (long)v.Whole(0, long.MaxValue),
            c => c.MinimumExpectedValueLamports),
        new("Costs", "landingSlots", ConfigShape.Scalar, "Slots until a transaction lands, for its probability.",
            (c, v) => c.LandingSlots = v.Int(0, SearchSettings.LandingSlotsMax),
            c => c.LandingSlots),
        new("Costs", "stalenessPenaltyBps", ConfigShape.Scalar, "Share of the profit at risk set aside, 1/10,000.",
            (c, v) => c.StalenessPenaltyBps = v.Int(0, 10_000),
            c => c.StalenessPenaltyBps),
        new("Costs", "tipShareBps", ConfigShape.Scalar, "Tip, 1/10,000 of the profit after network fees.",
            (c, v) => c.TipShareBps = v.Int(0, 10_000),
            c => c.TipShareBps),
        new("Costs", "tipFloorLamports", ConfigShape.Scalar, "Least tip, lamports.",
            (c, v) => c.TipFloorLamports = v.Whole(0, Any),
            c => c.TipFloorLamports),
        new("Costs", "tipCapLamports", ConfigShape.Scalar, "Largest tip, lamports.",
            (c, v) => c.TipCapLamports = v.Whole(0, Any),
            c => c.TipCapLamports),
        new("Costs", "priorityFeeMicroLamportsPerCu", ConfigShape.Scalar,
            "Least price of a compute unit, micro-lamports; the price while no recent fees are known.",
            (c, v) => c.PriorityFeeMicroLamportsPerCu = v.Whole(0, 1_000_000_000_000),
            c => c.PriorityFeeMicroLamportsPerCu),
        new("Costs", "priorityFeeCapMicroLamportsPerCu", ConfigShape.Scalar,
            "Largest price of a compute unit, whatever recent slots took, micro-lamports.",
            (c, v) => c.PriorityFeeCapMicroLamportsPerCu = v.Whole(0, 1_000_000_000_000),
            c => c.PriorityFeeCapMicroLamportsPerCu),
        new("Costs", "computeUnitMarginBps", ConfigShape.Scalar, "Margin on the compute unit limit, 1/10,000.",
            (c, v) => c.ComputeUnitMarginBps = v.Int(0, 100_000),
            c => c.ComputeUnitMarginBps),
        new("Graph", "denied", ConfigShape.List, "Pools, mints and venues' programs never used.",
            (c, v) => c.Graph = c.Graph with { Denied = AddressLists.Denied(v) },
            c => c.Graph.Denied),
        new("Graph", "settleWindowMs", ConfigShape.Scalar, "How long an incomplete pool is waited for, milliseconds.",
            (c, v) => c.Graph = c.Graph with { SettleWindowNs = v.Int(0, 60_000) * 1_000_000L },
            c => c.Graph.SettleWindowNs / 1_000_000),
        new("Graph", "maxAccounts", ConfigShape.Scalar, "Most accounts watched.",
            (c, v) => c.Graph = c.Graph with { MaxAccounts = v.Int(1, MaxTable) },
            c => c.Graph.MaxAccounts),
        new("Graph", "maxPools", ConfigShape.Scalar, "Most pools.",
            (c, v) => c.Graph = c.Graph with { MaxPools = v.Int(1, MaxTable) },
            c => c.Graph.MaxPools),
        new("Graph", "maxMints", ConfigShape.Scalar, "Most mints.",
            (c, v) => c.Graph = c.Graph with { MaxMints = v.Int(2, MaxTable) },
            c => c.Graph.MaxMints),
        new("Life", "followSlots", ConfigShape.Scalar, "Slots a profitable cycle is followed after its first decision.",
            (c, v) => c.Life = c.Life with { FollowSlots = v.Int(1, 1024) },
            c => c.Life.FollowSlots),
        new("Life", "maxFollowed", ConfigShape.Scalar, "Most cycles followed at once; further ones are counted.",
            (c, v) => c.Life = c.Life with { MaxFollowed = v.Int(1, 1 << 20) },
            c => c.Life.MaxFollowed),
        new("Life", "quarantineAfterFailures", ConfigShape.Scalar, "Failures in a row before quarantine; 0 for never.",
            (c, v) => c.Quarantine = c.Quarantine with { AfterFailures = v.Int(0, 1_000_000) },
            c => c.Quarantine.AfterFailures),
        new("Life", "quarantineBaseSlots", ConfigShape.Scalar, "First quarantine, slots; each failure doubles it.",
            (c, v) => c.Quarantine = c.Quarantine with { BaseSlots = v.Whole(1, 1 << 30) },
            c => c.Quarantine.BaseSlots),
        new("Life", "quarantineCapSlots", ConfigShape.Scalar, "Longest quarantine, slots.",
            (c, v) => c.Quarantine = c.Quarantine with { CapSlots = v.Whole(1, 1 << 30) },
            c => c.Quarantine.CapSlots),
        new("Instructions", "wallet", ConfigShape.Scalar, "Address that pays; no key is needed to build.",
            (c, v) => c.Wallet = v.Address(),
            c => c.Wallet),
        new("Instructions", "tokenAccounts", ConfigShape.Map, "Token account by mint, where not the associated one.",
            (c, v) => c.TokenAccounts = v.AddressMap(),
            c => c.TokenAccounts),
        new("Instructions", "raydiumAmmLegacy", ConfigShape.Scalar, "Raydium AMM v4 swaps with 17 accounts, not V2.",
            (c, v) => c.RaydiumAmmLegacy = v.Bool(),
            c => c.RaydiumAmmLegacy),
        .. InstructionKeys.All,
        new("Pipeline", "runner", ConfigShape.Scalar, "inline, fused or split.",
            (c, v) => c.Runner = v.Choice<RunnerKind>(),
            c => c.Runner),
        new("Pipeline", ConfigReload.PauseKey, ConfigShape.Scalar, "Withhold all messages; decisions go on.",
            (c, v) => c.Pause = v.Bool(),
            c => c.Pause),
        new("Pipeline", "busySpin", ConfigShape.Scalar, "Spin while waiting (a core for each stage group).",
            (c, v) => c.BusySpin = v.Bool(),
            c => c.BusySpin),
        new("Pipeline", "keepWarm", ConfigShape.Scalar, "Exercise what the next event needs (threads that spin).",
            (c, v) => c.KeepWarm = v.Bool(),
            c => c.KeepWarm),
        .. PlacementKeys.All,
        .. LiveKeys.All,
    ];

    /// <summary>The key of a member of a section as written in a file; null if there is none.</summary>
    public static ConfigKey? Find(string section, string member)
    {
        foreach (ConfigKey key in Keys)
        {
            if (key.Section == section && key.Member == member) return key;
        }

        return null;
    }

    /// <summary>The key of a full name; null if there is none.</summary>
    public static ConfigKey? Find(string name)
    {
        foreach (ConfigKey key in Keys)
        {
            if (key.Name == name) return key;
        }

        return null;
    }

    /// <summary>The section of a name, ignoring case; null if there is none.</summary>
    public static string? FindSection(string name)
    {
        foreach (ConfigKey key in Keys)
        {
            if (string.Equals(key.Section, name, StringComparison.OrdinalIgnoreCase)) return key.Section;
        }

        return null;
    }

    /// <summary>Names of all keys, or of a section's as they stand in it.</summary>
    public static List<string> Names(string? section = null)
    {
        List<string> names = [];
        foreach (ConfigKey key in Keys)
        {
            if (section is null) names.Add(key.Name);
            else if (key.Section == section) names.Add(key.Member);
        }

        return names;
    }
}
