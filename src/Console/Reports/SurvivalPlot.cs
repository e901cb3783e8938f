using System.Collections.Generic;
using System.Globalization;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>Share of followed cycles that lived longer than a number of slots.</summary>
internal static class SurvivalPlot
{
    private const int Left = 50;
    private const int Right = 14;
    private const int Top = 12;
    private const int Bottom = 44;

    public static string Draw(IReadOnlyList<double> survival, int width)
    {
        const int Height = 200;
        Svg svg = new(width, Height, "share of cycles that lived longer than a number of slots");
        Scale across = new(0, survival.Count, Left, width - Right);
        Scale up = new(0, 1, Height - Bottom, Top);
        foreach (double share in (double[])[0, 0.25, 0.5, 0.75, 1])
        {
            svg.Line(Left, up.At(share), width - Right, up.At(share), share == 0 ? "base" : "grid");
            string text = (100 * share).ToString("0", CultureInfo.InvariantCulture) + " %";
            svg.Label(Left - 6, up.At(share) + 4, "end", text);
        }

        foreach (double slot in across.Ticks(width == Svg.Wide ? 18 : 9, whole: true))
        {
            string text = slot.ToString("0", CultureInfo.InvariantCulture);
            svg.Label(across.At(slot), Height - Bottom + 16, "middle", text);
        }

        svg.Label((Left + width - Right) / 2.0, Height - 8, "middle", "slots after the first decision");
        List<(double X, double Y)> points = [(across.At(0), up.At(1))];
        for (int slot = 0; slot < survival.Count; slot++)
        {
            points.Add((across.At(slot), up.At(survival[slot])));
            points.Add((across.At(slot + 1), up.At(survival[slot])));
        }

        svg.Curve(points, "curve c0 d0 thick", "run.report.lives.survival", survival.Count);
        return svg.Close();
    }
}
