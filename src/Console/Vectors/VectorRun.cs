using System;
using System.Collections.Generic;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>A difference between a vector and the product, in words.</summary>
/// <param name="CaseId">Case.</param>
/// <param name="Field">What differs.</param>
/// <param name="Expected">Value in the vector.</param>
/// <param name="Got">Value of the product.</param>
internal sealed record VectorDifference(string CaseId, string Field, string Expected, string Got);

/// <summary>
/// Tally of one file. A case is passed, failed, or explained: explained cases test something that is not the product's
/// answer, by a rule documented in <see cref="ErrorRule"/>, and are listed apart so that nobody takes them for proof.
/// </summary>
internal sealed class VectorRun
{
    private readonly Action<VectorRun>? _progress;

    /// <summary>A tally for a file; <paramref name="progress"/> is called after each case.</summary>
    internal VectorRun(string name, int caseCount, Action<VectorRun>? progress = null)
    {
        Name = name;
        CaseCount = caseCount;
        _progress = progress;
    }

    /// <summary>File name.</summary>
    internal string Name { get; }

    /// <summary>Cases in the file.</summary>
    internal int CaseCount { get; }

    /// <summary>Cases whose every compared value is equal.</summary>
    internal int PassedCount { get; private set; }

    /// <summary>Cases with a difference.</summary>
    internal int FailedCount { get; private set; }

    /// <summary>Cases that a documented rule explains.</summary>
    internal int ExplainedCount { get; private set; }

    /// <summary>All differences, in order.</summary>
    internal List<VectorDifference> Differences { get; } = [];

    /// <summary>Rule and number of cases it explains.</summary>
    internal SortedDictionary<string, int> Explanations { get; } = new(StringComparer.Ordinal);

    /// <summary>Accounts compared after swaps, a venue.</summary>
    internal SortedDictionary<VenueId, StateTally> States { get; } = [];

    /// <summary>Cases seen so far.</summary>
    internal int DoneCount => PassedCount + FailedCount + ExplainedCount;

    /// <summary>The venue's tally of compared accounts.</summary>
    internal StateTally StatesOf(VenueId venue)
    {
        if (!States.TryGetValue(venue, out StateTally? tally)) States[venue] = tally = new StateTally();
        return tally;
    }

    /// <summary>Counts a case that agrees.</summary>
    internal void Pass()
    {
        PassedCount++;
        _progress?.Invoke(this);
    }

    /// <summary>Counts a case that a rule explains.</summary>
    internal void Explain(string rule)
    {
        ExplainedCount++;
        Explanations[rule] = Explanations.GetValueOrDefault(rule) + 1;
        _progress?.Invoke(this);
    }

    /// <summary>Counts a case that differs.</summary>
    internal void Fail(string caseId, string field, string expected, string got)
    {
        FailedCount++;
        Differences.Add(new VectorDifference(caseId, field, expected, got));
        _progress?.Invoke(this);
    }
}
