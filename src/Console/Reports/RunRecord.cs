using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>What a run read.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="SizeBytes">Size of the file; 0 if it is no file.</param>
/// <param name="Sha256">Hash of the file, hexadecimal; null if it is no file.</param>
internal sealed record RunInput(string Name, long SizeBytes, string? Sha256)
{
    /// <summary>A capture with its hash; <paramref name="path"/> is null if there is no file.</summary>
    public static RunInput Of(string name, string? path)
    {
        if (path is null) return new RunInput(name, 0, null);
        using FileStream file = File.OpenRead(path);
        return new RunInput(name, file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));
    }
}

/// <summary>The distribution of one latency of the table, for a plot; <see cref="File"/> is the same as text.</summary>
internal sealed record LatencyCurve(string Step, long Count, string File, IReadOnlyList<PercentilePoint> Points);

/// <summary>
/// Everything about a finished run that its journal does not say: file <c>run.json</c> of a run folder.
/// </summary>
internal sealed record RunRecord
{
    /// <summary>First member of the file: what it is.</summary>
    public const string FormatName = "lowlatency-run";

    /// <summary>Version that this build writes and reads.</summary>
    public const int FormatVersion = 1;

    public required string Format { get; init; }
    public required int Version { get; init; }

    /// <summary>When the record was written, RFC 3339.</summary>
    public required string WrittenUtc { get; init; }

    public required RunInput Input { get; init; }
    public required MachineFacts Machine { get; init; }
    public required IReadOnlyList<SettingRow> Settings { get; init; }

    /// <summary>One a row of <see cref="ReplayReport.Latency"/>, in its order; empty without time stamps.</summary>
    public required IReadOnlyList<LatencyCurve> Curves { get; init; }

    /// <summary>The object that the terminal's report was printed from.</summary>
    public required ReplayReport Report { get; init; }

    /// <summary>The record of a run; <paramref name="latency"/> is null without time stamps.</summary>
    public static RunRecord Of(
        ReplayReport report, RunInput input, IReadOnlyList<SettingRow> settings, PipelineLatency? latency)
    {
        DateTime now = DateTime.UtcNow; // replay-ok: when the file was written
        return new RunRecord
        {
            Format = FormatName,
            Version = FormatVersion,
            WrittenUtc = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            Input = input,
            Machine = MachineFacts.Current(),
            Settings = settings,
            Curves = ReadCurves(latency),
            Report = report,
        };
    }

    private static List<LatencyCurve> ReadCurves(PipelineLatency? latency)
    {
        List<LatencyCurve> curves = [];
        foreach ((string step, LatencyHistogram histogram) in ReplayTables.Histograms(latency))
            curves.Add(new LatencyCurve(step, histogram.Count, FileOf(step), HistogramText.Points(histogram)));
        return curves;
    }

    /// <summary>File of a step's distribution: <c>latency-whole-dropped.hgrm</c>.</summary>
    public static string FileOf(string step) => $"latency-{step.Replace(": ", "-").Replace(' ', '-')}.hgrm";
}
