using System;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// What a route's transaction costs, in integer lamports: one signature, priority fee on the compute unit limit, rent
/// of token accounts it creates and leaves, tip as a bounded share of the profit left. Owner: the scoring thread.
/// State: the compute units and fees it was fed; without any (a replay) the settings alone decide.
/// </summary>
public sealed class FeeModel
{
    /// <summary>Two compute budget instructions and the tip transfer, 150 units each; the rest is slack.</summary>
    internal const uint FixedComputeUnits = 5000;

    /// <summary>Lamports whose share in 1/10,000 is worked out in 64 bits.</summary>
    private const long MostWithoutWideNumbers = long.MaxValue / 10_000;

    private readonly SearchSettings _settings;
    private readonly HotSettings _hot;
    private readonly IRouteOverhead? _overhead;

    /// <summary>
    /// A model with the settings' prices and bounds; <paramref name="overhead"/> counts what stands around the swaps,
    /// nothing if null.
    /// </summary>
    public FeeModel(SearchSettings settings, IRouteOverhead? overhead = null)
        : this(settings, new HotSettings(settings), overhead)
    {
    }

    /// <summary>A model whose tip follows <paramref name="hot"/> while it runs.</summary>
    public FeeModel(SearchSettings settings, HotSettings hot, IRouteOverhead? overhead)
    {
        _hot = hot;
        _overhead = overhead;
        _settings = settings;
        PriorityFees = new PriorityFeeEstimator(new PriorityFeeSettings
        {
            FloorMicroLamportsPerCu = settings.PriorityFeeMicroLamportsPerCu,
            CapMicroLamportsPerCu = settings.PriorityFeeCapMicroLamportsPerCu,
        });
    }

    /// <summary>Compute units learned from simulation; feed it on the scoring thread.</summary>
    public ComputeUnitTable Units { get; } = new();

    /// <summary>Priority fee from recent slots; feed it on the scoring thread.</summary>
    public PriorityFeeEstimator PriorityFees { get; }

    /// <summary>
    /// Fills the cost members of a sized opportunity from its legs and its gross profit in lamports, and returns the
    /// net profit (not yet compared with the minimum). The tip is a share of what is left after network fees, at least
    /// the floor and at most the cap; it exceeds that rest only where the rest is below the floor, and then the net is
    /// negative.
    /// </summary>
    public long Apply(ref Opportunity opportunity, MarketGraph graph, long grossLamports)
    {
        RouteOverhead overhead = _overhead is null ? default : _overhead.Of(in opportunity);
        opportunity.OtherComputeUnits = FixedComputeUnits + overhead.ComputeUnits;
        opportunity.RentLamports = overhead.RentLamports;
        ulong units = opportunity.OtherComputeUnits;
        for (int leg = 0; leg < opportunity.LegCount; leg++)
        {
            ref Leg one = ref opportunity.Legs[leg];
            one.ComputeUnits = Units.Estimate(SwapWork.Of(graph.Pool(one.PoolId), in one), out one.AreUnitsLearned);
            units += one.ComputeUnits;
        }

        units += units * (ulong)_settings.ComputeUnitMarginBps / 10_000;
        uint limit = (uint)Math.Min(units, NetworkFees.MaxComputeUnits);
        PriorityFees.Explain(ref opportunity.FeeOrigin);
        ulong priority = NetworkFees.PriorityLamports(limit, opportunity.FeeOrigin.MicroLamportsPerCu);
        Int128 rest = (Int128)grossLamports - NetworkFees.LamportsPerSignature - priority - overhead.RentLamports;
        ulong tip = Tip(rest, out opportunity.FeeOrigin.TipRule);
        opportunity.ComputeUnitLimit = limit;
        opportunity.SignatureFeeLamports = NetworkFees.LamportsPerSignature;
        opportunity.PriorityFeeLamports = priority;
        opportunity.TipLamports = tip;
        Int128 net = rest - tip;
        long result = (long)Int128.Clamp(net, long.MinValue, long.MaxValue);
        opportunity.NetProfitLamports = result;
        return result;
    }

    /// <summary>
    /// Most that can be left of a gross profit: signature and tip taken, no compute unit and no rent. It never falls as
    /// the gross profit rises, because the tip takes at most all of what is added.
    /// </summary>
    internal long AtMost(long grossLamports, out ulong tip)
    {
        long whole = grossLamports - (long)NetworkFees.LamportsPerSignature;
        if (whole is > 0 and <= MostWithoutWideNumbers && _hot.TipCapLamports <= long.MaxValue)
        {
            ulong share = (ulong)whole * (uint)_hot.TipShareBps / 10_000;
            tip = Math.Min(Math.Max(share, _hot.TipFloorLamports), _hot.TipCapLamports);
            return whole - (long)tip;
        }

        Int128 rest = (Int128)grossLamports - NetworkFees.LamportsPerSignature;
        tip = Tip(rest, out _);
        return (long)Int128.Clamp(rest - tip, long.MinValue, long.MaxValue);
    }

    private ulong Tip(Int128 rest, out FeeRule rule)
    {
        ulong share = 0;
        if (rest > 0)
        {
            share = rest <= MostWithoutWideNumbers
                ? (ulong)rest * (uint)_hot.TipShareBps / 10_000
                : (ulong)(rest * _hot.TipShareBps / 10_000);
        }

        // The cap wins where a change has put the floor above it: settings change one by one.
        ulong tip = Math.Min(Math.Max(share, _hot.TipFloorLamports), _hot.TipCapLamports);
        rule = tip > share ? FeeRule.Floor : tip < share ? FeeRule.Cap : FeeRule.Computed;
        return tip;
    }
}
