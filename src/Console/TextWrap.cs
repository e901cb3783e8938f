using System.IO;

namespace LowLatency.ConsoleHost;

/// <summary>Breaks text for a terminal of 80 columns: at spaces, never inside a word.</summary>
internal static class TextWrap
{
    private const int Width = 80;

    /// <summary>Writes a text; lines after the first are indented by so many columns.</summary>
    public static void Write(TextWriter output, string text, int indent)
    {
        while (text.Length > Width)
        {
            int start = text.Length - text.TrimStart(' ').Length;
            int cut = text.LastIndexOf(' ', Width);
            if (cut <= start) cut = text.IndexOf(' ', Width); // a word longer than a line stays whole
            if (cut < 0) break;
            output.Write(text[..cut].TrimEnd() + "\n");
            text = new string(' ', indent) + text[(cut + 1)..];
        }

        output.Write(text.TrimEnd() + "\n");
    }
}
