using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Replay;

/// <summary>
/// Limits a replay to a range of slots without losing state: before the range the newest state of each account and
/// endpoint is kept; when the range begins these are published as snapshots, in the order in which they last changed.
/// Marks without a slot (open, close, end) always pass. Not on the hot path: it allocates for what it keeps.
/// </summary>
internal sealed class SlotRangePublisher : EventPublisher
{
    private readonly EventPublisher _inner;
    private readonly ulong _fromSlot;
    private readonly ulong _toSlot;
    private readonly Dictionary<(byte Endpoint, Pubkey Account), Kept> _kept = [];
    private byte[] _payload = [];
    private int _payloadCapacity;
    private long _order;
    private MarketEvent _entry;

    /// <summary>A range in front of <paramref name="inner"/>.</summary>
    public SlotRangePublisher(EventPublisher inner, ulong fromSlot, ulong toSlot)
    {
        _inner = inner;
        _fromSlot = fromSlot;
        _toSlot = toSlot;
        HasBegun = fromSlot == 0;
    }

    /// <summary>True once an event of the range came.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Events before the range (accounts among them were kept).</summary>
    public long EventsBefore { get; private set; }

    /// <summary>Events after the range.</summary>
    public long EventsAfter { get; private set; }

    /// <summary>Kept account states that were published when the range began.</summary>
    public long StatesCarriedIn { get; private set; }

    /// <inheritdoc/>
    public override ref MarketEvent Current => ref _entry;

    /// <inheritdoc/>
    public override ClaimStatus TryClaim(int payloadCapacityBytes, out Span<byte> payload)
    {
        // The payload limit is the inner publisher's: ask it, so that a large account is refused here as there.
        ClaimStatus status = _inner.TryClaim(payloadCapacityBytes, out _);
        payload = default;
        if (status != ClaimStatus.Ok) return status;
        _inner.Abandon();
        if (_payload.Length < payloadCapacityBytes) _payload = new byte[payloadCapacityBytes];
        _payloadCapacity = payloadCapacityBytes;
        payload = _payload.AsSpan(0, _payloadCapacity);
        _entry = default;
        return status;
    }

    /// <inheritdoc/>
    public override void Publish(int payloadLengthBytes)
    {
        ReadOnlySpan<byte> payload = _payload.AsSpan(0, payloadLengthBytes);
        bool isAccount = _entry.Kind is EventKind.Account or EventKind.AccountSnapshot;
        if (!isAccount && _entry.Kind is not (EventKind.Slot or EventKind.SlotDead))
        {
            Forward(_entry, payload);
            return;
        }

        if (_entry.Slot > _toSlot)
        {
            EventsAfter++;
            return;
        }

        if (_entry.Slot < _fromSlot)
        {
            EventsBefore++;
            if (!isAccount) return;
            if (HasBegun) Forward(_entry, payload); // late, but state: dedup judges it
            else Keep(payload);
            return;
        }

        if (!HasBegun) Begin();
        Forward(_entry, _payload.AsSpan(0, payloadLengthBytes));
    }

    /// <inheritdoc/>
    public override void Abandon()
    {
    }

    private void Keep(ReadOnlySpan<byte> payload)
    {
        (byte, Pubkey) key = (_entry.EndpointId, _entry.Account);
        if (_kept.TryGetValue(key, out Kept? known) && known.Entry.Slot > _entry.Slot) return;
        _kept[key] = new Kept(_entry, payload.ToArray(), _order++);
    }

    private void Begin()
    {
        HasBegun = true;
        List<Kept> states = [.. _kept.Values];
        states.Sort(static (left, right) => left.Order.CompareTo(right.Order));
        _kept.Clear();
        foreach (Kept state in states)
        {
            MarketEvent entry = state.Entry;
            entry.Kind = EventKind.AccountSnapshot;
            Forward(entry, state.Payload);
            StatesCarriedIn++;
        }
    }

    private void Forward(in MarketEvent entry, ReadOnlySpan<byte> payload)
    {
        // A halt shows at the next claim of the decoder, which then stops.
        if (_inner.TryClaim(payload.Length, out Span<byte> target) != ClaimStatus.Ok) return;
        payload.CopyTo(target);
        ref MarketEvent current = ref _inner.Current;
        int lengthOfClaim = current.PayloadLengthBytes;
        long position = current.PayloadPosition;
        Stamps stamps = current.Stamps;
        current = entry;
        current.PayloadLengthBytes = lengthOfClaim;
        current.PayloadPosition = position;
        if (entry.Stamps[(int)StampId.Framed] == 0) current.Stamps = stamps;
        _inner.Publish(payload.Length);
    }

    private sealed record Kept(MarketEvent Entry, byte[] Payload, long Order);
}
