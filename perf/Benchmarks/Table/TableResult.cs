using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;

namespace LowLatency.Benchmarks.Table;

/// <summary>A line of the results file. <c>Best</c> is the least time or highest rate; both null if not
/// measured.</summary>
internal sealed record ResultRow(
    string Work, double Limit, string Unit, double? Best, double? Median, string Peer, string? Missing)
{
    internal string Verdict() => Best is not { } best ? "not measured"
        : Limit == 0 && Unit != "B" ? string.Empty
        : (Unit.EndsWith("/s", StringComparison.Ordinal) ? best >= Limit : best <= Limit) ? "met" : "missed";
}

/// <summary>The results file, and the README's table that is made from it.</summary>
internal sealed record TableResult
{
    internal const string Begin = "<!-- table: begin (perf/table.sh writes this) -->";
    internal const string End = "<!-- table: end -->";
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required string Date { get; init; }

    public required string Commit { get; init; }

    public required string Cpu { get; init; }

    public required int Cores { get; init; }

    public required string Runtime { get; init; }

    public required double Load { get; init; }

    public required List<ResultRow> Rows { get; init; }

    /// <summary>The newest file of a folder, by its name, which begins with the date; null if there is none.</summary>
    internal static TableResult? ReadNewest(string folder)
    {
        string[] files = Directory.GetFiles(folder, "*.json");
        Array.Sort(files, StringComparer.Ordinal);
        return files.Length == 0 ? null : JsonSerializer.Deserialize<TableResult>(File.ReadAllText(files[^1]), Format);
    }

    internal void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Format) + "\n");

    /// <summary>The table as Markdown, without the markers.</summary>
    internal string ToMarkdown()
    {
        StringBuilder text = new();
        int met = Rows.FindAll(row => row.Verdict() == "met").Count;
        int missed = Rows.FindAll(row => row.Verdict() == "missed").Count;
        int unmeasured = Rows.FindAll(row => row.Verdict() == "not measured").Count;
        text.Append(
            Invariant, $"{Date}, commit {Commit}, {Cpu}, {Cores} cores, {Runtime}, load {Load:F1} before the run. ");
        text.Append(
            Invariant, $"{met} targets met, {missed} missed, {unmeasured} not measured; ");
        text.Append(Invariant, $"{Rows.Count - met - missed - unmeasured} rows have no target.\n\n");
        text.Append("| what | best | median | target | peer | |\n|---|---:|---:|---:|---|---|\n");
        foreach (ResultRow row in Rows)
        {
            string limit = row.Limit == 0 && row.Unit != "B" ? "-" : Figure(row.Limit, row.Unit);
            text.Append(
                $"| {row.Work} | {Figure(row.Best, row.Unit)} | {Figure(row.Median, row.Unit)} | {limit} | "
                + $"{row.Peer} | {row.Verdict()}{(row.Missing is null ? "" : $": {row.Missing}")} |\n");
        }

        return text.ToString();
    }

    /// <summary>Puts the table between the markers of a text.</summary>
    internal string Into(string readme)
    {
        int from = readme.IndexOf(Begin, StringComparison.Ordinal);
        int to = readme.IndexOf(End, StringComparison.Ordinal);
        if (from < 0 || to < from) throw new InvalidDataException("README.md lacks the table's markers");
        return $"{readme[..from]}{Begin}\n{ToMarkdown()}{readme[to..]}";
    }

    internal static string Figure(double? value, string unit)
    {
        if (value is not { } number) return "-";
        if (unit == "ns" && number is > 0 and < 0.1) return "< 0.1 ns"; // QuickMeasure never says 0
        string digits = Math.Abs(number) >= 100 ? "N0" : unit == "x" ? "0.##" : "0.#";
        return $"{number.ToString(digits, Invariant)} {unit}";
    }
}
