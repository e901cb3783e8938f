using System;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>A duration with three digits and its unit: 640 ns, 1.71 us, 36.0 ms.</summary>
internal readonly struct Duration(long ns) : ISpanFormattable
{
    public bool TryFormat(
        Span<char> destination, out int written, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        (double value, string unit) = ns switch
        {
            < 1_000 => (ns, " ns"),
            < 1_000_000 => (ns / 1e3, " us"),
            < 1_000_000_000 => (ns / 1e6, " ms"),
            _ => (ns / 1e9, " s"),
        };
        string digits = ns < 1_000 || value >= 99.95 ? "F0" : value >= 9.995 ? "F1" : "F2";
        return Figure.TryAppend(destination, value, digits, unit, out written, provider);
    }

    public string ToString(string? format, IFormatProvider? provider) => Figure.ToText(this);
}

/// <summary>A count in at most five characters: 812, 54.1k, 2.40M.</summary>
internal readonly struct Count(double count) : ISpanFormattable
{
    public bool TryFormat(
        Span<char> destination, out int written, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        double size = Math.Abs(count);
        (double value, string unit) = size switch
        {
            < 999.5 => (count, string.Empty),
            < 999_500 => (count / 1e3, "k"),
            < 999_500_000 => (count / 1e6, "M"),
            < 999_500_000_000 => (count / 1e9, "G"),
            _ => (count / 1e12, "T"),
        };
        double shown = Math.Abs(value);
        string digits = unit.Length == 0 || shown >= 99.95 ? "F0" : shown >= 9.995 ? "F1" : "F2";
        return Figure.TryAppend(destination, value, digits, unit, out written, provider);
    }

    public string ToString(string? format, IFormatProvider? provider) => Figure.ToText(this);
}

/// <summary>An amount with three digits, also below one: 0.0420, 9.13, 262, 39.3k.</summary>
internal readonly struct Quantity(double amount) : ISpanFormattable
{
    public bool TryFormat(
        Span<char> destination, out int written, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        double size = Math.Abs(amount);
        if (size >= 99.95) return new Count(amount).TryFormat(destination, out written, format, provider);
        string digits = size >= 9.995 ? "F1" : size >= 0.9995 ? "F2" : size >= 0.1 ? "F3" : "G3";
        return Figure.TryAppend(destination, amount, digits, string.Empty, out written, provider);
    }

    public string ToString(string? format, IFormatProvider? provider) => Figure.ToText(this);
}

/// <summary>A size in memory: 812 B, 54.1 KiB, 64.0 MiB.</summary>
internal readonly struct Bytes(long bytes) : ISpanFormattable
{
    public bool TryFormat(
        Span<char> destination, out int written, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        (double value, string digits, string unit) = bytes switch
        {
            < 1 << 10 => (bytes, "F0", " B"),
            < 1 << 20 => (bytes / 1024.0, "F1", " KiB"),
            < 1 << 30 => (bytes / 1048576.0, "F1", " MiB"),
            _ => (bytes / 1073741824.0, "F1", " GiB"),
        };
        return Figure.TryAppend(destination, value, digits, unit, out written, provider);
    }

    public string ToString(string? format, IFormatProvider? provider) => Figure.ToText(this);
}

/// <summary>
/// Lamports as SOL with so many decimals, rounded towards zero: for tables; details show every lamport.
/// </summary>
internal readonly struct Sol(long lamports) : ISpanFormattable
{
    public bool TryFormat(
        Span<char> destination, out int written, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        double value = Math.Truncate(lamports / 1e3) / 1e6; // six decimals: a thousand lamports
        return Figure.TryAppend(destination, value, "F6", string.Empty, out written, provider);
    }

    public string ToString(string? format, IFormatProvider? provider) => Figure.ToText(this);
}

/// <summary>What the figures have in common.</summary>
internal static class Figure
{
    public static bool TryAppend(
        Span<char> destination, double value, string format, string unit, out int written, IFormatProvider? provider)
    {
        if (!value.TryFormat(destination, out written, format, provider)) return false;
        if (!unit.AsSpan().TryCopyTo(destination[written..])) return false;
        written += unit.Length;
        return true;
    }

    public static string ToText<T>(T figure)
        where T : ISpanFormattable
    {
        Span<char> text = stackalloc char[64];
        return figure.TryFormat(text, out int written, default, null) ? text[..written].ToString() : string.Empty;
    }
}
