using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.Math;

/// <summary>Label of a program's arrays and how a number is written into their address seeds.</summary>
internal enum ArraySeedForm : byte
{
    /// <summary>"tick_array", first tick as decimal text (Whirlpool).</summary>
    TickDecimalText = 0,

    /// <summary>"tick_array", first tick as signed 32-bit big-endian (Raydium CLMM).</summary>
    TickBigEndian = 1,

    /// <summary>"bin_array", array number as signed 64-bit little-endian (DLMM).</summary>
    BinLittleEndian = 2,
}

/// <summary>
/// Addresses of one pool's tick or bin arrays, derived once: PDA of label, pool and number. Owner: the pool's thread.
/// Bound: 16 addresses, direct-mapped by array number, more than one instruction names in one direction; a collision
/// only derives again.
/// PERF: a read of a few nanoseconds instead of hashes and curve checks of microseconds. Bench: ProgramAddressBench.
/// </summary>
internal sealed class ArrayKeys(Pubkey programId, Pubkey pool, ArraySeedForm form)
{
    private const int Capacity = 16;

    private readonly Pubkey[] _keys = new Pubkey[Capacity];
    private readonly int[] _numbers = new int[Capacity];

    /// <summary>
    /// Address of the array with this number in its seeds: the first tick or the bin array's index. Neighbours' numbers
    /// are <paramref name="span"/> apart.
    /// </summary>
    internal Pubkey Get(int number, int span)
    {
        int entry = (number / span) & (Capacity - 1);
        if (_numbers[entry] == number && !_keys[entry].IsZero) return _keys[entry];
        Span<byte> seed = stackalloc byte[11]; // "-2147483648"
        int length;
        switch (form)
        {
            case ArraySeedForm.TickBigEndian:
                BinaryPrimitives.WriteInt32BigEndian(seed, number);
                length = sizeof(int);
                break;
            case ArraySeedForm.BinLittleEndian:
                BinaryPrimitives.WriteInt64LittleEndian(seed, number);
                length = sizeof(long);
                break;
            default:
                _ = number.TryFormat(seed, out length);
                break;
        }

        // No bump at all has probability 2^-255.
        ReadOnlySpan<byte> label = form == ArraySeedForm.BinLittleEndian ? "bin_array"u8 : "tick_array"u8;
        _ = ProgramAddress.TryFind(programId, label, pool, seed[..length], out Pubkey key, out _);
        _keys[entry] = key;
        _numbers[entry] = number;
        return key;
    }
}
