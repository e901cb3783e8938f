using System.Globalization;

namespace LowLatency.ConsoleHost;

/// <summary>A duration with three significant digits and its unit.</summary>
internal static class DurationText
{
    public static string Of(long ns)
    {
        (double value, string unit) = ns switch
        {
            < 1_000 => (ns, "ns"),
            < 1_000_000 => (ns / 1e3, "us"),
            < 1_000_000_000 => (ns / 1e6, "ms"),
            _ => (ns / 1e9, "s"),
        };
        string format = unit == "ns" || value >= 99.95 ? "F0" : value >= 9.995 ? "F1" : "F2";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {unit}";
    }
}
