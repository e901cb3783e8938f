using System;
using System.Globalization;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>
/// How messages arrive: as fast as they are taken, at a fixed rate, or at a multiple of the recorded pace.
/// </summary>
/// <param name="Name">As on the command line: <c>max</c>, <c>2000</c>, <c>1x</c>.</param>
/// <param name="MessagesPerSecond">Fixed rate; 0 if none.</param>
/// <param name="Pace">Times recorded pace; 0 if none.</param>
/// <param name="IsCold">Waits without keeping anything warm.</param>
internal sealed record BenchLoad(string Name, double MessagesPerSecond, double Pace, bool IsCold = false)
{
    /// <summary>True if arrivals are fixed beforehand.</summary>
    public bool IsOpenLoop => MessagesPerSecond > 0 || Pace > 0;

    /// <summary>Reads <c>max</c>, a rate or a pace.</summary>
    public static bool TryParse(string text, out BenchLoad load)
    {
        const string Cold = "-cold";
        load = new BenchLoad(text, 0, 0, false);
        if (text == "max") return true;
        string name = text;
        bool isCold = text.EndsWith(Cold, StringComparison.Ordinal);
        if (isCold) text = text[..^Cold.Length];
        bool isPace = text.EndsWith('x');
        bool isNumber = double.TryParse(
            isPace ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        if (!isNumber || !double.IsFinite(value) || value <= 0 || value > 1e8) return false;
        load = new BenchLoad(name, isPace ? 0 : value, isPace ? value : 0, isCold);
        return true;
    }
}
