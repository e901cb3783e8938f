using System;
using System.Buffers.Binary;
using System.Text;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Solana;

/// <summary>
/// The eight bytes by which Anchor programs tell instructions and accounts apart, as a little-endian number. Computed
/// from names for tools and tests; hot code holds them as constants.
/// Source: Anchor book, "discriminator": first 8 bytes of SHA-256 of "global:name" or "account:Name".
/// </summary>
public static class AnchorDiscriminator
{
    private const int MaxNameBytes = 128;

    /// <summary>Discriminator of an instruction by its snake_case name (at most 120 bytes).</summary>
    public static ulong Instruction(ReadOnlySpan<char> name) => Hash("global:"u8, name);

    /// <summary>Discriminator of an account by its type name (at most 120 bytes).</summary>
    public static ulong Account(ReadOnlySpan<char> name) => Hash("account:"u8, name);

    private static ulong Hash(ReadOnlySpan<byte> space, ReadOnlySpan<char> name)
    {
        Span<byte> text = stackalloc byte[MaxNameBytes];
        Span<byte> hash = stackalloc byte[Sha256.SizeBytes];
        space.CopyTo(text);
        int length = space.Length + Encoding.UTF8.GetBytes(name, text[space.Length..]);
        Sha256.HashData(text[..length], hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
