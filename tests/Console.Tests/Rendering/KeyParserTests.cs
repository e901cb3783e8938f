using System;
using System.Collections.Generic;
using System.Text;
using LowLatency.ConsoleHost.Rendering;
using Xunit;

namespace LowLatency.Console.Tests.Rendering;

public sealed class KeyParserTests
{
    public static TheoryData<string, string> Known => new()
    {
        { "a", "Character:97" },
        { "é🚀", "Character:233 Character:128640" },
        { "\t\r", "Tab:0 Enter:0" },
        { "\e[A\e[B\eOC\e[D", "Up:0 Down:0 Right:0 Left:0" },
        { "\e[5~\e[6~\e[H\e[4~", "PageUp:0 PageDown:0 Home:0 End:0" },
        { "\e[Z", "ShiftTab:0" },
        { "\e[I\e[O", "FocusIn:0 FocusOut:0" },
        { "\u0003\u001a\u007f", "Control:67 Control:90 Backspace:0" },
        { "\e[1;5Aq", "Up:0 Character:113" },
        { "\e[200~q", "Character:113" },
        { "\e[<0;10;10Mq", "Character:113" },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void TryNext_KnownBytes_GivesTheKeys(string bytes, string keys) =>
        Assert.Equal(keys, string.Join(' ', Parse(bytes, bytes.Length)));

    /// <summary>A slow line may cut a sequence anywhere: the keys are the same.</summary>
    [Theory]
    [MemberData(nameof(Known))]
    public void TryNext_CutAnywhere_GivesTheSameKeys(string bytes, string keys)
    {
        for (int size = 1; size < Encoding.UTF8.GetByteCount(bytes); size++)
            Assert.Equal(keys, string.Join(' ', Parse(bytes, size)));
    }

    [Fact]
    public void TryNext_EscapeAlone_IsTheKeyOnlyWhenQuiet()
    {
        KeyParser parser = new();
        parser.Feed("\e"u8);
        Assert.False(parser.TryNext(out _, isQuiet: false));
        Assert.True(parser.TryNext(out KeyPress key, isQuiet: true));
        Assert.Equal(Key.Escape, key.Key);
    }

    [Fact]
    public void TryNext_BrokenUtf8_IsSwallowed()
    {
        KeyParser parser = new();
        parser.Feed([0xFF, 0xC3, (byte)'q']);
        List<string> keys = [];
        while (parser.TryNext(out KeyPress key, isQuiet: true)) keys.Add($"{key.Key}:{key.Rune}");
        Assert.Equal(["Character:113"], keys);
    }

    private static List<string> Parse(string text, int pieceBytes)
    {
        KeyParser parser = new();
        List<string> keys = [];
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int i = 0; i < bytes.Length; i += pieceBytes)
        {
            parser.Feed(bytes.AsSpan()[i..Math.Min(bytes.Length, i + pieceBytes)]);
            while (parser.TryNext(out KeyPress key, isQuiet: false)) keys.Add($"{key.Key}:{key.Rune}");
        }

        while (parser.TryNext(out KeyPress key, isQuiet: true)) keys.Add($"{key.Key}:{key.Rune}");
        return keys;
    }
}
