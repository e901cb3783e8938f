using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LowLatency.Feeds.Geyser;

/// <summary>How the value of a protobuf field stands on the wire; groups (3, 4) are refused.</summary>
internal static class WireType
{
    public const uint Varint = 0;
    public const uint Fixed64 = 1;
    public const uint Bytes = 2;
    public const uint Fixed32 = 5;
}

/// <summary>
/// Walks the fields of a protobuf message in borrowed bytes. Never throws, never allocates, never trusts a length:
/// every read says whether it stayed inside. Groups, field number 0 and numbers beyond 64 bits are refused.
/// Source: protobuf.dev/programming-guides/encoding (varints, tags, wire types).
/// </summary>
internal ref struct ProtoReader
{
    private const int LongestVarintBytes = 10;
    private const ulong Continuations = 0x8080_8080_8080_8080;
    private const ulong Digits = ~Continuations;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;

    /// <summary>A reader at the first field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ProtoReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _position = 0;
    }

    /// <summary>True behind the last field.</summary>
    public readonly bool IsAtEnd => _position >= _bytes.Length;

    /// <summary>A tag: field number times eight plus wire type.</summary>
    public static uint Tag(uint field, uint wireType) => (field << 3) | wireType;

    /// <summary>True if <paramref name="bytes"/> are fields from the first byte to the last (one level deep).</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> bytes)
    {
        ProtoReader reader = new(bytes);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out uint tag) || !reader.TrySkip(tag)) return false;
        }

        return true;
    }

    /// <summary>The next field's tag.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadTag(out uint tag)
    {
        bool ok = TryReadVarint(out ulong value);
        tag = (uint)value;
        return ok && value is >= 8 and <= uint.MaxValue;
    }

    /// <summary>An unsigned number of up to 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadVarint(out ulong value)
    {
        int position = ReadVarint(_bytes, _position, out value);
        if (position < 0) return false;
        _position = position;
        return true;
    }

    /// <summary>A length-delimited value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadBytes(out ReadOnlySpan<byte> value)
    {
        if (!TryReadVarint(out ulong length) || length > (ulong)(_bytes.Length - _position))
        {
            value = default;
            return false;
        }

        value = _bytes.Slice(_position, (int)length);
        _position += (int)length;
        return true;
    }

    /// <summary>Steps over the value of a field that is not of interest.</summary>
    public bool TrySkip(uint tag)
    {
        switch (tag & 7)
        {
            case WireType.Varint:
                return TryReadVarint(out _);
            case WireType.Bytes:
                return TryReadBytes(out _);
            case WireType.Fixed64:
                return TryStep(sizeof(ulong));
            case WireType.Fixed32:
                return TryStep(sizeof(uint));
            default:
                return false;
        }
    }

    /// <summary>Position behind the number at <paramref name="position"/>, -1 if it does not end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadVarint(ReadOnlySpan<byte> bytes, int position, out ulong value)
    {
        if ((uint)position >= (uint)bytes.Length)
        {
            value = 0;
            return -1;
        }

        value = bytes[position];
        return value < 0x80 ? position + 1 : ReadLongVarint(bytes, position, out value);
    }

    /// <summary>
    /// Position behind a number of two bytes and more, -1 if it does not end.
    /// PERF: eight bytes at a time; the bits are gathered by one PEXT where the CPU has it (GeyserAccountBenchmark).
    /// </summary>
    private static int ReadLongVarint(ReadOnlySpan<byte> bytes, int position, out ulong value)
    {
        int left = bytes.Length - position;
        if (left < sizeof(ulong)) return ReadAtEnd(bytes, position, out value);
        ulong word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[position..]);
        ulong stops = ~word & Continuations;
        if (stops != 0)
        {
            // Everything above the lowest clear continuation bit belongs to the next field.
            value = Gather(word & (stops ^ (stops - 1)));
            return position + (BitOperations.TrailingZeroCount(stops) >> 3) + 1;
        }

        if (left < LongestVarintBytes) return ReadAtEnd(bytes, position, out value);
        byte ninth = bytes[position + 8];
        value = Gather(word) | ((ulong)(ninth & 0x7F) << 56);
        if (ninth < 0x80) return position + 9;
        byte tenth = bytes[position + 9];
        value |= (ulong)tenth << 63;
        return tenth <= 1 ? position + LongestVarintBytes : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Gather(ulong word)
    {
        if (Bmi2.X64.IsSupported) return Bmi2.X64.ParallelBitExtract(word, Digits);
        word &= Digits;
        word = (word & 0x007F_007F_007F_007F) | ((word & 0x7F00_7F00_7F00_7F00) >> 1);
        word = (word & 0x0000_3FFF_0000_3FFF) | ((word & 0x3FFF_0000_3FFF_0000) >> 2);
        return (word & 0x0000_0000_0FFF_FFFF) | ((word & 0x0FFF_FFFF_0000_0000) >> 4);
    }

    private static int ReadAtEnd(ReadOnlySpan<byte> bytes, int position, out ulong value)
    {
        value = 0;
        int shift = 0;
        for (; position < bytes.Length && shift < 64; shift += 7)
        {
            byte next = bytes[position++];
            if (shift == 63 && next > 1) return -1;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return position;
        }

        return -1;
    }

    private bool TryStep(int bytes)
    {
        if (_bytes.Length - _position < bytes) return false;
        _position += bytes;
        return true;
    }
}
