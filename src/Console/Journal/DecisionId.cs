using System;
using System.Globalization;
using LowLatency.Engine.Events;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>Names a decision: sequence of its event, a dot, its number among the event's decisions.</summary>
internal readonly record struct DecisionId(long Sequence, int Ordinal)
{
    public static DecisionId Of(in Opportunity decision) => new(decision.Sequence, decision.Ordinal);

    public static bool TryParse(string text, out DecisionId id)
    {
        id = default;
        int dot = text.IndexOf('.');
        if (dot <= 0) return false;
        CultureInfo invariant = CultureInfo.InvariantCulture;
        if (!long.TryParse(text.AsSpan(0, dot), NumberStyles.None, invariant, out long sequence)) return false;
        if (!int.TryParse(text.AsSpan(dot + 1), NumberStyles.None, invariant, out int ordinal)) return false;
        id = new DecisionId(sequence, ordinal);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sequence}.{Ordinal}");
}
