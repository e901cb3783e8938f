using System;
using System.Buffers.Binary;
using System.Numerics;

namespace LowLatency.Feeds.Framing;

/// <summary>
/// Cuts gRPC messages off a byte stream, however it was split: flag (1 byte), length (4 bytes, big-endian), message.
/// The reader writes into <see cref="GetRoom"/>, tells how much with <see cref="Advance"/> and takes every whole
/// message with <see cref="TryRead"/>. Owner: one reader. Bound: the buffer grows to the longest message that came, at
/// most to the stated limit, and is moved to its front only when its end is reached.
/// Source: github.com/grpc/grpc doc/PROTOCOL-HTTP2.md, Length-Prefixed-Message.
/// </summary>
public sealed class GrpcFramer
{
    /// <summary>Bytes before each message.</summary>
    public const int PrefixBytes = 5;

    /// <summary>Room that a read is given at least: several HTTP/2 data frames of 16 KiB.</summary>
    private const int ReadBytes = 1 << 16;

    private const int InitialBytes = 1 << 18;

    private readonly int _maxMessageBytes;
    private byte[] _buffer = new byte[InitialBytes];
    private int _start;
    private int _end;

    /// <summary>A framer that refuses messages above <paramref name="maxMessageBytes"/>.</summary>
    public GrpcFramer(int maxMessageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessageBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxMessageBytes, 1 << 28);
        _maxMessageBytes = maxMessageBytes;
    }

    /// <summary>True if the stream may end here: nothing of a message is left over.</summary>
    public bool IsAtBoundary => _start == _end;

    /// <summary>Times that the buffer grew.</summary>
    public int Growths { get; private set; }

    /// <summary>Writes the prefix of an uncompressed message.</summary>
    public static void WritePrefix(Span<byte> destination, int messageBytes)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)messageBytes);
    }

    /// <summary>Room for the next read, at least 64 KiB. What <see cref="TryRead"/> gave is invalid then.</summary>
    public Memory<byte> GetRoom()
    {
        if (_start == _end) _start = _end = 0;
        if (_buffer.Length - _end < ReadBytes) MakeRoom();
        return _buffer.AsMemory(_end);
    }

    /// <summary>Tells how many bytes were read into the room.</summary>
    public void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _buffer.Length - _end);
        _end += bytes;
    }

    /// <summary>The next whole message; its bytes are valid until the next <see cref="GetRoom"/>.</summary>
    public FrameStatus TryRead(out ReadOnlySpan<byte> message)
    {
        message = default;
        if (_end - _start < PrefixBytes) return FrameStatus.NeedMore;
        byte flag = _buffer[_start];
        if (flag != 0) return flag == 1 ? FrameStatus.Compressed : FrameStatus.Corrupt;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start + 1));
        if (length > (uint)_maxMessageBytes) return FrameStatus.TooLong;
        if (_end - _start - PrefixBytes < (int)length) return FrameStatus.NeedMore;
        message = _buffer.AsSpan(_start + PrefixBytes, (int)length);
        _start += PrefixBytes + (int)length;
        return FrameStatus.Frame;
    }

    /// <summary>Forgets everything: a new stream begins.</summary>
    public void Reset() => _start = _end = 0;

    private void MakeRoom()
    {
        int used = _end - _start;
        int needed = used + ReadBytes;
        if (used >= PrefixBytes)
        {
            // The length was not checked yet if the message came in one piece with others; TryRead will refuse it.
            uint length = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start + 1));
            if (length <= (uint)_maxMessageBytes) needed = Math.Max(needed, PrefixBytes + (int)length + ReadBytes);
        }

        byte[] target = _buffer;
        if (needed > _buffer.Length)
        {
            target = new byte[(int)BitOperations.RoundUpToPowerOf2((uint)needed)];
            Growths++;
        }

        _buffer.AsSpan(_start, used).CopyTo(target);
        _buffer = target;
        _start = 0;
        _end = used;
    }
}
