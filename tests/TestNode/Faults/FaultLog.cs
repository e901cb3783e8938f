using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace LowLatency.TestNode.Faults;

/// <summary>One fault that did happen.</summary>
/// <param name="Slot">Slot of the processed head.</param>
/// <param name="Endpoint">Endpoint.</param>
/// <param name="Kind">What.</param>
/// <param name="Detail">Account, method or connection it befell.</param>
public sealed record FaultOccurrence(ulong Slot, int Endpoint, FaultKind Kind, string Detail)
{
    public override string ToString() => $"{Slot} {Endpoint} {Kind} {Detail}";
}

/// <summary>What really happened, for tests to hold against what a client counted. Any thread.</summary>
public sealed class FaultLog
{
    private readonly Lock _gate = new();
    private readonly List<FaultOccurrence> _occurrences = [];

    public IReadOnlyList<FaultOccurrence> Occurrences
    {
        get
        {
            lock (_gate) return [.. _occurrences];
        }
    }

    public int Count(FaultKind kind)
    {
        lock (_gate) return _occurrences.Count(o => o.Kind == kind);
    }

    public int Count(FaultKind kind, int endpoint)
    {
        lock (_gate) return _occurrences.Count(o => o.Kind == kind && o.Endpoint == endpoint);
    }

    public override string ToString() => string.Join(Environment.NewLine, Occurrences);

    internal void Add(FaultOccurrence occurrence)
    {
        lock (_gate) _occurrences.Add(occurrence);
    }
}
