using System;
using System.Globalization;
using System.Text;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

public sealed class KeyAndDigitTests
{
    [Fact]
    public void TryDecode_RandomKeys_AgreesWithTheGeneralDecoder()
    {
        for (int seed = 1; seed <= 5_000; seed++)
        {
            Random random = new(seed);
            byte[] bytes = new byte[32];
            random.NextBytes(bytes);
            bytes.AsSpan(0, random.Next(0, 33)).Fill(random.Next(2) == 0 ? (byte)0 : bytes[0]);
            byte[] text = Encoding.ASCII.GetBytes(Base58.Encode(bytes));
            Assert.True(KeyText.TryDecode(text, out Pubkey key), $"seed {seed}");
            Assert.True(key == Pubkey.Read(bytes), $"seed {seed}");
        }
    }

    [Fact]
    public void TryDecode_MutatedKeys_AgreesWithTheGeneralDecoder()
    {
        byte[] source = Encoding.ASCII.GetBytes(Messages.Account);
        int accepted = 0;
        for (int seed = 1; seed <= 5_000; seed++)
        {
            Random random = new(seed);
            byte[] text = (byte[])source.Clone();
            text[random.Next(text.Length)] = (byte)random.Next(0x20, 0x7F);
            if (random.Next(3) == 0) text = text[..random.Next(text.Length)];
            bool expected = Pubkey.TryParse(Encoding.ASCII.GetString(text), out Pubkey expectedKey);
            bool actual = KeyText.TryDecode(text, out Pubkey key);
            Assert.True(expected == actual && expectedKey == key, $"seed {seed}: {Encoding.ASCII.GetString(text)}");
            accepted += actual ? 1 : 0;
        }

        Assert.InRange(accepted, 100, 4_900);
    }

    [Theory]
    [InlineData("JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFG", true)] // all bytes 0xFF
    [InlineData("JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFH", false)] // one more than 256 bits hold
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", false)]
    [InlineData("11111111111111111111111111111111", true)]
    [InlineData("1111111111111111111111111111111", false)]
    [InlineData("111111111111111111111111111111111", false)]
    public void TryDecode_Bounds_AreExact(string text, bool expected) =>
        Assert.Equal(expected, KeyText.TryDecode(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void TryGet_KeysThatShareAnEntry_AreNotConfused()
    {
        KeyCache cache = new();
        for (int seed = 1; seed <= 2_000; seed++)
        {
            byte[] bytes = Messages.Bytes(32, seed % 700);
            byte[] text = Encoding.ASCII.GetBytes(Base58.Encode(bytes));
            Assert.True(cache.TryGet(text, out Pubkey key));
            Assert.True(key == Pubkey.Read(bytes), $"seed {seed}");
        }
    }

    [Fact]
    public void DigitRun_RandomNumbers_AgreesWithParse()
    {
        for (int seed = 1; seed <= 20_000; seed++)
        {
            Random random = new(seed);
            int digits = random.Next(1, 20);
            StringBuilder number = new();
            for (int i = 0; i < digits; i++)
            {
                int least = i == 0 && random.Next(20) != 0 ? 1 : 0;
                number.Append((char)('0' + random.Next(least, 10)));
            }

            string text = number.ToString();
            bool canonical = text.Length == 1 || text[0] != '0';
            byte[] front = Encoding.ASCII.GetBytes(text + ",\"lamports\":1234567");
            int position = 0;
            bool ok = DigitRun.TryReadForward(front, ref position, out ulong value);
            Check(ok, value, position);
            byte[] back = Encoding.ASCII.GetBytes("\"lamports9\":123;" + text + "}");
            int end = back.Length - 1;
            ok = DigitRun.TryReadBackward(back, ref end, out value);
            Check(ok, value, back.Length - 1 - end);

            void Check(bool accepted, ulong result, int length)
            {
                // 16 digits are refused as well: the block behind them cannot be told from more digits.
                Assert.True(accepted == (canonical && text.Length < 16), $"seed {seed}: {text}");
                if (!accepted) return;
                Assert.True(result == ulong.Parse(text, CultureInfo.InvariantCulture), $"seed {seed}: {text}");
                Assert.True(length == text.Length, $"seed {seed}: {text}");
            }
        }
    }

    [Fact]
    public void DigitRun_EveryByteThatIsNoDigit_EndsANumberOfEveryLength()
    {
        const string Digits = "987654321012345";
        for (int count = 1; count <= Digits.Length; count++)
        {
            ulong expected = ulong.Parse(Digits.AsSpan(0, count), CultureInfo.InvariantCulture);
            for (int stop = 0; stop <= byte.MaxValue; stop++)
            {
                if (stop is >= '0' and <= '9') continue;
                byte[] text = new byte[20 + count + 20];
                text.AsSpan().Fill((byte)stop);
                Encoding.ASCII.GetBytes(Digits.AsSpan(0, count), text.AsSpan(20));
                int start = 20;
                Assert.True(DigitRun.TryReadForward(text, ref start, out ulong value), $"{count} {stop}");
                Assert.Equal((expected, 20 + count), (value, start));
                int end = 20 + count;
                Assert.True(DigitRun.TryReadBackward(text, ref end, out value), $"{count} {stop}");
                Assert.Equal((expected, 20), (value, end));
                Assert.False(DigitRun.TryReadSixteen(text.AsSpan(20), out _));
            }
        }
    }

    [Fact]
    public void DigitRun_SixteenDigits_AreReadWhateverStandsBehind()
    {
        Assert.True(DigitRun.TryReadSixteen("1234567890123456"u8, out ulong value));
        Assert.Equal(1234567890123456UL, value);
        Assert.True(DigitRun.TryReadSixteen("00000000000000019"u8, out value));
        Assert.Equal(1UL, value);
        Assert.False(DigitRun.TryReadSixteen("123456789012345"u8, out _));
    }

    [Theory]
    [InlineData("x1234567890123456")]
    [InlineData("1")]
    [InlineData("")]
    public void DigitRun_NoDigitOrNoRoom_IsRefused(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        int position = 0;
        Assert.False(DigitRun.TryReadForward(bytes, ref position, out _));
        int end = Math.Min(1, bytes.Length);
        Assert.False(DigitRun.TryReadBackward(bytes, ref end, out _));
    }
}
