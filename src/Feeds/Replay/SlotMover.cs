using System;
using LowLatency.Engine.Events;

namespace LowLatency.Feeds.Replay;

/// <summary>
/// Moves the slots of events on their way into a pipeline: what is played again goes on behind its end. Keeping warm
/// stays with the pipeline's own publisher, which asks the feed.
/// </summary>
internal sealed class SlotMover(EventPublisher inner) : EventPublisher
{
    private ulong _slotMin = ulong.MaxValue;
    private ulong _slotMax;

    /// <summary>Where events go.</summary>
    public EventPublisher Inner => inner;

    /// <summary>Slots to add; between two events only.</summary>
    public ulong Offset { get; set; }

    /// <summary>Slots from the lowest to the highest of what came while none were added.</summary>
    public ulong RecordedSlots => _slotMax == 0 ? 0 : _slotMax - _slotMin + 1;

    public override ulong SlotOffset => Offset;

    public override bool IsHalted => inner.IsHalted;

    public override ref MarketEvent Current => ref inner.Current;

    public override ClaimStatus TryClaim(int payloadCapacityBytes, out Span<byte> payload) =>
        inner.TryClaim(payloadCapacityBytes, out payload);

    public override void Publish(int payloadLengthBytes)
    {
        ref MarketEvent e = ref inner.Current;
        if (Offset == 0) NoteRecorded(e.Slot);
        else if (e.Slot != 0) e.Slot += Offset;
        if (e.Kind is EventKind.Slot or EventKind.SlotDead && e.ParentSlot != 0) e.ParentSlot += Offset;
        inner.Publish(payloadLengthBytes);
    }

    public override void Abandon() => inner.Abandon();

    private void NoteRecorded(ulong slot)
    {
        if (slot == 0) return;
        (_slotMin, _slotMax) = (Math.Min(_slotMin, slot), Math.Max(_slotMax, slot));
    }
}
