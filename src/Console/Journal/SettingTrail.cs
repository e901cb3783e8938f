using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>
/// The settings that changed in a run, as the engine put them in force. The sinks' thread writes, which is rare; any
/// thread takes <see cref="Applied"/>, a list that never changes once it is given out.
/// </summary>
internal sealed class SettingTrail : IDecisionSink
{
    private readonly Dictionary<string, string> _places = []; // the lock is on it
    private volatile AppliedSetting[] _applied = [];

    /// <summary>All of them so far, in order.</summary>
    public IReadOnlyList<AppliedSetting> Applied => _applied;

    /// <summary>Where the newest value of a key was written; null if only a recording says it.</summary>
    public string? PlaceOf(string key)
    {
        lock (_places) return _places.GetValueOrDefault(key);
    }

    /// <summary>Notes where the newest value of a key was written.</summary>
    public void SetPlace(string key, string place)
    {
        lock (_places) _places[key] = place;
    }

    /// <inheritdoc/>
    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
    }

    /// <inheritdoc/>
    public void OnSetting(in SettingChange change, long sequence) =>
        _applied = [.. _applied, new AppliedSetting(sequence, change)];
}
