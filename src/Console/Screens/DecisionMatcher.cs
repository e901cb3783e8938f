using System;
using System.Globalization;
using LowLatency.Engine.Events;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>
/// A filter of decisions: words that must all occur, in any case, in the row's text (id, slot, reason, how its cycle
/// ended, mints, venues). Allocates only when the filter changes.
/// </summary>
internal sealed class DecisionMatcher
{
    private static readonly string[] Reasons = Enum.GetNames<DecisionReason>();
    private static readonly string[] Labels = Enum.GetNames<LifeLabel>();
    private readonly char[] _text = new char[512];
    private string _filter = string.Empty;
    private string[] _words = [];
    private int _length;

    public void Prepare(string filter)
    {
        if (filter == _filter) return;
        _filter = filter;
        _words = filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    public bool Matches(in Opportunity decision, LifeLabel label, PoolNames names)
    {
        _length = 0;
        Append(decision.Sequence);
        Append(".");
        Append(decision.Ordinal);
        Append(" ");
        Append((long)decision.Slot);
        Append(" ");
        Append(Reasons[(int)decision.Reason]);
        Append(" ");
        if (label != LifeLabel.None) Append(Labels[(int)label]);
        for (int i = 0; i < decision.LegCount; i++)
        {
            PoolName name = names.Of(decision.Legs[i].PoolId);
            Append(" ");
            Append(name.Venue);
            Append(" ");
            Append(name.MintA);
            Append(" ");
            Append(name.MintB);
        }

        ReadOnlySpan<char> text = _text.AsSpan(0, _length);
        foreach (string word in _words)
        {
            if (!text.Contains(word, StringComparison.OrdinalIgnoreCase)) return false;
        }

        return true;
    }

    private void Append(string part)
    {
        if (part.TryCopyTo(_text.AsSpan(_length))) _length += part.Length;
    }

    private void Append(long number)
    {
        if (number.TryFormat(_text.AsSpan(_length), out int written, default, CultureInfo.InvariantCulture))
            _length += written;
    }
}
