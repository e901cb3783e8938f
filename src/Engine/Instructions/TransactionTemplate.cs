using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// A transaction that was built once and is patched for every attempt: amounts, thresholds, fees, blockhash and tip
/// account are overwritten in place, because none of them changes the length or the order of accounts. The result is
/// byte-equal to a fresh build (property test). Owner: one thread. Bound: the version's size, 64 patch points; fewer of
/// both where a cache gives it a place among others.
/// </summary>
public sealed class TransactionTemplate
{
    /// <summary>Most patch points: a few for each of the 64 instructions would not fit a packet anyway.</summary>
    public const int MaxPoints = 64;

    private readonly byte[] _store;
    private readonly int _start;
    private readonly int _bytesMax;
    private readonly Point[] _points;
    private int _pointCount;
    private MessageConfig _config;
    private MessageVersion _version;

    /// <summary>A template with room for a message of any version.</summary>
    public TransactionTemplate()
        : this(GC.AllocateArray<byte>(MessageLimits.V1Bytes, pinned: true), 0, MessageLimits.V1Bytes, MaxPoints)
    {
    }

    /// <summary>A template in a part of an array.</summary>
    internal TransactionTemplate(byte[] store, int start, int bytesMax, int pointsMax)
    {
        (_store, _start, _bytesMax) = (store, start, bytesMax);
        _points = new Point[pointsMax];
    }

    /// <summary>Where the parts lie.</summary>
    public MessageLayout Layout { get; private set; }

    /// <summary>Bytes of the transaction; signatures are zero until they are placed.</summary>
    public ReadOnlySpan<byte> Bytes => _store.AsSpan(_start, Layout.TotalBytes);

    /// <summary>The bytes to sign.</summary>
    public ReadOnlySpan<byte> Message => _store.AsSpan(_start + Layout.MessageOffset, Layout.MessageBytes);

    /// <summary>Builds the transaction afresh and forgets all patch points.</summary>
    public MessageStatus Build(MessageWriter writer, in MessageRequest request)
    {
        _pointCount = 0;
        MessageStatus status = writer.WriteTransaction(request, Room, out MessageLayout layout);
        Layout = layout;
        _config = request.Config;
        _version = request.Version;
        return status;
    }

    /// <summary>
    /// Names a number of <paramref name="sizeBytes"/> (1 to 8) in the data of an instruction of the last build; returns
    /// the
    /// point's number, or -1 if it lies outside the data or there are too many points. Call it before the writer is
    /// used again.
    /// </summary>
    public int AddPoint(MessageWriter writer, InstructionBuffer instruction, int index, int dataOffset, int sizeBytes)
    {
        int start = writer.DataOffset(index);
        bool inside = start >= 0 && dataOffset >= 0 && sizeBytes is >= 1 and <= 8
            && dataOffset + sizeBytes <= instruction.Data.Length;
        return inside ? Add(Layout.MessageOffset + start + dataOffset, sizeBytes, PointKind.Number) : -1;
    }

    /// <summary>
    /// Names a listed account that may be exchanged, such as the tip account; -1 if it is not listed.
    /// </summary>
    public int AddKeyPoint(MessageWriter writer, in Pubkey key)
    {
        int index = writer.StaticIndex(key);
        if (index < 0) return -1;
        return Add(Layout.KeysOffset + (index * Pubkey.SizeBytes), Pubkey.SizeBytes, PointKind.Key);
    }

    /// <summary>Writes a number; false if there is no such point or the number does not fit it.</summary>
    public bool Patch(int point, ulong value)
    {
        if ((uint)point >= (uint)_pointCount) return false;
        (int offset, int size, PointKind kind) = _points[point];
        if (kind != PointKind.Number || (size < 8 && value >> (8 * size) != 0)) return false;
        Span<byte> little = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(little, value);
        little[..size].CopyTo(Room.Slice(offset, size));
        return true;
    }

    /// <summary>
    /// Exchanges a listed account; false if there is no such point, or the account is listed already (a fresh build
    /// would
    /// then merge the two).
    /// </summary>
    public bool Patch(int point, in Pubkey key)
    {
        if ((uint)point >= (uint)_pointCount || _points[point].Kind != PointKind.Key) return false;
        int offset = _points[point].Offset;
        if (Pubkey.Read(Room, offset) == key) return true;
        for (int at =
            Layout.KeysOffset; at + Pubkey.SizeBytes <= Layout.KeysOffset + StaticKeyBytes; at += Pubkey.SizeBytes)
        {
            if (Pubkey.Read(Room, at) == key) return false;
        }

        key.CopyTo(Room[offset..]);
        return true;
    }

    /// <summary>Writes the recent blockhash.</summary>
    public void PatchBlockhash(in Pubkey blockhash) => blockhash.CopyTo(Room[Layout.BlockhashOffset..]);

    /// <summary>True if the message is of version 1 and states the same members of the compute budget.</summary>
    public bool CanPatch(in MessageConfig config) =>
        _version == MessageVersion.V1 && MessageWriter.ConfigMask(config) == MessageWriter.ConfigMask(_config);

    /// <summary>Writes the compute budget of a version 1 message; false if it would change the length.</summary>
    public bool PatchConfig(in MessageConfig config)
    {
        if (!CanPatch(config)) return false;
        _ = MessageWriter.EmitConfig(config, Room[(Layout.KeysOffset + StaticKeyBytes)..]);
        _config = config;
        return true;
    }

    /// <summary>Place of a signer's signature; write the 64 bytes there after the last patch.</summary>
    public Span<byte> Signature(int signerIndex) => Layout.Signature(Room, signerIndex);

    /// <summary>Where the transaction lies, and what is free behind it.</summary>
    internal Span<byte> Room => _store.AsSpan(_start, _bytesMax);

    private int StaticKeyBytes => Layout.StaticKeyCount * Pubkey.SizeBytes;

    private int Add(int offset, int sizeBytes, PointKind kind)
    {
        if (_pointCount == _points.Length) return -1;
        _points[_pointCount] = new Point(offset, sizeBytes, kind);
        return _pointCount++;
    }

    private enum PointKind : byte
    {
        Number,
        Key,
    }

    private readonly record struct Point(int Offset, int SizeBytes, PointKind Kind);
}
