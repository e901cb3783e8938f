using System;
using System.Buffers.Binary;

namespace LowLatency.Engine.Numerics;

/// <summary>
/// CRC-32 as gzip has it (reflected polynomial 0xEDB88320), eight bytes a step by eight tables.
/// Source: RFC 1952 section 8.
/// </summary>
public static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int BytesAStep = 8;

    private static readonly uint[] Tables = CreateTables();

    /// <summary>The checksum of some bytes; <paramref name="crc"/> is that of those before, 0 at first.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint[] tables = Tables;
        crc = ~crc;
        for (; bytes.Length >= BytesAStep; bytes = bytes[BytesAStep..])
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ crc;
            crc = 0;
            for (int table = BytesAStep - 1; table >= 0; table--, word >>= 8) crc ^= tables[(table << 8) | (byte)word];
        }

        foreach (byte value in bytes) crc = (crc >> 8) ^ tables[(byte)crc ^ value];
        return ~crc;
    }

    /// <summary>Table k holds what a byte does to the checksum with k zero bytes behind it.</summary>
    private static uint[] CreateTables()
    {
        uint[] tables = new uint[BytesAStep << 8];
        for (uint value = 0; value < 256; value++)
        {
            uint crc = value;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * Polynomial);
            tables[value] = crc;
        }

        for (int i = 256; i < tables.Length; i++) tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
        return tables;
    }
}
