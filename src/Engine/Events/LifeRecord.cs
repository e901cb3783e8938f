using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LowLatency.Engine.Events;

/// <summary>How a followed cycle ended. Part of the journal format.</summary>
public enum LifeLabel : byte
{
    /// <summary>Still followed (never journalled).</summary>
    None = 0,

    /// <summary>Still above break-even when following ended.</summary>
    Alive = 1,

    /// <summary>A swap moved the price of one of its pools, and that took it below break-even.</summary>
    Captured = 2,

    /// <summary>
    /// It ended without such a swap: a fee or liquidity changed, or a pool could not quote until following ended.
    /// </summary>
    Evaporated = 3,

    /// <summary>
    /// It never was: a pool was not coherent when it was decided, or an update of an earlier slot, or the loss of its
    /// fork, proved later that what was decided on was not the state.
    /// </summary>
    Stale = 4,

    /// <summary>Quoting it again on the very same state gave other amounts than the decision said.</summary>
    OurError = 5,
}

/// <summary>Pools of a followed cycle, in the order of its first decision.</summary>
[InlineArray(Legs.MaxCount)]
public struct LifePools
{
    private int _first;
}

/// <summary>
/// The life of one profitable cycle from its first decision to its label: a fixed-size record in the life ring and,
/// byte for byte, in the journal.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct LifeRecord
{
    /// <summary>Sequence of the first decision's event; with <see cref="Ordinal"/> that decision's id.</summary>
    public long Sequence;

    /// <summary>Sequence of the event that ended it.</summary>
    public long EndSequence;

    /// <summary>Key of the cycle (<see cref="Events.CycleKey"/>).</summary>
    public ulong CycleKey;

    /// <summary>Newest slot seen when it was first decided.</summary>
    public ulong BirthSlot;

    /// <summary>Newest slot seen when it ended.</summary>
    public ulong EndSlot;

    /// <summary>Slot of the newest state the first decision used.</summary>
    public ulong StateSlot;

    /// <summary>Net profit of the first decision, lamports.</summary>
    public long NetProfitLamports;

    /// <summary>Ordinal of the first decision.</summary>
    public int Ordinal;

    /// <summary>Decisions about it while it lived, all base mints.</summary>
    public int DecisionCount;

    /// <summary>Pool whose change ended it; -1 if none did.</summary>
    public int EndPoolId;

    /// <summary>Number of legs.</summary>
    public byte LegCount;

    /// <summary>How it ended.</summary>
    public LifeLabel Label;

    /// <summary>1 if any of its decisions was a Go.</summary>
    public byte WasTaken;

    /// <summary>Pools of its legs.</summary>
    public LifePools Pools;

    /// <summary>Slots it was followed.</summary>
    public readonly ulong SpanSlots => EndSlot - BirthSlot;
}
