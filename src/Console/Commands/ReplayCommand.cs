using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Replay;
using LowLatency.ConsoleHost.Reports;
using LowLatency.Engine.Sinks;
using LowLatency.Feeds.Dispatch;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>replay [capture]</c>: runs a capture through the engine and reports.</summary>
internal static class ReplayCommand
{
    private const string Examples =
        """
        Examples:
          lowlatency replay                          the bundled capture, at full speed
          lowlatency replay my.jsonl.gz --speed 10x --runner fused
          lowlatency replay --ui --speed 1x          watch it in full-screen, steer it
          lowlatency replay --journal run.journal    write every decision to a file
          lowlatency explain --journal run.journal   ... and ask why
          lowlatency replay --run-dir first-run      keep the run for `lowlatency report`
          lowlatency replay --config my.json --set maxHops=3 --json > report.json
          lowlatency replay --synthetic 100x200      a generated market, labelled as such
          lowlatency replay --assert 0123456789abcdef

        Settings: flags win over LOWLATENCY_* variables, these over --config, this over defaults.
        Exit codes: 0 done, 1 engine halted, 2 wrong usage, 3 a check failed, 65 capture
        damaged (what came before the damage is reported), 66 no such file, 73 output cannot
        be written, 78 configuration wrong, 130 Ctrl-C, 143 SIGTERM,
        129 SIGHUP (with the report until then).
        """;

    internal static Command Create()
    {
        ReplayOptionSet options = new();
        Verb command = new("replay", "Replay a capture through the engine; no network, no keys.", Examples);
        options.AddTo(command);
        command.SetAction(result => Run(
            options, result, ConfigLayers.ProcessEnvironment(),
            result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    /// <summary>Runs the verb on the given writers and variables.</summary>
    internal static int Run(
        ReplayOptionSet options, ParseResult result, IReadOnlyDictionary<string, string> environment,
        TextWriter output, TextWriter errors)
    {
        using Interruption interrupt = new("replay", errors);
        using SyntheticSource? synthetic = options.ReadSynthetic(result, interrupt.Token);
        ReplaySettings settings =
            options.Read(result, environment, synthetic) with { Cancellation = interrupt.Token };
        if (settings.RunFolder is { } folder) RunFolder.Prepare(folder);
        ReplayProgressLine progress = new(errors);
        ReplayRun run = Execute(
            settings, result.GetValue(options.Ui), result.GetValue(options.Paused), progress, errors);
        ReplayReport report = ReplayReport.From(settings, run);
        string? unkept = Keep(settings, run, report, synthetic is null ? settings.CapturePath : null);
        if (result.GetValue(options.Json)) report.WriteJson(output);
        else report.WriteText(output);
        int code = ExitCode(result.GetValue(options.Assert), run, "replay", errors, unkept);
        if (code != ExitCodes.Ok || !IsRangeMissed(settings, run)) return code;
        throw new CommandException("--from-slot, --to-slot: no slot of the capture is in this range");
    }

    /// <summary>True if slots were chosen and none came: a report of nothing says nothing about the market.</summary>
    private static bool IsRangeMissed(ReplaySettings settings, ReplayRun run) =>
        (settings.FromSlot is not null || settings.ToSlot is not null) && ReplayReport.LastSlotOf(run.Pipeline!) == 0;

    /// <summary>Runs, under the screens if they are asked for and there is a terminal.</summary>
    internal static ReplayRun Execute(
        ReplaySettings settings, bool isWatched, bool isPaused, ReplayProgressLine progress, TextWriter errors)
    {
        if (isWatched && ReplayScreens.TryOpenTerminal(settings.Verb, errors) is { } terminal)
            return ReplayScreens.Run(settings, isPaused, terminal, progress, errors);
        ReplayRun run = new(settings, progress.Write);
        progress.Follow(run);
        return run.Execute() is { } unopened ? throw CommandException.Of(unopened) : run;
    }

    /// <summary>
    /// Keeps a run in its folder, if it has one; <paramref name="capturePath"/> is null without a capture. Why it could
    /// not be kept, null if it could: the report is there all the same.
    /// </summary>
    internal static string? Keep(ReplaySettings settings, ReplayRun run, ReplayReport report, string? capturePath)
    {
        if (settings.RunFolder is not { } folder) return null;
        PipelineLatency? latency = run.Pipeline!.Sinks.Latency;
        try
        {
            RunInput input = RunInput.Of(settings.CaptureName, capturePath);
            IReadOnlyList<SettingRow> rows = new ChangedRows().Of(settings.Rows, settings.Trail);
            RunFolder.Write(folder, RunRecord.Of(report, input, rows, latency), latency);
            return null;
        }
        catch (Exception fault) when (fault is CommandException or IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    /// <summary>
    /// Exit code of a run, its reasons on <paramref name="errors"/>: <paramref name="lost"/> is what could not be
    /// written besides.
    /// </summary>
    internal static int ExitCode(
        string? expectedHash, ReplayRun run, string verb, TextWriter errors, string? lost = null)
    {
        lost = run.OutputFailure is { } failure && lost is not null ? $"{failure}; {lost}" : lost ?? run.OutputFailure;
        if (lost is not null) errors.WriteLine($"{verb}: {lost}");
        if (run.Pipeline!.Fatal.Fault is { } fatal)
        {
            string place = fatal.FirstSequence < 0 ? string.Empty : $" at event {fatal.FirstSequence}";
            string cause = $"{fatal.Cause.GetType().Name}: {fatal.Cause.Message}";
            errors.WriteLine($"{verb}: halted in {fatal.Where}{place}: {cause}");
            return ExitCodes.Error;
        }

        if (run.Feed!.Fault is { } fault) throw CommandException.Of(fault);
        if (lost is not null) return ExitCodes.CannotCreate;
        if (run.Outcome == FeedOutcome.Cancelled) return ExitCodes.Interrupted;
        return IsAsExpected(expectedHash, run, verb, errors) ? ExitCodes.Ok : ExitCodes.CheckFailed;
    }

    private static bool IsAsExpected(string? expectedHash, ReplayRun run, string verb, TextWriter errors)
    {
        bool failed = false;
        string hash = ReplayReport.HashText(run.Hash.Value);
        if (expectedHash is not null && !string.Equals(expectedHash.Trim(), hash, StringComparison.OrdinalIgnoreCase))
        {
            errors.WriteLine($"{verb}: decision hash {hash}, asserted {expectedHash.Trim()}");
            failed = true;
        }

        if (run.StateTruth is { Passed: false })
        {
            errors.WriteLine(
                $"{verb}: account state differs from the truth ({run.StateTruth.DifferenceCount} differences)");
            failed = true;
        }

        if (run.GroundTruth is { Passed: false } truth)
        {
            errors.WriteLine($"{verb}: ground truth: {truth.Missing} cycles missing, {truth.Worse} worse");
            failed = true;
        }

        return !failed;
    }
}
