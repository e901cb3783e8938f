using System;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Sinks;

/// <summary>
/// Receives every decision, also every "no", in order. Called on the sinks' thread; must not allocate or throw.
/// </summary>
public interface IDecisionSink
{
    /// <summary>Takes one decision.</summary>
    /// <param name="decision">The record; valid during the call.</param>
    /// <param name="message">Unsigned message bytes; empty if none was built.</param>
    void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message);

    /// <summary>
    /// Takes a setting that changed: in force for events after <paramref name="sequence"/>. A sink that has no use for
    /// it leaves this out.
    /// </summary>
    /// <param name="change">Setting and value.</param>
    /// <param name="sequence">Event that brought it.</param>
    void OnSetting(in SettingChange change, long sequence)
    {
    }

    /// <summary>Takes the end of a followed cycle's life; a sink that has no use for it leaves this out.</summary>
    /// <param name="life">The record; valid during the call.</param>
    void OnLife(in LifeRecord life)
    {
    }
}
