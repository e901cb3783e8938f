using System;
using System.Collections.Generic;
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

    private const double ReserveMax = 1.8e19;
    private const double VirtualMax = 3.5e38; // 2^128

    /// <summary>
    /// Reads all pools with at least <paramref name="reserveMin"/> base units on both sides; 0 takes empty ones too.
    /// Rows that cannot be a pool of the graph are reported to <paramref name="leftOut"/>.
    /// </summary>
    /// <exception cref="InvalidDataException">A line is not of the format; the message names it.</exception>
    public static MarketGraph Read(TextReader reader, ulong reserveMin = 0, ICollection<string>? leftOut = null)
    {
        string[] header = Cells(reader.ReadLine() ?? throw new InvalidDataException("line 1: empty file"));
        int id = Column(header, "pool_id");
        int dex = Column(header, "dex");
        int a = Column(header, "token_a");
        int b = Column(header, "token_b");
        int reserveA = Column(header, "reserve_a");
        int reserveB = Column(header, "reserve_b");
        int feeBps = Column(header, "fee_bps");
        int feePpm = Array.IndexOf(header, "fee_rate_1e6");
        List<SnapshotPool> pools = [];
        HashSet<Pubkey> seen = [];
        int number = 1;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0) continue;
            string[] cells = Cells(line);
            if (cells.Length != header.Length)
                throw Bad(number, $"{cells.Length} columns where the header has {header.Length}");
            if (pools.Count == MaxPools) throw Bad(number, $"more than {MaxPools} pools");
            bool hasPpm = feePpm >= 0 && cells[feePpm].Length > 0;
            double feeE6 = hasPpm ? Number(cells[feePpm], number) : Number(cells[feeBps], number) * 100;
            uint fee = (uint)Math.Min(1e6, feeE6);
            (double inA, double inB) = Fit(Number(cells[reserveA], number), Number(cells[reserveB], number));
            SnapshotPool pool = new(
                Venue(cells[dex]), Key(cells[id], number), Key(cells[a], number), Key(cells[b], number),
                (ulong)inA, (ulong)inB, fee);
            if (pool.MintA == pool.MintB) leftOut?.Add($"line {number}: pool {pool.Address}: one mint on both sides");
            else if (!seen.Add(pool.Address)) leftOut?.Add($"line {number}: pool {pool.Address}: listed before");
            else if (Math.Min(inA, inB) >= reserveMin) pools.Add(pool);
        }

        MarketGraph graph = new(Math.Max(2, (2 * pools.Count) + 8), Math.Max(1, pools.Count), 1);
        foreach (SnapshotPool pool in pools)
        {
            int poolId = graph.AddPool(pool);
            if (poolId >= 0) graph.SetState(poolId, PoolState.Coherent, 1);
        }

        // After all are in: the first rate after an addition rebuilds the adjacency, so mixing the two is quadratic.
        for (int poolId = 0; poolId < graph.PoolCount; poolId++) graph.Refresh(poolId, Clock);

        return graph;
    }

    /// <summary>
    /// Virtual reserves of a narrow range may be larger than any token balance; scaled, the price stays exact and the
    /// depth is the most that 64 bits hold.
    /// </summary>
    private static (double A, double B) Fit(double a, double b)
    {
        double excess = Math.Max(a, b) / ReserveMax;
        return excess > 1 ? (a / excess, b / excess) : (a, b);
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

    /// <summary>No cell of this format holds a comma, so quotes around one say nothing.</summary>
    private static string[] Cells(string line)
    {
        string[] cells = line.Split(',');
        for (int i = 0; i < cells.Length; i++) cells[i] = cells[i].Trim(' ', '"');
        return cells;
    }

    private static int Column(string[] header, string name)
    {
        int at = Array.IndexOf(header, name);
        return at >= 0 ? at : throw new InvalidDataException($"line 1: no column '{name}'");
    }

    private static double Number(string cell, int line) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
        && value >= 0 && value <= VirtualMax
            ? value
            : throw Bad(line, $"'{cell}' is not an amount");

    private static Pubkey Key(string cell, int line) =>
        Pubkey.TryParse(cell, out Pubkey key) ? key : throw Bad(line, $"'{cell}' is not an address");

    private static InvalidDataException Bad(int line, string what) => new($"line {line}: {what}");
}
