using System;
using System.Numerics;
using System.Text.Json;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Solana;

public sealed class ManagedEd25519Tests
{
    [Fact]
    public void Sign_VectorSeeds_GiveKeysAndSignatures()
    {
        byte[] signature = new byte[64];
        foreach (JsonElement item in TransactionVectors.Section("ed25519").EnumerateArray())
        {
            byte[] seed = Convert.FromHexString(item.GetProperty("seed").GetString()!);
            byte[] message = Convert.FromHexString(item.GetProperty("message").GetString()!);
            Pubkey key = ManagedEd25519.PublicKey(seed);
            Assert.Equal(item.GetProperty("public_key").GetString(), key.ToString());
            ManagedEd25519.Sign(seed, key, message, signature);
            Assert.Equal(item.GetProperty("signature").GetString(), Convert.ToHexStringLower(signature));
            Assert.Equal(item.GetProperty("signature_base58").GetString(), Base58.Encode(signature));
            Assert.True(ManagedEd25519.Verify(key, message, signature));
            byte[] tampered = Convert.FromHexString(item.GetProperty("tampered_signature").GetString()!);
            Assert.Equal(item.GetProperty("tampered_valid").GetBoolean(), ManagedEd25519.Verify(key, message,
                tampered));
        }
    }

    [Fact]
    public void Verify_AnyFlippedBit_IsFalse()
    {
        byte[] seed = new byte[32];
        seed[3] = 9;
        byte[] message = [1, 2, 3, 4, 5];
        byte[] signature = new byte[64];
        Pubkey key = ManagedEd25519.PublicKey(seed);
        ManagedEd25519.Sign(seed, key, message, signature);
        for (int bit = 0; bit < 512; bit += 7)
        {
            signature[bit >> 3] ^= (byte)(1 << (bit & 7));
            Assert.False(ManagedEd25519.Verify(key, message, signature), $"bit {bit}");
            signature[bit >> 3] ^= (byte)(1 << (bit & 7));
        }

        Assert.False(ManagedEd25519.Verify(key, message.AsSpan(1), signature));
        Assert.False(ManagedEd25519.Verify(key, message, signature.AsSpan(0, 63)));
        Assert.True(ManagedEd25519.Verify(key, message, signature));
    }

    [Fact]
    public void Verify_SecondHalfPlusOrder_IsRefused()
    {
        byte[] seed = new byte[32];
        byte[] signature = new byte[64];
        Pubkey key = ManagedEd25519.PublicKey(seed);
        ManagedEd25519.Sign(seed, key, [], signature);
        BigInteger order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
        BigInteger s = new BigInteger(signature.AsSpan(32), isUnsigned: true) + order;
        s.ToByteArray(isUnsigned: true).CopyTo(signature, 32);
        Assert.False(ManagedEd25519.Verify(key, [], signature));
    }

    [Fact]
    public void Verify_SmallOrderKey_IsRefused()
    {
        byte[] identity = new byte[32];
        identity[0] = 1;
        byte[] signature = new byte[64]; // s = 0, R = identity fits every message if small orders were allowed
        signature[0] = 1;
        Assert.False(ManagedEd25519.Verify(Pubkey.Read(identity), [7], signature));
    }

    [Fact]
    public void Scalars_Random_AgreeWithBigIntegerOracle()
    {
        BigInteger order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
        const int seed = 31;
        Random random = new(seed);
        byte[] wide = new byte[64];
        byte[] a = new byte[32];
        byte[] b = new byte[32];
        byte[] c = new byte[32];
        byte[] result = new byte[32];
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(wide);
            random.NextBytes(a);
            random.NextBytes(b);
            random.NextBytes(c);
            if (i % 4 == 0) Array.Fill(wide, (byte)0xff, random.Next(64), 1);
            if (i == 0) Array.Fill(wide, (byte)0xff);
            if (i == 1) (order * 7).ToByteArray(isUnsigned: true).CopyTo(wide.AsSpan());
            a[31] &= 0x7f;
            b[31] &= 0x7f;
            c[31] &= 0x7f;
            Scalar25519.Reduce(wide, result);
            Assert.True(new BigInteger(wide, isUnsigned: true) % order == new BigInteger(result, isUnsigned: true),
                $"seed {seed}, case {i}");
            Scalar25519.MultiplyAdd(a, b, c, result);
            BigInteger expected = ((new BigInteger(a) * new BigInteger(b)) + new BigInteger(c)) % order;
            Assert.True(expected == new BigInteger(result, isUnsigned: true), $"seed {seed}, case {i}");
        }
    }

    [Fact]
    public void Field_RandomProducts_AgreeWithBigIntegerOracle()
    {
        BigInteger p = BigInteger.Pow(2, 255) - 19;
        const int seed = 77;
        Random random = new(seed);
        byte[] a = new byte[32];
        byte[] b = new byte[32];
        byte[] result = new byte[32];
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(a);
            random.NextBytes(b);
            if (i % 5 == 0) Array.Fill(a, (byte)0xff, 1, 31);
            if (i % 7 == 0) Array.Fill(b, (byte)0xff);
            BigInteger x = new BigInteger(a, isUnsigned: true) % BigInteger.Pow(2, 255);
            BigInteger y = new BigInteger(b, isUnsigned: true) % BigInteger.Pow(2, 255);
            Field25519 fa = Field25519.Read(a);
            Field25519 fb = Field25519.Read(b);
            Check(fa * fb, x * y);
            Check(fa + fb, x + y);
            Check(fa - fb, x - y + (2 * p));
            Check((fa + fb).Square(), (x + y) * (x + y));
            if (i < 50) Check(fa.Invert(), BigInteger.ModPow(x % p, p - 2, p));

            void Check(in Field25519 actual, BigInteger expected)
            {
                actual.CopyTo(result);
                Assert.True(expected % p == new BigInteger(result, isUnsigned: true), $"seed {seed}, case {i}");
            }
        }
    }
}
