using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>Why a lookup table account cannot be used.</summary>
public enum LookupTableStatus : byte
{
    /// <summary>Usable.</summary>
    Ok = 0,

    /// <summary>Shorter than its header, or its addresses do not fill whole keys.</summary>
    BadLength = 1,

    /// <summary>Not a lookup table (wrong owner or type number).</summary>
    NotATable = 2,

    /// <summary>More than 256 addresses.</summary>
    TooManyAddresses = 3,

    /// <summary>Deactivated or being deactivated: it may vanish before the transaction lands.</summary>
    Deactivated = 4,
}

/// <summary>
/// One address lookup table, decoded. Entries that were added in the newest slot are not usable until a later slot; a
/// deactivated table has no usable entries. Owner: the builder's thread; arrays are allocated once, 256 entries are the
/// on-chain bound. Source: protocols.md 2.5 "ALT account": type u32=1@0, deactivation_slot u64@4, last_extended_slot
/// u64@12, start_index u8@20, authority option@21, addresses from 56; transactions.json "lookup_table_accounts".
/// </summary>
public sealed class LookupTable
{
    /// <summary>Most addresses of a table.</summary>
    public const int MaxAddresses = 256;

    /// <summary>Bytes before the addresses.</summary>
    public const int HeaderBytes = 56;

    // Twice the entries, so probes stay short.
    private const int IndexBits = 9;
    private const int IndexSize = 1 << IndexBits;
    private const uint EntryBits = 0xffff;

    private readonly Pubkey[] _addresses = new Pubkey[MaxAddresses];
    private readonly uint[] _index = new uint[IndexSize]; // first entry of a key, plus one, below a mark; 0 = free
    private int _indexedCount;

    /// <summary>An empty table at an address; call <see cref="Update"/> with the account's data.</summary>
    public LookupTable(in Pubkey key) => Key = key;

    /// <summary>Address of the table account.</summary>
    public Pubkey Key { get; }

    /// <summary>Slot of deactivation; the largest u64 while active.</summary>
    public ulong DeactivationSlot { get; private set; } = ulong.MaxValue;

    /// <summary>Slot in which addresses were last added.</summary>
    public ulong LastExtendedSlot { get; private set; }

    /// <summary>Index of the first address added in <see cref="LastExtendedSlot"/>.</summary>
    public byte LastExtendedStartIndex { get; private set; }

    /// <summary>Authority that may change the table; null if it is frozen.</summary>
    public Pubkey? Authority { get; private set; }

    /// <summary>Outcome of the last update.</summary>
    public LookupTableStatus Status { get; private set; }

    /// <summary>All addresses, usable or not.</summary>
    public ReadOnlySpan<Pubkey> Addresses => _addresses.AsSpan(0, AddressCount);

    /// <summary>Number of addresses.</summary>
    public int AddressCount { get; private set; }

    /// <summary>Addresses usable at the slot of the last update: a prefix of <see cref="Addresses"/>.</summary>
    public int UsableCount { get; private set; }

    /// <summary>
    /// Decodes the account and decides, for <paramref name="slot"/>, which entries may be used.
    /// </summary>
    public LookupTableStatus Update(in Pubkey owner, ReadOnlySpan<byte> data, ulong slot) =>
        Status = owner == ProgramIds.AddressLookupTable ? Decode(data, slot) : Clear(LookupTableStatus.NotATable);

    /// <summary>True if an account's data holds the addresses that were decoded last.</summary>
    internal bool HasAddresses(ReadOnlySpan<byte> data) =>
        data.Length >= HeaderBytes && MemoryMarshal.AsBytes(Addresses).SequenceEqual(data[HeaderBytes..]);

    /// <summary>Sets the addresses directly, all usable: for tables known from elsewhere than an account.</summary>
    public LookupTableStatus Set(ReadOnlySpan<Pubkey> addresses)
    {
        _ = Clear(LookupTableStatus.Ok);
        if (addresses.Length > MaxAddresses) return Status = LookupTableStatus.TooManyAddresses;
        addresses.CopyTo(_addresses);
        AddressCount = addresses.Length;
        MakeUsable(AddressCount);
        return Status = LookupTableStatus.Ok;
    }

    /// <summary>Moves the slot forward: entries of an earlier extension become usable.</summary>
    public void AdvanceTo(ulong slot)
    {
        if (Status == LookupTableStatus.Ok && slot > LastExtendedSlot) MakeUsable(AddressCount);
    }

    /// <summary>Index of the first usable entry with this address.</summary>
    public bool TryFind(in Pubkey key, out byte index)
    {
        int entry = Find(in key, key.ShortTag);
        index = (byte)Math.Max(entry, 0);
        return entry >= 0;
    }

