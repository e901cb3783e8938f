using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LowLatency.Benchmarks.Table;

/// <summary>
/// Figures that programs of their own have printed, <c>name  min X med Y max Z unit</c> a line: the ring's, the
/// memory's and those of peers that ran beside. A name that comes again gives its better figure.
/// </summary>
internal sealed class RunLines
{
    private static readonly Regex Line =
        new(@"^(?<name>.+?) {2,}min (?<min>[\d.]+) med (?<med>[\d.]+) max (?<max>[\d.]+) (?<unit>\S+)");

    private readonly Dictionary<string, (double Best, double Median)> _figures = [];

    internal RunLines(string output)
    {
        foreach (string line in output.Split('\n'))
        {
            Match match = Line.Match(line);
            if (!match.Success) continue;
            string name = match.Groups["name"].Value;
            string unit = match.Groups["unit"].Value;
            bool isRate = unit == "M/s";
            // Of memory the most counts.
            double best = Number(match, isRate || unit == "B" ? "max" : "min");
            if (Find(name) is not { } before || IsBetter(best, before.Best, isRate))
                _figures[name] = (best, Number(match, "med"));
        }
    }

    /// <summary>Least time or highest rate of a line, and its median; null if nothing printed it.</summary>
    internal (double Best, double Median)? Find(string name) =>
        _figures.TryGetValue(name, out (double, double) figures) ? figures : null;

    /// <summary>
    /// What the peers of a row reached in the same run, with how many times as fast ours is:
    /// "LMAX 128 (ours 2.5 x)". A peer that was not there is said to be absent.
    /// </summary>
    /// <param name="beside"><c>name:beginning of its lines</c>, several divided by <c>|</c>; the best line
    /// counts.</param>
    /// <param name="ours">Our figure.</param>
    /// <param name="isRate">True if more is better.</param>
    /// <param name="probe">For a ratio to it, the probe's median, which the peers' medians are divided by.</param>
    internal string Peers(string beside, double ours, bool isRate, double? probe = null)
    {
        List<string> parts = [];
        foreach (string one in beside.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = one.IndexOf(':', StringComparison.Ordinal);
            double? best = null;
            foreach ((string name, (double ofBest, double median)) in _figures)
            {
                double figure = probe is null ? ofBest : median;
                bool isIts = name.StartsWith(one[(colon + 1)..], StringComparison.Ordinal);
                if (isIts && (best is not { } before || IsBetter(figure, before, isRate))) best = figure;
            }

            if (best is not { } found)
            {
                parts.Add($"{one[..colon]} not there");
                continue;
            }

            double theirs = found / (probe ?? 1);
            double ratio = isRate ? ours / theirs : theirs / ours;
            parts.Add(string.Create(
                CultureInfo.InvariantCulture, $"{one[..colon]} {theirs:#,0.##} (ours {ratio:#,0.0} x)"));
        }

        return string.Join(", ", parts);
    }

    private static bool IsBetter(double one, double other, bool isRate) => isRate ? one > other : one < other;

    private static double Number(Match match, string group) =>
        double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
}
