using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using LowLatency.Benchmarks.Runner;

namespace LowLatency.Benchmarks.Table;

/// <summary>
/// Fills the targets with figures: measures the micro-benchmarks here, reads the ring's and the peers' lines and the
/// end-to-end JSON, which programs of their own have printed (<c>perf/table.sh</c> runs all of them).
/// </summary>
internal sealed class TableMaker
{
    private const int Turns = 25;
    private const string Probe = "core-to-core probe, round trip";

    private readonly Dictionary<string, (double Best, double Median)> _micro = [];
    private readonly RunLines _lines;
    private readonly JsonElement _bench;
    private readonly JsonElement _wire;

    internal TableMaker(string ringOutput, string benchJson, string wireJson, string peersOutput)
    {
        _lines = new RunLines(ringOutput + "\n" + peersOutput);
        _bench = JsonDocument.Parse(benchJson).RootElement;
        _wire = JsonDocument.Parse(wireJson).RootElement;
    }

    /// <summary>Measures and fills every row.</summary>
    internal TableResult Make(string commit, int turns = Turns)
    {
        HashSet<string> wanted = [];
        foreach (TargetRow row in Targets.Rows)
        {
            if (row.Source.StartsWith("micro:", StringComparison.Ordinal)) wanted.UnionWith(row.Source[6..].Split('|'));
        }

        List<BenchmarkCase> cases = BenchmarkCatalog.Find().Where(one => wanted.Contains(one.Name)).ToList();
        foreach ((string name, double min, double median) in new QuickMeasure(cases, turns).Results())
            _micro[name] = (min, median);
        JsonElement machine = _bench.GetProperty("machine");
        return new TableResult
        {
            Date = _bench.GetProperty("created_utc").GetString()![..10],
            Commit = commit,
            Cpu = machine.GetProperty("cpu").GetString()!,
            Cores = machine.GetProperty("cores").GetInt32(),
            Runtime = machine.GetProperty("runtime").GetString()!,
            Load = Math.Round(machine.GetProperty("load").GetDouble(), 2),
            Rows = [.. Targets.Rows.Select(Fill)],
        };
    }

    private ResultRow Fill(TargetRow row)
    {
        if (row.Missing is { } why) return new ResultRow(row.Work, row.Limit, row.Unit, null, null, row.Peer, why);
        (double Best, double Median)? figures = Read(row.Source);
        bool isRateOfTimes = row.IsRate && row.Source.StartsWith("micro:", StringComparison.Ordinal);
        if (isRateOfTimes && figures is { } times) figures = (1e9 / times.Best, 1e9 / times.Median);
        return new ResultRow(
            row.Work, row.Limit, row.Unit, Rounded(figures?.Best / row.Divisor), Rounded(figures?.Median / row.Divisor),
            Peers(row, figures?.Best / row.Divisor), figures is null ? "not on this machine" : null);
    }

    private string Peers(TargetRow row, double? ours)
    {
        if (row.Beside.Length == 0 || ours is not { } figure) return row.Peer;
        bool isRatio = row.Source.StartsWith("ringprobe:", StringComparison.Ordinal);
        double? probe = isRatio ? _lines.Find(Probe)!.Value.Median : null;
        string here = _lines.Peers(row.Beside, figure, row.IsRate, probe);
        return row.Peer.Length == 0 ? $"this run: {here}" : $"{row.Peer}; this run: {here}";
    }

    private (double Best, double Median)? Read(string source)
    {
        int colon = source.IndexOf(':', StringComparison.Ordinal);
        string rest = source[(colon + 1)..];
        switch (source[..colon])
        {
            case "ring":
                return _lines.Find(rest);
            case "wire":
                return Wire(rest.Split('/'));
            case "ringprobe":
                // Two threads' times have two modes here, so the least of each may be of another one (a probe of 53
                // among turns of 103): a ratio is that of the medians of rows that take turns.
                double ratio = _lines.Find(rest)!.Value.Median / _lines.Find(Probe)!.Value.Median;
                return (ratio, ratio);
            case "bench":
                return Bench(rest.Split('/'));
            default:
                string[] names = rest.Split('|');
                if (!_micro.TryGetValue(names[0], out (double Best, double Median) one)) return null;
                if (names.Length == 1) return one;
                return (one.Best / _micro[names[1]].Best, one.Median / _micro[names[1]].Median);
        }
    }

    private (double Best, double Median)? Bench(string[] path)
    {
        JsonElement load = _bench.GetProperty("loads").EnumerateArray()
            .First(one => one.GetProperty("load").GetString() == path[0]);
        double value;
        if (path[1] == "rate") value = load.GetProperty("messages_per_second").GetDouble();
        else if (path[1] == "bytes") value = load.GetProperty("allocated_bytes").GetDouble();
        else if (!load.GetProperty("response").TryGetProperty(path[1], out JsonElement times)) return null;
        else value = times.GetProperty(path[2]).GetDouble();
        return (value, value);
    }

    private (double Best, double Median)? Wire(string[] path)
    {
        double value;
        if (path[0] == "bytes") value = _wire.GetProperty("allocated_bytes").GetDouble();
        else if (!_wire.GetProperty("times").TryGetProperty(path[0], out JsonElement times)) return null;
        else value = times.GetProperty(path[1]).GetDouble();
        return (value, value);
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 2) : null;
}
