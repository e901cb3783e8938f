namespace LowLatency.Feeds.Decoding;

/// <summary>When a message came, handed from the framer's caller to the decoder.</summary>
/// <param name="ReceiveUtcNs">Receive time, unix nanoseconds (from the capture in replay).</param>
/// <param name="ReceiveNs">Receive time on the engine's monotonic clock, nanoseconds.</param>
/// <param name="FramedNs">Engine's monotonic clock when the frame was complete; 0 if not taken.</param>
/// <param name="AskedUtcNs">When an HTTP exchange was asked, unix nanoseconds; else 0.</param>
public readonly record struct FrameStamp(long ReceiveUtcNs, long ReceiveNs, long FramedNs, long AskedUtcNs = 0);
