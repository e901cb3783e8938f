using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using LowLatency.Engine.Numerics;

namespace LowLatency.Feeds.Capture;

/// <summary>What a frame of a capture holds.</summary>
public enum CaptureFrameKind : byte
{
    /// <summary>No frame.</summary>
    None = 0,

    /// <summary>A message of the server on the connection: its text.</summary>
    Message = 1,

    /// <summary>A message that the client sent on the connection: its text.</summary>
    Request = 2,

    /// <summary>
    /// An HTTP exchange: <see cref="CaptureFormat.HttpPrefixBytes"/> bytes (time asked, request length), request,
    /// response.
    /// </summary>
    Http = 3,

    /// <summary>The connection opened: a JSON object with details (url).</summary>
    Open = 4,

    /// <summary>The connection broke: a JSON object with details (code, reason).</summary>
    Close = 5,

    /// <summary>
    /// Settings that changed while the run was at work: lines of <c>key=value</c> (<see cref="SettingText"/>).
    /// </summary>
    Settings = 6,
}

/// <summary>Marks of a frame.</summary>
[Flags]
public enum CaptureFrameFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The receive times were not recorded but derived from slots (a stated slot time).</summary>
    DerivedTime = 1,
}

/// <summary>The fixed part before the bytes of a frame.</summary>
/// <param name="LengthBytes">Length of the raw bytes.</param>
/// <param name="Kind">What they are.</param>
/// <param name="EndpointId">Endpoint, from 0.</param>
/// <param name="Flags">Marks.</param>
/// <param name="ReceiveNs">Receive time on the recorder's monotonic clock; 0 if not recorded.</param>
/// <param name="ReceiveUtcNs">Receive time, unix nanoseconds.</param>
/// <param name="Crc">CRC-32C of the header before it and of the raw bytes.</param>
public readonly record struct CaptureFrameHeader(
    uint LengthBytes,
    CaptureFrameKind Kind,
    byte EndpointId,
    CaptureFrameFlags Flags,
    long ReceiveNs,
    long ReceiveUtcNs,
    uint Crc);

/// <summary>The header of a capture file.</summary>
public sealed class CaptureHeader
{
    /// <summary>When the capture was begun, unix nanoseconds; of an imported one the first receive time.</summary>
    public required long CreatedUtcNs { get; init; }

    /// <summary>True if the synthetic market made it: every event of a replay is then marked so.</summary>
    public bool IsSynthetic { get; init; }

    /// <summary>SHA-256 of the settings that it was recorded with; zeros if not stated.</summary>
    public byte[] ConfigHash { get; init; } = new byte[CaptureFormat.ConfigHashBytes];

    /// <summary>Address of each endpoint, by number; empty where unknown. Without keys and tokens.</summary>
    public IReadOnlyList<string> Endpoints { get; init; } = [];
}

/// <summary>
/// The binary capture format, version 2: THE source of docs/capture-format.md. All numbers little-endian.
/// <code>
/// header  magic[8] = 89 'L' 'L' 'C' 'A' 'P' 0D 0A | version u16 | flags u16 (1 = synthetic) | headerLength u32
/// (all of it)
///         | createdUtcNs i64 | configHash[32] | endpointCount u16 | endpointCount x { length u16, UTF-8 } | crc32c u32
/// frame   length u32 | kind u8 | endpoint u8 | flags u16 | recvMonoNs i64 | recvUtcNs i64 | crc32c u32 | raw
/// bytes[length]
/// </code>
/// The header's CRC covers all bytes before it; a frame's CRC covers its header before the CRC and the raw bytes.
/// The file is
/// append-only and has no end mark: a crash cuts it inside a frame at worst, and a reader delivers every frame before
/// the cut and reports where the last good one ended. The magic starts with a byte that is no text and ends with CR LF,
/// so that a transfer as text is noticed. Segments are not rotated: one recording is one file.
/// </summary>
public static class CaptureFormat
{
    /// <summary>The version written. Version 1 had no frames of settings; it is read too, others are refused.</summary>
    public const ushort Version = 2;

    /// <summary>The oldest version read.</summary>
    public const ushort OldestVersion = 1;

    /// <summary>Size of a frame's fixed part.</summary>
    public const int FrameHeaderBytes = 28;

    /// <summary>Offset of the CRC in it.</summary>
    public const int FrameCrcOffset = 24;

