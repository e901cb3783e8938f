using System;
using System.CommandLine;
using System.IO;
using LowLatency.ConsoleHost.Replay;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>replay [capture]</c>: runs a capture through the engine and reports.</summary>
internal static class ReplayCommand
{
    internal static Command Create()
    {
        ReplayOptionSet options = new();
        Command command = new("replay", "Replay a capture through the engine: events in, explained decisions out.");
        options.AddTo(command);
        command.SetAction(result => Run(options, result, Console.Out, Console.Error));
        return command;
    }

    private static int Run(ReplayOptionSet options, ParseResult result, TextWriter output, TextWriter errors)
    {
        ReplaySettings settings;
        ReplayRun run;
        try
        {
            settings = options.Read(result);
            bool quiet = result.GetValue(options.Json);
            run = new ReplayRun(settings, quiet ? null : p => ReplayProgressLine.Write(p, errors));
        }
        catch (ReplayUsageException fault)
        {
            errors.WriteLine($"replay: {fault.Message}");
            return fault.ExitCode;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"replay: {fault.Message}");
            return fault is FileNotFoundException or DirectoryNotFoundException ? ExitCodes.NoInput : ExitCodes.BadData;
        }

        Feeds.Capture.CaptureFault? unopened = run.Execute();
        if (unopened is not null)
        {
            errors.WriteLine($"replay: {unopened}");
            return unopened.Kind == Feeds.Capture.CaptureFaultKind.FileMissing ? ExitCodes.NoInput : ExitCodes.BadData;
        }

        ReplayReport report = ReplayReport.From(settings, run);
        if (result.GetValue(options.Json)) report.WriteJson(output);
        else report.WriteText(output);
        return ExitCode(result.GetValue(options.Assert), run, errors);
    }

    private static int ExitCode(string? expectedHash, ReplayRun run, TextWriter errors)
    {
        if (run.Pipeline!.Fatal.Fault is { } fatal)
        {
            errors.WriteLine($"replay: halted in {fatal.Where} at event {fatal.FirstSequence}: {fatal.Cause}");
            return ExitCodes.Error;
        }

        if (run.Feed!.Fault is { } fault)
        {
            errors.WriteLine($"replay: {fault}");
            return ExitCodes.BadData;
        }

        bool failed = false;
        string hash = ReplayReport.HashText(run.Hash.Value);
        if (expectedHash is not null && !string.Equals(expectedHash.Trim(), hash, StringComparison.OrdinalIgnoreCase))
        {
            errors.WriteLine($"replay: decision hash {hash}, asserted {expectedHash.Trim()}");
            failed = true;
        }

        if (run.StateTruth is { Passed: false })
        {
            errors.WriteLine($"replay: account state differs from the truth ({run.StateTruth.DifferenceCount} differences)");
            failed = true;
        }

        if (run.GroundTruth is { Passed: false } truth)
        {
            errors.WriteLine($"replay: ground truth: {truth.Missing} cycles missing, {truth.Worse} worse");
            failed = true;
        }

        return failed ? ExitCodes.CheckFailed : ExitCodes.Ok;
    }
}
