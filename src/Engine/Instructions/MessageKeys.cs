using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// The distinct accounts of one message in order of first mention, each with the union of its privileges.
/// Bound: 256, what one index byte can number. Owner: the writer's thread.
/// </summary>
internal sealed class MessageKeys
{
    /// <summary>Most accounts.</summary>
    public const int Max = 256;

    /// <summary>Words that have a bit for each account.</summary>
    public const int Words = Max / 64;

    /// <summary>
    /// Set on a key that an instruction calls as program; such a key cannot come from a lookup table.
    /// </summary>
    public const AccountFlags Invoked = (AccountFlags)4;

    // Twice the accounts: 1 KB, cleared for every message, which is cheaper than an age in each place.
    private const int TableBits = 9;
    private const int TableSize = 1 << TableBits;

    // Room for a whole list beyond the bound, which is looked at once a list.
    private const int Room = Max + InstructionBuffer.MaxAccounts;

    private readonly Pubkey[] _keys = new Pubkey[Room];
    private readonly AccountFlags[] _flags = new AccountFlags[Room];
    private readonly uint[] _tags = new uint[Room];
    private readonly ushort[] _table = new ushort[TableSize]; // ordinal plus one; 0 = free

    public int Count { get; private set; }

    public ref readonly Pubkey this[int ordinal] => ref _keys[ordinal];

    public AccountFlags Flags(int ordinal) => _flags[ordinal];

    /// <summary>The keys' <see cref="Pubkey.ShortTag"/>, computed once: lookup tables ask for it.</summary>
    public ReadOnlySpan<uint> Tags => _tags.AsSpan(0, Count);

    /// <summary>The keys by ordinal.</summary>
    public ReadOnlySpan<Pubkey> All => _keys.AsSpan(0, Count);

    public void Reset()
    {
        Count = 0;
        Array.Clear(_table);
    }

    /// <summary>Adds a key or widens its privileges; the ordinal of the key, or -1 if the table is full.</summary>
    public int Add(ref readonly Pubkey key, AccountFlags flags)
    {
        if (Count == Max) return -1;
        int count = Count;
        int ordinal = Place(in key, flags, ref count, new Arrays(this));
        Count = count;
        return ordinal;
    }

    /// <summary>
    /// The same for the accounts of an instruction: writes the ordinal of each; false if the table is full.
    /// PERF: the count stays in a register from key to key (TransactionBench.Build).
    /// </summary>
    public bool TryAdd(ReadOnlySpan<AccountMeta> metas, Span<byte> ordinals)
    {
        if (metas.Length > InstructionBuffer.MaxAccounts) return false;
        Arrays arrays = new(this);
        int count = Count;
        ordinals = ordinals[..metas.Length];
        for (int i = 0; i < metas.Length; i++)
        {
            ref readonly AccountMeta meta = ref metas[i];
            // SAFETY: a meta begins with its key (layout test).
            ref Pubkey key = ref Unsafe.As<AccountMeta, Pubkey>(ref Unsafe.AsRef(in meta));
            ordinals[i] = (byte)Place(in key, meta.Flags, ref count, arrays);
        }

        Count = Math.Min(count, Max);
        return count <= Max;
    }

    /// <summary>
    /// The ordinal of a key whose <see cref="Pubkey.ShortTag"/> is known; -1 if it is not among them.
    /// </summary>
    public int Find(ref readonly Pubkey key, uint tag)
    {
        uint probe = tag >> (32 - TableBits);
        for (int entry = _table[probe]; entry != 0; entry = _table[probe])
        {
            if (Pubkey.AreSame(in _keys[entry - 1], in key)) return entry - 1;
            probe = (probe + 1) & (TableSize - 1);
        }

        return -1;
    }

    /// <summary>Which of 64 accounts have a privilege, one bit each.</summary>
    public ulong With(AccountFlags flag, int word)
    {
        ReadOnlySpan<byte> flags = MemoryMarshal.AsBytes(_flags.AsSpan(word * 64, 64));
        Vector256<byte> one = Vector256.Create((byte)flag);
        uint low = Vector256.Equals(Vector256.Create(flags) & one, one).ExtractMostSignificantBits();
        uint high = Vector256.Equals(Vector256.Create(flags[32..]) & one, one).ExtractMostSignificantBits();
        return (low | ((ulong)high << 32)) & Present(word);
    }

    /// <summary>
    /// Which of 64 accounts may come from a lookup table, one bit each: signers, programs and tip accounts must be
    /// listed.
    /// </summary>
    public ulong MayBeLookedUp(int word)
    {
        ulong may = Present(word) & ~(With(AccountFlags.Signer, word) | With(Invoked, word));
        ReadOnlySpan<Pubkey> tips = TipAccounts.All;
        ReadOnlySpan<uint> tags = TipAccounts.Tags;
        // PERF: eight tip accounts are looked for among the message's, not each of those among them.
        for (int i = 0; i < tips.Length; i++)
        {
            int ordinal = Find(in tips[i], tags[i]);
            if (ordinal >> 6 == word) may &= ~(1UL << (ordinal & 63));
        }

        return may;
    }

    /// <summary>Words that have a bit for each account there is.</summary>
    public int WordsInUse => (Count + 63) >> 6;

    /// <summary>Which of 64 ordinals are in use.</summary>
    public ulong Present(int word)
    {
        int count = Count - (word * 64);
        return count >= 64 ? ulong.MaxValue : count <= 0 ? 0 : (1UL << count) - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(ref readonly Pubkey key, AccountFlags flags, ref int count, scoped Arrays arrays)
    {
        // SAFETY: a probe is masked or shifted to the bits of the table's size; an ordinal is below the count, which is
        // below Room, the length of the other arrays.
        uint tag = key.ShortTag;
        uint probe = tag >> (32 - TableBits);
        uint entry = Unsafe.Add(ref arrays.Table, probe);
        while (entry != 0)
        {
            if (Pubkey.AreSame(in Unsafe.Add(ref arrays.Keys, entry - 1), in key))
            {
                Unsafe.Add(ref arrays.Flags, entry - 1) |= flags;
                return (int)entry - 1;
            }

            probe = (probe + 1) & (TableSize - 1);
            entry = Unsafe.Add(ref arrays.Table, probe);
        }

        uint ordinal = (uint)count;
        count = (int)ordinal + 1;
        Unsafe.Add(ref arrays.Table, probe) = (ushort)count;
        Unsafe.Add(ref arrays.Keys, ordinal) = key;
        Unsafe.Add(ref arrays.Flags, ordinal) = flags;
        Unsafe.Add(ref arrays.Tags, ordinal) = tag;
        return (int)ordinal;
    }

    /// <summary>PERF: the arrays' first elements, fetched once a list and not once a key.</summary>
    private readonly ref struct Arrays(MessageKeys keys)
    {
        public readonly ref ushort Table = ref MemoryMarshal.GetArrayDataReference(keys._table);
        public readonly ref Pubkey Keys = ref MemoryMarshal.GetArrayDataReference(keys._keys);
        public readonly ref AccountFlags Flags = ref MemoryMarshal.GetArrayDataReference(keys._flags);
        public readonly ref uint Tags = ref MemoryMarshal.GetArrayDataReference(keys._tags);
    }
}
