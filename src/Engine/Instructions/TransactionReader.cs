using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Decodes transactions and bare messages of the three versions. Bad bytes give a status, never an exception.
/// Source: solana-sdk@122f32e5 message (legacy, v0, v1 layouts and sanitize), transaction/src/versioned (placement of
/// signatures).
/// </summary>
public static class TransactionReader
{
    private const byte VersionFlag = 0x80;
    private const int MaxAccounts = 256;

    /// <summary>Decodes a whole transaction: signatures and message.</summary>
    public static TransactionReadStatus TryRead(ReadOnlySpan<byte> transaction, out TransactionView view)
    {
        view = default;
        if (transaction.IsEmpty) return TransactionReadStatus.Truncated;
        if ((transaction[0] & VersionFlag) != 0) return ReadV1Transaction(transaction, out view);
        if (transaction.Length > MessageLimits.PacketBytes) return TransactionReadStatus.TooLarge;
        Cursor cursor = new(transaction);
        int count = cursor.ReadLength();
        ReadOnlySpan<byte> signatures = cursor.Read(count * MessageLimits.SignatureBytes);
        if (cursor.Status != TransactionReadStatus.Ok) return cursor.Status;
        ReadOnlySpan<byte> message = cursor.Rest;
        TransactionReadStatus status = ReadMessage(message, signatures, exact: true, out view, out _);
        if (status != TransactionReadStatus.Ok) return status;
        if (view.Facts.Version == MessageVersion.V1) return TransactionReadStatus.UnknownVersion;
        return view.Facts.RequiredSignatures == count ? status : TransactionReadStatus.SignatureCount;
    }

    /// <summary>Decodes a message without signatures.</summary>
    public static TransactionReadStatus TryReadMessage(ReadOnlySpan<byte> message, out TransactionView view)
    {
        view = default;
        return message.Length > MessageLimits.V1Bytes
            ? TransactionReadStatus.TooLarge
            : ReadMessage(message, default, exact: true, out view, out _);
    }

    private static TransactionReadStatus ReadV1Transaction(ReadOnlySpan<byte> transaction, out TransactionView view)
    {
        view = default;
        if (transaction.Length > MessageLimits.V1Bytes) return TransactionReadStatus.TooLarge;
        TransactionReadStatus status = ReadMessage(transaction, default, exact: false, out view, out int length);
        if (status != TransactionReadStatus.Ok) return status;
        if (view.Facts.Version != MessageVersion.V1) return TransactionReadStatus.UnknownVersion;
        ReadOnlySpan<byte> signatures = transaction[length..];
        int expected = view.Facts.RequiredSignatures * MessageLimits.SignatureBytes;
        if (signatures.Length < expected) return TransactionReadStatus.Truncated;
        if (signatures.Length > expected) return TransactionReadStatus.TrailingBytes;
        return ReadMessage(transaction[..length], signatures, exact: true, out view, out _);
    }

    private static TransactionReadStatus ReadMessage(
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> signatures,
        bool exact,
        out TransactionView view,
        out int length)
    {
        view = default;
        length = 0;
        Cursor cursor = new(message);
        byte first = cursor.ReadByte();
        if (cursor.Status != TransactionReadStatus.Ok) return cursor.Status;
        if (first == (VersionFlag | 1)) return ReadV1(message, signatures, exact, out view, out length);
        if (first > VersionFlag) return TransactionReadStatus.UnknownVersion;
        bool v0 = first == VersionFlag;
        Header header = new(v0 ? cursor.ReadByte() : first, cursor.ReadByte(), cursor.ReadByte());
        int keyCount = cursor.ReadLength();
        ReadOnlySpan<byte> keys = cursor.Read(keyCount * Pubkey.SizeBytes);
        ReadOnlySpan<byte> blockhash = cursor.Read(Pubkey.SizeBytes);
        int instructionCount = cursor.ReadLength();
        int instructionStart = cursor.At;
        int maxAccount = SkipInstructions(ref cursor, instructionCount, keyCount, out bool badProgram);
        int instructionEnd = cursor.At;
        int lookupCount = v0 ? cursor.ReadLength() : 0;
        int lookupStart = cursor.At;
        bool emptyLookup = SkipLookups(ref cursor, lookupCount, out int writable, out int readOnly);
        if (cursor.Status != TransactionReadStatus.Ok) return cursor.Status;
        if (exact && cursor.At != message.Length) return TransactionReadStatus.TrailingBytes;
        if (!header.Fits(keyCount)) return TransactionReadStatus.BadHeader;
        if (emptyLookup || keyCount + writable + readOnly > MaxAccounts) return TransactionReadStatus.BadLookup;
        if (badProgram || maxAccount >= keyCount + writable + readOnly) return TransactionReadStatus.BadIndex;
        length = cursor.At;
        MessageFacts facts = new(
            v0 ? MessageVersion.V0 : MessageVersion.Legacy,
            header.Required, header.ReadonlySigners, header.ReadonlyOthers,
            keyCount, writable, readOnly, lookupCount, instructionCount, Pubkey.Read(blockhash), default);
        view = new TransactionView(
            signatures,
            message[..length],
            keys,
            message[instructionStart..instructionEnd],
            message[lookupStart..length],
            facts);
        return TransactionReadStatus.Ok;
    }

    private static int SkipInstructions(ref Cursor cursor, int count, int keyCount, out bool badProgram)
    {
        int maxAccount = -1;
        badProgram = false;
        for (int i = 0; i < count && cursor.Status == TransactionReadStatus.Ok; i++)
        {
            int program = cursor.ReadByte();
            badProgram |= program == 0 || program >= keyCount; // neither the payer nor an account from a table
            maxAccount = Math.Max(maxAccount, Max(cursor.Read(cursor.ReadLength())));
            _ = cursor.Read(cursor.ReadLength());
        }

        return maxAccount;
    }

