using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>Rows of rates multiplied rank by rank.</summary>
internal static class RowProducts
{
    /// <summary>
    /// Largest products, rank by rank, of two pairs of rows. PERF: over all ranks, without an index to follow; a
    /// maximum does not depend on the order, so the width of the vectors does not show.
    /// </summary>
    internal static (double First, double Second) Largest(
        double[] left1, double[] right1, double[] left2, double[] right2, int count)
    {
        nuint end = (nuint)MarketGraph.RowLength(count);
        if ((nuint)left1.Length < end || (nuint)right1.Length < end) return default;
        if ((nuint)left2.Length < end || (nuint)right2.Length < end) return default;
        ref double a = ref MemoryMarshal.GetArrayDataReference(left1);
        ref double b = ref MemoryMarshal.GetArrayDataReference(right1);
        ref double c = ref MemoryMarshal.GetArrayDataReference(left2);
        ref double d = ref MemoryMarshal.GetArrayDataReference(right2);
        Vector512<double> first = Vector512<double>.Zero;
        Vector512<double> second = Vector512<double>.Zero;
        for (nuint i = 0; i < end; i += (nuint)Vector512<double>.Count)
        {
            // SAFETY: end is a multiple of the vector's length and within all four arrays, which is checked above.
            first = Vector512.MaxNative(first, Vector512.LoadUnsafe(ref a, i) * Vector512.LoadUnsafe(ref b, i));
            // SAFETY: as above.
            second = Vector512.MaxNative(second, Vector512.LoadUnsafe(ref c, i) * Vector512.LoadUnsafe(ref d, i));
        }

        return (Most(first), Most(second));
    }

    private static double Most(Vector512<double> vector)
    {
        Vector256<double> four = Vector256.MaxNative(vector.GetLower(), vector.GetUpper());
        Vector128<double> two = Vector128.MaxNative(four.GetLower(), four.GetUpper());
        return double.MaxNative(two[0], two[1]);
    }
}
