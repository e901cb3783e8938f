using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
/// All of a decision but its last legs, which most routes do not have: its first bytes as they are. Tested against the
/// record's layout.
/// </summary>
[InlineArray(Words)]
internal struct DecisionHead
{
    /// <summary>Words of eight bytes.</summary>
    public const int Words = 71;

    /// <summary>Legs in it: those of the longest route under the default settings.</summary>
    public const int LegCount = 4;

    private ulong _first;
}

/// <summary>A decision's legs beyond <see cref="DecisionHead.LegCount"/>.</summary>
[InlineArray(Legs.MaxCount - DecisionHead.LegCount)]
internal struct LastLegs
{
    private Leg _first;
}

/// <summary>
/// The newest decisions, and how the newest cycles ended, for whoever watches: rings of published rows that the sinks'
/// thread overwrites and never waits for. A reader that lags by more than a ring misses the oldest and can tell by the
/// numbers. The last legs of long routes lie apart: where there are no such routes, that memory is never touched.
/// Owner thread: the sinks'; any thread reads.
/// </summary>
public sealed class RecentDecisions : IDecisionSink
{
    /// <summary>
    /// Decisions kept: a second of the fastest replay measured, so a screen at 20 Hz misses none. About 5 MiB.
    /// </summary>
    public const int Capacity = 8192;

    private readonly SnapshotTable<(long Number, DecisionHead Head)> _rows = new(Capacity);
    private readonly SnapshotTable<(long Number, LastLegs Legs)> _lastLegs = new(Capacity);
    private readonly SnapshotTable<NumberedLife> _lives = new(Capacity);
    private (long Number, DecisionHead Head) _next;
    private NumberedLife _nextLife;

    /// <summary>Decisions so far.</summary>
    public long Count => _rows.Count;

    /// <summary>Copies decision <paramref name="number"/>; false if it is not there any more, or not yet.</summary>
    public bool TryRead(long number, out NumberedDecision decision)
    {
        decision = default;
        int row = (int)(number % Capacity);
        if (!_rows.TryRead(row, out (long Number, DecisionHead Head) first) || first.Number != number) return false;
        decision.Number = number;
        MemoryMarshal.Write(MemoryMarshal.AsBytes(new Span<Opportunity>(ref decision.Decision)), in first.Head);
        if (decision.Decision.LegCount <= DecisionHead.LegCount) return true;
        if (!_lastLegs.TryRead(row, out (long Number, LastLegs Legs) last) || last.Number != number) return false;
        ((ReadOnlySpan<Leg>)last.Legs).CopyTo(((Span<Leg>)decision.Decision.Legs)[DecisionHead.LegCount..]);
        return true;
    }

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
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<Opportunity>(in decision));
        _next.Head = MemoryMarshal.Read<DecisionHead>(bytes);
        int row = (int)(_next.Number % Capacity);
        if (decision.LegCount > DecisionHead.LegCount) PublishLastLegs(row, in decision); // before what counts them
        _rows.Publish(row, in _next);
        _rows.Count = _next.Number + 1;
    }

    private void PublishLastLegs(int row, in Opportunity decision)
    {
        (long Number, LastLegs Legs) last = (_next.Number, default);
        ((ReadOnlySpan<Leg>)decision.Legs)[DecisionHead.LegCount..].CopyTo(last.Legs);
        _lastLegs.Publish(row, in last);
    }
}
