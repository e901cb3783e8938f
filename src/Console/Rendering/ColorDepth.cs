using System;
using System.Collections.Generic;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>Colours that a terminal is known to have.</summary>
internal enum ColorDepth : byte
{
    /// <summary>None: bold, dim, underline and reverse only.</summary>
    None = 0,

    /// <summary>The 16 of the terminal's own theme.</summary>
    Sixteen = 1,

    /// <summary>The 256 of xterm.</summary>
    Palette = 2,

    /// <summary>24 bits.</summary>
    True = 3,
}

/// <summary>
/// Reads what a terminal can do from the usual variables; it is never asked, as an answer could be lost.
/// </summary>
internal static class TerminalFeatures
{
    /// <summary>
    /// Colours, by NO_COLOR (set and not empty = none), COLORTERM (truecolor, 24bit) and TERM (256color, direct, dumb).
    /// Source: no-color.org; the values that terminals set.
    /// </summary>
    public static ColorDepth Depth(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.TryGetValue("NO_COLOR", out string? no) && no.Length != 0) return ColorDepth.None;
        string term = environment.GetValueOrDefault("TERM", string.Empty);
        if (term is "dumb" or "vt100" or "vt220") return ColorDepth.None;
        if (environment.GetValueOrDefault("COLORTERM", string.Empty) is "truecolor" or "24bit") return ColorDepth.True;
        if (term.Contains("direct", StringComparison.Ordinal)) return ColorDepth.True;
        return term.Contains("256color", StringComparison.Ordinal) ? ColorDepth.Palette : ColorDepth.Sixteen;
    }

    /// <summary>
    /// True if box-drawing and block characters can be drawn, one column each: a UTF-8 locale outside China, Japan and
    /// Korea, where terminals may give them two columns. Windows terminals draw them.
    /// </summary>
    public static bool HasGlyphs(IReadOnlyDictionary<string, string> environment, bool isWindows)
    {
        if (isWindows) return true;
        string locale = string.Empty;
        foreach (string name in new[] { "LC_ALL", "LC_CTYPE", "LANG" })
        {
            if (!environment.TryGetValue(name, out string? value) || value.Length == 0) continue;
            locale = value;
            break;
        }

        bool isUtf8 = locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase)
            || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase);
        bool isAmbiguous = locale.StartsWith("ja", StringComparison.Ordinal)
            || locale.StartsWith("ko", StringComparison.Ordinal) || locale.StartsWith("zh", StringComparison.Ordinal);
        return isUtf8 && !isAmbiguous;
    }
}
