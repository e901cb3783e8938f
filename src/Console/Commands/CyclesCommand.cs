using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>cycles --snapshot &lt;graph.csv[.gz]|accounts.json[.gz]&gt;</c>: finds and sizes every profitable cycle of a
/// snapshot; <c>--report</c> measures the search on a folder of them. Exit code 0, 65 if a file is not of its form, 66
/// if it is not there, 2 for an unreadable mint or bound, 130 after Ctrl-C.
/// </summary>
internal static class CyclesCommand
{
    private const int DefaultShown = 20;
    private const uint DefaultSeconds = 60;

    private const string Examples =
        """
        Examples:
          lowlatency cycles --snapshot tests/Vectors/arbitrage_scenario.json.gz      accounts: exact
          lowlatency cycles --snapshot data/graphs/solana_3dex_2023-05-12.csv.gz --max-hops 3 --json
          lowlatency cycles --snapshot data/graphs --report        how long the search takes

        Exit codes: 0 done, 2 wrong usage, 65 a file is not of its form, 66 no such file,
        130 Ctrl-C (143 SIGTERM, 129 SIGHUP): what was found until then is listed.
        """;

    /// <summary>The verb.</summary>
    internal static Command Create()
    {
        Option<string> snapshot = new("--snapshot")
        {
            Description = "Graph of pools as CSV (see data/graphs) or accounts as JSON, plain or gzip.",
            Required = true,
            HelpName = "file",
        };
        Option<string[]> bases = new("--base")
        {
            Description = "Mint that routes start and end with; may be given more than once. Default: any mint.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "mint",
        };
        Option<int> hops = new("--max-hops")
        {
            Description = "Most legs of a cycle, 2 to 6.",
            DefaultValueFactory = _ => 4,
        };
        Option<int> show = new("--show")
        {
            Description = "Routes to list (0 = all).",
            DefaultValueFactory = _ => DefaultShown,
        };
        Option<bool> report = new("--report")
        {
            Description = "Measure the search instead, on the file or on every graph of the folder.",
        };
        Option<ulong?> reserve = new("--min-reserve")
        {
            Description = "Graphs: leave out pools with less on a side, base units. Default 0, with --report 1000.",
        };
        Option<uint> seconds = new("--seconds")
        {
            Description = "Ends after so many seconds with what was found, and says what was left out (0 = no end).",
            DefaultValueFactory = _ => DefaultSeconds,
        };
        Option<bool> json = new("--json") { Description = "Print the result as JSON on stdout." };
        Verb command = new("cycles", "Find and size every profitable cycle in a snapshot of pools.", Examples)
        {
            snapshot, bases, hops, show, report, reserve, seconds, json,
        };
        command.SetAction(result =>
        {
            TextWriter errors = result.InvocationConfiguration.Error;
            using Interruption interrupt = new("cycles", errors);
            bool isReport = result.GetValue(report);
            return Run(
                new CyclesArguments(
                    result.GetValue(snapshot)!, result.GetValue(bases) ?? [], result.GetValue(hops),
                    result.GetValue(show), result.GetValue(json), isReport, result.GetValue(reserve))
                {
                    Limit = TimeSpan.FromSeconds(result.GetValue(seconds)),
                },
                interrupt.Token, result.InvocationConfiguration.Output, errors);
        });
        return command;
    }

    /// <summary>Runs the verb on the given writers.</summary>
    internal static int Run(
        CyclesArguments arguments, CancellationToken stop, TextWriter output, TextWriter errors)
    {
        string path = arguments.Path;
        Pubkey[] mints = new Pubkey[arguments.Bases.Count];
        for (int i = 0; i < mints.Length; i++)
        {
            if (Pubkey.TryParse(arguments.Bases[i], out mints[i])) continue;
            throw new CommandException($"--base '{arguments.Bases[i]}' is not a mint address");
        }

        if (arguments.MaxHops is < 2 or > 6)
            throw new CommandException($"--max-hops {arguments.MaxHops} is outside 2 to 6");

        if (arguments.IsReport) return Report(arguments, mints, stop, output, errors);
        if (Directory.Exists(path))
            throw new CommandException($"{path}: it is a folder (--report takes one)", ExitCodes.NoInput);
        SnapshotMarket market = SnapshotMarket.Load(path, arguments.ReserveMin ?? 0);
        MarketGraph graph = market.Graph;
        foreach (string reason in market.LeftOut) errors.WriteLine($"cycles   left out: {reason}");
        foreach (Pubkey mint in mints)
        {
            if (graph.MintId(mint) < 0) errors.WriteLine($"cycles   no pool of the snapshot trades {mint}");
        }

        SearchSettings settings = new()
        {
            BaseMints = mints,
            MaxHops = arguments.MaxHops,
            MaxCyclesPerEvent = 65_536,
        };
        CyclesSearch search = new(graph, settings, arguments.Show, arguments.Limit, stop, errors);
        search.Run();
        if (arguments.IsJson) WriteJson(market, search, output);
        else WriteText(market, search, output);
        if (search.LeftOut() is { } rest) errors.WriteLine($"cycles   left out: {rest}");
        return stop.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.Ok;
    }

