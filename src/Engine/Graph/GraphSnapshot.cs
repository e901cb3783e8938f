using System;
using System.Globalization;
using System.IO;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Reads an AMM graph from CSV (header line; columns pool_id, dex, token_a, token_b, reserve_a, reserve_b, fee_bps and
/// optionally fee_rate_1e6, in any order) into a market graph of <see cref="SnapshotPool"/>s. Pools without liquidity
/// are added too: they have no edges. For start-up, tools and tests; allocates.
/// </summary>
// tidy-ok: cold, read once before anything runs
public static class GraphSnapshot
{
    /// <summary>Clock of snapshot pools: nothing in them depends on time.</summary>
    public static readonly ChainClock Clock = new(1, 1, 1);

    /// <summary>Most pools read, so that a wrong file cannot ask for endless memory.</summary>
    public const int MaxPools = 200_000;

    /// <summary>Reads all pools.</summary>
    /// <exception cref="InvalidDataException">A line is not of the format; the message names it.</exception>
    public static MarketGraph Read(TextReader reader)
    {
        string[] header = (reader.ReadLine() ?? throw new InvalidDataException("line 1: empty file")).Split(',');
        int id = Column(header, "pool_id");
        int dex = Column(header, "dex");
        int a = Column(header, "token_a");
        int b = Column(header, "token_b");
        int reserveA = Column(header, "reserve_a");
        int reserveB = Column(header, "reserve_b");
        int feeBps = Column(header, "fee_bps");
        int feePpm = Array.IndexOf(header, "fee_rate_1e6");
        System.Collections.Generic.List<SnapshotPool> pools = [];
        int number = 1;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0) continue;
            string[] cells = line.Split(',');
            if (cells.Length != header.Length)
                throw Bad(number, $"{cells.Length} columns where the header has {header.Length}");
            if (pools.Count == MaxPools) throw Bad(number, $"more than {MaxPools} pools");
            bool hasPpm = feePpm >= 0 && cells[feePpm].Length > 0;
            double feeE6 = hasPpm ? Number(cells[feePpm], number) : Number(cells[feeBps], number) * 100;
            uint fee = (uint)Math.Min(1e6, feeE6);
            pools.Add(new SnapshotPool(
                Venue(cells[dex]), Key(cells[id], number), Key(cells[a], number), Key(cells[b], number),
                (ulong)Number(cells[reserveA], number), (ulong)Number(cells[reserveB], number), fee));
        }

        MarketGraph graph = new(Math.Max(2, (2 * pools.Count) + 8), Math.Max(1, pools.Count), 1);
        foreach (SnapshotPool pool in pools)
        {
            int poolId = graph.AddPool(pool);
            if (poolId < 0) continue;
            graph.SetState(poolId, PoolState.Coherent, 1);
            graph.Refresh(poolId, Clock);
        }

        return graph;
    }

    private static VenueId Venue(string dex) => dex switch
    {
        "orca_whirlpool" => VenueId.OrcaWhirlpool,
        "raydium_clmm" => VenueId.RaydiumClmm,
        "orca_v1" or "orca_v2" => VenueId.TokenSwap,
        "raydium_amm_v4" => VenueId.RaydiumAmm,
        "raydium_cpmm" => VenueId.RaydiumCpmm,
        "meteora_dlmm" => VenueId.MeteoraDlmm,
        _ => VenueId.None,
    };

    private static int Column(string[] header, string name)
    {
        int at = Array.IndexOf(header, name);
        return at >= 0 ? at : throw new InvalidDataException($"line 1: no column '{name}'");
    }

    private static double Number(string cell, int line) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
        && value >= 0 && value < 1.8e19
            ? value
            : throw Bad(line, $"'{cell}' is not an amount");

    private static Pubkey Key(string cell, int line) =>
        Pubkey.TryParse(cell, out Pubkey key) ? key : throw Bad(line, $"'{cell}' is not an address");

    private static InvalidDataException Bad(int line, string what) => new($"line {line}: {what}");
}
