using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// Text of a key -> key, direct mapped: a message names its owner program in Base58 each time, and a market has a
/// handful of owners. A hit compares the whole text, so it is exact. One feed thread owns it.
/// Bound: <see cref="EntryCount"/> entries of 96 bytes, so the cache stays in the first-level data cache.
/// </summary>
internal sealed class KeyCache
{
    /// <summary>Entries; a power of two. Owners in use: token programs, system, sysvar, and one a DEX.</summary>
    private const int EntryCount = 128;

    private readonly Entry[] _entries = new Entry[EntryCount];

    /// <summary>The key written in <paramref name="text"/>; false if it is not a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(ReadOnlySpan<byte> text, out Pubkey key)
    {
        if (text.Length is >= KeyText.MinLengthBytes and <= KeyText.MaxLengthBytes)
        {
            ulong head = BinaryPrimitives.ReadUInt64LittleEndian(text);
            ref Entry entry = ref _entries[(int)((head * 0x9E3779B97F4A7C15UL) >> 57)];
            ReadOnlySpan<byte> known = entry.Text;
            if (entry.Length == text.Length && known[..text.Length].SequenceEqual(text))
            {
                key = entry.Key;
                return true;
            }

            return TryAdd(ref entry, text, out key);
        }

        key = default;
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryAdd(ref Entry entry, ReadOnlySpan<byte> text, out Pubkey key)
    {
        if (!KeyText.TryDecode(text, out key)) return false;
        Span<byte> known = entry.Text;
        text.CopyTo(known);
        entry.Length = text.Length;
        entry.Key = key;
        return true;
    }

    private struct Entry
    {
        public KeyBytes Text;
        public int Length;
        public Pubkey Key;
    }

    [InlineArray(KeyText.MaxLengthBytes)]
    private struct KeyBytes
    {
        private byte _first;
    }
}
