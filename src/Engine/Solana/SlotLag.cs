namespace LowLatency.Engine.Solana;

/// <summary>
/// Counts slots that go on far below a head while nobody tells one near it: enough of them say that the head was no
/// slot. A source that lags behind others never gets there, because they tell slots near the head between its own.
/// </summary>
internal struct SlotLag
{
    private ulong _last;
    private int _run;

    /// <summary>True if <paramref name="slot"/>, announced now, is one too many: the head is then this slot.</summary>
    public bool Counts(ulong slot, ulong head)
    {
        if (slot + SlotBelief.StepMax >= head)
        {
            _run = 0;
            return false;
        }

        if (_run != 0 && slot <= _last) return false; // announced before, by another source
        _run = _run != 0 && slot - _last <= SlotBelief.StepMax ? _run + 1 : 1;
        _last = slot;
        if (_run < SlotBelief.RepeatsMin) return false;
        _run = 0;
        return true;
    }
}
