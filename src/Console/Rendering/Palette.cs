using System;
using System.Text;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>
/// The escape sequence of each ink at a colour depth. Each begins with a reset, so that the order of inks never
/// matters. The hues are told apart by all common kinds of colour blindness.
/// </summary>
internal sealed class Palette
{
    // Source of the hues: Okabe and Ito, Color Universal Design (2008): sky blue, orange, vermilion, bluish green.
    private static readonly (Ink Ink, string None, string Sixteen, string Indexed, string True)[] Table =
    [
        (Ink.Normal, "", "", "", ""),
        (Ink.Dim, ";2", ";2", ";38;5;245", ";38;2;138;138;138"),
        (Ink.Title, ";1", ";1;36", ";1;38;5;74", ";1;38;2;86;180;233"),
        (Ink.Strong, ";1", ";1", ";1", ";1"),
        (Ink.Good, ";1", ";36", ";38;5;74", ";38;2;86;180;233"),
        (Ink.Warn, ";4", ";33", ";38;5;178", ";38;2;230;159;0"),
        (Ink.Bad, ";7", ";1;31", ";1;38;5;202", ";1;38;2;213;94;0"),
        (Ink.Bar, "", ";36", ";38;5;74", ";38;2;86;180;233"),
        (Ink.BarOther, ";2", ";33", ";38;5;178", ";38;2;230;159;0"),
        (Ink.Selected, ";7", ";7", ";48;5;238;38;5;255", ";48;2;60;64;72;38;2;255;255;255"),
        (Ink.Frame, ";7", ";7", ";48;5;236;38;5;250", ";48;2;40;44;52;38;2;190;190;190"),
        (Ink.FrameActive, ";1", ";1", ";1;48;5;74;38;5;16", ";1;48;2;86;180;233;38;2;0;0;0"),
    ];

    private readonly byte[][] _sequences;

    public Palette(ColorDepth depth)
    {
        _sequences = new byte[Enum.GetValues<Ink>().Length][];
        foreach ((Ink ink, string none, string sixteen, string indexed, string full) in Table)
        {
            string codes = depth switch
            {
                ColorDepth.None => none,
                ColorDepth.Sixteen => sixteen,
                ColorDepth.Palette => indexed,
                _ => full,
            };
            _sequences[(int)ink] = Encoding.ASCII.GetBytes($"\e[0{codes}m");
        }
    }

    /// <summary>Longest sequence, bytes.</summary>
    public const int SequenceBytesMax = 48;

    /// <summary>Sequence that switches to an ink.</summary>
    public ReadOnlySpan<byte> Of(Ink ink) => _sequences[(int)ink];
}
