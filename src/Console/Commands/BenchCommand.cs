using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text.Json;
using LowLatency.ConsoleHost.Bench;
using LowLatency.ConsoleHost.Bench.Floor;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Pipeline;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>bench [capture]</c>: end-to-end latency in this process, compared with an earlier run.</summary>
internal static class BenchCommand
{
    private const string Examples =
        """
        Examples:
          lowlatency bench                                 closed loop, 2,000/s, recorded pace
          lowlatency bench --load 10000 --seconds 30 --runner fused
          lowlatency bench --json > before.json            ... and after a change:
          lowlatency bench --baseline before.json          exit code 3 on a regression
          lowlatency bench --ui-cost 5 --load 2000 --seconds 4   with and without the console
          lowlatency bench --floor 5 --load max 2000 --seconds 1   what no engine could be below here
          lowlatency bench --hgrm histograms               one .hgrm file a load and outcome
          lowlatency bench --wire --load 2000              socket to signed transaction

        Loads: max (as fast as possible), a rate a second, or a multiple of the recorded pace
        such as 1x. In the last two each message has an intended arrival, and its response
        time counts from there; with -cold behind it (2000-cold) nothing is kept warm while
        it waits (setting keepWarm). Each lap is the recorded market anew; what sets up its
        connections is played between the messages and not measured. What was dropped, and
        pools that may not quote, are told by cause. Ctrl-C ends it with what was measured.
        --floor runs no engine: of each account message it decodes the base64, whose place it
        knows, and touches no line of a table, one or four; loads max or a rate.
        Exit codes: 0 done, 1 engine halted, 2 wrong usage, 3 a regression against the
        baseline, 65 capture or baseline damaged, 66 no such file, 73 output cannot be written,
        130 Ctrl-C, 143 SIGTERM.
        """;

