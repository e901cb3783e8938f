using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// The order of a message's accounts: class by class, in a class by ordinal. Members of a class are bits. Where the
/// processor can, 64 accounts are placed at once.
/// PERF: no account waits for the one before it, and no loop ends where no branch foresees it (TransactionBench.Build).
/// Owner: the writer's thread.
/// </summary>
internal sealed class AccountOrder
{
    // A whole vector may be written behind the last place.
    private const int Room = MessageKeys.Max + 64;

    private readonly byte[] _ordinals = new byte[Room]; // by position
    private readonly byte[] _positions = new byte[MessageKeys.Max]; // by ordinal
    private readonly byte[] _entries = new byte[MessageKeys.Max]; // of tables, by ordinal
    private readonly byte[] _entryAt = new byte[Room]; // of tables, by position

    /// <summary>Ordinals by position.</summary>
    public ReadOnlySpan<byte> Ordinals => _ordinals.AsSpan(0, MessageKeys.Max);

    /// <summary>Positions by ordinal.</summary>
    public ReadOnlySpan<byte> Positions => _positions;

    /// <summary>Places of accounts in their tables by ordinal, to be set before they are placed.</summary>
    public Span<byte> Entries => _entries;

    /// <summary>Places of accounts in their tables, by position, and room for a vector behind them.</summary>
    public ReadOnlySpan<byte> EntriesAt => _entryAt;

    /// <summary>True if so many accounts are placed at once.</summary>
    public static bool IsVector(int count) =>
        Avx512Vbmi2.IsSupported && Avx512Vbmi.IsSupported && count <= Vector512<byte>.Count;

    /// <summary>
    /// Places those of 64 accounts, beginning with ordinal 64 <paramref name="word"/>, whose bits are set, from
    /// position <paramref name="at"/> on. Returns the position behind them.
    /// </summary>
    public int Place(ulong members, int word, int at)
    {
        // SAFETY: members are bits of ordinals in use, and there are no more positions than ordinals, for which all
        // have room.
        ref byte ordinals = ref MemoryMarshal.GetArrayDataReference(_ordinals);
        ref byte positions = ref MemoryMarshal.GetArrayDataReference(_positions);
        ref byte entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        ref byte entryAt = ref MemoryMarshal.GetArrayDataReference(_entryAt);
        for (; members != 0; members &= members - 1)
        {
            int ordinal = (word * 64) + BitOperations.TrailingZeroCount(members);
            Unsafe.Add(ref positions, ordinal) = (byte)at;
            Unsafe.Add(ref ordinals, at) = (byte)ordinal;
            Unsafe.Add(ref entryAt, at) = Unsafe.Add(ref entries, ordinal);
            at++;
        }

        return at;
    }

    /// <summary>
    /// The same for all classes of at most 64 accounts, where <see cref="IsVector"/>: the bits of each are replaced by
    /// how many they are.
    /// </summary>
    public void PlaceAll(Span<ulong> classes)
    {
        Vector512<byte> bits = Vector512.Create(0x8040_2010_0804_0201).AsByte();
        Vector512<byte> spread = Vector512<byte>.Indices >> 3;
        Vector512<byte> indices = Vector512<byte>.Indices;

        // SAFETY: all arrays have room for a whole vector, behind any position too.
        ref byte ordinals = ref MemoryMarshal.GetArrayDataReference(_ordinals);
        ref byte entryAt = ref MemoryMarshal.GetArrayDataReference(_entryAt);
        Vector512<byte> entries = Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_entries));
        Vector512<byte> positions = Vector512<byte>.Zero;
        uint at = 0;
        foreach (ref ulong members in classes)
        {
            if (members == 0) continue;
            Vector512<byte> mine = Vector512.Equals(
                Avx512BW.Shuffle(Vector512.Create(members).AsByte(), spread) & bits, bits);
            Avx512Vbmi2.Compress(Vector512<byte>.Zero, mine, indices).StoreUnsafe(ref ordinals, at);
            Avx512Vbmi2.Compress(Vector512<byte>.Zero, mine, entries).StoreUnsafe(ref entryAt, at);
            positions = Avx512Vbmi2.Expand(positions, mine, indices + Vector512.Create((byte)at));
            uint count = (uint)BitOperations.PopCount(members);
            members = count;
            at += count;
        }

        positions.StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_positions));
    }
}
