using System.Collections.Generic;
using System.Linq;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>How much of the accounts that swaps of a venue left behind was compared, bytes.</summary>
internal sealed class StateTally
{
    /// <summary>Swaps whose accounts were compared.</summary>
    internal int Swaps { get; set; }

    /// <summary>Modelled bytes compared.</summary>
    internal long Compared { get; set; }

    /// <summary>Those of them that the swap changed.</summary>
    internal long ComparedChanged { get; set; }

    /// <summary>Bytes that the swap changed and that are not modelled, by the account's role.</summary>
    internal SortedDictionary<AccountRole, long> SkippedChanged { get; } = [];

    /// <summary>All of these.</summary>
    internal long Skipped => SkippedChanged.Values.Sum();

    /// <summary>Adds another file's.</summary>
    internal void Add(StateTally other)
    {
        Swaps += other.Swaps;
        Compared += other.Compared;
        ComparedChanged += other.ComparedChanged;
        foreach ((AccountRole role, long count) in other.SkippedChanged) Skip(role, count);
    }

    /// <summary>Counts changed bytes that are not compared.</summary>
    internal void Skip(AccountRole role, long count = 1) =>
        SkippedChanged[role] = SkippedChanged.GetValueOrDefault(role) + count;
}
