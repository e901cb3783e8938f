using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Solana;

/// <summary>
/// A Solana address: 32 bytes, held as four little-endian words so that comparison is four integer compares.
/// The all-zero key is the System program (Base58 <c>11111111111111111111111111111111</c>).
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = SizeBytes)]
public readonly struct Pubkey : IEquatable<Pubkey>
{
    /// <summary>Size of an address in bytes.</summary>
    public const int SizeBytes = 32;

    private readonly ulong _word0;
    private readonly ulong _word1;
    private readonly ulong _word2;
    private readonly ulong _word3;

    /// <summary>Reads an address from the first 32 bytes of <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pubkey Read(ReadOnlySpan<byte> source) => MemoryMarshal.Read<Pubkey>(source);

    /// <summary>Reads an address at a byte offset of an account.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pubkey Read(ReadOnlySpan<byte> source, int offset) => MemoryMarshal.Read<Pubkey>(source[offset..]);

    /// <summary>Writes the 32 bytes to <paramref name="destination"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    /// <summary>Parses Base58 text; for start-up, configuration and tests.</summary>
    /// <exception cref="FormatException">The text is not the Base58 form of 32 bytes.</exception>
    public static Pubkey Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out Pubkey key) ? key : throw new FormatException($"'{text}' is not a Solana address");

    /// <summary>Parses Base58 text; false if it is not the Base58 form of exactly 32 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Pubkey key)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        bool ok = Base58.TryDecode32(text, bytes);
        key = ok ? Read(bytes) : default;
        return ok;
    }

    /// <summary>Parses Base58 text in UTF-8, as it stands in a socket's buffer; does not allocate.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Pubkey key)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        bool ok = Base58.TryDecode32(utf8, bytes);
        key = ok ? Read(bytes) : default;
        return ok;
    }

    /// <summary>Writes the Base58 text in UTF-8; the bytes written, 0 if there is no room for 44.</summary>
    public int Format(Span<byte> utf8)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        CopyTo(bytes);
        return Base58.Encode32(bytes, utf8);
    }

    /// <summary>True for the all-zero key.</summary>
    public bool IsZero => (_word0 | _word1 | _word2 | _word3) == 0;

    /// <summary>
    /// A 64-bit mix of the key, for hash tables. Keys are chosen by others: never rely on it to be unique.
    /// </summary>
    public ulong Tag
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ulong h = (_word0 ^ (_word2 * 0x9E3779B97F4A7C15UL)) + (_word1 ^ (_word3 * 0xC2B2AE3D27D4EB4FUL));
            h ^= h >> 32;
            h *= 0xD6E8FEB86659FD93UL;
            return h ^ (h >> 32);
        }
    }

    /// <summary>
    /// A shorter mix of two of the words, for tables of a message's few hundred keys: the upper bits choose the place.
    /// PERF: a third of the instructions of <see cref="Tag"/> (TransactionBench.Build).
    /// </summary>
    internal uint ShortTag
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint)(((_word1 ^ _word2) * 0x9E3779B97F4A7C15UL) >> 32);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(Pubkey other) =>
        ((_word0 ^ other._word0) | (_word1 ^ other._word1) | (_word2 ^ other._word2) | (_word3 ^ other._word3)) == 0;

    /// <summary>
    /// Equality of two keys in memory. PERF: one vector compare without copies, where keys were not just made
    /// (TransactionBench.Build).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool AreSame(in Pubkey left, in Pubkey right)
    {
        // SAFETY: a key is four words without padding, as long as the vector.
        return Vector256.LoadUnsafe(in left._word0) == Vector256.LoadUnsafe(in right._word0);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Pubkey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Tag;

    /// <summary>Base58 text; allocates, for logs, reports and errors.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        Span<char> text = stackalloc char[Base58.MaxKeyChars];
        CopyTo(bytes);
        return new string(text[..Base58.Encode32(bytes, text)]);
    }

    /// <summary>Equality of all 32 bytes.</summary>
    public static bool operator ==(Pubkey left, Pubkey right) => left.Equals(right);

    /// <summary>Inequality of any byte.</summary>
    public static bool operator !=(Pubkey left, Pubkey right) => !left.Equals(right);
}
