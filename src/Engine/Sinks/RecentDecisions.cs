using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;

namespace LowLatency.Engine.Sinks;

/// <summary>A decision with its number since the start.</summary>
public struct NumberedDecision
{
    /// <summary>Number, from 0.</summary>
    public long Number;

    /// <summary>The record.</summary>
    public Opportunity Decision;
}

/// <summary>The end of a followed cycle's life with its number since the start.</summary>
public struct NumberedLife
{
    /// <summary>Number, from 0.</summary>
    public long Number;

    /// <summary>The record.</summary>
    public LifeRecord Life;
}

/// <summary>
/// The newest decisions, and how the newest cycles ended, for whoever watches: rings of published rows that the sinks'
/// thread overwrites and never waits for. A reader that lags by more than a ring misses the oldest and can tell by the
/// numbers. Owner thread: the sinks'; any thread reads.
/// </summary>
public sealed class RecentDecisions : IDecisionSink
{
    /// <summary>
    /// Decisions kept: a second of the fastest replay measured, so a screen at 20 Hz misses none. About 3 MiB.
    /// </summary>
    public const int Capacity = 8192;

    private readonly SnapshotTable<NumberedDecision> _rows = new(Capacity);
    private readonly SnapshotTable<NumberedLife> _lives = new(Capacity);
    private NumberedDecision _next;
    private NumberedLife _nextLife;

    /// <summary>Decisions so far.</summary>
    public long Count => _rows.Count;

    /// <summary>Copies decision <paramref name="number"/>; false if it is not there any more, or not yet.</summary>
    public bool TryRead(long number, out NumberedDecision decision) =>
        _rows.TryRead((int)(number % Capacity), out decision) && decision.Number == number;

    /// <summary>Lives ended so far; each is published after the decisions of its event.</summary>
    public long LifeCount => _lives.Count;

    /// <summary>
    /// Copies the end of life <paramref name="number"/>; false if it is not there any more, or not yet.
    /// </summary>
    public bool TryReadLife(long number, out NumberedLife life) =>
        _lives.TryRead((int)(number % Capacity), out life) && life.Number == number;

    /// <inheritdoc/>
    public void OnLife(in LifeRecord life)
    {
        _nextLife.Number = _lives.Count;
        _nextLife.Life = life;
        _lives.Publish((int)(_nextLife.Number % Capacity), in _nextLife);
        _lives.Count = _nextLife.Number + 1;
    }

    /// <inheritdoc/>
    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
        _next.Number = _rows.Count;
        _next.Decision = decision;
        _rows.Publish((int)(_next.Number % Capacity), in _next);
        _rows.Count = _next.Number + 1;
    }
}
