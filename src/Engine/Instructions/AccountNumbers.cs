using System;
using System.Runtime.CompilerServices;
using System.Threading;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Numbers of the accounts that messages name. An account is hashed and compared when a list first holds it, and not
/// for every message: the numbers of a list stay in its buffer while its version is the same
/// (<see cref="InstructionBuffer.ListVersion"/>). Bound: <see cref="Capacity"/> accounts; when a message may not find
/// room all are forgotten, and lists are numbered again as they come. Owner: the writer's thread. Memory: 72 KB, of
/// which the places in use are touched.
/// </summary>
internal sealed class AccountNumbers
{
    /// <summary>Most accounts: those of some hundred legs, which share most of theirs.</summary>
    public const int Capacity = 2_048;

    /// <summary>Set on an account that must not come from a lookup table: a program that is called, a tip
    /// account.</summary>
    public const AccountFlags Listed = (AccountFlags)4;

    // A number with its privileges above it.
    private const int FlagsShift = 12;
    private const int TableBits = 12; // twice the capacity

    private static long _generations;

    private readonly Pubkey[] _keys = new Pubkey[Capacity];
    private readonly ushort[] _table = new ushort[1 << TableBits]; // number plus one; 0 = free
    private int _count;

    public AccountNumbers() => Forget();

    /// <summary>Another one whenever numbers were given again; no two instances have the same.</summary>
    public long Generation { get; private set; }

    /// <summary>The account of a number.</summary>
    public ref readonly Pubkey this[int number] => ref _keys[number];

    /// <summary>Number of an item.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint NumberOf(uint item) => item & ((1 << FlagsShift) - 1);

    /// <summary>An item.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ItemOf(int number, AccountFlags flags) => (ushort)(number | ((int)flags << FlagsShift));

    /// <summary>Forgets all if so many accounts may not find room.</summary>
    public void MakeRoom(int count)
    {
        if (_count + count > Capacity) Forget();
    }

    /// <summary>An account's number and privileges. There must be room.</summary>
    public ushort ItemOf(ref readonly Pubkey key, AccountFlags flags)
    {
        int number = Number(in key);
        return ItemOf(number, number < TipAccounts.Count ? flags | Listed : flags);
    }

    /// <summary>Program and accounts of an instruction. There must be room.</summary>
    public ReadOnlySpan<ushort> Items(InstructionBuffer list)
    {
        ref ListNumbers known = ref list.Numbers;
        int count = list.AccountCount + 1;
        if (known.Generation != Generation || known.Version != list.ListVersion || known.Count < count)
            Renumber(list, ref known);
        return known.Items.AsSpan(0, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Renumber(InstructionBuffer list, ref ListNumbers known)
    {
        ReadOnlySpan<AccountMeta> accounts = list.Accounts;
        known.Items[0] = ItemOf(in list.ProgramId, Listed);
        for (int i = 0; i < accounts.Length; i++)
        {
            ref readonly AccountMeta meta = ref accounts[i];
            // SAFETY: a meta begins with its key (layout test).
            known.Items[i + 1] = ItemOf(
                in Unsafe.As<AccountMeta, Pubkey>(ref Unsafe.AsRef(in meta)), meta.Flags);
        }

        (known.Generation, known.Version, known.Count) = (Generation, list.ListVersion, accounts.Length + 1);
    }

    private int Number(ref readonly Pubkey key)
    {
        uint probe = key.ShortTag >> (32 - TableBits);
        for (int entry; (entry = _table[probe]) != 0; probe = (probe + 1) & ((1 << TableBits) - 1))
        {
            if (Pubkey.AreSame(in _keys[entry - 1], in key)) return entry - 1;
        }

        _keys[_count] = key;
        _table[probe] = (ushort)++_count;
        return _count - 1;
    }

    /// <summary>The tip accounts have the first numbers.</summary>
    private void Forget()
    {
        Array.Clear(_table);
        _count = 0;
        Generation = Interlocked.Increment(ref _generations);
        foreach (ref readonly Pubkey tip in TipAccounts.All) _ = Number(in tip);
    }
}
