using System;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// What a route's transaction costs, in integer lamports: one signature, priority fee on the compute unit limit, tip as
/// a bounded share of the profit that is left. Owner: the scoring thread. State: the compute units and fees it was told
/// of; told nothing (a replay), it is the settings alone.
/// </summary>
public sealed class FeeModel
{
    /// <summary>Lamports of one signature. Source: protocols.md, fee = 5000 a signature + priority fee.</summary>
    public const ulong SignatureLamports = 5000;

    /// <summary>Most compute units of a transaction. Source: protocols.md, compute budget.</summary>
    public const uint MaxComputeUnits = 1_400_000;

    /// <summary>Two compute budget instructions, the tip transfer and token account upkeep.</summary>
    internal const uint FixedComputeUnits = 5000;

    private readonly SearchSettings _settings;

    /// <summary>A model with the settings' prices and bounds.</summary>
    public FeeModel(SearchSettings settings)
    {
        _settings = settings;
        ulong floor = settings.PriorityFeeMicroLamportsPerCu;
        PriorityFeeSettings prices = new() { FloorMicroLamportsPerCu = floor };
        if (floor > prices.CapMicroLamportsPerCu) prices = prices with { CapMicroLamportsPerCu = floor };
        PriorityFees = new PriorityFeeEstimator(prices);
    }

    /// <summary>Compute units learned from simulation; feed it on the scoring thread.</summary>
    public ComputeUnitTable Units { get; } = new();

    /// <summary>Priority fee from recent slots; feed it on the scoring thread.</summary>
    public PriorityFeeEstimator PriorityFees { get; }

    /// <summary>
    /// Compute units of one swap, an upper estimate: a base and an amount for each tick or bin crossed.
    /// Source: largest compute_units of successful swaps on the real programs in the vectors (Raydium AMM 26,945, CPMM
    /// 34,113, CLMM 51,000 uncrossed, Whirlpool 21,000 to 45,000 uncrossed, DLMM 39,000 to 60,000 in one bin, DAMM v2
    /// 37,179, Token Swap 14,000 to 45,000 constant product), rounded up. PumpSwap has no measured vector: its value is
    /// the original's estimate for a constant-product swap with several fee transfers.
    /// </summary>
    public static uint ComputeUnits(VenueId venue, int crossed)
    {
        uint crossings = (uint)Math.Clamp(crossed, 0, ushort.MaxValue);
        return venue switch
        {
            VenueId.RaydiumAmm => 30_000,
            VenueId.RaydiumCpmm => 38_000,
            VenueId.RaydiumClmm => 75_000 + (20_000 * crossings),
            VenueId.OrcaWhirlpool => 50_000 + (20_000 * crossings),
            VenueId.MeteoraDlmm => 60_000 + (13_000 * crossings),
            VenueId.MeteoraDamm => 42_000,
            VenueId.PumpSwap => 120_000,
            VenueId.TokenSwap => 60_000,
            _ => 200_000,
        };
    }

    /// <summary>
    /// Fills the cost members of a sized opportunity from its legs and its gross profit in lamports, and returns the
    /// net profit (not yet compared with the minimum). The tip is a share of what is left after network fees, at least
    /// the floor and at most the cap; it exceeds that rest only where the rest is below the floor, and then the net is
    /// negative.
    /// </summary>
    public long Apply(ref Opportunity opportunity, MarketGraph graph, long grossLamports)
    {
        ulong units = FixedComputeUnits;
        for (int leg = 0; leg < opportunity.LegCount; leg++)
        {
            ref Leg one = ref opportunity.Legs[leg];
            units += Units.Estimate(graph.Pool(one.PoolId).Venue, one.CrossedCount);
        }

        units += units * (ulong)_settings.ComputeUnitMarginBps / 10_000;
        uint limit = (uint)Math.Min(units, MaxComputeUnits);
        UInt128 micro = (UInt128)limit * PriorityFees.MicroLamportsPerCu;
        ulong priority = (ulong)((micro + 999_999) / 1_000_000);
        Int128 rest = (Int128)grossLamports - SignatureLamports - priority;
        ulong share = rest > 0 ? (ulong)(rest * _settings.TipShareBps / 10_000) : 0;
        ulong tip = Math.Clamp(share, _settings.TipFloorLamports, _settings.TipCapLamports);
        opportunity.ComputeUnitLimit = limit;
        opportunity.SignatureFeeLamports = SignatureLamports;
        opportunity.PriorityFeeLamports = priority;
        opportunity.TipLamports = tip;
        Int128 net = rest - tip;
        long result = (long)Int128.Clamp(net, long.MinValue, long.MaxValue);
        opportunity.NetProfitLamports = result;
        return result;
    }
}
