using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Solana;

/// <summary>Outcome of deriving a program address.</summary>
public enum ProgramAddressStatus : byte
{
    /// <summary>Derived.</summary>
    Ok = 0,

    /// <summary>The hash is a point of the curve, so it could have a private key and is no program address.</summary>
    OnCurve = 1,

    /// <summary>A seed is longer than 32 bytes.</summary>
    SeedTooLong = 2,

    /// <summary>More than 16 seeds, the bump counted.</summary>
    TooManySeeds = 3,

    /// <summary>No bump from 255 down to 1 gives an address off the curve.</summary>
    NoBump = 4,
}

/// <summary>
/// Program-derived addresses: SHA-256 over seeds, bump, program id and a marker, kept only if it is not a curve point.
/// Pure functions without allocation; a microsecond or more a try (ProgramAddressBench), so hot code keeps results
/// (venues' array keys, token accounts by mint).
/// Source: solana-sdk@122f32e5 pubkey/address: MAX_SEEDS 16, MAX_SEED_LEN 32, PDA_MARKER "ProgramDerivedAddress";
/// find starts at bump 255 and goes down.
/// </summary>
public static class ProgramAddress
{
    /// <summary>Most seeds of an address, the bump counted.</summary>
    public const int MaxSeeds = 16;

    /// <summary>Most bytes of one seed.</summary>
    public const int MaxSeedBytes = 32;

    /// <summary>Finds the address and bump of a label and one key, the shape of most DEX accounts.</summary>
    public static bool TryFind(
        in Pubkey programId, ReadOnlySpan<byte> label, in Pubkey key, out Pubkey address, out byte bump)
    {
        ProgramAddressSeeds seeds = default;
        seeds.Add(label);
        seeds.Add(key);
        return seeds.Find(programId, out address, out bump) == ProgramAddressStatus.Ok;
    }

    /// <summary>Finds the address and bump of a label and two keys (vaults).</summary>
    public static bool TryFind(
        in Pubkey programId,
        ReadOnlySpan<byte> label,
        in Pubkey key0,
        in Pubkey key1,
        out Pubkey address,
        out byte bump)
    {
        ProgramAddressSeeds seeds = default;
        seeds.Add(label);
        seeds.Add(key0);
        seeds.Add(key1);
        return seeds.Find(programId, out address, out bump) == ProgramAddressStatus.Ok;
    }

    /// <summary>Finds the address and bump of a label, a key and a number's bytes (tick and bin arrays).</summary>
    public static bool TryFind(
        in Pubkey programId,
        ReadOnlySpan<byte> label,
        in Pubkey key,
        ReadOnlySpan<byte> number,
        out Pubkey address,
        out byte bump)
    {
        ProgramAddressSeeds seeds = default;
        seeds.Add(label);
        seeds.Add(key);
        seeds.Add(number);
        return seeds.Find(programId, out address, out bump) == ProgramAddressStatus.Ok;
    }

    /// <summary>Finds the address and bump of up to five seeds; an absent seed and an empty one hash alike.</summary>
    public static bool TryFind(
        in Pubkey programId,
        out Pubkey address,
        out byte bump,
        ReadOnlySpan<byte> seed0,
        ReadOnlySpan<byte> seed1 = default,
        ReadOnlySpan<byte> seed2 = default,
        ReadOnlySpan<byte> seed3 = default,
        ReadOnlySpan<byte> seed4 = default)
    {
        ProgramAddressSeeds seeds = default;
        seeds.Add(seed0);
        seeds.Add(seed1);
        seeds.Add(seed2);
        seeds.Add(seed3);
        seeds.Add(seed4);
        return seeds.Find(programId, out address, out bump) == ProgramAddressStatus.Ok;
    }

