using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Scoring;

/// <summary>Bounds and constants of the priority fee; prices in micro-lamports a compute unit.</summary>
public sealed record PriorityFeeSettings
{
    /// <summary>Least price, also the price while no fees are known.</summary>
    public ulong FloorMicroLamportsPerCu { get; init; }

    /// <summary>Largest price.</summary>
    public ulong CapMicroLamportsPerCu { get; init; } = 50_000_000;

    /// <summary>Percentile taken while no recent slot was contested, 1/10,000.</summary>
    public int CalmPercentileBps { get; init; } = 5_000;

    /// <summary>Percentile taken while every recent slot was contested, 1/10,000.</summary>
    public int CongestedPercentileBps { get; init; } = 9_000;

    /// <summary>
    /// Factor on the percentile, 1/10,000: the API tells the minimum that landed, and to be among the first one has to
    /// pay more than the one who was last. One and a half is a choice, not a measurement.
    /// </summary>
    public int BiasBps { get; init; } = 15_000;
}

/// <summary>
/// How a price came about, for the explanation of a decision; prices in micro-lamports a compute unit.
/// </summary>
/// <param name="SlotCount">Slots known.</param>
/// <param name="CongestionBps">Share of the recent slots whose minimum was above zero, 1/10,000.</param>
/// <param name="PercentileBps">Percentile taken, 1/10,000.</param>
/// <param name="WindowPrice">That percentile over all known slots.</param>
/// <param name="RecentPrice">The same over the recent slots.</param>
/// <param name="Price">The larger of the two times the bias factor, within floor and cap.</param>
/// <param name="Rule">Which of these decided.</param>
public readonly record struct PriorityFeeEstimate(
    int SlotCount, int CongestionBps, int PercentileBps, ulong WindowPrice, ulong RecentPrice, ulong Price,
    FeeRule Rule);

/// <summary>
/// The priority fee a transaction should offer, from what recent slots took. Input is the answer of
/// getRecentPrioritizationFees for the accounts a route writes: for each slot the smallest price that landed, up to
/// 150 slots, largest over the accounts. That is a minimum, so it under-estimates contested accounts; corrected by a
/// percentile over the slots, which rises with congestion, and by a factor. A rise of the last slots counts at once:
/// the larger of the window's and the recent slots' percentile is taken.
/// Integers only, nothing allocated after construction. Owner: the scoring thread; feed it there.
/// Bound: 150 slots, what the API keeps. Source: agave b64857b5 rpc/src/rpc.rs.
/// </summary>
public sealed class PriorityFeeEstimator
{
    /// <summary>Most slots: the node keeps no more.</summary>
    public const int WindowSlots = 150;

    /// <summary>Newest slots that show a rise early: 20 slots are 4 to 8 s, the life of a burst.</summary>
    public const int RecentSlots = 20;

    private readonly PriorityFeeSettings _settings;
    private readonly ulong[] _slot = new ulong[WindowSlots];
    private readonly ulong[] _price = new ulong[WindowSlots];
    private readonly bool[] _isKnown = new bool[WindowSlots];
    private readonly ulong[] _sorted = new ulong[WindowSlots];
    private ulong _newest;
    private bool _isStale;
    private PriorityFeeEstimate _estimate;

    /// <summary>An estimator without fees: it says the floor.</summary>
    public PriorityFeeEstimator(PriorityFeeSettings settings)
    {
        ulong floor = settings.FloorMicroLamportsPerCu;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(floor, settings.CapMicroLamportsPerCu);
        ArgumentOutOfRangeException.ThrowIfNegative(settings.CalmPercentileBps);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.CongestedPercentileBps, settings.CalmPercentileBps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(settings.CongestedPercentileBps, 10_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.BiasBps, 1);
        _settings = settings;
        _isStale = true;
    }

