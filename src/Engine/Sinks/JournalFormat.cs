using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Sinks;

/// <summary>
/// The decision journal's format, all of it. Little-endian.
/// <code>
/// header   8 magic "LLJRNL\0\0" | u32 version = 6 | u32 decision record bytes | i64 created, unix ns
/// frame    u32 body length | u8 kind | body | u32 CRC32C of kind and body
/// kind 1   pool: u32 id | u8 venue | 32 address | 32 mint A | 32 mint B | i8 decimals A | i8 decimals B
///          (before the first decision that names it; -1 = not known by then)
/// kind 2   decision: the bytes of <see cref="Opportunity"/>, then the unsigned message if one was built
/// kind 3   end: u64 decision hash | u64 decisions                          (only after an orderly end)
/// kind 4   run: UTF-8 text about the run, for people and reports           (first frame, if there is one)
/// kind 5   life: the bytes of <see cref="LifeRecord"/>                    (when a followed cycle ends)
/// kind 6   setting: u8 id | u8 none | u64 value | 32 mint | i64 event     (in force for decisions of later events)
/// </code>
/// Versions: 1 had shorter decision records (no penalty, proof, split plan, least outputs of legs), and
/// 2 too (no rent, no units of legs, no origin of the fees), 3 had no landing probability, 4 fewer stamps and no
/// decisions on a bound and no settings that change, 5 no decimals; they are refused by name.
/// A journal cut off by a crash is read up to its last whole frame.
/// </summary>
public static class JournalFormat
{
    /// <summary>Version this build writes and reads.</summary>
    public const uint Version = 6;

    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 24;

    /// <summary>Bytes a frame adds to its body: length, kind, CRC.</summary>
    public const int FrameOverheadBytes = 9;

    /// <summary>Bytes of a pool frame's body.</summary>
    public const int PoolBodyBytes = 4 + 1 + (3 * Pubkey.SizeBytes) + 2;

    /// <summary>Largest body: a decision with a message of the largest version (v1, 4,096 bytes).</summary>
    public const int MaxBodyBytes = 8192;

    /// <summary>Frame kind: pool.</summary>
    public const byte PoolKind = 1;

    /// <summary>Frame kind: decision.</summary>
    public const byte DecisionKind = 2;

    /// <summary>Frame kind: end.</summary>
    public const byte EndKind = 3;

    /// <summary>Frame kind: text about the run.</summary>
    public const byte RunKind = 4;

    /// <summary>Frame kind: the end of a followed cycle's life; readers that do not know it pass over it.</summary>
    public const byte LifeKind = 5;

    /// <summary>Frame kind: a setting that changed while the run was at work.</summary>
    public const byte SettingKind = 6;

    /// <summary>Bytes of a setting frame's body.</summary>
    public const int SettingBodyBytes = 1 + 1 + 8 + Pubkey.SizeBytes + 8;

    /// <summary>First bytes of a journal.</summary>
    public static ReadOnlySpan<byte> Magic => "LLJRNL\0\0"u8;

    /// <summary>Bytes of a decision record in this build.</summary>
    public static int DecisionBytes => Unsafe.SizeOf<Opportunity>();

    /// <summary>Bytes of a life record in this build.</summary>
    public static int LifeBytes => Unsafe.SizeOf<LifeRecord>();

    /// <summary>Writes the header.</summary>
    public static void WriteHeader(Span<byte> destination, long createdUtcNs)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], (uint)DecisionBytes);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], createdUtcNs);
    }

    /// <summary>Writes a frame around a body of two parts; returns its length.</summary>
    public static int WriteFrame(Span<byte> destination, byte kind, ReadOnlySpan<byte> body, ReadOnlySpan<byte> more)
    {
        int length = body.Length + more.Length;
        BinaryPrimitives.WriteInt32LittleEndian(destination, length);
        destination[4] = kind;
        body.CopyTo(destination[5..]);
        more.CopyTo(destination[(5 + body.Length)..]);
        uint crc = Crc32C.Compute(destination.Slice(4, length + 1));
        BinaryPrimitives.WriteUInt32LittleEndian(destination[(5 + length)..], crc);
        return length + FrameOverheadBytes;
    }

    /// <summary>Writes a pool frame's body.</summary>
    public static void WritePool(Span<byte> destination, int poolId, in PoolDescription pool)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, poolId);
        destination[4] = pool.Venue;
        pool.Address.CopyTo(destination[5..]);
        pool.MintA.CopyTo(destination[37..]);
        pool.MintB.CopyTo(destination[69..]);
        destination[101] = (byte)(sbyte)pool.DecimalsA;
        destination[102] = (byte)(sbyte)pool.DecimalsB;
    }

    /// <summary>Reads a pool frame's body.</summary>
    public static (int PoolId, PoolDescription Pool) ReadPool(ReadOnlySpan<byte> body) =>
        (BinaryPrimitives.ReadInt32LittleEndian(body),
            new PoolDescription(
                Pubkey.Read(body, 5), Pubkey.Read(body, 37), Pubkey.Read(body, 69), body[4],
                (sbyte)body[101], (sbyte)body[102]));

    /// <summary>Writes a setting frame's body.</summary>
    public static void WriteSetting(Span<byte> destination, in SettingChange change, long sequence)
    {
        destination[0] = (byte)change.Id;
        destination[1] = change.IsNone ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[2..], change.Value);
        change.Mint.CopyTo(destination[10..]);
        BinaryPrimitives.WriteInt64LittleEndian(destination[42..], sequence);
    }

    /// <summary>Reads a setting frame's body.</summary>
    public static AppliedSetting ReadSetting(ReadOnlySpan<byte> body) => new(
        BinaryPrimitives.ReadInt64LittleEndian(body[42..]),
        new SettingChange(
            (SettingId)body[0], BinaryPrimitives.ReadUInt64LittleEndian(body[2..]), body[1] != 0,
            Pubkey.Read(body, 10)));

    /// <summary>Reads a decision frame's record; the message, if any, follows it.</summary>
    public static Opportunity ReadDecision(ReadOnlySpan<byte> body) => MemoryMarshal.Read<Opportunity>(body);
}
