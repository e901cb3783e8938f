using System;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Solana's "compact-u16": 7 bits a byte, lowest first, at most three bytes, only the shortest form is valid.
/// Source: solana-sdk@122f32e5 short-vec; transactions.json "compact_u16".
/// </summary>
public static class ShortVec
{
    /// <summary>Largest value.</summary>
    public const int MaxValue = ushort.MaxValue;

    /// <summary>Bytes that <paramref name="value"/> (0..65535) takes.</summary>
    public static int SizeOf(int value) => value < 0x80 ? 1 : value < 0x4000 ? 2 : 3;

    /// <summary>Writes a value of 0..65535; returns the bytes written. The caller has made room for three.</summary>
    public static int Write(Span<byte> destination, int value)
    {
        if (value < 0x80)
        {
            destination[0] = (byte)value;
            return 1;
        }

        destination[0] = (byte)(value | 0x80);
        if (value < 0x4000)
        {
            destination[1] = (byte)(value >> 7);
            return 2;
        }

        destination[1] = (byte)((value >> 7) | 0x80);
        destination[2] = (byte)(value >> 14);
        return 3;
    }

    /// <summary>Reads a value; false if it is cut short, longer than needed or above 65535.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out int value, out int sizeBytes)
    {
        value = 0;
        sizeBytes = 0;
        for (int i = 0; i < 3; i++)
        {
            if (i >= source.Length) return false;
            int part = source[i];
            value |= (part & 0x7f) << (7 * i);
            if (part >= 0x80) continue;
            if (part == 0 && i > 0) return false; // a shorter form exists
            sizeBytes = i + 1;
            return value <= MaxValue;
        }

        return false;
    }
}
