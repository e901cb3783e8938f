using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>
/// One drawing. Colours come from classes of the page's style, so that it follows light and dark. Each is drawn twice,
/// wide and narrow; the page shows the one that fits, at its own size, so that text is never shrunk.
/// </summary>
internal sealed class Svg
{
    /// <summary>Width for screens.</summary>
    public const int Wide = 880;

    /// <summary>Width for phones.</summary>
    public const int Narrow = 360;

    /// <summary>Rough width of a character of a label, for where labels would meet.</summary>
    public const double CharWidth = 7;

    private readonly StringBuilder _text = new();

    public Svg(int width, int height, string label)
    {
        Width = width;
        string shown = width == Wide ? "wide" : "narrow";
        _text.Append(CultureInfo.InvariantCulture, $"<svg class=\"{shown}\" viewBox=\"0 0 {width} {height}\" ");
        _text.Append(CultureInfo.InvariantCulture, $"role=\"img\" aria-label=\"{Mark.Text(label)}\">\n");
    }

    /// <summary>Width of the drawing.</summary>
    public int Width { get; }

    /// <summary>Both widths of a drawing.</summary>
    public static string Both(Func<int, string> draw) => draw(Wide) + draw(Narrow);

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        _text.Append($"<line class=\"{style}\" x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"/>\n");

    /// <summary>A rectangle; <paramref name="hint"/> is shown under the pointer.</summary>
    public void Rect(double x, double y, double width, double height, string style, string tie = "", string hint = "")
    {
        string box = $"x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\"";
        string title = hint.Length == 0 ? string.Empty : $"<title>{Mark.Text(hint)}</title>";
        _text.Append($"<rect class=\"{style}\" {box}{tie}>{title}</rect>\n");
    }

    public void Dot(double x, double y, double radius, string style, string tie = "") =>
        _text.Append($"<circle class=\"{style}\" cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\"{tie}/>\n");

    /// <summary>A label; anchor is start, middle or end.</summary>
    public void Label(double x, double y, string anchor, string text, string style = "axis") =>
        _text.Append(
            $"<text class=\"{style}\" x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\">{Mark.Text(text)}</text>\n");

    /// <summary>A line through points.</summary>
    public void Curve(IReadOnlyList<(double X, double Y)> points, string style, string path, int count)
    {
        StringBuilder at = new();
        foreach ((double x, double y) in points) at.Append(N(x)).Append(',').Append(N(y)).Append(' ');
        string list = at.ToString().TrimEnd();
        _text.Append(
            $"<polyline class=\"{style}\" data-path=\"{path}\" data-count=\"{N(count)}\" points=\"{list}\"/>\n");
    }

    /// <summary>The drawing as text.</summary>
    public string Close() => _text.Append("</svg>\n").ToString();

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
