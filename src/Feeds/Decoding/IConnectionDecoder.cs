using System;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// The messages of one endpoint in, events out, whatever protocol it speaks. A live feed and a replay drive the same
/// object, so a capture gives the events that the live run gave. Implementations never throw, never allocate after
/// construction and count every refusal. Owner: one feed thread; <see cref="Counters"/> and
/// <see cref="HighestSlot"/> may be read by others.
/// </summary>
public interface IConnectionDecoder
{
    /// <summary>What was seen.</summary>
    DecodeCounters Counters { get; }

    /// <summary>True once the pipeline has halted: stop feeding.</summary>
    bool IsHalted { get; }

    /// <summary>Highest slot of an event so far; 0 if none.</summary>
    ulong HighestSlot { get; }

    /// <summary>The connection opened; what belonged to the one before it is forgotten.</summary>
    DecodeCause OnOpen(in FrameStamp stamp);

    /// <summary>The connection broke.</summary>
    DecodeCause OnClose(in FrameStamp stamp);

    /// <summary>The client sent a request on this connection.</summary>
    DecodeCause OnRequest(ReadOnlySpan<byte> request);

    /// <summary>A complete message of the server came.</summary>
    DecodeCause OnMessage(ReadOnlySpan<byte> message, in FrameStamp stamp);

    /// <summary>An HTTP exchange with a JSON-RPC node was answered.</summary>
    DecodeCause OnSnapshot(ReadOnlySpan<byte> request, ReadOnlySpan<byte> response, in FrameStamp stamp);

    /// <summary>Publishes the end of a capture.</summary>
    DecodeCause OnEndOfFeed(in FrameStamp stamp);
}
