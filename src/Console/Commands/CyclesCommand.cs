using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text.Json;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>cycles --snapshot &lt;graph.csv[.gz]|accounts.json[.gz]&gt;</c>: finds and sizes every profitable cycle of a
/// snapshot; <c>--report</c> measures the search on a folder of them. Exit code 0, 65 if a file is not of its form, 66
/// if it is not there, 2 for an unreadable mint or bound.
/// </summary>
internal static class CyclesCommand
{
    private const int DefaultShown = 20;

    private const string Examples =
        """
        Examples:
          lowlatency cycles --snapshot accounts.json.gz
          lowlatency cycles --snapshot data/graphs --report
          lowlatency cycles --snapshot graph.csv --max-hops 3 --show 0 --json

        Exit codes: 0 done, 2 wrong usage, 65 a file is not of its form, 66 no such file.
        """;

    /// <summary>The verb.</summary>
    internal static Command Create()
    {
        Option<string> snapshot = new("--snapshot")
        {
            Description = "Graph of pools as CSV (see data/graphs) or accounts as JSON, plain or gzip.",
            Required = true,
        };
        Option<string[]> bases = new("--base")
        {
            Description = "Mint that routes start and end with; may be given more than once. Default: any mint.",
            AllowMultipleArgumentsPerToken = true,
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
        Option<bool> json = new("--json") { Description = "Print the result as JSON on stdout." };
        Verb command = new("cycles", "Find and size every profitable cycle in a snapshot of pools.", Examples)
        {
            snapshot, bases, hops, show, report, reserve, json,
        };
        command.SetAction(result => Run(
            new CyclesArguments(
                result.GetValue(snapshot)!, result.GetValue(bases) ?? [], result.GetValue(hops), result.GetValue(show),
                result.GetValue(json), result.GetValue(report), result.GetValue(reserve)),
            result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    /// <summary>Runs the verb on the given writers.</summary>
    internal static int Run(CyclesArguments arguments, TextWriter output, TextWriter errors)
    {
        string path = arguments.Path;
        Pubkey[] mints = new Pubkey[arguments.Bases.Count];
        for (int i = 0; i < mints.Length; i++)
        {
            if (Pubkey.TryParse(arguments.Bases[i], out mints[i])) continue;
            errors.WriteLine($"cycles: --base '{arguments.Bases[i]}' is not a mint address");
            return ExitCodes.Usage;
        }

        if (arguments.MaxHops is < 2 or > 6)
        {
            errors.WriteLine($"cycles: --max-hops {arguments.MaxHops} is outside 2 to 6");
            return ExitCodes.Usage;
        }

        try
        {
            if (arguments.IsReport)
            {
                ulong least = arguments.ReserveMin ?? CyclesArguments.ReportReserveMin;
                if (CyclesReport.Run(path, mints, arguments.MaxHops, least, output, errors) != 0) return ExitCodes.Ok;
                errors.WriteLine($"cycles: {path}: no graph (.csv or .csv.gz) in this folder");
                return ExitCodes.NoInput;
            }

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
            List<SizedRoute> routes = Search(graph, settings, errors, out SearchTotals totals);
            int limit = arguments.Show <= 0 ? routes.Count : Math.Min(arguments.Show, routes.Count);
            if (arguments.IsJson) WriteJson(market, routes, limit, totals, output);
            else WriteText(market, routes, limit, totals, output);
            return ExitCodes.Ok;
        }
        catch (Exception e)
            when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            errors.WriteLine($"cycles: {path}: cannot be read: {e.Message}");
            return ExitCodes.NoInput;
        }
        catch (VectorFileException e)
        {
            errors.WriteLine($"cycles: {e.Message}");
            return e.IsMissing ? ExitCodes.NoInput : ExitCodes.BadData;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            errors.WriteLine($"cycles: {path}: {e.Message}");
            return ExitCodes.BadData;
        }
    }

    private static List<SizedRoute> Search(
        MarketGraph graph, SearchSettings settings, TextWriter errors, out SearchTotals totals)
    {
        CycleFinder finder = new(graph, settings);
        InputSizer sizer = new(graph, settings.MinimumInputRaw);
        List<SizedRoute> routes = [];
        totals = default;
        long started = TimeProvider.System.GetTimestamp();
        long searchTicks = 0;
        long shown = started;
        for (int pool = 0; pool < graph.PoolCount; pool++)
        {
            long before = TimeProvider.System.GetTimestamp();
            SearchStatus status = finder.FindOwned(pool, long.MaxValue);
            searchTicks += TimeProvider.System.GetTimestamp() - before;
            while (true)
            {
                totals.Cycles += finder.Count;
                for (int rank = 0; rank < finder.Count; rank++)
                    Size(graph, finder, sizer, settings, finder[rank], routes);
                if (status == SearchStatus.Complete) break;
                status = finder.Resume(finder.Cursor, long.MaxValue);
            }

            if (TimeProvider.System.GetElapsedTime(shown).TotalSeconds < 1) continue;
            shown = TimeProvider.System.GetTimestamp();
            errors.WriteLine($"cycles   {100 * (pool + 1) / graph.PoolCount} %  {totals.Cycles} cycles");
        }

        totals.SearchMilliseconds = TimeProvider.System.GetElapsedTime(0, searchTicks).TotalMilliseconds;
        totals.TotalMilliseconds = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
        routes.Sort((left, right) => left.ProfitShare != right.ProfitShare
            ? right.ProfitShare.CompareTo(left.ProfitShare) : string.CompareOrdinal(left.Text, right.Text));
        return routes;
    }

    private static void Size(
        MarketGraph graph,
        CycleFinder finder,
        InputSizer sizer,
        SearchSettings settings,
        in Cycle cycle,
        List<SizedRoute> routes)
    {
        Span<int> edges = stackalloc int[cycle.LegCount];
        for (int start = 0; start < cycle.LegCount; start++)
        {
            bool isBase = finder.IsBase(graph.EdgeFrom(cycle.Edges[start]));
            if (settings.BaseMints.Length == 0 ? start > 0 : !isBase) continue;
            for (int i = 0; i < edges.Length; i++) edges[i] = cycle.Edges[(start + i) % edges.Length];
            SizingStatus status = sizer.Size(edges, ulong.MaxValue, settings.PolishScansMax, settings.PolishQuotesMax);
            bool sized = status == SizingStatus.Ok;
            routes.Add(new SizedRoute(
                Describe(graph, edges), graph.EdgeFrom(edges[0]), status, cycle.MarginalProduct,
                sized ? sizer.Amount(0) : 0, sized ? sizer.Profit : 0));
        }
    }

    private static string Describe(MarketGraph graph, ReadOnlySpan<int> edges)
    {
        List<string> parts = [Short(graph.Mint(graph.EdgeFrom(edges[0])))];
        foreach (int edge in edges)
        {
            Pool pool = graph.Pool(MarketGraph.EdgePool(edge));
            parts.Add($"-{pool.Venue}:{Short(pool.Address)}> {Short(graph.Mint(graph.EdgeTo(edge)))}");
        }

        return string.Join(' ', parts);
    }

    private static string Short(in Pubkey key) => key.ToString()[..4];

    private static void WriteText(
        SnapshotMarket market, List<SizedRoute> routes, int limit, SearchTotals totals, TextWriter output)
    {
        MarketGraph graph = market.Graph;
        output.WriteLine(
            $"{graph.PoolCount:N0} pools, {graph.MintCount:N0} mints: {totals.Cycles:N0} profitable cycles, "
            + $"{routes.Count:N0} routes; search {totals.SearchMilliseconds:F1} ms, "
            + $"with sizing {totals.TotalMilliseconds:F1} ms");
        output.WriteLine(market.IsExact
            ? "Amounts are the venues' own integers."
            : "Reserves are virtual for concentrated pools: gains are for comparing searches, not for trading.");
        output.WriteLine($"{"gain %",10} {"input raw",22} {"profit raw",20}  route");
        foreach (SizedRoute route in routes.GetRange(0, limit))
        {
            string size = route.Status == SizingStatus.Ok
                ? $"{route.InputRaw,22:N0} {route.ProfitRaw,20:N0}"
                : $"{route.Status,43}";
            output.WriteLine($"{(route.Product - 1) * 100,10:F4} {size}  {route.Text}");
        }
    }

    private static void WriteJson(
        SnapshotMarket market, List<SizedRoute> routes, int limit, SearchTotals totals, TextWriter output)
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
            writer.WriteNumber("cycles", totals.Cycles);
            writer.WriteNumber("routes", routes.Count);
            writer.WriteNumber("searchMilliseconds", totals.SearchMilliseconds);
            writer.WriteStartArray("best");
            foreach (SizedRoute route in routes.GetRange(0, limit))
            {
                writer.WriteStartObject();
                writer.WriteString("route", route.Text);
                writer.WriteString("start", graph.Mint(route.StartMint).ToString());
                writer.WriteString("status", route.Status.ToString());
                writer.WriteNumber("marginalProduct", route.Product);
                writer.WriteString("inputRaw", route.InputRaw.ToString());
                writer.WriteString("profitRaw", route.ProfitRaw.ToString());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private sealed record SizedRoute(
        string Text, int StartMint, SizingStatus Status, double Product, ulong InputRaw, long ProfitRaw)
    {
        /// <summary>Profit per input: comparable between base mints.</summary>
        internal double ProfitShare => InputRaw > 0 ? (double)ProfitRaw / InputRaw : 0;
    }

    private struct SearchTotals
    {
        internal long Cycles;
        internal double SearchMilliseconds;
        internal double TotalMilliseconds;
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
}