    private static readonly Argument<string?> Capture = new("capture")
    {
        Description = "Capture file. Default: the bundled market-small capture.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string[]> Load = new("--load")
    {
        Description = "max, messages a second, or 1x; several run in turn. Default: max 2000 1x.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "Length of each load.",
        DefaultValueFactory = _ => 5,
    };

    private static readonly Option<int?> WarmUp = new("--warm-up")
    {
        Description = "Laps over the capture before the first load. Default: 139,000 messages, 60 laps of the bundled.",
    };

    private static readonly Option<string> Runner = new("--runner")
    {
        Description = "inline, fused or split.",
        DefaultValueFactory = _ => "inline",
        HelpName = "inline|fused|split",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print the result as JSON on stdout." };

    private static readonly Option<string?> Histograms = new("--hgrm")
    {
        Description = "Write a percentile file a load and outcome into this folder.",
        HelpName = "folder",
    };

    private static readonly Option<string?> Baseline = new("--baseline")
    {
        Description = "Result of an earlier --json to compare with.",
        HelpName = "file.json",
    };

    private static readonly Option<double> Noise = new("--noise")
    {
        Description = "With --baseline: share by which a median may differ and be noise.",
        DefaultValueFactory = _ => 0.3,
        HelpName = "share",
    };

    private static readonly Option<int> UiCost = new("--ui-cost")
    {
        Description = "What the console costs: so many turns of each load without and with it, in turns.",
        HelpName = "turns",
    };

    private static readonly Option<int> Floor = new("--floor")
    {
        Description = "What no engine can leave out of a message here: so many turns of each load.",
        HelpName = "turns",
    };

    internal static Command Create()
    {
        Verb command = new(
            "bench", "Measure latency and throughput: memory to unsigned, or wire to signed.", Examples)
        {
            Capture, Load, Seconds, WarmUp, Runner, Json, Histograms, Baseline, Noise, UiCost, Floor,
        };
        BenchWire.AddTo(command);
        command.SetAction(result => Run(
            result, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(ParseResult arguments, TextWriter output, TextWriter errors)
    {
        using Interruption interrupt = new("bench", errors, listens: !BenchWire.IsSender(arguments));
        if (BenchWire.IsWanted(arguments))
        {
            return BenchWire.Run(
                arguments, arguments.GetValue(Load) ?? [], arguments.GetValue(Capture), ReadSeconds(arguments),
                ReadRunner(arguments), arguments.GetValue(Json), output, errors, interrupt.Token);
        }

        bool isUiCost = arguments.GetValue(UiCost) != 0;
        bool isFloor = arguments.GetValue(Floor) != 0;
        int turns = isUiCost || isFloor ? ReadTurns(arguments, isFloor ? Floor : UiCost) : 0;
        BenchSettings settings = Read(arguments) with { Cancellation = interrupt.Token };
        if (isUiCost) return RunUiCost(arguments, settings, turns, output, errors);
        if (isFloor) return RunFloor(arguments, settings, turns, output, errors);
        BenchResult? before = ReadBaseline(arguments.GetValue(Baseline));
        BenchResult result = new BenchRun(settings).Execute(errors);
        bool isJson = arguments.GetValue(Json);
        if (isJson) output.WriteLine(JsonOutput.Report(result));
        else BenchText.Write(result, output);
        if (interrupt.Token.IsCancellationRequested) return ExitCodes.Interrupted;
        if (before is null) return ExitCodes.Ok;
        int regressions =
            BenchBaseline.Compare(before, result, arguments.GetValue(Noise), isJson ? errors : output);
        return regressions == 0 ? ExitCodes.Ok : ExitCodes.CheckFailed;
    }

    private static int RunUiCost(
        ParseResult arguments, BenchSettings settings, int turns, TextWriter output, TextWriter errors)
    {
        UiCostResult result = new UiCostRun(settings, turns).Execute(errors);
        if (settings.Cancellation.IsCancellationRequested)
            throw new CommandException("--ui-cost: ended in a turn; nothing is compared", ExitCodes.Interrupted);
        if (arguments.GetValue(Json)) output.WriteLine(JsonOutput.Report(result));
        else UiCostText.Write(result, output);
        return ExitCodes.Ok;
    }

    private static int RunFloor(
        ParseResult arguments, BenchSettings settings, int turns, TextWriter output, TextWriter errors)
    {
        FloorResult result = new FloorRun(settings, turns).Execute(errors);
        if (arguments.GetValue(Json)) output.WriteLine(JsonOutput.Report(result));
        else FloorText.Write(result, output);
        return settings.Cancellation.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.Ok;
    }

    private static int ReadTurns(ParseResult arguments, Option<int> option)
    {
        int turns = arguments.GetValue(option);
        if (turns is < 1 or > 100) throw new CommandException($"{option.Name}: give 1 to 100 turns");
        if (arguments.GetValue(UiCost) != 0 && arguments.GetValue(Floor) != 0)
            throw new CommandException("--ui-cost and --floor are two measurements: give one");
        if (arguments.GetValue(Baseline) is not null || arguments.GetValue(Histograms) is not null)
            throw new CommandException($"{option.Name} measures in turns: leave --baseline and --hgrm out");
        return turns;
    }

    private static BenchSettings Read(ParseResult arguments)
    {
        List<BenchLoad> loads = [];
        string[] texts = arguments.GetValue(Load) is { Length: > 0 } given ? given
            : arguments.GetValue(Floor) != 0 ? ["max", "2000"] : ["max", "2000", "1x"];
        foreach (string text in texts)
        {
            if (!BenchLoad.TryParse(text, out BenchLoad load))
                throw new CommandException($"--load {text}: give max, a rate a second, or a pace such as 1x");
            loads.Add(load);
        }

        double seconds = ReadSeconds(arguments);
        int? warmUp = arguments.GetValue(WarmUp);
        if (warmUp is < 0 or > 100_000) throw new CommandException("--warm-up: give 0 to 100000 laps");
        double noise = arguments.GetValue(Noise);
        if (!(noise >= 0 && noise <= 10)) throw new CommandException("--noise: give a share such as 0.3");
        RunnerKind runner = ReadRunner(arguments);
        string capture = arguments.GetValue(Capture) ?? BundledCapture.FilePath;
        CaptureSidecar sidecar = CaptureSidecar.ReadBeside(capture);
        string? histograms = arguments.GetValue(Histograms);
        if (histograms is not null)
            UserFile.Make($"--hgrm {histograms}", () => Directory.CreateDirectory(histograms));
        EngineConfig config = new() { Runner = runner };
        return new BenchSettings(
            capture, loads, seconds, warmUp, config.Build(sidecar.Wallet, sidecar.TokenAccounts, stamps: true),
            histograms);
    }

    private static double ReadSeconds(ParseResult arguments)
    {
        double seconds = arguments.GetValue(Seconds);
        if (seconds > 0 && seconds <= 3600) return seconds;
        throw new CommandException("--seconds: give more than 0, at most 3600");
    }

    private static RunnerKind ReadRunner(ParseResult arguments)
    {
        if (Enum.TryParse(arguments.GetValue(Runner), true, out RunnerKind runner) && Enum.IsDefined(runner))
            return runner;
        throw new CommandException($"--runner {arguments.GetValue(Runner)}: give inline, fused or split");
    }

    private static BenchResult? ReadBaseline(string? path)
    {
        if (path is null) return null;
        if (!File.Exists(path)) throw new CommandException($"--baseline {path}: no such file", ExitCodes.NoInput);
        try
        {
            BenchResult? read = JsonSerializer.Deserialize(
                File.ReadAllText(path), JsonOutput.Indented.Shape<BenchResult>());
            if (read?.Version == BenchResult.CurrentVersion) return read;
            throw new CommandException($"--baseline {path}: of another version", ExitCodes.BadData);
        }
        catch (JsonException wrong)
        {
            throw new CommandException(
                $"--baseline {path}, line {(wrong.LineNumber ?? 0) + 1}: not what `lowlatency bench --json` prints"
                + $"{(wrong.Path is { Length: > 1 } member ? $" (at {member})" : string.Empty)}",
                ExitCodes.BadData);
        }
    }
}
