using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Threading;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Feeds.Capture;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>record --config file --out out</c>: records live endpoints; <c>record --import in --out out</c>: converts.
/// </summary>
internal static class RecordCommand
{
    private const int ProgressIntervalMs = 1000;

    private const string Examples =
        """
        Examples:
          lowlatency record --config my.json --out day.llcap         what endpoints send, until Ctrl-C
          lowlatency record --config my.json --out a.llcap --seconds 60
          lowlatency record --import day.jsonl.gz --out day.llcap    JSON lines to the binary format
          lowlatency record --import day.llcap --out day.jsonl.gz    and back
          lowlatency record --synthetic 10000x600 --seed 7 --out big.llcap   a generated market,
                                                                     marked as such

        The ending of --out decides: .jsonl and .jsonl.gz are JSON lines, anything else is the
        binary format. A file that exists is never overwritten.
        Live recordings are binary. The engine follows along to find the accounts that pools name.
        Exit codes: 0 done, 130 Ctrl-C, 2 wrong usage, 65 source damaged (the frames before the
        damage were written), 66 no such file, 73 target cannot be written, 78 configuration wrong.
        """;

    private static readonly Option<string?> Import = new("--import")
    {
        Description = "Capture to convert: JSON lines or binary, gzipped or not.",
        HelpName = "file",
    };

    private static readonly Option<string?> Synthetic = new("--synthetic")
    {
        Description = "Generate a market of so many pools and slots instead.",
        HelpName = "poolsxslots",
    };

    private static readonly Option<ulong?> Seed = new("--seed")
    {
        Description = "Seed of --synthetic. Default: 1.",
        HelpName = "n",
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "File to write.",
        HelpName = "file",
        Required = true,
    };

    internal static Command Create()
    {
        RunOptionSet live = new(isConfigRequired: false);
        Verb command = new("record", "Record live endpoints, convert or generate a capture.", Examples)
        {
            Import, Synthetic, Seed, Out, live.Config, live.Seconds, live.AuditSeconds,
        };
        command.SetAction(result => Run(
            result, live, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(ParseResult result, RunOptionSet live, TextWriter output, TextWriter errors)
    {
        if (result.GetValue(Synthetic) is { } market) return Generate(result, live, market, output, errors);
        if (result.GetValue(Seed) is not null)
            throw new CommandException("--seed: it goes with --synthetic");

        bool isImport = result.GetValue(Import) is not null;
        if (isImport == (result.GetValue(live.Config) is not null))
        {
            throw new CommandException(
                isImport
                    ? "--config records live endpoints, --import converts a file: give one of them"
                    : "give --config file to record live, --import file to convert, or --synthetic");
        }

        string target = result.GetValue(Out)!;
        if (isImport) return Run(result.GetValue(Import)!, target, output, errors);
        if (!IsJsonLines(target))
            return RunCommand.Run(live, result, "record", ConfigLayers.ProcessEnvironment(), output, errors, target);
        throw new CommandException($"--out {target}: live recordings are binary; convert it later with --import");
    }

    private static int Generate(
        ParseResult result, RunOptionSet live, string market, TextWriter output, TextWriter errors)
    {
        string target = result.GetValue(Out)!;
        if (result.GetValue(Import) is not null || result.GetValue(live.Config) is not null)
            throw new CommandException("--synthetic generates; --import and --config do not go with it");

        if (IsJsonLines(target) || File.Exists(target))
            throw new CommandException(
                $"--out {target}: the file exists, or is not a binary capture's name", ExitCodes.CannotCreate);

        using Interruption interrupt = new("record", errors);
        SyntheticSource made = SyntheticSource.Create(
            market, result.GetValue(Seed) ?? 1, target, cancellation: interrupt.Token);
        output.Write(string.Create(
            CultureInfo.InvariantCulture, $"{target}: {made.Name}, {new FileInfo(target).Length:N0} bytes\n"));
        return ExitCodes.Ok;
    }

    /// <summary>Runs the conversion on the given writers.</summary>
    internal static int Run(string source, string target, TextWriter output, TextWriter errors)
    {
        if (File.Exists(target))
            throw new CommandException(
                $"--out {target}: the file exists; remove it or give another name", ExitCodes.CannotCreate);

        CaptureTarget format = IsJsonLines(target) ? CaptureTarget.JsonLines : CaptureTarget.Binary;
        CaptureImportResult? result;
        CaptureFault? fault;
        using Interruption interrupt = new("record", errors);
        using (new Timer(_ => Progress(target, errors), null, ProgressIntervalMs, ProgressIntervalMs))
        {
            result = CaptureImport.Run(source, target, format, new CaptureReaderOptions(), out fault, interrupt.Token);
        }

        if (result is null) throw CommandException.Of(fault!);
        string kind = format == CaptureTarget.JsonLines ? "JSON lines" : "the binary format";
        output.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{target}: {result.Frames:N0} frames as {kind}, {result.TargetBytes:N0} bytes\n"));
        if (result.SubscriptionsPath is { } map) output.Write($"{map}: which accounts its subscription ids are\n");
        if (interrupt.Token.IsCancellationRequested)
            throw new CommandException(
                "ended before the end of the source; the rest is left out", ExitCodes.Interrupted);

        return result.SourceFault is { } damage ? throw CommandException.Of(damage) : ExitCodes.Ok;
    }

    private static bool IsJsonLines(string path) =>
        path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".jsonl.gz", StringComparison.OrdinalIgnoreCase);

    private static void Progress(string target, TextWriter errors)
    {
        FileInfo file = new(target);
        if (!file.Exists) return;
        errors.WriteLine(string.Create(CultureInfo.InvariantCulture, $"record: {file.Length:N0} bytes written"));
    }
}
