using System;

namespace LowLatency.Engine.Numerics;

/// <summary>Q64.64 fixed point: an unsigned 128-bit integer that stands for value / 2^64.</summary>
public static class Q64
{
    /// <summary>Number of fraction bits.</summary>
    public const int FractionBits = 64;

    /// <summary>2^64, the scale of the format, as a double (exact).</summary>
    public const double ScaleDouble = 18446744073709551616.0;

    /// <summary>The value one.</summary>
    public static UInt128 One => UInt128.One << FractionBits;

    /// <summary>Nearest double; for search and display only, never for a quote.</summary>
    public static double ToDouble(UInt128 valueX64) => (double)valueX64 / ScaleDouble;
}
