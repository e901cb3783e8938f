using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.Math;

/// <summary>How a program writes a tick array's start into its address seeds.</summary>
internal enum TickArraySeedForm : byte
{
    /// <summary>Decimal text (Whirlpool).</summary>
    DecimalText = 0,

    /// <summary>Signed 32-bit, big-endian (Raydium CLMM).</summary>
    BigEndian = 1,
}

/// <summary>
/// Addresses of one pool's tick arrays, derived once: PDA of "tick_array", pool and start. Owner: the pool's thread.
/// Bound: 16 addresses, direct-mapped by array number, more than one instruction names in one direction; a collision
/// only derives again.
/// </summary>
internal sealed class TickArrayKeys(Pubkey programId, Pubkey pool, TickArraySeedForm form)
{
    private const int Capacity = 16;

    private readonly Pubkey[] _keys = new Pubkey[Capacity];
    private readonly int[] _starts = new int[Capacity];

    /// <summary>
    /// Address of the array that starts at <paramref name="start"/>; its span tells neighbours
    /// apart.
    /// </summary>
    internal Pubkey Get(int start, int span)
    {
        int entry = (start / span) & (Capacity - 1);
        if (_starts[entry] == start && !_keys[entry].IsZero) return _keys[entry];
        Span<byte> seed = stackalloc byte[11]; // "-2147483648"
        int length;
        if (form == TickArraySeedForm.BigEndian)
        {
            BinaryPrimitives.WriteInt32BigEndian(seed, start);
            length = sizeof(int);
        }
        else
        {
            _ = start.TryFormat(seed, out length);
        }

        // No bump at all has probability 2^-255.
        _ = ProgramAddress.TryFind(programId, "tick_array"u8, pool, seed[..length], out Pubkey key, out _);
        _keys[entry] = key;
        _starts[entry] = start;
        return key;
    }
}
