using System.Globalization;
using System.Net;
using System.Text;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>
/// Markup of texts and numbers. A number carries its path in <c>report.json</c> and its raw value beside the text that
/// people read, so that page and JSON can be compared by a program.
/// </summary>
internal static class Mark
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>Text that is safe in elements and attributes.</summary>
    public static string Text(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (char c in text) clean.Append(char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c);
        return WebUtility.HtmlEncode(clean.ToString());
    }

    /// <summary>A count with separators.</summary>
    public static string Count(string path, long value) => Number(path, Raw(value), value.ToString("N0", Invariant));

    /// <summary>A slot: no separators, as explorers write it.</summary>
    public static string Slot(string path, ulong slot) =>
        Number(path, slot.ToString(Invariant), slot.ToString(Invariant));

    /// <summary>Lamports as SOL, exact, with all nine decimals: columns of them stand in line.</summary>
    public static string Sol(string path, long lamports) =>
        Number(path, Raw(lamports), (lamports / 1_000_000_000m).ToString("N9", Invariant) + " SOL");

    /// <summary>Nanoseconds with three digits and a unit.</summary>
    public static string Duration(string path, long ns) => Number(path, Raw(ns), DurationText.Of(ns));

    /// <summary>A number with a fixed count of decimals.</summary>
    public static string Fixed(string path, double value, int decimals) =>
        Number(path, Raw(value), value.ToString("N" + decimals.ToString(Invariant), Invariant));

    /// <summary>A number in scientific notation with three digits.</summary>
    public static string Scientific(string path, double value) =>
        Number(path, Raw(value), value.ToString("0.00E+0", Invariant));

    /// <summary>A text of the JSON, in other words for people if they are given.</summary>
    public static string Word(string path, string text, string? shown = null) =>
        $"<span data-path=\"{Text(path)}\" data-value=\"{Text(text)}\">{Text(shown ?? text)}</span>";

    /// <summary>Attributes that tie a drawn shape to a number of the JSON.</summary>
    public static string Tie(string path, double value) => $" data-path=\"{Text(path)}\" data-value=\"{Raw(value)}\"";

    /// <summary>Lamports as SOL with its unit.</summary>
    public static string SolText(long lamports) => MintName.Decimal(lamports, 9) + " SOL";

    /// <summary>A key in a path.</summary>
    public static string Key(string path, string key) => $"{path}[{key}]";

    private static string Number(string path, string raw, string shown) =>
        $"<data value=\"{raw}\" data-path=\"{Text(path)}\">{Text(shown)}</data>";

    private static string Raw(long value) => value.ToString(Invariant);

    private static string Raw(double value) => value.ToString("R", Invariant);
}
