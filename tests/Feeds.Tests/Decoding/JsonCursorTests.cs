using System;
using System.Text;
using System.Text.Json;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

public sealed class JsonCursorTests
{
    [Theory]
    [InlineData("0", true)]
    [InlineData("-0", true)]
    [InlineData("00", false)]
    [InlineData("-", false)]
    [InlineData("1.", false)]
    [InlineData("1.5e+3", true)]
    [InlineData("1e", false)]
    [InlineData("[1,]", false)]
    [InlineData("[,1]", false)]
    [InlineData("[]", true)]
    [InlineData("{}", true)]
    [InlineData("{\"a\":1,}", false)]
    [InlineData("{\"a\" : [ {\"b\":null}, true ,false ] }", true)]
    [InlineData("{\"a\":1 \"b\":2}", false)]
    [InlineData("{1:2}", false)]
    [InlineData("[1}", false)]
    [InlineData("tru", false)]
    [InlineData("truex", false)]
    [InlineData("\"\\u12g4\"", false)]
    [InlineData("\"\\x\"", false)]
    [InlineData("\"a\nb\"", false)]
    [InlineData("\"open", false)]
    [InlineData("", false)]
    [InlineData("1 2", false)]
    public void SkipValue_Text_IsAcceptedExactlyIfItIsJson(string text, bool expected)
    {
        Assert.Equal(expected, IsJson(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(expected, IsJsonForTheFramework(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void SkipValue_MutatedMessages_AgreesWithUtf8JsonReader()
    {
        byte[][] messages =
        [
            Messages.AccountNotification(Messages.Bytes(24)),
            Messages.Utf8("""{"a":[1,-2.5e10,"x\"\\\u00e9",{"b":null,"c":[true,false,[]]}],"d":{}}"""),
            Messages.Subscribe(3),
        ];
        for (int seed = 1; seed <= 20_000; seed++)
        {
            Random random = new(seed);
            byte[] text = Mutate.Bytes(messages[seed % messages.Length], random);
            Assert.True(
                IsJsonForTheFramework(text) == IsJson(text), $"seed {seed}: {Encoding.Latin1.GetString(text)}");
        }
    }

    [Fact]
    public void SkipValue_NestedDeeperThanTheBound_IsRefused()
    {
        Assert.True(IsJson(Encoding.UTF8.GetBytes(new string('[', 64) + new string(']', 64))));
        Assert.False(IsJson(Encoding.UTF8.GetBytes(new string('[', 65) + new string(']', 65))));
    }

    [Theory]
    [InlineData("""a\u0062c""", "abc")]
    [InlineData("""\"\\\/\b\f\n\r\t""", "\"\\/\b\f\n\r\t")]
    [InlineData("""\u00e9\u20ac\ud83d\ude00""", "\u00e9\u20ac\U0001F600")]
    public void TryUnescape_ValidEscapes_GivesUtf8(string escaped, string expected)
    {
        byte[] plain = new byte[64];
        JsonText text = new(Encoding.UTF8.GetBytes(escaped), isEscaped: true);
        Assert.True(text.TryUnescape(plain, out int length));
        Assert.Equal(expected, Encoding.UTF8.GetString(plain, 0, length));
        for (int room = 0; room < length; room++) Assert.False(text.TryUnescape(plain.AsSpan(0, room), out _));
    }

    [Theory]
    [InlineData("""\ud83d""")]
    [InlineData("""\ude00""")]
    [InlineData("""\ud83dx""")]
    [InlineData("""\ud83d\u0041""")]
    public void TryUnescape_LoneSurrogate_IsRefused(string escaped) =>
        Assert.False(new JsonText(Encoding.UTF8.GetBytes(escaped), true).TryUnescape(new byte[64], out _));

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        JsonCursor cursor = new(text);
        return cursor.SkipValue() && cursor.IsAtEnd();
    }

    private static bool IsJsonForTheFramework(ReadOnlySpan<byte> text)
    {
        try
        {
            Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = 64 });
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
