using System;
using System.Collections.Generic;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>Maps values onto a stretch of a drawing, and says where ticks go.</summary>
internal readonly struct Scale(double low, double high, double from, double to)
{
    /// <summary>Value at the begin of the stretch.</summary>
    public double Low { get; } = low;

    /// <summary>Value at its end; above <see cref="Low"/>.</summary>
    public double High { get; } = high > low ? high : low + 1;

    /// <summary>Where a value is drawn; one that is outside is drawn at the border.</summary>
    public double At(double value) => from + ((Math.Clamp(value, Low, High) - Low) / (High - Low) * (to - from));

    /// <summary>Round values from low to high, at most <paramref name="most"/> apart from one at the end.</summary>
    public List<double> Ticks(int most, bool whole)
    {
        double step = Math.Pow(10, Math.Floor(Math.Log10((High - Low) / most)));
        foreach (double factor in (double[])[1, 2, 5, 10])
        {
            if ((High - Low) / (step * factor) > most) continue;
            step *= factor;
            break;
        }

        if (whole) step = Math.Max(1, step);
        List<double> ticks = [];
        for (double at = Math.Ceiling(Low / step); at * step <= High + (step * 1e-9); at++) ticks.Add(at * step);
        return ticks;
    }
}
