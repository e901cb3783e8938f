using System;
using System.Security.Cryptography;

namespace LowLatency.Engine.Solana;

/// <summary>
/// Ed25519 in managed code: the fallback where no native library is found, and the second opinion on those. Signing
/// runs without branches or table positions that depend on the secret; verification works on public data and does not
/// try to. Allocates the base table (160 KB) once at first use of signing, and a hash object for messages above 960
/// bytes.
/// Source: RFC 8032 sections 5.1.5 to 5.1.7. As the validator's strict check does, verification refuses a public key or
/// commitment of small order and compares without the cofactor.
/// </summary>
public static class ManagedEd25519
{
    /// <summary>Bytes of the private seed.</summary>
    public const int SeedBytes = 32;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureBytes = 64;

    /// <summary>Public key of a 32-byte seed.</summary>
    public static Pubkey PublicKey(ReadOnlySpan<byte> seed)
    {
        Span<byte> hash = stackalloc byte[64];
        Span<byte> encoded = stackalloc byte[32];
        Expand(seed, hash);
        MultiplyBase(hash[..32]).CopyTo(encoded);
        CryptographicOperations.ZeroMemory(hash);
        return Pubkey.Read(encoded);
    }

    /// <summary>Signs a message; the public key must be the seed's own. Messages up to any length.</summary>
    public static void Sign(
        ReadOnlySpan<byte> seed, in Pubkey publicKey, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[64];
        Span<byte> wide = stackalloc byte[64];
        Span<byte> nonce = stackalloc byte[32];
        Span<byte> challenge = stackalloc byte[32];
        Span<byte> key = stackalloc byte[32];
        publicKey.CopyTo(key);
        Expand(seed, hash);
        HashThree(hash[32..], default, message, wide);
        Scalar25519.Reduce(wide, nonce);
        MultiplyBase(nonce).CopyTo(signature);
        HashThree(signature[..32], key, message, wide);
        Scalar25519.Reduce(wide, challenge);
        Scalar25519.MultiplyAdd(challenge, hash[..32], nonce, signature[32..64]);
        CryptographicOperations.ZeroMemory(hash);
        CryptographicOperations.ZeroMemory(wide);
        CryptographicOperations.ZeroMemory(nonce);
    }

    /// <summary>True if the signature is the key's over the message.</summary>
    public static bool Verify(in Pubkey publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureBytes || !Scalar25519.IsCanonical(signature[32..])) return false;
        Span<byte> key = stackalloc byte[32];
        publicKey.CopyTo(key);
        if (!EdwardsPoint.TryDecode(key, out EdwardsPoint point) || IsSmallOrder(point)) return false;
        Span<byte> wide = stackalloc byte[64];
        Span<byte> challenge = stackalloc byte[32];
        HashThree(signature[..32], key, message, wide);
        Scalar25519.Reduce(wide, challenge);

        // R' = s B - k A must encode to the very bytes of R.
        EdwardsPoint commitment = DoubleMultiply(signature[32..], challenge, -point);
        Span<byte> encoded = stackalloc byte[32];
        commitment.CopyTo(encoded);
        return !IsSmallOrder(commitment) && encoded.SequenceEqual(signature[..32]);
    }

    private static void Expand(ReadOnlySpan<byte> seed, Span<byte> hash)
    {
        SHA512.HashData(seed[..SeedBytes], hash);
        hash[0] &= 248;
        hash[31] = (byte)((hash[31] & 127) | 64);
    }

    private static void HashThree(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> message, Span<byte> hash)
    {
        // One contiguous buffer, because the one-shot hash is the only one in the base library without an object.
        Span<byte> small = stackalloc byte[1024];
        int length = first.Length + second.Length + message.Length;
        if (length > small.Length)
        {
            HashLarge(first, second, message, hash);
            return;
        }

        first.CopyTo(small);
        second.CopyTo(small[first.Length..]);
        message.CopyTo(small[(first.Length + second.Length)..]);
        SHA512.HashData(small[..length], hash);
        CryptographicOperations.ZeroMemory(small[..first.Length]);
    }

    private static void HashLarge(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> message, Span<byte> hash)
    {
        using IncrementalHash incremental = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        incremental.AppendData(first);
        incremental.AppendData(second);
        incremental.AppendData(message);
        _ = incremental.GetHashAndReset(hash);
    }

    private static bool IsSmallOrder(in EdwardsPoint point) => point.Double().Double().Double().IsIdentity;

    private static EdwardsPoint MultiplyBase(ReadOnlySpan<byte> scalar)
    {
        // PERF: one addition per 4-bit digit from a table of digit * 16^position. All 16 entries of a position are read
        // and masked, so neither time nor cache lines tell the digit. Bench: Ed25519Bench.
        EdwardsPoint sum = EdwardsPoint.Identity;
        ReadOnlySpan<EdwardsPoint> table = BaseTable.Points;
        for (int position = 0; position < 64; position++)
        {
            uint digit = ((uint)scalar[position >> 1] >> (4 * (position & 1))) & 15;
            EdwardsPoint chosen = EdwardsPoint.Identity;
            for (uint i = 1; i < 16; i++)
            {
                ulong mask = (((ulong)(digit ^ i) - 1) >> 63) * ulong.MaxValue; // all ones where they are equal
                chosen.Select(table[(position * 16) + (int)i], mask);
            }

            sum += chosen;
        }

        return sum;
    }

    private static EdwardsPoint DoubleMultiply(
        ReadOnlySpan<byte> baseScalar, ReadOnlySpan<byte> scalar, in EdwardsPoint point)
    {
        EdwardsPoint both = EdwardsPoint.BasePoint + point;
        EdwardsPoint sum = EdwardsPoint.Identity;
        for (int bit = 255; bit >= 0; bit--)
        {
            sum = sum.Double();
            int first = (baseScalar[bit >> 3] >> (bit & 7)) & 1;
            int second = (scalar[bit >> 3] >> (bit & 7)) & 1;
            if ((first & second) == 1) sum += both;
            else if (first == 1) sum += EdwardsPoint.BasePoint;
            else if (second == 1) sum += point;
        }

        return sum;
    }

    /// <summary>digit * 16^position * B at [position * 16 + digit].</summary>
    private static class BaseTable
    {
        private static readonly EdwardsPoint[] Entries = Build();

        public static ReadOnlySpan<EdwardsPoint> Points => Entries;

        private static EdwardsPoint[] Build()
        {
            EdwardsPoint[] entries = new EdwardsPoint[64 * 16];
            EdwardsPoint step = EdwardsPoint.BasePoint;
            for (int position = 0; position < 64; position++)
            {
                entries[position * 16] = EdwardsPoint.Identity;
                for (int digit = 1; digit < 16; digit++)
                {
                    entries[(position * 16) + digit] = entries[(position * 16) + digit - 1] + step;
                }

                step = entries[(position * 16) + 15] + step;
            }

            return entries;
        }
    }
}