    /// <summary>
    /// Takes one slot's smallest landed price. A second one for the same slot counts if it is larger (another account
    /// of the route); a slot that has left the window is ignored.
    /// </summary>
    public void OnSlot(ulong slot, ulong microLamportsPerCu)
    {
        if (slot + WindowSlots <= _newest) return;
        int at = (int)(slot % WindowSlots);
        bool isSame = _isKnown[at] && _slot[at] == slot;
        if (isSame && _price[at] >= microLamportsPerCu) return;
        _isKnown[at] = true;
        _slot[at] = slot;
        _price[at] = microLamportsPerCu;
        _newest = Math.Max(_newest, slot);
        _isStale = true;
    }

    /// <summary>Forgets everything once the chain has gone on by a whole window without a fee.</summary>
    public void OnHead(ulong slot)
    {
        if (_newest == 0 || slot <= _newest + WindowSlots) return;
        Array.Clear(_isKnown);
        _newest = 0;
        _isStale = true;
    }

    /// <summary>The price to offer now, micro-lamports a compute unit.</summary>
    public ulong MicroLamportsPerCu => Estimate().Price;

    /// <summary>The price and how it came about; computed once for each new fee.</summary>
    public PriorityFeeEstimate Estimate()
    {
        if (!_isStale) return _estimate;
        _isStale = false;
        int recent = Collect(RecentSlots);
        int contested = 0;
        for (int i = 0; i < recent; i++) contested += _sorted[i] > 0 ? 1 : 0;
        int congestionBps = recent == 0 ? 0 : contested * 10_000 / recent;
        int span = _settings.CongestedPercentileBps - _settings.CalmPercentileBps;
        int percentileBps = _settings.CalmPercentileBps + (int)((long)span * congestionBps / 10_000);
        ulong recentPrice = Percentile(recent, percentileBps);
        int count = Collect(WindowSlots);
        ulong windowPrice = Percentile(count, percentileBps);
        UInt128 raised = (UInt128)Math.Max(windowPrice, recentPrice) * (uint)_settings.BiasBps;
        UInt128 price = (raised + 9_999) / 10_000;
        ulong bounded = price > _settings.CapMicroLamportsPerCu ? _settings.CapMicroLamportsPerCu : (ulong)price;
        FeeRule rule = count == 0 ? FeeRule.Settings
            : price > bounded ? FeeRule.Cap
            : bounded < _settings.FloorMicroLamportsPerCu ? FeeRule.Floor : FeeRule.Computed;
        bounded = Math.Max(bounded, _settings.FloorMicroLamportsPerCu);
        _estimate = new PriorityFeeEstimate(
            count, congestionBps, percentileBps, windowPrice, recentPrice, bounded, rule);
        return _estimate;
    }

    /// <summary>Writes the price and how it came about into a decision.</summary>
    internal void Explain(ref FeeOrigin origin)
    {
        PriorityFeeEstimate estimate = Estimate();
        origin.MicroLamportsPerCu = estimate.Price;
        origin.WindowPrice = estimate.WindowPrice;
        origin.RecentPrice = estimate.RecentPrice;
        origin.SlotCount = (ushort)estimate.SlotCount;
        origin.CongestionBps = (ushort)estimate.CongestionBps;
        origin.PercentileBps = (ushort)estimate.PercentileBps;
        origin.PriceRule = estimate.Rule;
        origin.BiasBps = (uint)_settings.BiasBps;
    }

    /// <summary>Sorts the prices of the newest slots into the scratch array; returns how many are known.</summary>
    private int Collect(int slots)
    {
        int count = 0;
        for (int i = 0; i < WindowSlots; i++)
        {
            if (_isKnown[i] && _slot[i] + (ulong)slots > _newest) _sorted[count++] = _price[i];
        }

        NumberSort.Sort(_sorted.AsSpan(0, count));
        return count;
    }

    /// <summary>Smallest price that at least the given share of the slots does not exceed (nearest rank).</summary>
    private ulong Percentile(int count, int shareBps)
    {
        if (count == 0) return 0;
        int rank = (int)((((long)count * shareBps) + 9_999) / 10_000);
        return _sorted[Math.Clamp(rank, 1, count) - 1];
    }
}
