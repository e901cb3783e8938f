using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>inspect capture</c>: what is in a capture, read through the live decoder, without an engine behind it.
/// </summary>
internal static class InspectCommand
{
    private const string Examples =
        """
        Examples:
          lowlatency inspect                      the bundled capture
          lowlatency inspect day.jsonl.gz
          lowlatency inspect day.llcap --json

        Exit codes: 0 intact, 2 wrong usage, 65 damaged (what came before the damage is
        summed up), 66 no such file.
        """;

    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private static readonly Argument<string?> Capture = new("capture")
    {
        Description = "Capture file. Default: the bundled market-small capture.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print the summary as JSON on stdout." };

    internal static Command Create()
    {
        Verb command = new("inspect", "Sum up a capture: frames, messages, endpoints, accounts, damage.", Examples)
        {
            Capture, Json,
        };
        command.SetAction(result => Run(
            result.GetValue(Capture) ?? BundledCapture.FilePath, result.GetValue(Json),
            result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    /// <summary>Runs the verb on the given writers.</summary>
    internal static int Run(string path, bool asJson, TextWriter output, TextWriter errors)
    {
        ReplayOptions options = new()
        {
            ProgressIntervalMs = 1000,
            OnProgress = p => errors.WriteLine(string.Create(
                Invariant, $"inspect {ReplayProgressLine.PercentOf(in p),3:F0} %  {p.Frames:N0} frames")),
        };
        CaptureSummary? summary = CaptureInspection.Run(path, options, out CaptureFault? fault);
        if (summary is null) throw CommandException.Of(fault!);
        if (asJson) output.Write(JsonOutput.Report(CaptureShape.Of(summary)) + "\n");
        else WriteText(summary, output);
        return summary.Statistics.Fault is { } damage ? throw CommandException.Of(damage) : ExitCodes.Ok;
    }

    private static void WriteText(CaptureSummary summary, TextWriter output)
    {
        FeedStatistics s = summary.Statistics;
        string synthetic = summary.Header is { IsSynthetic: true } ? ", SYNTHETIC" : string.Empty;
        string state = summary.IsIntact
            ? "intact"
            : string.Create(Invariant, $"DAMAGED after {summary.GoodBytes:N0} good bytes");
        output.Write($"{summary.FilePath}: {Format(summary)}{synthetic}, {state}\n");
        double seconds = (s.LastUtcNs - s.FirstUtcNs) / 1e9;
        output.Write(string.Create(Invariant, $"  {s.Frames:N0} frames, {s.FileBytes:N0} bytes, {seconds:F1} s\n"));
        if (s.Frames == 0) return;
        string times = s.FramesWithDerivedTime == 0 ? string.Empty : " (derived from slots: the capture has none)";
        output.Write($"  received {Utc(s.FirstUtcNs)} to {Utc(s.LastUtcNs)}{times}\n");
        output.Write(string.Create(
            Invariant, $"  {Slots(summary)}; {summary.DistinctAccounts:N0} accounts, "
            + $"{summary.AccountBytes:N0} bytes of account data\n"));
        foreach (EndpointStatistics e in s.Endpoints)
        {
            output.Write(string.Create(
                Invariant,
                $"  endpoint {e.EndpointId} {e.Address}: {e.Frames:N0} frames, opened {e.Opens}, closed {e.Closes}\n"));
        }

        Section(output, "Messages", ReplayTables.Messages(s.Total));
        Section(output, "Refused by the decoder", ReplayTables.Refusals(s.Total));
        foreach (FirstRefusal first in s.FirstRefusals)
        {
            output.Write(string.Create(
                Invariant,
                $"  first {first.Cause}: frame {first.Position.Frame}, endpoint {first.EndpointId}\n"));
        }

        Section(output, "Accounts by owner", Owners(summary));
    }

    private static string Slots(CaptureSummary summary) => summary.LastSlot == 0
        ? "no slot"
        : string.Create(Invariant, $"slots {summary.FirstSlot} to {summary.LastSlot}");

    private static void Section(TextWriter output, string title, SortedDictionary<string, long> rows)
    {
        if (rows.Count == 0) return;
        output.Write($"\n{title}\n");
        foreach ((string name, long count) in rows)
            output.Write(string.Create(Invariant, $"  {name,-46}{count,12:N0}\n"));
    }

    internal static SortedDictionary<string, long> Owners(CaptureSummary summary)
    {
        SortedDictionary<string, long> rows = new(StringComparer.Ordinal);
        foreach ((Pubkey owner, int count) in summary.AccountsByOwner) rows[owner.ToString()] = count;
        return rows;
    }

    internal static string Format(CaptureSummary summary) => summary.Header is null
        ? "JSON lines"
        : string.Create(Invariant, $"binary capture, version {CaptureFormat.Version}");

    private static string Utc(long unixNs) =>
        DateTime.UnixEpoch.AddTicks(unixNs / 100).ToString("yyyy-MM-dd HH:mm:ss.fff", Invariant) + " UTC";
}
