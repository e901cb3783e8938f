using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Geyser;

/// <summary>
/// Account updates of a shape that was walked before. A shape is a message's length, its bytes that say where things
/// stand (tags, lengths, which byte ends a number), and those places. A message of the same length with the same such
/// bytes walks the same way, so its values are taken from the same places. One feed thread owns it.
/// Bound: <see cref="ShapeCount"/> shapes, direct mapped by the lengths of the message and of its account; a market has
/// some dozens. A shape in use gives its cell away only after <see cref="Patience"/> messages of others in a row.
/// PERF: four masked vector compares in place of a walk whose every step waits for the length before it, then numbers
/// by one PEXT each (GeyserAccountBenchmark).
/// </summary>
internal sealed class GeyserAccountShapes
{
    private const int VectorBytes = 64;
    private const int PartBytesMax = 2 * VectorBytes;
    private const int ShapeCount = 64;
    private const int ShapeShift = 58;
    private const int Patience = 8;

    /// <summary>A filter's name of any length that takes one byte, its tag and length, and a word behind.</summary>
    private const int MinLengthBytes = 0x7F + 2 + sizeof(ulong);

    private readonly Shape[] _shapes = new Shape[ShapeCount];

    /// <summary>Messages whose shape was known.</summary>
    public long Matches { get; private set; }

    /// <summary>Takes a message of a known shape apart; else false, and the account says nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryMatch(ReadOnlySpan<byte> message, ref BinaryAccount account)
    {
        if (!Bmi2.X64.IsSupported || message.Length < MinLengthBytes) return false;
        ref Shape shape = ref _shapes[CellOf(message)];
        if (shape.MessageBytes != message.Length || !shape.Is(message)) return false;
        shape.Misses = 0;
        Matches++;
        shape.Take(message, ref account);
        return true;
    }

    /// <summary>Walks a message and remembers its shape; false if the walk does not take it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TryWalk(ReadOnlySpan<byte> message, ref BinaryAccount account)
    {
        if (!GeyserAccountFastPath.TryRead(message, ref account)) return false;
        if (message.Length < MinLengthBytes) return true;
        ref Shape cell = ref _shapes[CellOf(message)];
        if (cell.MessageBytes != 0 && ++cell.Misses < Patience) return true;
        Shape shape = default;
        shape.IsExecutable = account.IsExecutable;
        shape.IsStartup = account.IsStartup;
        if (TryLearn(message, ref shape)) cell = shape;
        return true;
    }

    /// <summary>A cell by the message's length and the lengths of the update and of its account.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CellOf(ReadOnlySpan<byte> message)
    {
        ulong lengths = BinaryPrimitives.ReadUInt64LittleEndian(message[((message[1] & 0x7F) + 2)..]);
        return (int)(((lengths ^ (uint)message.Length) * 0x9E3779B97F4A7C15UL) >> ShapeShift);
    }

    /// <summary>
    /// Notes where things stand in a message that was walked: its members are known, in order, and end inside. False
    /// if its head or its tail is not of the lengths that vectors compare, or a number is longer than its place.
    /// </summary>
    private static bool TryLearn(ReadOnlySpan<byte> message, ref Shape shape)
    {
        Span<byte> mask = stackalloc byte[2 * PartBytesMax]; // of the head, then of the tail
        Span<int> ends = stackalloc int[3]; // message, update, account
        mask.Clear();
        ends[0] = message.Length;
        int level = 0;
        int shift = 0; // from the message to the mask
        int at = 0;
        while (at < message.Length)
        {
            while (at == ends[level]) level--;
            int start = at + 1;
            int behind = ProtoReader.ReadVarint(message, start, out ulong value);
            if (behind < 0 || behind + shift > (shape.DataAt == 0 ? PartBytesMax : mask.Length)) return false;
            byte tag = message[at];
            int bytes = behind - start;
            mask.Slice(at + shift, 1 + bytes).Fill(byte.MaxValue);
            at = behind;
            if ((tag & 7) == WireType.Varint)
            {
                Span<byte> digits = mask.Slice(start + shift, bytes);
                if (!shape.TrySetNumber(level, tag, start, bytes, message.Length, digits)) return false;
            }
            else if ((level == 0 && tag == GeyserAccountFastPath.UpdateTag)
                || (level == 1 && tag == GeyserAccountReader.AccountTag))
            {
                ends[++level] = at + (int)value;
            }
            else
            {
                if (level == 2) shape.SetBytes(tag, at, (int)value);
                at += (int)value;
                if (at + shift > PartBytesMax && shape.DataAt == 0) return false;
                if (level == 2 && tag == GeyserAccountReader.DataTag) shift = PartBytesMax - at;
            }
        }

        int tailBytes = message.Length + shift - PartBytesMax;
        if (shape.DataAt < VectorBytes || tailBytes is < VectorBytes or > PartBytesMax) return false;
        if (shape.SignatureAt == 0) return false;
        shape.Set(message, mask, tailBytes);
        return true;
    }

