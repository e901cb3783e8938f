using System;
using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Venues.Math;

/// <summary>What steps that a swap passes take in all, step after step: where an input ends among them.</summary>
internal static class AscendingSums
{
    /// <summary>
    /// Number of the last sum that is not above an amount; the first must not be. <paramref name="last"/> is the number
    /// found before. PERF: sizing asks for neighbours, so that one is tried first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int LastAtMost(ReadOnlySpan<ulong> sums, ulong amount, ref int last)
    {
        int low = last;
        if (low < sums.Length && sums[low] <= amount && (low + 1 == sums.Length || amount < sums[low + 1])) return low;
        return last = Search(sums, amount);
    }

    private static int Search(ReadOnlySpan<ulong> sums, ulong amount)
    {
        int low = 0;
        int high = sums.Length;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (sums[middle] <= amount) low = middle;
            else high = middle;
        }

        return low;
    }
}
