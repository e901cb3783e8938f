using System;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>Characters of charts and frames, and what stands for them where a terminal has ASCII only.</summary>
internal static class Glyphs
{
    /// <summary>Eighths of a cell from below: blank, one eighth ... full.</summary>
    public const string Columns = " ▁▂▃▄▅▆▇█";

    /// <summary>Eighths of a cell from the left: blank, one eighth ... full.</summary>
    public const string Rows = " ▏▎▍▌▋▊▉█";

    public const char Horizontal = '─';
    public const char Vertical = '│';
    public const char Arrow = '→';

    /// <summary>The ASCII character for one of ours; a question mark for any other.</summary>
    public static int ToAscii(int rune) => rune switch
    {
        < 0x80 => rune,
        Horizontal => '-',
        Vertical => '|',
        Arrow => '>',
        '▁' or '▂' => '.',
        '▃' or '▄' => ':',
        '▅' or '▆' => '=',
        '▇' or '█' => '#',
        '▏' or '▎' => '.',
        '▍' or '▌' or '▋' => '-',
        '▊' or '▉' => '=',
        _ => '?',
    };

    /// <summary>The eighth-column glyph for a share of 0 to 1; a share above 0 is never blank.</summary>
    public static int Column(double share) => Columns[Eighths(share)];

    /// <summary>Share in eighths, 0 to 8.</summary>
    public static int Eighths(double share) =>
        !(share > 0) ? 0 : Math.Clamp((int)Math.Ceiling(share * 8), 1, 8);
}
