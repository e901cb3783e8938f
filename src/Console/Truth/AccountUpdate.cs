using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Security.Cryptography;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Truth;

/// <summary>A copy of one accepted account update, kept until its slot is complete.</summary>
internal sealed record AccountUpdate(
    ulong Slot, Pubkey Key, Pubkey Owner, ulong Lamports, EventFlags Flags, bool IsSnapshot, byte[] Data)
{
    private const int HashBytes = 16;

    /// <summary>
    /// First 16 bytes, in hex, of SHA-256(key | lamports u64 LE | owner | executable u8 | data), or of
    /// SHA-256(key | "absent"): the account hash of the capture's truth file (its README).
    /// </summary>
    public string TruthHash()
    {
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> key = stackalloc byte[Pubkey.SizeBytes];
        Key.CopyTo(key);
        sha.AppendData(key);
        if ((Flags & EventFlags.Absent) != 0)
        {
            sha.AppendData("absent"u8);
        }
        else
        {
            Span<byte> head = stackalloc byte[8 + Pubkey.SizeBytes + 1];
            BinaryPrimitives.WriteUInt64LittleEndian(head, Lamports);
            Owner.CopyTo(head[8..]);
            head[^1] = (Flags & EventFlags.Executable) != 0 ? (byte)1 : (byte)0;
            sha.AppendData(head);
            sha.AppendData(Data);
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset().AsSpan(0, HashBytes));
    }
}

/// <summary>All accepted updates of one slot, with its parent.</summary>
internal sealed record CompleteSlot(ulong Slot, ulong Parent, IReadOnlyList<AccountUpdate> Updates);