    /// <summary>
    /// Which of 64 accounts of a message the table holds, of those <paramref name="wanted"/>, one bit each; their first
    /// usable entries go to <paramref name="entries"/>, by ordinal.
    /// PERF: the table's arrays stay in registers from account to account (TransactionBench.Build).
    /// </summary>
    internal ulong Find(MessageKeys keys, int word, ulong wanted, Span<byte> entries)
    {
        // SAFETY: wanted has bits of accounts only, of which there are no more than entries; a probe has the bits of
        // the index's size, and what is in it is below the number of addresses.
        ref uint tags = ref MemoryMarshal.GetReference(keys.Tags);
        ref Pubkey accounts = ref MemoryMarshal.GetReference(keys.All);
        ref uint places = ref MemoryMarshal.GetArrayDataReference(_index);
        ref Pubkey addresses = ref MemoryMarshal.GetArrayDataReference(_addresses);
        ref byte results = ref MemoryMarshal.GetReference(entries[..keys.Count]);
        ulong found = 0;
        for (; wanted != 0; wanted &= wanted - 1)
        {
            nuint ordinal = (nuint)((word * 64) + BitOperations.TrailingZeroCount(wanted));
            uint tag = Unsafe.Add(ref tags, ordinal);
            uint probe = Place(tag);
            for (uint place; (place = Unsafe.Add(ref places, probe)) != 0; probe = (probe + 1) & (IndexSize - 1))
            {
                uint entry = (place & EntryBits) - 1;
                if ((place & ~EntryBits) != Mark(tag)) continue;
                if (!Pubkey.AreSame(in Unsafe.Add(ref accounts, ordinal), in Unsafe.Add(ref addresses, entry)))
                    continue;
                Unsafe.Add(ref results, ordinal) = (byte)entry;
                found |= wanted & (0 - wanted);
                break;
            }
        }

        return found;
    }

    private int Find(ref readonly Pubkey key, uint tag)
    {
        // PERF: the mark, bits of the tag that choose no place, keeps other keys of a run from being read
        // (TransactionBench.Build).
        uint probe = Place(tag);
        for (uint place; (place = _index[probe]) != 0; probe = (probe + 1) & (IndexSize - 1))
        {
            int entry = (int)(place & EntryBits) - 1;
            if ((place & ~EntryBits) == Mark(tag) && Pubkey.AreSame(in _addresses[entry], in key)) return entry;
        }

        return -1;
    }

    private static uint Place(uint tag) => tag >> (32 - IndexBits);

    private static uint Mark(uint tag) => tag << 16;

    private LookupTableStatus Decode(ReadOnlySpan<byte> data, ulong slot)
    {
        _ = Clear(LookupTableStatus.Ok);
        if (data.Length < HeaderBytes || (data.Length - HeaderBytes) % Pubkey.SizeBytes != 0)
        {
            return LookupTableStatus.BadLength;
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(data) != 1 || data[21] > 1) return LookupTableStatus.NotATable;
        int count = (data.Length - HeaderBytes) / Pubkey.SizeBytes;
        if (count > MaxAddresses) return LookupTableStatus.TooManyAddresses;
        DeactivationSlot = BinaryPrimitives.ReadUInt64LittleEndian(data[4..]);
        LastExtendedSlot = BinaryPrimitives.ReadUInt64LittleEndian(data[12..]);
        LastExtendedStartIndex = data[20];
        Authority = data[21] == 1 ? Pubkey.Read(data, 22) : null;
        for (int i = 0; i < count; i++) _addresses[i] = Pubkey.Read(data, HeaderBytes + (i * Pubkey.SizeBytes));
        AddressCount = count;
        if (DeactivationSlot != ulong.MaxValue) return LookupTableStatus.Deactivated;
        MakeUsable(slot > LastExtendedSlot ? count : Math.Min(count, LastExtendedStartIndex));
        return LookupTableStatus.Ok;
    }

    private LookupTableStatus Clear(LookupTableStatus status)
    {
        Array.Clear(_index);
        _indexedCount = 0;
        AddressCount = 0;
        UsableCount = 0;
        DeactivationSlot = ulong.MaxValue;
        LastExtendedSlot = 0;
        LastExtendedStartIndex = 0;
        Authority = null;
        return status;
    }

    private void MakeUsable(int count)
    {
        for (; _indexedCount < count; _indexedCount++)
        {
            ref readonly Pubkey key = ref _addresses[_indexedCount];
            if (TryFind(key, out _)) continue; // the first entry of a repeated address counts
            uint probe = Place(key.ShortTag);
            while (_index[probe] != 0) probe = (probe + 1) & (IndexSize - 1);
            _index[probe] = Mark(key.ShortTag) | (uint)(_indexedCount + 1);
        }

        UsableCount = _indexedCount;
    }
}