    /// <summary>Where a number of up to eight bytes stands; no digits if it is not there.</summary>
    private struct Place
    {
        public ulong Digits;
        public int At;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly ulong Of(ReadOnlySpan<byte> message)
        {
            // SAFETY: eight bytes stood there in the learned message (TrySetNumber), and this one is as long.
            ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(message), At));
            return Bmi2.X64.ParallelBitExtract(word, Digits);
        }

        public void Set(int at, int bytes)
        {
            At = at;
            Digits = 0x7F7F_7F7F_7F7F_7F7FUL >> (64 - (8 * bytes));
        }
    }

    private struct Shape
    {
        public Parts Known;
        public Parts Mask;
        public int MessageBytes;
        public int DataAt;
        public int DataBytes;
        public int KeyAt;
        public int OwnerAt;
        public int SignatureAt;
        public Place Lamports;
        public Place RentEpoch;
        public Place RentEpochTop;
        public Place WriteVersion;
        public Place Slot;
        public bool IsExecutable;
        public bool IsStartup;
        public byte Misses;

        /// <summary>True if a message of the same length has the same bytes where the mask says so.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Is(ReadOnlySpan<byte> message)
        {
            // SAFETY: head and tail have a vector's bytes at least (TryLearn), and lie inside the message, whose length
            // is the learned one; each part of a shape is four vectors.
            ref byte text = ref MemoryMarshal.GetReference(message);
            ref byte known = ref Unsafe.As<Parts, byte>(ref Known);
            ref byte mask = ref Unsafe.As<Parts, byte>(ref Mask);
            nuint data = (nuint)DataAt;
            Vector512<byte> differences = Differences(ref text, 0, ref known, ref mask, 0)
                | Differences(ref text, data - VectorBytes, ref known, ref mask, 1)
                | Differences(ref text, data + (nuint)DataBytes, ref known, ref mask, 2)
                | Differences(ref text, (nuint)(message.Length - VectorBytes), ref known, ref mask, 3);
            return differences == Vector512<byte>.Zero;
        }

        /// <summary>Takes the values from a message that has this shape.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Take(ReadOnlySpan<byte> message, ref BinaryAccount account)
        {
            account.Key = Bytes(message, KeyAt, Pubkey.SizeBytes);
            account.Owner = Bytes(message, OwnerAt, Pubkey.SizeBytes);
            account.Data = Bytes(message, DataAt, DataBytes);
            account.Lamports = Lamports.Of(message);
            account.RentEpoch = RentEpoch.Of(message) | (RentEpochTop.Of(message) << 56);
            account.WriteVersion = WriteVersion.Of(message);
            account.Slot = Slot.Of(message);
            account.TransactionTag =
                GeyserAccountReader.Mix(Bytes(message, SignatureAt, GeyserAccountReader.SignatureBytes));
            account.IsExecutable = IsExecutable;
            account.IsStartup = IsStartup;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> message, int at, int length) =>
            // SAFETY: these bytes lay inside the learned message, which was walked, and this one is as long.
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetReference(message), at), length);

        /// <summary>Notes a number; its digits' values are of no interest to the mask, but where it ends.</summary>
        public bool TrySetNumber(int level, byte tag, int at, int bytes, int messageBytes, Span<byte> mask)
        {
            bool isRentEpoch = level == 2 && tag == GeyserAccountReader.RentEpochTag;
            int low = Math.Min(bytes, sizeof(ulong));
            if ((bytes > low && !isRentEpoch) || at + (2 * sizeof(ulong)) > messageBytes) return false;
            switch (level, (uint)tag)
            {
                case (1, GeyserAccountReader.SlotTag):
                    Slot.Set(at, low);
                    break;
                case (2, GeyserAccountReader.LamportsTag):
                    Lamports.Set(at, low);
                    break;
                case (2, GeyserAccountReader.WriteVersionTag):
                    WriteVersion.Set(at, low);
                    break;
                case (2, GeyserAccountReader.RentEpochTag):
                    RentEpoch.Set(at, low);
                    if (bytes > low) RentEpochTop.Set(at + low, bytes - low);
                    break;
                default:
                    return true; // a flag: the same value
            }

            mask.Fill(0x80);
            if (bytes == 10) mask[^1] = 0xFE; // a bit is left of 64
            return true;
        }

        public void SetBytes(byte tag, int at, int bytes)
        {
            switch ((uint)tag)
            {
                case GeyserAccountReader.PubkeyTag:
                    KeyAt = at;
                    break;
                case GeyserAccountReader.OwnerTag:
                    OwnerAt = at;
                    break;
                case GeyserAccountReader.DataTag:
                    DataAt = at;
                    DataBytes = bytes;
                    break;
                case GeyserAccountReader.SignatureTag:
                    SignatureAt = at;
                    break;
            }
        }

        public void Set(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mask, int tailBytes)
        {
            MessageBytes = message.Length;
            Span<byte> known = Known;
            message[..VectorBytes].CopyTo(known);
            message[(DataAt - VectorBytes)..DataAt].CopyTo(known[VectorBytes..]);
            message.Slice(DataAt + DataBytes, VectorBytes).CopyTo(known[(2 * VectorBytes)..]);
            message[^VectorBytes..].CopyTo(known[(3 * VectorBytes)..]);
            Span<byte> masks = Mask;
            mask[..VectorBytes].CopyTo(masks);
            mask[(DataAt - VectorBytes)..DataAt].CopyTo(masks[VectorBytes..]);
            mask = mask.Slice(PartBytesMax, tailBytes);
            mask[..VectorBytes].CopyTo(masks[(2 * VectorBytes)..]);
            mask[^VectorBytes..].CopyTo(masks[(3 * VectorBytes)..]);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<byte> Differences(
            ref byte text, nuint at, ref byte known, ref byte mask, nuint part) =>
            (Vector512.LoadUnsafe(ref text, at) ^ Vector512.LoadUnsafe(ref known, part * VectorBytes))
            & Vector512.LoadUnsafe(ref mask, part * VectorBytes);
    }

    [InlineArray(4 * VectorBytes)]
    private struct Parts
    {
        private byte _first;
    }
}
