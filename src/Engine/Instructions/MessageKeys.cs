using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

    /// <summary>
    /// Set on a key that an instruction calls as program; such a key cannot come from a lookup table.
    /// </summary>
    public const AccountFlags Invoked = (AccountFlags)4;

    // Twice the accounts: 1 KB, cleared for every message, which is cheaper than an age in each place.
    private const int TableBits = 9;
    private const int TableSize = 1 << TableBits;

    private readonly Pubkey[] _keys = new Pubkey[Max];
    private readonly AccountFlags[] _flags = new AccountFlags[Max];
    private readonly uint[] _tags = new uint[Max];
    private readonly ushort[] _table = new ushort[TableSize]; // ordinal plus one; 0 = free

    public int Count { get; private set; }

    public ref readonly Pubkey this[int ordinal] => ref _keys[ordinal];

    public AccountFlags Flags(int ordinal) => _flags[ordinal];

    /// <summary>The keys' <see cref="Pubkey.ShortTag"/>, computed once: lookup tables, tip filter ask for it.</summary>
    public uint Tag(int ordinal) => _tags[ordinal];

    public void Reset()
    {
        Count = 0;
        Array.Clear(_table);
    }

    /// <summary>Adds a key or widens its privileges; the ordinal of the key, or -1 if the table is full.</summary>
    public int Add(ref readonly Pubkey key, AccountFlags flags)
    {
        int count = Count;
        int ordinal = Place(in key, flags, ref count);
        Count = count;
        return ordinal;
    }

    /// <summary>
    /// The same for a list: writes the ordinal of each key; false if the table is full.
    /// PERF: the count stays in a register from key to key (TransactionBench.Build).
    /// </summary>
    public bool TryAdd(ReadOnlySpan<AccountMeta> metas, Span<byte> ordinals)
    {
        int count = Count;
        ordinals = ordinals[..metas.Length];
        bool isWhole = true;
        for (int i = 0; i < metas.Length; i++)
        {
            ref readonly AccountMeta meta = ref metas[i];
            // SAFETY: a meta begins with its key (layout test).
            ref Pubkey key = ref Unsafe.As<AccountMeta, Pubkey>(ref Unsafe.AsRef(in meta));
            int ordinal = Place(in key, meta.Flags, ref count);
            isWhole = ordinal >= 0;
            if (!isWhole) break;
            ordinals[i] = (byte)ordinal;
        }

        Count = count;
        return isWhole;
    }

    /// <summary>
    /// PERF: no bounds are checked. Every place is below the table's size, and every ordinal in it below the count.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Place(ref readonly Pubkey key, AccountFlags flags, ref int count)
    {
        // SAFETY: a probe is masked or shifted to the bits of the table's size, and an ordinal is below Max, the length
        // of the other arrays, as only this method writes the table.
        ref ushort table = ref MemoryMarshal.GetArrayDataReference(_table);
        ref Pubkey keys = ref MemoryMarshal.GetArrayDataReference(_keys);
        ref AccountFlags privileges = ref MemoryMarshal.GetArrayDataReference(_flags);
        uint tag = key.ShortTag;
        uint probe = tag >> (32 - TableBits);
        int ordinal = Unsafe.Add(ref table, probe) - 1;
        while (ordinal >= 0)
        {
            if (Pubkey.AreSame(in Unsafe.Add(ref keys, ordinal), in key))
            {
                Unsafe.Add(ref privileges, ordinal) |= flags;
                return ordinal;
            }

            probe = (probe + 1) & (TableSize - 1);
            ordinal = Unsafe.Add(ref table, probe) - 1;
        }

        if (count == Max) return -1;
        ordinal = count++;
        Unsafe.Add(ref table, probe) = (ushort)count;
        Unsafe.Add(ref keys, ordinal) = key;
        Unsafe.Add(ref privileges, ordinal) = flags;
        _tags[ordinal] = tag;
        return ordinal;
    }
}
