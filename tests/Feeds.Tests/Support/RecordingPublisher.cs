using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;

namespace LowLatency.Feeds.Tests.Support;

/// <summary>One published event with a copy of its payload.</summary>
internal sealed record RecordedEvent(MarketEvent Entry, byte[] Payload);

/// <summary>
/// Keeps what a feed publishes and checks the publisher's contract: claim before publish, never two claims at once.
/// </summary>
internal sealed class RecordingPublisher : EventPublisher
{
    private readonly byte[] _payload = new byte[1 << 20];
    private MarketEvent _entry;
    private bool _isClaimed;

    public List<RecordedEvent> Events { get; } = [];

    public int MaxPayloadBytes { get; set; } = 1 << 20;

    public ClaimStatus NextStatus { get; set; } = ClaimStatus.Ok;

    public int Abandoned { get; private set; }

    public override ref MarketEvent Current
    {
        get
        {
            if (!_isClaimed) throw new InvalidOperationException("No entry is claimed.");
            return ref _entry;
        }
    }

    public override ClaimStatus TryClaim(int payloadCapacityBytes, out Span<byte> payload)
    {
        if (_isClaimed) throw new InvalidOperationException("An entry is claimed already.");
        payload = default;
        if (NextStatus != ClaimStatus.Ok) return NextStatus;
        if (payloadCapacityBytes > MaxPayloadBytes) return ClaimStatus.PayloadTooLarge;
        _isClaimed = true;
        _entry = default;
        payload = _payload.AsSpan(0, payloadCapacityBytes);
        return ClaimStatus.Ok;
    }

    public override void Publish(int payloadLengthBytes)
    {
        if (!_isClaimed) throw new InvalidOperationException("Nothing to publish.");
        _isClaimed = false;
        _entry.PayloadLengthBytes = payloadLengthBytes;
        Events.Add(new RecordedEvent(_entry, _payload.AsSpan(0, payloadLengthBytes).ToArray()));
    }

    public override void Abandon()
    {
        if (!_isClaimed) throw new InvalidOperationException("Nothing to abandon.");
        _isClaimed = false;
        Abandoned++;
    }
}
