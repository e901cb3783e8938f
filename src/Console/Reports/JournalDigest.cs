using System.Collections.Generic;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>One followed cycle that is drawn.</summary>
/// <param name="Id">Its first decision.</param>
/// <param name="Label">How it ended.</param>
/// <param name="BirthSlot">Newest slot seen when it was first decided.</param>
/// <param name="SpanSlots">Slots it was followed.</param>
/// <param name="NetProfitLamports">Net profit of the first decision.</param>
/// <param name="Decisions">Decisions about it.</param>
/// <param name="Taken">True if one of them was a Go.</param>
/// <param name="Venues">Venues of its pools in order.</param>
internal sealed record LifeBar(
    string Id, string Label, ulong BirthSlot, ulong SpanSlots, long NetProfitLamports, int Decisions, bool Taken,
    string Venues);

/// <summary>What happened in a few slots; the sums of profits are from the run's begin to the end of these.</summary>
/// <param name="Slot">First slot.</param>
/// <param name="Births">Followed cycles born, in the order of <see cref="JournalDigest.LabelNames"/>.</param>
/// <param name="EveryGoLamports">Sum over every Go.</param>
/// <param name="OnceLamports">Sum over the first Go of each cycle that was there.</param>
internal sealed record SlotBucket(ulong Slot, IReadOnlyList<long> Births, long EveryGoLamports, long OnceLamports);

/// <summary>What the Gos of a dry run would add up to, lamports; net of network fees and tip.</summary>
/// <param name="Gos">Decisions taken.</param>
/// <param name="EveryGoLamports">Sum over every Go, though many are about one cycle again and again.</param>
/// <param name="Cycles">Followed cycles that were there and had a Go.</param>
/// <param name="OnceLamports">Sum over these of their first Go.</param>
/// <param name="NotThere">Followed cycles with a Go that proved stale or our error.</param>
/// <param name="NotThereLamports">Sum over these of their first Go; in no other sum but the first.</param>
/// <param name="NotFollowed">Cycles with a Go whose life was not followed.</param>
/// <param name="NotFollowedLamports">Sum over these of their first Go; in no other sum but the first.</param>
/// <param name="SignatureFeesLamports">Signature fees of every Go.</param>
/// <param name="PriorityFeesLamports">Priority fees of every Go.</param>
/// <param name="TipsLamports">Tips of every Go.</param>
internal sealed record DryRunProfit(
    long Gos, long EveryGoLamports, long Cycles, long OnceLamports, long NotThere, long NotThereLamports,
    long NotFollowed, long NotFollowedLamports, long SignatureFeesLamports, long PriorityFeesLamports,
    long TipsLamports);

/// <summary>What a report shows of a journal; its size does not depend on the journal's.</summary>
internal sealed record JournalDigest
{
    /// <summary>Labels of ended lives, in the order of <see cref="SlotBucket.Births"/>.</summary>
    public required IReadOnlyList<string> LabelNames { get; init; }

    /// <summary>First slot of any decision or life; 0 if there is none.</summary>
    public required ulong FirstSlot { get; init; }

    /// <summary>Last slot of any decision or life.</summary>
    public required ulong LastSlot { get; init; }

    /// <summary>Slots in a bucket.</summary>
    public required ulong SlotsPerBucket { get; init; }

    /// <summary>Buckets from the first slot to the last, without holes.</summary>
    public required IReadOnlyList<SlotBucket> Buckets { get; init; }

    /// <summary>Events that had at least one decision.</summary>
    public required long EventsWithDecisions { get; init; }

    /// <summary>Followed cycles that ended.</summary>
    public required long LifeCount { get; init; }

    /// <summary>Those that are drawn, by birth.</summary>
    public required IReadOnlyList<LifeBar> Lives { get; init; }

    /// <summary>Which are drawn, in words.</summary>
    public required string LifeRule { get; init; }

    public required DryRunProfit Profit { get; init; }
}
