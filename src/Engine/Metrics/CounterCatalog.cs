using System;
using System.Collections.Generic;

namespace LowLatency.Engine.Metrics;

/// <summary>
/// All counters by name, for reports and screens. Filled at start-up, then only read.
/// Naming law: <c>lowlatency_&lt;area&gt;_&lt;thing&gt;_&lt;unit&gt;[_total]</c>, lower case letters and digits, at
/// least four words;
/// <c>_total</c> if it only grows, none if it is a gauge. A variable part (endpoint, cause) is a label.
/// </summary>
public sealed class CounterCatalog
{
    private const string Prefix = "lowlatency";

    /// <summary>Prefix, area, thing, unit.</summary>
    private const int LeastWordCount = 4;

    private readonly object _gate = new();
    private readonly Dictionary<string, CounterEntry> _byKey = new(StringComparer.Ordinal);
    private CounterEntry[] _entries = [];

    /// <summary>A stable list of what is registered, in order of registration.</summary>
    public ReadOnlySpan<CounterEntry> Entries => _entries;

    /// <summary>Registers a counter. Start-up only.</summary>
    /// <param name="name">By the naming law.</param>
    /// <param name="label">Label as <c>key=value</c>, or empty.</param>
    /// <param name="help">What it counts, one line.</param>
    /// <exception cref="ArgumentException">The name breaks the law, or name and label are taken.</exception>
    public Counter Register(string name, string label, string help)
    {
        if (!IsLawful(name))
            throw new ArgumentException($"'{name}' is not {Prefix}_<area>_<thing>_<unit>[_total]", nameof(name));
        lock (_gate)
        {
            CounterEntry entry = new(name, label, help, new Counter());
            if (!_byKey.TryAdd(name + "{" + label + "}", entry))
                throw new ArgumentException($"'{name}' with label '{label}' exists already", nameof(name));
            _entries = [.. _entries, entry];
            return entry.Counter;
        }
    }

    /// <summary>Finds a counter.</summary>
    public bool TryFind(string name, string label, out CounterEntry entry)
    {
        lock (_gate)
            return _byKey.TryGetValue(name + "{" + label + "}", out entry);
    }

    /// <summary>Whether <paramref name="name"/> follows the naming law.</summary>
    public static bool IsLawful(string name)
    {
        string[] words = name.Split('_');
        int meaningful = words[^1] == "total" ? words.Length - 1 : words.Length;
        if (meaningful < LeastWordCount || words[0] != Prefix)
            return false;
        foreach (string word in words)
        {
            if (word.Length == 0)
                return false;
            foreach (char c in word)
            {
                if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9')))
                    return false;
            }
        }
        return true;
    }
}

/// <summary>A registered counter.</summary>
/// <param name="Name">Name by the naming law.</param>
/// <param name="Label"><c>key=value</c> or empty.</param>
/// <param name="Help">What it counts.</param>
/// <param name="Counter">The number.</param>
public readonly record struct CounterEntry(string Name, string Label, string Help, Counter Counter);