    /// <summary>Longest raw bytes of a frame; a larger length is damage.</summary>
    public const int MaxFrameBytes = 256 << 20;

    /// <summary>Size of the settings' hash.</summary>
    public const int ConfigHashBytes = 32;

    /// <summary>Raw bytes of an HTTP frame before the request: time asked i64, request length u32.</summary>
    public const int HttpPrefixBytes = 12;

    /// <summary>Size of the header up to the first endpoint.</summary>
    public const int FixedHeaderBytes = 58;

    /// <summary>Longest header: 255 endpoints of 250 bytes.</summary>
    public const int MaxHeaderBytes = 1 << 16;

    private const ushort SyntheticFlag = 1;
    private const int CrcBytes = 4;

    /// <summary>The first bytes of every capture.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'L', (byte)'L', (byte)'C', (byte)'A', (byte)'P', 0x0D, 0x0A];

    /// <summary>True for the kinds of this version.</summary>
    public static bool IsKnownKind(CaptureFrameKind kind) =>
        kind is >= CaptureFrameKind.Message and <= CaptureFrameKind.Settings;

    /// <summary>Bytes of a file header.</summary>
    public static byte[] WriteHeader(CaptureHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        if (header.ConfigHash.Length != ConfigHashBytes) throw new ArgumentException("The config hash has 32 bytes.");
        int length = FixedHeaderBytes + CrcBytes;
        foreach (string endpoint in header.Endpoints) length += sizeof(ushort) + Encoding.UTF8.GetByteCount(endpoint);
        if (length > MaxHeaderBytes) throw new ArgumentException("The endpoints' addresses are too long.");
        byte[] bytes = new byte[length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), header.IsSynthetic ? SyntheticFlag : (ushort)0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), header.CreatedUtcNs);
        header.ConfigHash.CopyTo(bytes.AsSpan(24));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(56), (ushort)header.Endpoints.Count);
        int position = FixedHeaderBytes;
        foreach (string endpoint in header.Endpoints)
        {
            int size = Encoding.UTF8.GetBytes(endpoint, bytes.AsSpan(position + sizeof(ushort)));
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(position), (ushort)size);
            position += sizeof(ushort) + size;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(position), Crc32C.Compute(bytes.AsSpan(0, position)));
        return bytes;
    }

    /// <summary>Version and length of the header that <paramref name="bytes"/> (at least 16) begin with.</summary>
    public static (ushort Version, long LengthBytes) ReadHeaderSize(ReadOnlySpan<byte> bytes) =>
        (BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));

    /// <summary>Reads a whole header; null if its checksum or a length is wrong.</summary>
    public static CaptureHeader? ReadHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedHeaderBytes + CrcBytes) return null;
        int end = bytes.Length - CrcBytes;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[end..]) != Crc32C.Compute(bytes[..end])) return null;
        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[56..]);
        List<string> endpoints = [];
        int position = FixedHeaderBytes;
        for (int i = 0; i < count; i++)
        {
            if (end - position < sizeof(ushort)) return null;
            int size = BinaryPrimitives.ReadUInt16LittleEndian(bytes[position..]);
            position += sizeof(ushort);
            if (end - position < size) return null;
            endpoints.Add(Encoding.UTF8.GetString(bytes.Slice(position, size)));
            position += size;
        }

        return new CaptureHeader
        {
            CreatedUtcNs = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            IsSynthetic = (BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]) & SyntheticFlag) != 0,
            ConfigHash = bytes.Slice(24, ConfigHashBytes).ToArray(),
            Endpoints = endpoints,
        };
    }

    /// <summary>Reads a frame's fixed part.</summary>
    public static CaptureFrameHeader ReadFrameHeader(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (CaptureFrameKind)bytes[4],
        bytes[5],
        (CaptureFrameFlags)BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[FrameCrcOffset..]));

    /// <summary>
    /// Writes a frame's fixed part except the CRC, which the caller adds after the raw bytes are known.
    /// </summary>
    public static void WriteFrameHeader(Span<byte> bytes, in CaptureFrameHeader header)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, header.LengthBytes);
        bytes[4] = (byte)header.Kind;
        bytes[5] = header.EndpointId;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], (ushort)header.Flags);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], header.ReceiveNs);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], header.ReceiveUtcNs);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[FrameCrcOffset..], header.Crc);
    }
}
