using System;
using System.Collections.Generic;

namespace LowLatency.Engine.Metrics;

/// <summary>
/// Errors, each kept once with a count: the same fault a million times is one line. Off the hot path: a status enum and
/// a counter serve there, and the first of a kind is described here. Any thread.
/// </summary>
public sealed class DistinctErrors
{
    /// <summary>Kinds kept by default: more than a person reads, and a bound on what hostile input can make us
    /// keep.</summary>
    public const int DefaultCapacity = 256;

    /// <summary>Characters kept of a detail.</summary>
    public const int DetailCharsMax = 200;

    private readonly object _gate = new();
    private readonly Dictionary<(string Area, string Code), int> _indexByKey;
    private readonly DistinctError[] _errors;
    private int _count;
    private long _overflowCount;

    /// <summary>A table of at most <paramref name="capacity"/> kinds.</summary>
    public DistinctErrors(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _errors = new DistinctError[capacity];
        _indexByKey = new Dictionary<(string Area, string Code), int>(capacity);
    }

    /// <summary>Errors of kinds that found no room: they are counted, their text is lost.</summary>
    public long OverflowCount
    {
        get
        {
            lock (_gate)
                return _overflowCount;
        }
    }

    /// <summary>Notes an error. Same area and code = same kind; the first detail is kept.</summary>
    /// <param name="area">Where: a folder or endpoint name.</param>
    /// <param name="code">What: a status name, not a text with numbers in it.</param>
    /// <param name="detail">First occurrence in words, with position or bytes.</param>
    /// <param name="utcNs">When, unix nanoseconds.</param>
    /// <returns>True if it is the first of its kind.</returns>
    public bool Observe(string area, string code, string detail, long utcNs)
    {
        lock (_gate)
        {
            if (_indexByKey.TryGetValue((area, code), out int index))
            {
                ref DistinctError known = ref _errors[index];
                known = known with { Count = known.Count + 1, LastUtcNs = utcNs };
                return false;
            }
            if (_count == _errors.Length)
            {
                _overflowCount++;
                return false;
            }
            string kept = detail.Length <= DetailCharsMax ? detail : detail[..DetailCharsMax];
            _indexByKey.Add((area, code), _count);
            _errors[_count++] = new DistinctError(area, code, kept, 1, utcNs, utcNs);
            return true;
        }
    }

    /// <summary>A copy of the table, in order of first occurrence.</summary>
    public DistinctError[] Snapshot()
    {
        lock (_gate)
            return _errors.AsSpan(0, _count).ToArray();
    }
}

/// <summary>One kind of error.</summary>
/// <param name="Area">Where.</param>
/// <param name="Code">What.</param>
/// <param name="Detail">The first occurrence in words.</param>
/// <param name="Count">How often.</param>
/// <param name="FirstUtcNs">First time, unix nanoseconds.</param>
/// <param name="LastUtcNs">Last time, unix nanoseconds.</param>
public readonly record struct DistinctError(
    string Area, string Code, string Detail, long Count, long FirstUtcNs, long LastUtcNs);
