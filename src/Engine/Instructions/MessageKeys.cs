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

    // Room for a whole list beyond the bound, which is looked at once a list.
    private const int Room = Max + 1 + InstructionBuffer.MaxAccounts;

    private const int MessageShift = 16;

    private readonly AccountNumbers _numbers = new();
    private readonly uint[] _ordinals = new uint[AccountNumbers.Capacity]; // by number: message, ordinal
    private readonly ushort[] _items = new ushort[Room]; // by ordinal: number, privileges
    private uint _message;

    public int Count { get; private set; }

    public ref readonly Pubkey this[int ordinal] => ref _numbers[(int)AccountNumbers.NumberOf(_items[ordinal])];

    /// <summary>Who gave the accounts their numbers.</summary>
    public long Generation => _numbers.Generation;

    /// <summary>The accounts' numbers and privileges, by ordinal.</summary>
    public ReadOnlySpan<ushort> Items => _items.AsSpan(0, Count);

    /// <summary>Begins a message with who pays for it.</summary>
    public void Reset(ref readonly Pubkey payer)
    {
        _numbers.MakeRoom(Room);
        _message += 1 << MessageShift;
        if (_message == 0)
        {
            Array.Clear(_ordinals);
            _message = 1 << MessageShift;
        }

        ushort item = _numbers.ItemOf(in payer, AccountFlags.Signer | AccountFlags.Writable);
        byte ordinal = 0;
        Count = Add(new ReadOnlySpan<ushort>(in item), new Span<byte>(ref ordinal), 0);
    }

    /// <summary>
    /// Adds program and accounts of an instruction, or widens their privileges: writes the ordinal of each; false if
    /// there are too many.
    /// </summary>
    public bool TryAdd(InstructionBuffer instruction, Span<byte> ordinals)
    {
        int count = Add(_numbers.Items(instruction), ordinals, Count);
        Count = Math.Min(count, Max);
        return count <= Max;
    }

    /// <summary>Which of 64 accounts have any of the privileges, one bit each.</summary>
    public ulong With(AccountFlags any, int word)
    {
        ReadOnlySpan<ushort> items = _items.AsSpan(word * 64, 64);
        Vector256<ushort> asked = Vector256.Create(AccountNumbers.ItemOf(0, any));
        ulong without = 0;
        for (int i = 0; i < items.Length; i += Vector256<ushort>.Count)
        {
            Vector256<ushort> some = Vector256.Create(items[i..]) & asked;
            without |= (ulong)Vector256.Equals(some, Vector256<ushort>.Zero).ExtractMostSignificantBits() << i;
        }

        return ~without & Present(word);
    }

    /// <summary>Which of 64 accounts may come from a lookup table, one bit each.</summary>
    public ulong MayBeLookedUp(int word) =>
        Present(word) & ~With(AccountFlags.Signer | AccountNumbers.Listed, word);

    /// <summary>Words that have a bit for each account there is.</summary>
    public int WordsInUse => (Count + 63) >> 6;

    /// <summary>Which of 64 ordinals are in use.</summary>
    public ulong Present(int word)
    {
        int count = Count - (word * 64);
        return count >= 64 ? ulong.MaxValue : count <= 0 ? 0 : (1UL << count) - 1;
    }

    /// <summary>PERF: the count stays in a register from account to account (TransactionBench.Build).</summary>
    private int Add(ReadOnlySpan<ushort> items, Span<byte> ordinals, int first)
    {
        // SAFETY: an item's number is below the capacity, its ordinal below Max and the length of one list, which is
        // Room; the ordinals are as many as the items.
        ref ushort item = ref MemoryMarshal.GetReference(items);
        ref byte result = ref MemoryMarshal.GetReference(ordinals[..items.Length]);
        ref uint known = ref MemoryMarshal.GetArrayDataReference(_ordinals);
        ref ushort taken = ref MemoryMarshal.GetArrayDataReference(_items);
        uint message = _message;
        uint count = (uint)first;
        for (nuint i = 0; i < (nuint)items.Length; i++)
        {
            uint one = Unsafe.Add(ref item, i);
            ref uint place = ref Unsafe.Add(ref known, (nuint)AccountNumbers.NumberOf(one));
            uint ordinal = place ^ message;
            if (ordinal >> MessageShift == 0)
            {
                Unsafe.Add(ref taken, ordinal) |= (ushort)one; // the same number, more privileges
            }
            else
            {
                ordinal = count++;
                place = message | ordinal;
                Unsafe.Add(ref taken, ordinal) = (ushort)one;
            }

            Unsafe.Add(ref result, i) = (byte)ordinal;
        }

        return (int)count;
    }
}