    private static bool SkipLookups(ref Cursor cursor, int count, out int writable, out int readOnly)
    {
        bool empty = false;
        writable = 0;
        readOnly = 0;
        for (int i = 0; i < count && cursor.Status == TransactionReadStatus.Ok; i++)
        {
            _ = cursor.Read(Pubkey.SizeBytes);
            int w = cursor.ReadLength();
            _ = cursor.Read(w);
            int r = cursor.ReadLength();
            _ = cursor.Read(r);
            empty |= w + r == 0;
            writable += w;
            readOnly += r;
        }

        return empty;
    }

    private static TransactionReadStatus ReadV1(
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> signatures,
        bool exact,
        out TransactionView view,
        out int length)
    {
        view = default;
        length = 0;
        Cursor cursor = new(message);
        _ = cursor.ReadByte();
        Header header = new(cursor.ReadByte(), cursor.ReadByte(), cursor.ReadByte());
        uint mask = (uint)cursor.ReadNumber(4);
        ReadOnlySpan<byte> blockhash = cursor.Read(Pubkey.SizeBytes);
        int instructionCount = cursor.ReadByte();
        int keyCount = cursor.ReadByte();
        ReadOnlySpan<byte> keys = cursor.Read(keyCount * Pubkey.SizeBytes);
        if (cursor.Status != TransactionReadStatus.Ok) return cursor.Status;
        if (mask > 31 || (mask & 3) is 1 or 2) return TransactionReadStatus.BadConfig;
        MessageConfig config = new(
            (mask & 3) != 0 ? cursor.ReadNumber(8) : 0,
            (mask & 4) != 0 ? (uint)cursor.ReadNumber(4) : 0,
            (mask & 8) != 0 ? (uint)cursor.ReadNumber(4) : 0,
            (mask & 16) != 0 ? (uint)cursor.ReadNumber(4) : 0);
        int instructionStart = cursor.At;
        ReadOnlySpan<byte> headers = cursor.Read(instructionCount * 4);
        int maxAccount = -1;
        bool badProgram = false;
        for (int i = 0; i < instructionCount && cursor.Status == TransactionReadStatus.Ok; i++)
        {
            ReadOnlySpan<byte> one = headers.Slice(i * 4, 4);
            badProgram |= one[0] == 0 || one[0] >= keyCount;
            maxAccount = Math.Max(maxAccount, Max(cursor.Read(one[1])));
            _ = cursor.Read(BinaryPrimitives.ReadUInt16LittleEndian(one[2..]));
        }

        if (cursor.Status != TransactionReadStatus.Ok) return cursor.Status;
        if (exact && cursor.At != message.Length) return TransactionReadStatus.TrailingBytes;
        if (!header.Fits(keyCount) || header.Required > MessageLimits.V1Signatures
            || keyCount > MessageLimits.V1Accounts || instructionCount > MessageLimits.V1Instructions)
        {
            return TransactionReadStatus.BadHeader;
        }

        if (badProgram || maxAccount >= keyCount) return TransactionReadStatus.BadIndex;
        length = cursor.At;
        MessageFacts facts = new(
            MessageVersion.V1, header.Required, header.ReadonlySigners, header.ReadonlyOthers,
            keyCount, 0, 0, 0, instructionCount, Pubkey.Read(blockhash), config);
        view = new TransactionView(
            signatures, message[..length], keys, message[instructionStart..length], default, facts);
        return TransactionReadStatus.Ok;
    }

    private static int Max(ReadOnlySpan<byte> indices)
    {
        int max = -1;
        foreach (byte index in indices) max = Math.Max(max, index);
        return max;
    }

    private readonly record struct Header(int Required, int ReadonlySigners, int ReadonlyOthers)
    {
        /// <summary>At least one writable signer, and the groups do not overlap.</summary>
        public bool Fits(int keyCount) => Required > ReadonlySigners && Required + ReadonlyOthers <= keyCount;
    }

    /// <summary>Reads forward; after the first failure everything reads as empty and the status stays.</summary>
    private ref struct Cursor(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public int At { get; private set; }

        public TransactionReadStatus Status { get; private set; }

        public readonly ReadOnlySpan<byte> Rest => _bytes[At..];

        public byte ReadByte()
        {
            ReadOnlySpan<byte> one = Read(1);
            return one.IsEmpty ? (byte)0 : one[0];
        }

        public ulong ReadNumber(int sizeBytes)
        {
            ReadOnlySpan<byte> bytes = Read(sizeBytes);
            ulong value = 0;
            for (int i = 0; i < bytes.Length; i++) value |= (ulong)bytes[i] << (8 * i);
            return value;
        }

        public int ReadLength()
        {
            if (Status != TransactionReadStatus.Ok) return 0;
            if (ShortVec.TryRead(Rest, out int value, out int size))
            {
                At += size;
                return value;
            }

            // Cut short if every byte that is left says "more follows".
            bool cut = Rest.Length < 3 && Rest.IndexOfAnyInRange((byte)0, (byte)0x7f) < 0;
            Status = cut ? TransactionReadStatus.Truncated : TransactionReadStatus.BadLength;
            return 0;
        }

        public ReadOnlySpan<byte> Read(int count)
        {
            if (Status != TransactionReadStatus.Ok) return default;
            if (count > _bytes.Length - At)
            {
                Status = TransactionReadStatus.Truncated;
                return default;
            }

            ReadOnlySpan<byte> bytes = _bytes.Slice(At, count);
            At += count;
            return bytes;
        }
    }
}
