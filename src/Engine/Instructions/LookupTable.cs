using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
/// on-chain bound. Source: the address lookup table program's state: type u32=1@0, deactivation_slot u64@4,
/// last_extended_slot u64@12, start_index u8@20, authority option@21, addresses from 56; transactions.json
/// "lookup_table_accounts".
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

    // What is known of an account: 0 = not looked for yet, else that it is absent, or present and its entry.
    private const ushort Absent = 0x200;
    private const ushort Present = 0x100;

    private readonly Pubkey[] _addresses = new Pubkey[MaxAddresses];
    private readonly ushort[] _index = new ushort[IndexSize]; // first entry of a key, plus one; 0 = free
    private readonly ushort[] _known = new ushort[AccountNumbers.Capacity]; // by the account's number
    private long _knownGeneration; // of the numbers
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
        int entry = Find(in key);
        index = (byte)Math.Max(entry, 0);
        return entry >= 0;
    }

    /// <summary>
    /// Which of 64 accounts of a message the table holds, of those <paramref name="wanted"/>, one bit each; their first
    /// usable entries go to <paramref name="entries"/>, by ordinal.
    /// PERF: an account is looked for once, then its number says where it is. Nothing is called in between, as a loop
    /// with a call in it keeps its sums in memory (TransactionBench.Build).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ulong Find(MessageKeys keys, int word, ulong wanted, Span<byte> entries)
    {
        if (_knownGeneration != keys.Generation)
        {
            Array.Clear(_known);
            _knownGeneration = keys.Generation;
        }

        if (wanted == 0) return 0;
        ulong found = Find(keys, word, wanted, entries, out ulong unknown);
        if (unknown == 0) return found;
        for (; unknown != 0; unknown &= unknown - 1)
        {
            int ordinal = (word * 64) + BitOperations.TrailingZeroCount(unknown);
            int entry = Find(in keys[ordinal]);
            _known[AccountNumbers.NumberOf(keys.Items[ordinal])] = entry < 0 ? Absent : (ushort)(Present | entry);
        }

        return Find(keys, word, wanted, entries, out _);
    }

    [SkipLocalsInit]
    private ulong Find(MessageKeys keys, int word, ulong wanted, Span<byte> entries, out ulong unknown)
    {
        // Only those of wanted bits are set, and only those count.
        Span<ushort> places = stackalloc ushort[2 * Vector512<ushort>.Count];

        // SAFETY: wanted has bits of accounts only, of which there are no more than entries; numbers are below the
        // capacity.
        ref ushort items = ref MemoryMarshal.GetReference(keys.Items[(word * 64)..]);
        ref ushort known = ref MemoryMarshal.GetArrayDataReference(_known);
        ref byte results = ref MemoryMarshal.GetReference(entries[(word * 64)..keys.Count]);
        ref ushort place = ref MemoryMarshal.GetReference(places);
        for (ulong left = wanted; left != 0; left &= left - 1)
        {
            nuint bit = (nuint)BitOperations.TrailingZeroCount(left);
            uint one = Unsafe.Add(ref known, (nuint)AccountNumbers.NumberOf(Unsafe.Add(ref items, bit)));
            Unsafe.Add(ref results, bit) = (byte)one;
            Unsafe.Add(ref place, bit) = (ushort)one;
        }

        Vector512<ushort> lower = Vector512.LoadUnsafe(ref place);
        Vector512<ushort> upper = Vector512.LoadUnsafe(ref place, (nuint)Vector512<ushort>.Count);
        unknown = wanted & With(lower, upper, 0);
        return wanted & With(lower & Vector512.Create(Present), upper & Vector512.Create(Present), Present);

        static ulong With(Vector512<ushort> lower, Vector512<ushort> upper, ushort value) =>
            Vector512.Equals(lower, Vector512.Create(value)).ExtractMostSignificantBits()
                | (Vector512.Equals(upper, Vector512.Create(value)).ExtractMostSignificantBits() << 32);
    }

    private int Find(ref readonly Pubkey key)
    {
        uint probe = Place(in key);
        for (int place; (place = _index[probe]) != 0; probe = (probe + 1) & (IndexSize - 1))
        {
            if (Pubkey.AreSame(in _addresses[place - 1], in key)) return place - 1;
        }

        return -1;
    }

    private static uint Place(ref readonly Pubkey key) => key.ShortTag >> (32 - IndexBits);

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
        _knownGeneration = 0;
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
        if (_indexedCount < count) _knownGeneration = 0;
        for (; _indexedCount < count; _indexedCount++)
        {
            ref readonly Pubkey key = ref _addresses[_indexedCount];
            if (TryFind(key, out _)) continue; // the first entry of a repeated address counts
            uint probe = Place(in key);
            while (_index[probe] != 0) probe = (probe + 1) & (IndexSize - 1);
            _index[probe] = (ushort)(_indexedCount + 1);
        }

        UsableCount = _indexedCount;
    }
}
