using System;
using System.Security.Cryptography;
using System.Text;
using LowLatency.Engine.Numerics;
using Xunit;

namespace LowLatency.Engine.Tests.Numerics;

public sealed class Sha256Tests
{
    // Source: FIPS 180-2, appendix B.1 and B.2; the empty message from NIST's example values.
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void HashData_PublishedMessages_GiveThePublishedHash(string message, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(Ours(Encoding.ASCII.GetBytes(message))));

    [Fact]
    public void HashData_EveryLengthUpToFiveBlocks_IsThePlatformsHash()
    {
        Prng random = new(20261129);
        for (int length = 0; length <= 320; length++)
        {
            byte[] source = new byte[length];
            for (int i = 0; i < length; i++) source[i] = (byte)random.NextUInt64();
            Assert.Equal(SHA256.HashData(source), Ours(source));
        }
    }

    private static byte[] Ours(ReadOnlySpan<byte> source)
    {
        byte[] hash = new byte[Sha256.SizeBytes];
        Sha256.HashData(source, hash);
        return hash;
    }
}
