using System;
using LowLatency.Engine.Events;

namespace LowLatency.Benchmarks.Feeds;

/// <summary>Takes events and forgets them: the cost of a feed up to the claimed event, without the ring.</summary>
internal sealed class DiscardingPublisher : EventPublisher
{
    private readonly byte[] _payload = GC.AllocateArray<byte>(1 << 20, pinned: true);
    private MarketEvent _entry;

    public long Published { get; private set; }

    public override ref MarketEvent Current => ref _entry;

    public override ClaimStatus TryClaim(int payloadCapacityBytes, out Span<byte> payload)
    {
        if (payloadCapacityBytes > _payload.Length)
        {
            payload = default;
            return ClaimStatus.PayloadTooLarge;
        }

        _entry = default;
        payload = _payload.AsSpan(0, payloadCapacityBytes);
        return ClaimStatus.Ok;
    }

    public override void Publish(int payloadLengthBytes)
    {
        _entry.PayloadLengthBytes = payloadLengthBytes;
        Published++;
    }

    public override void Abandon()
    {
    }
}
