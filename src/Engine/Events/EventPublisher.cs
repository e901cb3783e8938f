using System;

namespace LowLatency.Engine.Events;

/// <summary>Outcome of claiming room for an event.</summary>
public enum ClaimStatus : byte
{
    /// <summary>Claimed: fill the payload and <see cref="EventPublisher.Current"/>, then publish or abandon.</summary>
    Ok = 0,

    /// <summary>The account is larger than the stated limit; refused and counted by the caller.</summary>
    PayloadTooLarge = 1,

    /// <summary>The ring is full and the feed's policy is to drop; counted by the caller.</summary>
    Full = 2,

    /// <summary>The pipeline has halted; stop feeding.</summary>
    Halted = 3,
}

/// <summary>
/// Where a feed hands events in: claim, fill, publish. One publisher belongs to one feed thread. Implementations:
/// straight into the stages on the caller's thread (replay, tests), or into the ring.
/// </summary>
public abstract class EventPublisher
{
    /// <summary>
    /// Claims an entry and <paramref name="payloadCapacityBytes"/> of payload. The entry is cleared. Blocks or drops
    /// when full, by the feed's policy.
    /// </summary>
    public abstract ClaimStatus TryClaim(int payloadCapacityBytes, out Span<byte> payload);

    /// <summary>True once the pipeline has halted, also while nothing is published. Any thread.</summary>
    public virtual bool IsHalted => false;

    /// <summary>The claimed entry.</summary>
    public abstract ref MarketEvent Current { get; }

    /// <summary>
    /// With stamps: whether events get <see cref="StampId.Published"/>, and with it the stamps of the steps before the
    /// end of the search.
    /// </summary>
    public bool TakesSteps { get; set; } = true;

    /// <summary>
    /// Slots that the publisher adds to those of events, for a capture that is played again; slots inside a payload are
    /// for the feed to move.
    /// </summary>
    public virtual ulong SlotOffset => 0;

    /// <summary>
    /// What the feed itself needs for its next message, kept warm in turn with the stages where they run on its thread.
    /// It may claim an entry and must abandon it. Set by the feed.
    /// </summary>
    public IWarmable? Feed { get; set; }

    /// <summary>
    /// Publishes the claimed entry with the first <paramref name="payloadLengthBytes"/> of the payload.
    /// </summary>
    public abstract void Publish(int payloadLengthBytes);

    /// <summary>Gives the claim back: nothing was published.</summary>
    public abstract void Abandon();
}
