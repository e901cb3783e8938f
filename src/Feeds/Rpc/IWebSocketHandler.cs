using System;

namespace LowLatency.Feeds.Rpc;

/// <summary>What a connection does with what it reads. All calls come on the connection's thread.</summary>
internal interface IWebSocketHandler
{
    /// <summary>
    /// Room for a message's bytes; false if there is none, which ends the connection: the message is lost.
    /// </summary>
    bool TryClaim(int lengthBytes, out Span<byte> room);

    /// <summary>The claimed room holds a whole text. False ends the connection; the handler has said why.</summary>
    /// <param name="message">The room, filled; valid UTF-8.</param>
    /// <param name="receiveNs">Monotonic time of the read that completed it.</param>
    /// <param name="receiveUtcNs">Unix nanoseconds of that read.</param>
    bool OnMessage(ReadOnlySpan<byte> message, long receiveNs, long receiveUtcNs);

    /// <summary>
    /// Housekeeping, about every tick. May send. False ends the connection; the handler has said why.
    /// </summary>
    bool OnTick(long nowNs);
}
