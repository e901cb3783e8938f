using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;
using Xunit;

namespace LowLatency.Feeds.Tests.Submission;

public sealed class Ed25519SignerTests
{
    /// <summary>
    /// The implementations of this machine: the managed one always, the native ones where they are installed.
    /// </summary>
    public static TheoryData<Ed25519Library> Libraries
    {
        get
        {
            TheoryData<Ed25519Library> libraries = [];
            foreach (Ed25519Library library in Enum.GetValues<Ed25519Library>())
            {
                if (library != Ed25519Library.Auto && Ed25519Signer.IsAvailable(library)) libraries.Add(library);
            }

            return libraries;
        }
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Sign_Rfc8032Vectors_GiveExactSignatures(Ed25519Library library)
    {
        int count = 0;
        byte[] signature = new byte[64];
        foreach (string line in File.ReadAllLines(Repository.Vectors("ed25519-rfc8032.txt")))
        {
            if (line.StartsWith('#')) continue;
            string[] fields = line.Split(' ');
            byte[] message = fields[2] == "-" ? [] : Convert.FromHexString(fields[2]);
            using Ed25519Signer signer = Ed25519Signer.Create(Convert.FromHexString(fields[0]), library);
            Assert.Equal(Pubkey.Read(Convert.FromHexString(fields[1])), signer.PublicKey);
            Assert.True(signer.TrySign(message, signature));
            Assert.Equal(fields[3], Convert.ToHexStringLower(signature));
            Assert.True(Ed25519Signer.Verify(signer.PublicKey, message, signature, library));
            signature[40] ^= 1;
            Assert.False(Ed25519Signer.Verify(signer.PublicKey, message, signature, library));
            count++;
        }

        Assert.Equal(5, count);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Sign_VectorSeeds_GiveExactSignatures(Ed25519Library library)
    {
        using FileStream file = File.OpenRead(Repository.Vectors("transactions.json.gz"));
        using GZipStream stream = new(file, CompressionMode.Decompress);
        using JsonDocument document = JsonDocument.Parse(stream);
        byte[] signature = new byte[64];
        foreach (JsonElement item in document.RootElement.GetProperty("ed25519").EnumerateArray())
        {
            byte[] message = Convert.FromHexString(item.GetProperty("message").GetString()!);
            byte[] seed = Convert.FromHexString(item.GetProperty("seed").GetString()!);
            using Ed25519Signer signer = Ed25519Signer.Create(seed, library);
            Assert.True(signer.TrySign(message, signature));
            Assert.Equal(item.GetProperty("signature").GetString(), Convert.ToHexStringLower(signature));
            byte[] tampered = Convert.FromHexString(item.GetProperty("tampered_signature").GetString()!);
            Assert.Equal(
                item.GetProperty("tampered_valid").GetBoolean(),
                Ed25519Signer.Verify(signer.PublicKey, message, tampered, library));
        }
    }

    [Fact]
    public void Sign_RandomMessages_AllLibrariesAgree()
    {
        const int seed = 8032;
        Random random = new(seed);
        byte[] secret = new byte[32];
        byte[] expected = new byte[64];
        byte[] actual = new byte[64];
        for (int i = 0; i < 60; i++)
        {
            random.NextBytes(secret);
            byte[] message = new byte[random.Next(1300)];
            random.NextBytes(message);
            using Ed25519Signer managed = Ed25519Signer.Create(secret, Ed25519Library.Managed);
            Assert.True(managed.TrySign(message, expected));
            foreach (Ed25519Library library in (IEnumerable<Ed25519Library>)Libraries)
            {
                using Ed25519Signer signer = Ed25519Signer.Create(secret, library);
                Assert.True(signer.TrySign(message, actual));
                Assert.True(expected.AsSpan().SequenceEqual(actual), $"seed {seed}, case {i}, {library}");
                Assert.True(Ed25519Signer.Verify(signer.PublicKey, message, actual, library));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Sign_AfterWarmUp_AllocatesNothing(Ed25519Library library)
    {
        using Ed25519Signer signer = Ed25519Signer.Create(new byte[32], library);
        byte[] message = new byte[400];
        byte[] signature = new byte[64];
        for (int i = 0; i < 50; i++) Assert.True(signer.TrySign(message, signature));
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool ok = true;
        for (int i = 0; i < 100; i++) ok &= signer.TrySign(message, signature);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(ok);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Sign_Disposed_Refuses(Ed25519Library library)
    {
        Ed25519Signer signer = Ed25519Signer.Create(new byte[32], library);
        signer.Dispose();
        Assert.False(signer.TrySign([1], new byte[64]));
        signer.Dispose();
    }

    [Fact]
    public void ToString_Signer_ShowsNoSecret()
    {
        byte[] seed = new byte[32];
        Array.Fill(seed, (byte)0xab);
        using Ed25519Signer signer = Ed25519Signer.Create(seed);
        Assert.Contains(signer.PublicKey.ToString(), signer.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ab", signer.ToString().Replace(signer.PublicKey.ToString(), string.Empty,
            StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
    }
}
