using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Threading;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Replay;
using LowLatency.ConsoleHost.Reports;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>The options of <c>replay</c> and how they become settings.</summary>
internal sealed class ReplayOptionSet
{
    public Argument<string?> Capture { get; } = new("capture")
    {
        Description = "Capture file (.jsonl, .jsonl.gz or binary). Default: the bundled market-small capture.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> Synthetic { get; } = new("--synthetic")
    {
        Description = "Replay a generated market instead of a capture, for example 100x200; labelled everywhere.",
        HelpName = "pools x slots",
    };

    public Option<string?> Seed { get; } = new("--seed")
    {
        Description = "Seed of --synthetic. Default: 1.",
        HelpName = "n",
    };

    public Option<string> Speed { get; } = new("--speed")
    {
        Description = "max, or a multiple of the recorded pace such as 1x or 10x.",
        DefaultValueFactory = _ => "max",
    };

    public Option<string?> FromSlot { get; } = new("--from-slot")
    {
        Description = "First slot to decide on; account states before it are carried in.",
        HelpName = "slot",
    };

    public Option<string?> ToSlot { get; } = new("--to-slot")
    {
        Description = "Last slot to decide on.",
        HelpName = "slot",
    };

    public ConfigOptions Settings { get; } = new();

    public Option<string[]> Base { get; } = new("--base")
    {
        Description = "Base mints: a route starts and ends with one. Default: wrapped SOL and USDC.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "mint",
    };

    public Option<string?> MaxHops { get; } = new("--max-hops")
    {
        Description = "Most legs of a route, 2 to 6. Default: 4.",
        HelpName = "n",
    };

    public Option<string?> MinimumProfit { get; } = new("--min-profit")
    {
        Description = "Least net profit of a Go, lamports. Default: 10000.",
        HelpName = "lamports",
    };

    public Option<string?> Runner { get; } = new("--runner")
    {
        Description = "inline (one thread, default), fused (feed and engine) or split (a thread a stage group).",
        HelpName = "inline|fused|split",
    };

    public Option<string?> Wallet { get; } = new("--wallet")
    {
        Description = "Address that would pay; no key is needed. Default: the one of the capture's pools.json.",
        HelpName = "address",
    };

    public Option<bool> RaydiumLegacy { get; } = new("--raydium-amm-legacy")
    {
        Description = "Write Raydium AMM v4 swaps with the 17-account instruction (tags 9, 11) instead of V2 (16, 17).",
    };

    public Option<string?> Assert { get; } = new("--assert")
    {
        Description = "Decision hash the run must have; exit code 3 if it has another.",
        HelpName = "hash",
    };

    public Option<string?> GroundTruth { get; } = new("--ground-truth")
    {
        Description = "truth-cycles file: every listed cycle must be found with at least its profit; else exit code 3.",
        HelpName = "file",
    };

    public Option<string[]> TruthVenues { get; } = new("--truth-venues")
    {
        Description = "Compare only cycles whose pools are all of these venues (for example RaydiumCpmm RaydiumAmm).",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "venue",
    };

    public Option<string?> StateTruth { get; } = new("--state-truth")
    {
        Description = "truth-slots file: the account state after each slot must equal it; else exit code 3.",
        HelpName = "file",
    };

    public Option<string?> Journal { get; } = new("--journal")
    {
        Description = "Write every decision to this file.",
        HelpName = "file",
    };

    public Option<string?> RunDir { get; } = new(RunFolder.OptionName)
    {
        Description = "Keep the run in this new folder, journal included, for `lowlatency report`.",
        HelpName = "folder",
    };

    public Option<string?> EmitTransactions { get; } = new("--emit-transactions")
    {
        Description = "Write each taken decision with its unsigned message to a JSON file in this folder.",
        HelpName = "folder",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the report as JSON on stdout." };

    public Option<bool> Ui { get; } = new("--ui")
    {
        Description = "Watch and steer it in full-screen (docs/console.md); without a terminal, lines as always.",
    };

    public Option<bool> Paused { get; } = new("--paused") { Description = "With --ui: begin paused." };

    public Option<bool> NoStamps { get; } = new("--no-stamps")
    {
        Description = "Take no time stamps: no latency table, fastest run.",
    };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Capture);
        foreach (Option option in new Option[]
        {
            Synthetic, Seed, Speed, FromSlot, ToSlot, Settings.Config, Settings.Set, Base, MaxHops, MinimumProfit,
            Runner, Wallet, RaydiumLegacy, Assert, GroundTruth, TruthVenues, StateTruth, Journal, RunDir,
            EmitTransactions, Json, NoStamps, Ui, Paused,
        })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The settings of a command line.</summary>
    /// <exception cref="CommandException">An option, variable or the configuration file is wrong.</exception>
    public ReplaySettings Read(
        ParseResult result, IReadOnlyDictionary<string, string> environment, SyntheticSource? synthetic = null)
    {
        RefuseUseless(result);
        string capture = synthetic?.FilePath ?? result.GetValue(Capture) ?? BundledCapture.FilePath;
        CaptureSidecar sidecar = CaptureSidecar.ReadBeside(capture);
        EngineConfig config = ReadConfig(result, environment);
        (ulong? from, ulong? to) = ParseSlots(result.GetValue(FromSlot), result.GetValue(ToSlot));
        return new ReplaySettings
        {
            CapturePath = capture,
            CaptureName = synthetic?.Name ?? (result.GetValue(Capture) ?? "the bundled capture market-small"),
            CaptureTitle = synthetic is null
                ? "replay " + (result.GetValue(Capture) is { } path ? Path.GetFileName(path) : "market-small")
                : $"replay SYNTHETIC {result.GetValue(Synthetic)}",
            Speed = ParseSpeed(result.GetValue(Speed)!),
            FromSlot = from,
            ToSlot = to,
            JournalPath = RunFolder.JournalOf(result.GetValue(RunDir), result.GetValue(Journal)),
            RunFolder = result.GetValue(RunDir),
            TransactionsFolder = result.GetValue(EmitTransactions),
            GroundTruthPath = result.GetValue(GroundTruth),
            StateTruthPath = result.GetValue(StateTruth),
            TruthVenues = ParseVenues(result.GetValue(TruthVenues)),
            Pipeline = config.Build(sidecar.Wallet, sidecar.TokenAccounts, !result.GetValue(NoStamps)),
            Gate = config.BuildGate(),
            ChangedKeys = [.. config.Origins.Keys],
            Rows = SettingRows.Of(config),
        };
    }

    /// <summary>What would be ignored, or could never be met, is a mistake.</summary>
    private void RefuseUseless(ParseResult result)
    {
        if (result.GetValue(Paused) && !result.GetValue(Ui))
            throw new CommandException("--paused: it goes with --ui");
        if (result.GetValue(TruthVenues) is { Length: > 0 } && result.GetValue(GroundTruth) is null)
            throw new CommandException("--truth-venues: it goes with --ground-truth");
        if (result.GetValue(Assert) is { } hash
            && !ulong.TryParse(hash.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _))
        {
            throw new CommandException($"--assert {hash}: give the 16 hexadecimal digits of a decision hash");
        }
    }

    /// <summary>Makes the synthetic market that is asked for; null if none is.</summary>
    /// <exception cref="CommandException">The options are wrong.</exception>
    public SyntheticSource? ReadSynthetic(ParseResult result, CancellationToken cancellation)
    {
        if (result.GetValue(Synthetic) is not { } text)
        {
            return result.GetValue(Seed) is null
                ? null
                : throw new CommandException("--seed: a capture has no seed; it goes with --synthetic");
        }

        if (result.GetValue(Capture) is not null) throw new CommandException("give a capture or --synthetic, not both");
        string seed = result.GetValue(Seed) ?? "1";
        return ulong.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? SyntheticSource.Create(text, number, cancellation: cancellation)
            : throw new CommandException($"--seed {seed}: give a whole number");
    }

    private EngineConfig ReadConfig(ParseResult result, IReadOnlyDictionary<string, string> environment)
    {
        ConfigLayers layers = new();
        layers.AddFileAndEnvironment(result.GetValue(Settings.Config), environment);
        if (result.GetValue(Base) is { Length: > 0 } mints)
            layers.AddFlag("--base", "baseMints", string.Join(',', mints));
        AddFlag(layers, result, MaxHops, "maxHops");
        AddFlag(layers, result, MinimumProfit, "minimumProfitLamports");
        AddFlag(layers, result, Runner, "runner");
        AddFlag(layers, result, Wallet, "wallet");
        if (result.GetValue(RaydiumLegacy)) layers.AddFlag(RaydiumLegacy.Name, "raydiumAmmLegacy", "true");
        foreach (string assignment in result.GetValue(Settings.Set) ?? []) layers.AddAssignment(assignment);
        layers.Config.Validate();
        return layers.Config;
    }

    private static void AddFlag(ConfigLayers layers, ParseResult result, Option<string?> option, string key)
    {
        if (result.GetValue(option) is { } text) layers.AddFlag(option.Name, key, text);
    }

    private static (ulong? From, ulong? To) ParseSlots(string? from, string? to)
    {
        ulong? first = ParseSlot("--from-slot", from);
        ulong? last = ParseSlot("--to-slot", to);
        if (first > last) throw new CommandException($"--to-slot {to}: it is before --from-slot {from}");
        return (first, last);
    }

    private static ulong? ParseSlot(string option, string? text)
    {
        if (text is null) return null;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong slot)
            ? slot
            : throw new CommandException($"{option} {text}: give a slot number");
    }

    private static double ParseSpeed(string text)
    {
        if (text == "max") return 0;
        string number = text.EndsWith('x') ? text[..^1] : text;
        if (double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double speed)
            && double.IsFinite(speed) && speed > 0)
        {
            return speed;
        }

        throw new CommandException($"--speed {text}: give max, or a multiple of the recorded pace such as 1x or 10x");
    }

    private static HashSet<VenueId> ParseVenues(string[]? texts)
    {
        HashSet<VenueId> venues = [];
        foreach (string text in texts ?? [])
        {
            if (!Enum.TryParse(text, ignoreCase: true, out VenueId venue) || venue == VenueId.None)
            {
                string[] names = Enum.GetNames<VenueId>()[1..];
                string hint = Nearest.Hint(text, names);
                throw new CommandException(
                    $"--truth-venues {text}: no such venue{hint}; give {string.Join(", ", names)}");
            }

            venues.Add(venue);
        }

        return venues;
    }
}
