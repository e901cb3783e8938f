using System;
using System.Buffers.Binary;
using System.Numerics;

namespace LowLatency.Engine.Numerics;

/// <summary>
/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), eight bytes an instruction where the CPU has it.
/// Source: RFC 3720 appendix B.4 (test vectors there).
/// </summary>
public static class Crc32C
{
    /// <summary>Start value of <see cref="Append"/>.</summary>
    public const uint Initial = uint.MaxValue;

    /// <summary>Checksum of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Finish(Append(Initial, bytes));

    /// <summary>Goes on with more bytes.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte value in bytes) crc = BitOperations.Crc32C(crc, value);
        return crc;
    }

    /// <summary>The checksum after the last byte.</summary>
    public static uint Finish(uint crc) => ~crc;
}
