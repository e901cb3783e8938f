using System;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Dispatch;

/// <summary>A connection whose frames are dispatched: its decoder and what was counted of it.</summary>
internal sealed class ConnectionEntry(IConnectionDecoder decoder)
{
    private byte[] _details = [];

    public IConnectionDecoder Decoder { get; } = decoder;

    public DecodeCounters Counters { get; } = decoder.Counters;

    public string Address { get; set; } = string.Empty;

    public bool IsBegun { get; set; }

    public long Opens { get; set; }

    public long Closes { get; set; }

    public long Frames { get; set; }

    /// <summary>Opened again with the same details, nothing is allocated.</summary>
    public void ReadDetails(ReadOnlySpan<byte> details)
    {
        if (_details.AsSpan().SequenceEqual(details)) return;
        _details = details.ToArray();
        Address = CaptureDetails.ReadAddress(details);
    }
}
