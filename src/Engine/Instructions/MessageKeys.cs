using System;
using System.Numerics;
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
    private readonly uint[] _places = new uint[AccountNumbers.Capacity]; // by number: message and ordinal, or position
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
            Array.Clear(_places);
            _message = 1 << MessageShift;
        }

        ushort item = _numbers.ItemOf(in payer, AccountFlags.Signer | AccountFlags.Writable);
        Count = Add(new ReadOnlySpan<ushort>(in item), 0);
    }

    /// <summary>
    /// Adds program and accounts of an instruction, or widens their privileges; false if there are too many.
    /// </summary>
    public bool TryAdd(InstructionBuffer instruction)
    {
        int count = Add(_numbers.Items(instruction), Count);
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

    /// <summary>
    /// Gives accounts their positions in the message, once all are added: those of a word whose bits are set, from
    /// <paramref name="at"/> on; returns the position behind them.
    /// </summary>
    public int Place(ulong members, int word, int at, Span<byte> order)
    {
        // SAFETY: members are bits of ordinals in use, and there are no more positions than ordinals, which order has
        // room for.
        ref uint places = ref MemoryMarshal.GetArrayDataReference(_places);
        ref ushort items = ref _items[word * 64];
        ref byte ordinals = ref MemoryMarshal.GetReference(order);
        for (; members != 0; members &= members - 1)
        {
            int bit = BitOperations.TrailingZeroCount(members);
            Unsafe.Add(ref places, (nuint)AccountNumbers.NumberOf(Unsafe.Add(ref items, bit))) = (uint)at;
            Unsafe.Add(ref ordinals, at++) = (byte)((word * 64) + bit);
        }

        return at;
    }

    /// <summary>Position of an account that was given one.</summary>
    public int Position(int ordinal) => (byte)_places[AccountNumbers.NumberOf(_items[ordinal])];

    /// <summary>Position of an instruction's program.</summary>
    public byte ProgramPosition(InstructionBuffer instruction) =>
        (byte)_places[AccountNumbers.NumberOf(instruction.Numbers.Items[0])];

    /// <summary>Writes the positions of an instruction's accounts.</summary>
    public void CopyPositions(InstructionBuffer instruction, Span<byte> positions)
    {
        ReadOnlySpan<ushort> items = instruction.Numbers.Items.AsSpan(1, positions.Length);
        // SAFETY: a number is below the capacity.
        ref uint places = ref MemoryMarshal.GetArrayDataReference(_places);
        for (int i = 0; i < positions.Length; i++)
            positions[i] = (byte)Unsafe.Add(ref places, (nuint)AccountNumbers.NumberOf(items[i]));
    }

    /// <summary>PERF: the count stays in a register from account to account (TransactionBench.Build).</summary>
    private int Add(ReadOnlySpan<ushort> items, int first)
    {
        // SAFETY: an item's number is below the capacity, its ordinal below Max and the length of one list, which is
        // Room.
        ref ushort item = ref MemoryMarshal.GetReference(items);
        ref uint places = ref MemoryMarshal.GetArrayDataReference(_places);
        ref ushort taken = ref MemoryMarshal.GetArrayDataReference(_items);
        uint message = _message;
        uint count = (uint)first;
        for (nuint i = 0; i < (nuint)items.Length; i++)
        {
            uint one = Unsafe.Add(ref item, i);
            ref uint place = ref Unsafe.Add(ref places, (nuint)AccountNumbers.NumberOf(one));
            uint ordinal = place ^ message;
            if (ordinal >> MessageShift == 0)
            {
                Unsafe.Add(ref taken, ordinal) |= (ushort)one; // the same number, more privileges
                continue;
            }

            place = message | count;
            Unsafe.Add(ref taken, count++) = (ushort)one;
        }

        return (int)count;
    }
}
