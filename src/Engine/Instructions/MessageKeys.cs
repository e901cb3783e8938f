using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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

    // Programs and accounts of all instructions a message can have; whole vectors of bytes.
    private const int ReferencesMax = MessageWriter.MaxInstructions * (InstructionBuffer.MaxAccounts + 1);

    private readonly AccountNumbers _numbers = new();
    private readonly uint[] _places = new uint[AccountNumbers.Capacity]; // by number: message and ordinal
    private readonly ushort[] _items = new ushort[Room]; // by ordinal: number, privileges
    private readonly byte[] _references = new byte[ReferencesMax]; // ordinals in the order of mention
    private readonly byte[] _placed = new byte[ReferencesMax + 64]; // their positions, and a vector behind them
    private uint _message;
    private int _referenceCount;

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
        _places[AccountNumbers.NumberOf(item)] = _message;
        _items[0] = item;
        Count = 1;
        _referenceCount = 0;
    }

    /// <summary>
    /// Adds programs and accounts of instructions, or widens their privileges; false if there are too many.
    /// </summary>
    public bool TryAdd(ReadOnlySpan<InstructionBuffer> instructions)
    {
        int count = Count;
        int references = 0;
        foreach (InstructionBuffer instruction in instructions)
        {
            ReadOnlySpan<ushort> items = _numbers.Items(instruction);
            if (items.Length > ReferencesMax - references) return false;
            count = Add(items, count, references);
            Count = Math.Min(count, Max);
            if (count > Max) return false;
            references += items.Length;
        }

        _referenceCount = references;
        return true;
    }

    /// <summary>Which of 64 accounts have any of the privileges, one bit each.</summary>
    public ulong With(AccountFlags any, int word)
    {
        ReadOnlySpan<ushort> items = _items.AsSpan(word * 64, 64);
        Vector512<ushort> asked = Vector512.Create(AccountNumbers.ItemOf(0, any));
        Vector512<ushort> lower = Vector512.Create(items) & asked;
        Vector512<ushort> upper = Vector512.Create(items[Vector512<ushort>.Count..]) & asked;
        ulong without = Vector512.Equals(lower, Vector512<ushort>.Zero).ExtractMostSignificantBits()
            | (Vector512.Equals(upper, Vector512<ushort>.Zero).ExtractMostSignificantBits() << 32);
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
    /// Puts the positions of all programs and accounts that instructions mention, in that order, in place of the last
    /// message's; <paramref name="positions"/> has room for one of every ordinal.
    /// </summary>
    public void PlaceReferences(ReadOnlySpan<byte> positions)
    {
        Span<byte> placed = _placed.AsSpan(0, _referenceCount);
        ReadOnlySpan<byte> ordinals = _references.AsSpan(0, _referenceCount);
        positions = positions[..Max];
        if (AccountOrder.IsVector(Count))
        {
            Vector512<byte> all = Vector512.Create(positions);
            // SAFETY: the room is of whole vectors, of which the last one begins before the last reference.
            ref byte from = ref MemoryMarshal.GetArrayDataReference(_references);
            ref byte to = ref MemoryMarshal.GetArrayDataReference(_placed);
            for (nuint i = 0; i < (nuint)placed.Length; i += (nuint)Vector512<byte>.Count)
                Avx512Vbmi.PermuteVar64x8(all, Vector512.LoadUnsafe(ref from, i)).StoreUnsafe(ref to, i);
            return;
        }

        for (int i = 0; i < placed.Length; i++) placed[i] = positions[ordinals[i]];
    }

    /// <summary>After <see cref="PlaceReferences"/>: of each instruction the program's position, then its accounts';
    /// then room for a vector at least.</summary>
    public ReadOnlySpan<byte> References => _placed;

    /// <summary>
    /// PERF: one number is the ordinal of the next account and the mark of the message, so that it is stored as it is
    /// (TransactionBench.Build).
    /// </summary>
    private int Add(ReadOnlySpan<ushort> items, int first, int firstReference)
    {
        // SAFETY: an item's number is below the capacity, its ordinal below Max and the length of one list, which is
        // Room. There is room for as many references as there are items (TryAdd).
        ref ushort item = ref MemoryMarshal.GetReference(items);
        ref uint places = ref MemoryMarshal.GetArrayDataReference(_places);
        ref ushort taken = ref MemoryMarshal.GetArrayDataReference(_items);
        ref byte mentioned = ref _references[firstReference];
        ref ushort free = ref Unsafe.Add(ref taken, first);
        uint message = _message;
        uint next = message + (uint)first;
        for (nuint i = 0; i < (nuint)items.Length; i++)
        {
            uint one = Unsafe.Add(ref item, i);
            ref uint place = ref Unsafe.Add(ref places, (nuint)AccountNumbers.NumberOf(one));
            uint ordinal = place - message;
            if (ordinal >> MessageShift == 0)
            {
                Unsafe.Add(ref taken, ordinal) |= (ushort)one; // the same number, more privileges
                Unsafe.Add(ref mentioned, i) = (byte)ordinal;
                continue;
            }

            place = next;
            Unsafe.Add(ref mentioned, i) = (byte)next;
            free = (ushort)one;
            free = ref Unsafe.Add(ref free, 1);
            next++;
        }

        return (int)(next - message);
    }
}
