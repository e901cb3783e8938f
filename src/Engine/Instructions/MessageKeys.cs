using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// The distinct accounts of one message in order of first mention, each with the union of its privileges. Reused for
/// every message without clearing: a generation number marks the table entries of the current one.
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

    private const int TableSize = 1024;

    private readonly Pubkey[] _keys = new Pubkey[Max];
    private readonly AccountFlags[] _flags = new AccountFlags[Max];
    private readonly ulong[] _tags = new ulong[Max];
    private readonly uint[] _table = new uint[TableSize]; // generation in the upper 24 bits, ordinal in the lower 8
    private uint _generation;

    public int Count { get; private set; }

    public ref readonly Pubkey this[int ordinal] => ref _keys[ordinal];

    public AccountFlags Flags(int ordinal) => _flags[ordinal];

    /// <summary>The key's <see cref="Pubkey.Tag"/>, computed once: lookup tables, tip filter ask for it.</summary>
    public ulong Tag(int ordinal) => _tags[ordinal];

    public void Reset()
    {
        Count = 0;
        if (++_generation < 1u << 24) return;
        _generation = 1;
        Array.Clear(_table);
    }

    /// <summary>Adds a key or widens its privileges; the ordinal of the key, or -1 if the table is full.</summary>
    public int Add(in Pubkey key, AccountFlags flags)
    {
        AccountMeta one = new(key, flags);
        byte ordinal = 0;
        return TryAdd(new ReadOnlySpan<AccountMeta>(in one), new Span<byte>(ref ordinal)) ? ordinal : -1;
    }

    /// <summary>
    /// The same for a list: writes the ordinal of each key; false if the table is full.
    /// PERF: the count stays in a register from key to key (TransactionBench.Build).
    /// </summary>
    public bool TryAdd(ReadOnlySpan<AccountMeta> metas, Span<byte> ordinals)
    {
        uint[] table = _table;
        Pubkey[] keys = _keys;
        AccountFlags[] privileges = _flags;
        uint generation = _generation;
        int count = Count;
        ordinals = ordinals[..metas.Length];
        for (int i = 0; i < metas.Length; i++)
        {
            // SAFETY: a meta begins with its key (layout test).
            ref Pubkey key = ref Unsafe.As<AccountMeta, Pubkey>(ref Unsafe.AsRef(in metas[i]));
            ulong tag = key.Tag;
            uint probe = (uint)tag & (TableSize - 1);
            int ordinal = count;
            for (uint entry = table[probe]; entry >> 8 == generation; entry = table[probe])
            {
                ordinal = (int)(entry & 0xff);
                if (Pubkey.AreSame(in keys[ordinal], in key)) break;
                ordinal = count;
                probe = (probe + 1) & (TableSize - 1);
            }

            if (ordinal == count)
            {
                if (count == Max) return false;
                table[probe] = (generation << 8) | (uint)count;
                keys[count] = key;
                privileges[count] = metas[i].Flags;
                _tags[count] = tag;
                Count = ++count;
            }
            else
            {
                privileges[ordinal] |= metas[i].Flags;
            }

            ordinals[i] = (byte)ordinal;
        }

        return true;
    }
}
