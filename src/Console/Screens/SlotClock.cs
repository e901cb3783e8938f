namespace LowLatency.ConsoleHost.Screens;

/// <summary>When the slot at hand began and how long slots last, by the feed's own receive times.</summary>
internal sealed class SlotClock
{
    private ulong _firstSlot;
    private long _firstNs;
    private long _nowNs;

    public ulong Slot { get; private set; }

    /// <summary>Since the first update of the slot, nanoseconds.</summary>
    public long ElapsedNs => _nowNs - BeganNs;

    /// <summary>Mean time of a slot since the first seen, nanoseconds; 0 before the second.</summary>
    public long MeanSlotNs => Slot > _firstSlot ? (BeganNs - _firstNs) / (long)(Slot - _firstSlot) : 0;

    private long BeganNs { get; set; }

    public void Take(ulong slot, long nowNs)
    {
        _nowNs = nowNs;
        if (slot == 0 || slot == Slot) return;
        if (Slot == 0)
        {
            _firstSlot = slot;
            _firstNs = nowNs;
        }

        Slot = slot;
        BeganNs = nowNs;
    }
}
