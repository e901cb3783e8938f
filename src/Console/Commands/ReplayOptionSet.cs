using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>A wrong option; the message is one line that says what to write instead.</summary>
internal sealed class ReplayUsageException(string message, int exitCode = ExitCodes.Usage) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>The options of <c>replay</c> and how they become settings.</summary>
internal sealed class ReplayOptionSet
{
    private const string UsdcMint = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";

    public Argument<string?> Capture { get; } = new("capture")
    {
        Description = "Capture file (.jsonl, .jsonl.gz or binary). Default: the bundled market-small capture.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string> Speed { get; } = new("--speed")
    {
        Description = "max, or a multiple of the recorded pace such as 1x or 10x.",
        DefaultValueFactory = _ => "max",
    };

    public Option<ulong?> FromSlot { get; } = new("--from-slot") { Description = "First slot to decide on." };

    public Option<ulong?> ToSlot { get; } = new("--to-slot") { Description = "Last slot to decide on." };

    public Option<string[]> Base { get; } = new("--base")
    {
        Description = "Base mints: a route starts and ends with one. Default: wrapped SOL and USDC.",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<int> MaxHops { get; } = new("--max-hops")
    {
        Description = "Most legs of a route, 2 to 6.",
        DefaultValueFactory = _ => 4,
    };

    public Option<long> MinimumProfit { get; } = new("--min-profit")
    {
        Description = "Least net profit of a Go, lamports.",
        DefaultValueFactory = _ => 10_000,
    };

    public Option<RunnerKind> Runner { get; } = new("--runner")
    {
        Description = "inline (one thread), fused (feed and engine threads) or split (a thread a stage group).",
        DefaultValueFactory = _ => RunnerKind.Inline,
    };

    public Option<string?> Wallet { get; } = new("--wallet")
    {
        Description = "Address that would pay; no key is needed. Default: the one of the capture's pools.json.",
    };

    public Option<bool> RaydiumLegacy { get; } = new("--raydium-amm-legacy")
    {
        Description = "Write Raydium AMM v4 swaps with the 17-account instruction (tags 9, 11) instead of V2 (16, 17).",
    };

    public Option<string?> Assert { get; } = new("--assert")
    {
        Description = "Decision hash the run must have; exit code 3 if it has another.",
    };

    public Option<string?> GroundTruth { get; } = new("--ground-truth")
    {
        Description = "truth-cycles file: every listed cycle must be found with at least its profit; else exit code 3.",
    };

    public Option<string[]> TruthVenues { get; } = new("--truth-venues")
    {
        Description = "Compare only cycles whose pools are all of these venues (for example RaydiumCpmm RaydiumAmm).",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<string?> StateTruth { get; } = new("--state-truth")
    {
        Description = "truth-slots file: the account state after each slot must equal it; else exit code 3.",
    };

    public Option<string?> Journal { get; } = new("--journal") { Description = "Write every decision to this file." };

    public Option<string?> EmitTransactions { get; } = new("--emit-transactions")
    {
        Description = "Write each taken decision with its unsigned message to a JSON file in this folder.",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the report as JSON on stdout." };

    public Option<bool> NoStamps { get; } = new("--no-stamps")
    {
        Description = "Take no time stamps: no latency table, fastest run.",
    };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Capture);
        foreach (Option option in new Option[]
        {
            Speed, FromSlot, ToSlot, Base, MaxHops, MinimumProfit, Runner, Wallet, RaydiumLegacy, Assert, GroundTruth,
            TruthVenues, StateTruth, Journal, EmitTransactions, Json, NoStamps,
        })
        {
            command.Options.Add(option);
        }
    }

    public ReplaySettings Read(ParseResult result)
    {
        string capture = result.GetValue(Capture) ?? BundledCapture.FilePath;
        CaptureSidecar sidecar = CaptureSidecar.ReadBeside(capture);
        int maxHops = result.GetValue(MaxHops);
        if (maxHops is < 2 or > 6) throw new ReplayUsageException($"--max-hops {maxHops}: give 2 to 6");
        return new ReplaySettings
        {
            CapturePath = capture,
            Speed = ParseSpeed(result.GetValue(Speed)!),
            FromSlot = result.GetValue(FromSlot),
            ToSlot = result.GetValue(ToSlot),
            JournalPath = result.GetValue(Journal),
            TransactionsFolder = result.GetValue(EmitTransactions),
            GroundTruthPath = result.GetValue(GroundTruth),
            StateTruthPath = result.GetValue(StateTruth),
            TruthVenues = ParseVenues(result.GetValue(TruthVenues)),
            Pipeline = new PipelineSettings
            {
                Runner = result.GetValue(Runner),
                TakeStamps = !result.GetValue(NoStamps),
                Graph = new GraphSettings(),
                Search = new SearchSettings
                {
                    MaxHops = maxHops,
                    BaseMints = ParseBase(result.GetValue(Base)),
                    MinimumProfitLamports = result.GetValue(MinimumProfit),
                },
                Instructions = new InstructionSettings
                {
                    Wallet = ParseWallet(result.GetValue(Wallet)) ?? sidecar.Wallet,
                    TokenAccounts = result.GetValue(Wallet) is null ? sidecar.TokenAccounts : new Dictionary<Pubkey, Pubkey>(),
                    RaydiumAmmLegacy = result.GetValue(RaydiumLegacy),
                },
            },
        };
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

        throw new ReplayUsageException($"--speed {text}: give max, or a multiple of the recorded pace such as 1x or 10x");
    }

    private static Pubkey[] ParseBase(string[]? texts)
    {
        if (texts is null || texts.Length == 0) return [ProgramIds.WrappedSolMint, Pubkey.Parse(UsdcMint)];
        Pubkey[] mints = new Pubkey[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            if (!Pubkey.TryParse(texts[i], out mints[i]))
                throw new ReplayUsageException($"--base {texts[i]}: not a mint address (Base58 of 32 bytes)");
        }

        return mints;
    }

    private static Pubkey? ParseWallet(string? text)
    {
        if (text is null) return null;
        if (Pubkey.TryParse(text, out Pubkey wallet)) return wallet;
        throw new ReplayUsageException($"--wallet {text}: not an address (Base58 of 32 bytes)");
    }

    private static HashSet<VenueId> ParseVenues(string[]? texts)
    {
        HashSet<VenueId> venues = [];
        foreach (string text in texts ?? [])
        {
            if (!Enum.TryParse(text, ignoreCase: true, out VenueId venue) || venue == VenueId.None)
                throw new ReplayUsageException($"--truth-venues {text}: give {string.Join(", ", Enum.GetNames<VenueId>()[1..])}");
            venues.Add(venue);
        }

        return venues;
    }
}