    private static int Report(
        CyclesArguments arguments, Pubkey[] mints, CancellationToken stop, TextWriter output, TextWriter errors)
    {
        ulong least = arguments.ReserveMin ?? CyclesArguments.ReportReserveMin;
        long began = TimeProvider.System.GetTimestamp();
        int count = CyclesReport.Run(arguments.Path, mints, arguments.MaxHops, least, MayGoOn, output, errors);
        if (stop.IsCancellationRequested) return ExitCodes.Interrupted;
        if (count != 0) return ExitCodes.Ok;
        throw new CommandException($"{arguments.Path}: no graph (.csv or .csv.gz) in this folder", ExitCodes.NoInput);

        bool MayGoOn() => !stop.IsCancellationRequested && (arguments.Limit == TimeSpan.Zero
            || TimeProvider.System.GetElapsedTime(began) < arguments.Limit);
    }

    private static void WriteText(SnapshotMarket market, CyclesSearch search, TextWriter output)
    {
        MarketGraph graph = market.Graph;
        output.WriteLine(
            $"{graph.PoolCount:N0} pools, {graph.MintCount:N0} mints: {search.Cycles:N0} profitable cycles, "
            + $"{search.Routes:N0} routes; search {search.SearchMilliseconds:F1} ms, "
            + $"with sizing {search.TotalMilliseconds:F1} ms");
        output.WriteLine(market.IsExact
            ? "Amounts are the venues' own integers."
            : "Reserves are virtual for concentrated pools: gains are for comparing searches, not for trading.");
        output.WriteLine($"{"gain %",10} {"spot gain %",12} {"input raw",22} {"profit raw",20}  route");
        foreach (SizedRoute route in search.Best)
        {
            string size = route.Status == SizingStatus.Ok
                ? $"{route.InputRaw,22:N0} {route.ProfitRaw,20:N0}"
                : $"{route.Status,43}";
            string gain = Percent(route.ProfitShare), spot = Percent(route.Product - 1);
            output.WriteLine($"{gain,10} {spot,12} {size}  {search.Describe(route)}");
        }
    }

    /// <summary>Graphs hold dust pools whose prices differ by many orders of magnitude.</summary>
    private static string Percent(double share) =>
        (share * 100).ToString(share < 1_000 ? "F4" : "0.00E+00", CultureInfo.InvariantCulture);

    private static void WriteJson(SnapshotMarket market, CyclesSearch search, TextWriter output)
    {
        MarketGraph graph = market.Graph;
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("pools", graph.PoolCount);
            writer.WriteNumber("mints", graph.MintCount);
            writer.WriteBoolean("exact", market.IsExact);
            writer.WriteNumber("leftOut", market.LeftOut.Count);
            writer.WriteNumber("cycles", search.Cycles);
            writer.WriteNumber("routes", search.Routes);
            writer.WriteBoolean("complete", search.PoolsSearched == graph.PoolCount);
            writer.WriteNumber("poolsSearched", search.PoolsSearched);
            writer.WriteNumber("searchMilliseconds", search.SearchMilliseconds);
            writer.WriteStartArray("best");
            foreach (SizedRoute route in search.Best)
            {
                writer.WriteStartObject();
                writer.WriteString("route", search.Describe(route));
                writer.WriteString("start", graph.Mint(graph.EdgeFrom(route.Edges[0])).ToString());
                writer.WriteString("status", route.Status.ToString());
                writer.WriteNumber("marginalProduct", route.Product);
                writer.WriteString("inputRaw", route.InputRaw.ToString());
                writer.WriteString("profitRaw", route.ProfitRaw.ToString());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }
}

/// <summary>Arguments of the cycles verb.</summary>
/// <param name="Path">Snapshot, or a folder of them for a report.</param>
/// <param name="Bases">Base mints as text; none means any.</param>
/// <param name="MaxHops">Most legs.</param>
/// <param name="Show">Routes to list; 0 = all.</param>
/// <param name="IsJson">True for JSON.</param>
/// <param name="IsReport">True to measure.</param>
/// <param name="ReserveMin">Least reserve of a graph's pool, base units; null for the default.</param>
internal sealed record CyclesArguments(
    string Path, IReadOnlyList<string> Bases, int MaxHops, int Show, bool IsJson, bool IsReport, ulong? ReserveMin)
{
    /// <summary>Least reserve in a report: what keeps dust out of a measurement.</summary>
    internal const ulong ReportReserveMin = 1000;

    /// <summary>After so long the search ends with what it has; zero for no end.</summary>
    internal TimeSpan Limit { get; init; }
}