    /// <summary>
    /// True if the 32 bytes decompress to a point of edwards25519, by the validator's rule: small-order points, values
    /// of p and above and the "negative zero" encoding all count as points. Not the same as a library's "valid public
    /// key".
    /// </summary>
    public static bool IsOnCurve(in Pubkey key)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<Pubkey>(in key));

        // x^2 = (y^2 - 1) / (d y^2 + 1) = u / v has a root exactly if u v is 0 or a square.
        Field25519 ySquared = Field25519.Read(bytes).Square();
        Field25519 product = (ySquared - Field25519.One) * ((Field25519.EdwardsD * ySquared) + Field25519.One);
        return product.IsSquareOrZero();
    }
}

/// <summary>
/// Seeds of one program address, concatenated into a buffer inside the value (no heap). Add the seeds in order, then
/// call <see cref="Find"/> or <see cref="Create"/>. A bad seed is remembered and returned as the status.
/// </summary>
public struct ProgramAddressSeeds
{
    // 16 seeds of 32 bytes, then program id and marker.
    private const int BufferBytes = (ProgramAddress.MaxSeeds * ProgramAddress.MaxSeedBytes) + 32 + 21;

    private SeedBytes _bytes;
    private int _length;
    private int _count;
    private ProgramAddressStatus _status;

    /// <summary>Ok while every seed added was acceptable.</summary>
    public readonly ProgramAddressStatus Status => _status;

    /// <summary>Appends a seed of at most 32 bytes.</summary>
    public void Add(ReadOnlySpan<byte> seed)
    {
        _count++;
        if (_status != ProgramAddressStatus.Ok) return;
        if (_count > ProgramAddress.MaxSeeds)
        {
            _status = ProgramAddressStatus.TooManySeeds;
            return;
        }

        if (seed.Length > ProgramAddress.MaxSeedBytes)
        {
            _status = ProgramAddressStatus.SeedTooLong;
            return;
        }

        seed.CopyTo(((Span<byte>)_bytes)[_length..]);
        _length += seed.Length;
    }

    /// <summary>Appends a key as a seed.</summary>
    public void Add(in Pubkey key) => Add(MemoryMarshal.AsBytes(new ReadOnlySpan<Pubkey>(in key)));

    /// <summary>Derives the address of exactly these seeds (the bump, if any, is the last one).</summary>
    public ProgramAddressStatus Create(in Pubkey programId, out Pubkey address)
    {
        address = default;
        if (_status != ProgramAddressStatus.Ok) return _status;
        Span<byte> bytes = _bytes;
        Finish(bytes, _length, programId);
        return Hash(bytes[..(_length + 53)], out address) ? ProgramAddressStatus.Ok : ProgramAddressStatus.OnCurve;
    }

    /// <summary>Searches the highest bump whose address is off the curve.</summary>
    public ProgramAddressStatus Find(in Pubkey programId, out Pubkey address, out byte bump)
    {
        address = default;
        bump = 0;
        if (_status != ProgramAddressStatus.Ok) return _status;
        if (_count >= ProgramAddress.MaxSeeds) return ProgramAddressStatus.TooManySeeds;
        Span<byte> bytes = _bytes;
        Finish(bytes, _length + 1, programId);
        for (int candidate = 255; candidate > 0; candidate--)
        {
            bytes[_length] = (byte)candidate;
            if (!Hash(bytes[..(_length + 54)], out address)) continue;
            bump = (byte)candidate;
            return ProgramAddressStatus.Ok;
        }

        address = default;
        return ProgramAddressStatus.NoBump;
    }

    private static void Finish(Span<byte> bytes, int length, in Pubkey programId)
    {
        programId.CopyTo(bytes[length..]);
        "ProgramDerivedAddress"u8.CopyTo(bytes[(length + 32)..]);
    }

    private static bool Hash(ReadOnlySpan<byte> preimage, out Pubkey address)
    {
        Span<byte> hash = stackalloc byte[32];
        Sha256.HashData(preimage, hash);
        address = Pubkey.Read(hash);
        return !ProgramAddress.IsOnCurve(address);
    }

    [InlineArray(BufferBytes)]
    private struct SeedBytes
    {
        private byte _first;
    }
}
