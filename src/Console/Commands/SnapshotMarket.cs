using System;
using System.Collections.Generic;
using System.IO;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Capture;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// A market from a file: a graph as CSV (pools of two reserves), or accounts as JSON in every form that
/// <c>quote --accounts</c> reads, decoded by the venues, so that their own integers size the cycles. Both plain or
/// gzip.
/// </summary>
internal sealed class SnapshotMarket
{
    private SnapshotMarket(MarketGraph graph, bool isExact, IReadOnlyList<string> leftOut)
    {
        Graph = graph;
        IsExact = isExact;
        LeftOut = leftOut;
    }

    /// <summary>The market.</summary>
    internal MarketGraph Graph { get; }

    /// <summary>True if the pools are decoded accounts, false if they are two reserves and a fee.</summary>
    internal bool IsExact { get; }

    /// <summary>Pools that are in the file and not in the graph, or cannot quote, each with its reason.</summary>
    internal IReadOnlyList<string> LeftOut { get; }

    /// <summary>True for a file read as CSV.</summary>
    internal static bool IsGraph(string path) =>
        path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandException">It is missing or not of its form.</exception>
    internal static SnapshotMarket Load(string path, ulong reserveMin) =>
        IsGraph(path) ? LoadGraph(path, reserveMin) : LoadAccounts(path);

    private static SnapshotMarket LoadGraph(string path, ulong reserveMin) => UserFile.Read(path, file =>
    {
        List<string> leftOut = [];
        using Stream content = GunzipStream.OpenContent(file);
        using StreamReader reader = new(content);
        return new SnapshotMarket(GraphSnapshot.Read(reader, reserveMin, leftOut), isExact: false, leftOut);
    });

    private static SnapshotMarket LoadAccounts(string path)
    {
        AccountFile file = AccountFile.Load(path);
        PoolBuilder builder = new(file.Accounts);
        List<Pool> pools = [];
        List<string> leftOut = [];
        foreach (AccountText account in file.Accounts.Values)
        {
            if (!VenueRegistry.TryClassify(account.View, out AccountClass kind) || kind.Role != AccountRole.Pool)
                continue;
            if (builder.Build(account.Key, out string problem) is { } pool) pools.Add(pool);
            else leftOut.Add(problem);
        }

        if (pools.Count == 0)
        {
            string why = leftOut.Count == 0 ? "none of its accounts is one of a supported venue" : leftOut[0];
            throw new CommandException($"{path}: no pool in {file.Accounts.Count} accounts: {why}", ExitCodes.BadData);
        }

        MarketGraph graph = new((2 * pools.Count) + 8, pools.Count);
        foreach (Pool pool in pools)
        {
            int id = graph.AddPool(pool);
            if (id < 0) leftOut.Add($"pool {pool.Address}: its mints are not known from the file");
            else if (pool.Readiness != QuoteStatus.Ok) leftOut.Add($"pool {pool.Address}: {pool.Readiness}");
            else graph.SetState(id, PoolState.Coherent, file.ClockOf(pool.Address).Slot);
        }

        for (int id = 0; id < graph.PoolCount; id++) graph.Refresh(id, file.ClockOf(graph.Pool(id).Address));
        return new SnapshotMarket(graph, isExact: true, leftOut);
    }
}
