using System.Collections.Generic;
using LowLatency.ConsoleHost.Rendering;
using Xunit;

namespace LowLatency.Console.Tests.Rendering;

public sealed class RuneWidthTests
{
    [Theory]
    [InlineData('a', 1)]
    [InlineData(0x07, 0)]
    [InlineData(0x9B, 0)]
    [InlineData(0xE9, 1)]
    [InlineData(0x301, 0)] // combining acute
    [InlineData(0x200D, 0)] // zero width joiner
    [InlineData(0x2588, 1)] // full block: ambiguous, one column
    [InlineData(0x2500, 1)] // box drawing: ambiguous, one column
    [InlineData(0x4E00, 2)]
    [InlineData(0xAC00, 2)]
    [InlineData(0x1160, 0)]
    [InlineData(0xFF21, 2)]
    [InlineData(0xFF71, 1)] // halfwidth katakana
    [InlineData(0x1F680, 2)]
    [InlineData(0x2B50, 2)]
    [InlineData(0x2B51, 1)]
    [InlineData(0x20000, 2)]
    public void Of_KnownCharacters_FollowsUnicode(int rune, int columns) => Assert.Equal(columns, RuneWidth.Of(rune));

    [Theory]
    [InlineData(true, "LANG", "en_US.UTF-8")]
    [InlineData(true, "LC_ALL", "C.utf8")]
    [InlineData(false, "LANG", "C")]
    [InlineData(false, "LANG", "ja_JP.UTF-8")]
    public void HasGlyphs_ByLocale(bool expected, string name, string value) =>
        Assert.Equal(expected, TerminalFeatures.HasGlyphs(new Dictionary<string, string> { [name] = value }, false));

    [Theory]
    [InlineData("xterm-256color", "", "", "Palette")]
    [InlineData("xterm-256color", "truecolor", "", "True")]
    [InlineData("xterm-direct", "", "", "True")]
    [InlineData("xterm", "", "", "Sixteen")]
    [InlineData("dumb", "truecolor", "", "None")]
    [InlineData("xterm-256color", "truecolor", "1", "None")]
    public void Depth_ByVariables(string term, string colorTerm, string noColor, string expected)
    {
        Dictionary<string, string> variables = new()
        {
            ["TERM"] = term,
            ["COLORTERM"] = colorTerm,
            ["NO_COLOR"] = noColor,
        };
        Assert.Equal(expected, TerminalFeatures.Depth(variables).ToString());
    }
}
