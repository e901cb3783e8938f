using System;

namespace LowLatency.Engine.Solana;

/// <summary>
/// Which slot numbers to believe. Slots go on in small steps; a number far ahead is believed only once a second source
/// says about the same, or the same source has gone on from it for a while: one wrong number moves no clock. The first
/// number of all, and the first after all sources were closed, has to be believed; should it be wrong, the head falls
/// back once slots go on far below it and nobody tells one near it.
/// Owner: the thread of whoever holds it. Bound: <see cref="MaxSources"/> sources; nothing is allocated later.
/// </summary>
public sealed class SlotBelief
{
    /// <summary>Most sources (connections).</summary>
    public const int MaxSources = 32;

    /// <summary>
    /// Largest step that is believed at once: sixteen idle leaders of four slots in a row. Longer pauses close the
    /// connections (silence), and after an opening the next slot is believed as it comes.
    /// </summary>
    public const ulong StepMax = 64;

    /// <summary>Slots in a row that a single source must tell after a jump: two leaders' worth.</summary>
    public const int RepeatsMin = 8;

    /// <summary>No slot of a chain is above it, whoever tells it: at 400 ms, 3.5 million years.</summary>
    public const ulong SlotMax = 1UL << 48;

    private readonly ulong[] _last = new ulong[MaxSources];
    private readonly int[] _run = new int[MaxSources];
    private SlotLag _lag;
    private bool _isOpenToAny = true;

    /// <summary>Highest believed slot; 0 before the first.</summary>
    public ulong Head { get; private set; }

    /// <summary>Slots that were not believed.</summary>
    public long Refused { get; private set; }

    /// <summary>True if <paramref name="slot"/> is to be believed; the head follows it.</summary>
    public bool Accept(int source, ulong slot)
    {
        source &= MaxSources - 1;
        if (slot > SlotMax)
        {
            Refused++;
            return false;
        }

        if (slot <= Head || slot - Head <= StepMax || _isOpenToAny)
        {
            _isOpenToAny = false;
            _run[source] = 0;
            if (_lag.Counts(slot, Head) || slot > Head) Head = slot;
            return true;
        }

        bool goesOn = _run[source] != 0 && slot > _last[source] && slot - _last[source] <= StepMax;
        _run[source] = goesOn ? _run[source] + 1 : 1;
        _last[source] = slot;
        if (_run[source] < RepeatsMin && !IsToldByAnother(source, slot))
        {
            Refused++;
            return false;
        }

        Array.Clear(_run);
        Head = slot;
        return true;
    }

    /// <summary>No source is open any more: time passes unseen, and the next slot may be any later one.</summary>
    public void OnAllClosed() => _isOpenToAny = true;

    /// <summary>Forgets all slots, as before the first.</summary>
    public void Clear()
    {
        Array.Clear(_last);
        Array.Clear(_run);
        _lag = default;
        _isOpenToAny = true;
        Head = 0;
    }

    private bool IsToldByAnother(int source, ulong slot)
    {
        for (int i = 0; i < MaxSources; i++)
        {
            if (i == source || _run[i] == 0) continue;
            ulong distance = _last[i] > slot ? _last[i] - slot : slot - _last[i];
            if (distance <= StepMax) return true;
        }

        return false;
    }
}
