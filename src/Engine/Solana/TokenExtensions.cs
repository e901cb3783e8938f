using System;
using System.Buffers.Binary;

namespace LowLatency.Engine.Solana;

/// <summary>
/// Walks the type-length-value list that Token-2022 appends to mints and token accounts: u16 type, u16 length, value.
/// The base state is padded to 165 bytes for both kinds, byte 165 tells the kind, the list starts at 166; type 0 ends
/// it.
/// Every length is checked against the data before it is used.
/// Source: solana-program/token-2022@0b2d6d7e interface/src/extension/mod.rs, try_for_each_tlv_extension_type.
/// </summary>
internal ref struct TokenExtensions
{
    /// <summary>Offset of the byte that tells mint (1) from account (2).</summary>
    internal const int KindOffset = 165;

    /// <summary>Value of the kind byte of a mint.</summary>
    internal const byte KindMint = 1;

    /// <summary>Value of the kind byte of a token account.</summary>
    internal const byte KindAccount = 2;

    private const int FirstOffset = KindOffset + 1;
    private const int HeaderBytes = 4;

    private readonly ReadOnlySpan<byte> _data;
    private int _next;

    /// <summary>Starts at the first extension of <paramref name="data"/>.</summary>
    internal TokenExtensions(ReadOnlySpan<byte> data)
    {
        _data = data;
        _next = FirstOffset;
        Type = 0;
        ValueOffset = 0;
        ValueLength = 0;
        Malformed = false;
    }

    /// <summary>Type of the current extension.</summary>
    internal ushort Type { get; private set; }

    /// <summary>Offset of the current extension's value in the account data.</summary>
    internal int ValueOffset { get; private set; }

    /// <summary>Length of the current extension's value in bytes.</summary>
    internal int ValueLength { get; private set; }

    /// <summary>True if the list ended because a length points outside the data.</summary>
    internal bool Malformed { get; private set; }

    /// <summary>Value of the current extension.</summary>
    internal readonly ReadOnlySpan<byte> Value => _data.Slice(ValueOffset, ValueLength);

    /// <summary>Moves to the next extension; false at the end of the list or if it is malformed.</summary>
    internal bool MoveNext()
    {
        int remaining = _data.Length - _next;
        if (remaining < sizeof(ushort)) return false;
        Type = BinaryPrimitives.ReadUInt16LittleEndian(_data[_next..]);
        if (Type == 0) return false;
        if (remaining < HeaderBytes)
        {
            Malformed = true;
            return false;
        }

        ValueOffset = _next + HeaderBytes;
        ValueLength = BinaryPrimitives.ReadUInt16LittleEndian(_data[(_next + sizeof(ushort))..]);
        if (ValueLength > _data.Length - ValueOffset)
        {
            Malformed = true;
            return false;
        }

        _next = ValueOffset + ValueLength;
        return true;
    }
}
