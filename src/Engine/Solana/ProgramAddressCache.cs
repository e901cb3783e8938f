using System;
using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Solana;

/// <summary>
/// Derived addresses by program and seed bytes: one probe of an open-addressing table instead of a search of several
/// hashes. Owner: one thread. Bound: the capacity given at start-up, at most half full; when that is reached new
/// addresses are derived every time and counted in <see cref="RefusedCount"/>, nothing is evicted (pools do not go
/// away).
/// </summary>
public sealed class ProgramAddressCache
{
    /// <summary>Most seed bytes an entry holds: four keys. Longer seeds are derived and not kept.</summary>
    public const int MaxSeedBytes = 128;

    private readonly Entry[] _entries;
    private readonly int _mask;
    private readonly int _capacityEntries;

    /// <summary>A cache for <paramref name="capacityEntries"/> addresses; takes about 460 bytes for each.</summary>
    public ProgramAddressCache(int capacityEntries)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacityEntries);
        int size = 4;
        while (size < capacityEntries * 2L) size = checked(size * 2);
        _entries = new Entry[size];
        _mask = size - 1;
        _capacityEntries = capacityEntries;
    }

    /// <summary>Entries in use.</summary>
    public int Count { get; private set; }

    /// <summary>Addresses found in the table.</summary>
    public long HitCount { get; private set; }

    /// <summary>Addresses that were derived because the table did not have them.</summary>
    public long MissCount { get; private set; }

    /// <summary>Derived addresses that could not be kept (table full or seeds too long).</summary>
    public long RefusedCount { get; private set; }

    /// <summary>As <see cref="ProgramAddressSeeds.Find"/>, from the table when possible.</summary>
    public ProgramAddressStatus Find(
        ref ProgramAddressSeeds seeds, in Pubkey programId, out Pubkey address, out byte bump)
    {
        ReadOnlySpan<byte> bytes = seeds.Concatenated;
        if (seeds.Status != ProgramAddressStatus.Ok || bytes.Length > MaxSeedBytes)
        {
            MissCount++;
            RefusedCount++;
            return seeds.Find(programId, out address, out bump);
        }

        int index = (int)Hash(bytes, programId) & _mask;
        while (_entries[index].Bump != 0) // bump 0 is never derived, so it marks a free entry
        {
            ref Entry entry = ref _entries[index];
            if (entry.Length == bytes.Length && entry.ProgramId == programId && entry.Holds(bytes))
            {
                HitCount++;
                address = entry.Address;
                bump = entry.Bump;
                return ProgramAddressStatus.Ok;
            }

            index = (index + 1) & _mask;
        }

        MissCount++;
        ProgramAddressStatus status = seeds.Find(programId, out address, out bump);
        if (status != ProgramAddressStatus.Ok) return status;
        if (Count < _capacityEntries) Keep(ref _entries[index], bytes, programId, address, bump);
        else RefusedCount++;
        return status;
    }

    private void Keep(ref Entry entry, ReadOnlySpan<byte> bytes, in Pubkey programId, in Pubkey address, byte bump)
    {
        entry.ProgramId = programId;
        entry.Address = address;
        bytes.CopyTo(entry.Seeds);
        entry.Length = (byte)bytes.Length;
        entry.Bump = bump;
        Count++;
    }

    private static ulong Hash(ReadOnlySpan<byte> bytes, in Pubkey programId)
    {
        ulong hash = programId.Tag + (ulong)bytes.Length;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        ulong rest = 0;
        foreach (byte value in bytes) rest = (rest << 8) | value;
        return Mix(hash ^ rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value)
    {
        value *= 0x9E3779B97F4A7C15UL;
        return value ^ (value >> 29);
    }

    private struct Entry
    {
        public Pubkey ProgramId;
        public Pubkey Address;
        public SeedBytes Seeds;
        public byte Length;
        public byte Bump;

        public readonly bool Holds(ReadOnlySpan<byte> bytes) =>
            ((ReadOnlySpan<byte>)Seeds)[..Length].SequenceEqual(bytes);
    }

    [InlineArray(MaxSeedBytes)]
    private struct SeedBytes
    {
        private byte _first;
    }
}
