using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>Lives of cycles over two pools next to each other; half-life null if over half outlived the time.</summary>
internal sealed record PairLifeReport(
    string PoolA, string PoolB, long Lives, long Captured, long Evaporated, int? HalfLifeSlots);

/// <summary>How profitable cycles ended, as data.</summary>
internal sealed record LifeReport
{
    /// <summary>Slots a cycle is followed.</summary>
    public required int FollowSlots { get; init; }

    /// <summary>Lives by label.</summary>
    public required SortedDictionary<string, long> Labels { get; init; }

    /// <summary>Half-life over all cycles; null if over half outlived the time.</summary>
    public required int? HalfLifeSlots { get; init; }

    /// <summary>Share of cycles that lived longer than 0, 1, 2, ... slots.</summary>
    public required IReadOnlyList<double> Survival { get; init; }

    /// <summary>By pair of pools, most lives first.</summary>
    public required IReadOnlyList<PairLifeReport> Pairs { get; init; }

    /// <summary>Pairs of lives that found the table of pairs full.</summary>
    public required long PairsLeftOut { get; init; }

    public static LifeReport Of(MarketPipeline pipeline, LifeStatistics statistics)
    {
        SortedDictionary<string, long> labels = new(StringComparer.Ordinal);
        foreach (LifeLabel label in Enum.GetValues<LifeLabel>())
        {
            if (statistics.By(label) != 0) labels[label.ToString()] = statistics.By(label);
        }

        int follow = pipeline.Settings.Life.FollowSlots;
        List<double> survival = [];
        for (int span = 0; span <= follow; span++) survival.Add(statistics.SurvivalAfter(span));
        List<PairLifeReport> pairs = [];
        for (int row = 0; row < statistics.PairCount; row++)
        {
            PairLife pair = statistics.Pair(row);
            pairs.Add(new PairLifeReport(
                pipeline.Describe(pair.PoolA).Address.ToString(), pipeline.Describe(pair.PoolB).Address.ToString(),
                pair.Lives, pair.Captured, pair.Evaporated, Known(pair.HalfLifeSlots)));
        }

        pairs.Sort((a, b) => a.Lives != b.Lives
            ? b.Lives.CompareTo(a.Lives)
            : string.CompareOrdinal(a.PoolA + a.PoolB, b.PoolA + b.PoolB));
        return new LifeReport
        {
            FollowSlots = follow,
            Labels = labels,
            HalfLifeSlots = Known(statistics.HalfLifeSlots),
            Survival = survival,
            Pairs = pairs,
            PairsLeftOut = statistics.PairsLeftOut,
        };
    }

    private static int? Known(int halfLifeSlots) => halfLifeSlots < 0 ? null : halfLifeSlots;
}
