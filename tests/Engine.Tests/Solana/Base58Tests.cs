using System;
using System.Text;
using System.Text.Json;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Solana;

public sealed class Base58Tests
{
    [Fact]
    public void Codec_VectorTexts_AgreeBothWays()
    {
        JsonElement section = TransactionVectors.Section("base58");
        foreach (JsonElement item in section.GetProperty("valid").EnumerateArray())
        {
            byte[] bytes = Convert.FromHexString(item.GetProperty("hex").GetString()!);
            string text = item.GetProperty("base58").GetString()!;
            byte[] decoded = new byte[bytes.Length];
            Assert.Equal(text, Base58.Encode(bytes));
            Assert.True(Base58.TryDecode(text, decoded, out int written));
            Assert.Equal(bytes, decoded.AsSpan(0, written).ToArray());
            if (bytes.Length == 32) Assert.Equal(text, Encode32(bytes));
            if (bytes.Length == 64) Assert.Equal(text, Encode64(bytes));
            Assert.Equal(bytes.Length == 32, Base58.TryDecode32(text, new byte[32]));
            Assert.Equal(bytes.Length == 64, Base58.TryDecode64(text, new byte[64]));
        }

        foreach (JsonElement item in section.GetProperty("invalid").EnumerateArray())
        {
            Assert.False(Base58.TryDecode(item.GetProperty("base58").GetString(), new byte[64], out _));
        }
    }

    [Fact]
    public void Parse_VectorInvalidTexts_AreRefused()
    {
        foreach (JsonElement item in TransactionVectors.Section("pubkey_parse_invalid").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!;
            Assert.Equal(item.GetProperty("kit_accepts").GetBoolean(), Pubkey.TryParse(text, out _));
            Assert.False(Pubkey.TryParse(Encoding.UTF8.GetBytes(text), out _));
        }
    }

    [Fact]
    public void FixedSizes_RandomBytes_AgreeWithGeneralCodecAndOracle()
    {
        const int seed = 58;
        Random random = new(seed);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = new byte[i % 2 == 0 ? 32 : 64];
            random.NextBytes(bytes.AsSpan(i % 5 == 0 ? random.Next(bytes.Length + 1) : 0)); // leading zeros
            if (i % 11 == 0) Array.Fill(bytes, (byte)0xff);
            string expected = SimpleBase.Base58.Bitcoin.Encode(bytes);
            string fast = bytes.Length == 32 ? Encode32(bytes) : Encode64(bytes);
            Assert.True(expected == fast, $"seed {seed}, case {i}: {Convert.ToHexString(bytes)}");
            Assert.Equal(expected, Base58.Encode(bytes));
            byte[] back = new byte[bytes.Length];
            byte[] ascii = Encoding.ASCII.GetBytes(expected);
            Assert.True(bytes.Length == 32 ? Base58.TryDecode32(ascii, back) : Base58.TryDecode64(ascii, back));
            Assert.Equal(bytes, back);
        }
    }

    [Fact]
    public void TryDecode32_ValueAboveRange_IsRefused()
    {
        Assert.True(Base58.TryDecode32("JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFG", new byte[32])); // 2^256 - 1
        Assert.False(Base58.TryDecode32("JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFH", new byte[32]));
        Assert.False(Base58.TryDecode32(new string('z', 44), new byte[32]));
    }

    [Fact]
    public void Encode_ShortDestination_WritesNothing()
    {
        Assert.Equal(0, Base58.Encode32(new byte[32], new byte[43]));
        Assert.Equal(0, Base58.Encode64(new byte[64], new char[87]));
    }

    private static string Encode32(byte[] bytes)
    {
        char[] text = new char[44];
        byte[] ascii = new byte[44];
        string result = new(text, 0, Base58.Encode32(bytes, text));
        Assert.Equal(result, Encoding.ASCII.GetString(ascii, 0, Base58.Encode32(bytes, ascii)));
        return result;
    }

    private static string Encode64(byte[] bytes)
    {
        char[] text = new char[88];
        byte[] ascii = new byte[88];
        string result = new(text, 0, Base58.Encode64(bytes, text));
        Assert.Equal(result, Encoding.ASCII.GetString(ascii, 0, Base58.Encode64(bytes, ascii)));
        return result;
    }
}
