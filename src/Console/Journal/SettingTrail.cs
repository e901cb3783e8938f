using System;
using System.Collections.Concurrent;
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
    private volatile AppliedSetting[] _applied = [];

    /// <summary>Where the newest value of a key was written; empty if only a recording says it.</summary>
    public ConcurrentDictionary<string, string> Places { get; } = [];

    /// <summary>All of them so far, in order.</summary>
    public IReadOnlyList<AppliedSetting> Applied => _applied;

    /// <inheritdoc/>
    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
    }

    /// <inheritdoc/>
    public void OnSetting(in SettingChange change, long sequence) =>
        _applied = [.. _applied, new AppliedSetting(sequence, change)];
}
