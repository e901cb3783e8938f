using System;
using System.Globalization;
using System.Text;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>
/// Columns of a character in a terminal: 0 for marks that combine with the one before and for control characters, 2 for
/// wide and fullwidth ones, else 1. Ambiguous ones (box drawing, blocks) count 1, as terminals outside East Asian
/// locales draw them; in those locales <see cref="Glyphs"/> uses ASCII instead.
/// </summary>
internal static class RuneWidth
{
    // Source: Unicode 14.0.0, EastAsianWidth.txt, classes W and F of assigned characters; gaps of unassigned ones
    // inside
    // a block are joined. First and last of each range.
    private static readonly int[] Wide =
    [
        0x1100, 0x115F, 0x231A, 0x231B, 0x2329, 0x232A, 0x23E9, 0x23EC, 0x23F0, 0x23F0, 0x23F3, 0x23F3, 0x25FD, 0x25FE,
        0x2614, 0x2615, 0x2648, 0x2653, 0x267F, 0x267F, 0x2693, 0x2693, 0x26A1, 0x26A1, 0x26AA, 0x26AB, 0x26BD, 0x26BE,
        0x26C4, 0x26C5, 0x26CE, 0x26CE, 0x26D4, 0x26D4, 0x26EA, 0x26EA, 0x26F2, 0x26F3, 0x26F5, 0x26F5, 0x26FA, 0x26FA,
        0x26FD, 0x26FD, 0x2705, 0x2705, 0x270A, 0x270B, 0x2728, 0x2728, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755,
        0x2757, 0x2757, 0x2795, 0x2797, 0x27B0, 0x27B0, 0x27BF, 0x27BF, 0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55,
        0x2E80, 0x303E, 0x3041, 0x3247, 0x3250, 0x4DBF, 0x4E00, 0xA4C6, 0xA960, 0xA97C, 0xAC00, 0xD7A3, 0xF900, 0xFAD9,
        0xFE10, 0xFE19, 0xFE30, 0xFE6B, 0xFF01, 0xFF60, 0xFFE0, 0xFFE6, 0x16FE0, 0x1B2FB, 0x1F004, 0x1F004,
        0x1F0CF, 0x1F0CF, 0x1F18E, 0x1F18E, 0x1F191, 0x1F19A, 0x1F200, 0x1F320, 0x1F32D, 0x1F335, 0x1F337, 0x1F37C,
        0x1F37E, 0x1F393, 0x1F3A0, 0x1F3CA, 0x1F3CF, 0x1F3D3, 0x1F3E0, 0x1F3F0, 0x1F3F4, 0x1F3F4, 0x1F3F8, 0x1F43E,
        0x1F440, 0x1F440, 0x1F442, 0x1F4FC, 0x1F4FF, 0x1F53D, 0x1F54B, 0x1F54E, 0x1F550, 0x1F567, 0x1F57A, 0x1F57A,
        0x1F595, 0x1F596, 0x1F5A4, 0x1F5A4, 0x1F5FB, 0x1F64F, 0x1F680, 0x1F6C5, 0x1F6CC, 0x1F6CC, 0x1F6D0, 0x1F6D2,
        0x1F6D5, 0x1F6DF, 0x1F6EB, 0x1F6EC, 0x1F6F4, 0x1F6FC, 0x1F7E0, 0x1F7F0, 0x1F90C, 0x1F93A, 0x1F93C, 0x1F945,
        0x1F947, 0x1F9FF, 0x1FA70, 0x1FAF6, 0x20000, 0x2FFFD, 0x30000, 0x3FFFD,
    ];

    /// <summary>Columns of a Unicode scalar: 0, 1 or 2.</summary>
    public static int Of(int rune)
    {
        if (rune < 0x20 || (rune >= 0x7F && rune < 0xA0)) return 0;
        if (rune < 0x300) return rune == 0xAD ? 0 : 1;
        if (rune is >= 0x1160 and <= 0x11FF) return 0; // vowels and finals of composed Hangul
        UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            return 0;
        return IsWide(rune) ? 2 : 1;
    }

    /// <summary>Columns of a text.</summary>
    public static int Of(ReadOnlySpan<char> text)
    {
        int columns = 0;
        foreach (Rune rune in text.EnumerateRunes()) columns += Of(rune.Value);
        return columns;
    }

    private static bool IsWide(int rune)
    {
        int low = 0;
        int high = (Wide.Length / 2) - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (rune < Wide[2 * middle]) high = middle - 1;
            else if (rune > Wide[(2 * middle) + 1]) low = middle + 1;
            else return true;
        }

        return false;
    }
}
