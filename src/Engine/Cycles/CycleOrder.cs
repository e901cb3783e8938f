using System;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Sorts indices of cycles in place, best first: heap sort, because the library's sort with a comparer allocates or
/// boxes. The order is total (<see cref="Cycle.Compare"/>), so instability does not show.
/// </summary>
internal static class CycleOrder
{
    internal static void Sort(Cycle[] cycles, Span<int> order)
    {
        for (int root = (order.Length / 2) - 1; root >= 0; root--) Sift(cycles, order, root, order.Length);
        for (int end = order.Length - 1; end > 0; end--)
        {
            (order[0], order[end]) = (order[end], order[0]);
            Sift(cycles, order, 0, end);
        }
    }

    private static void Sift(Cycle[] cycles, Span<int> order, int root, int end)
    {
        while (true)
        {
            int child = (2 * root) + 1;
            if (child >= end) return;
            if (child + 1 < end && Cycle.Compare(cycles[order[child + 1]], cycles[order[child]]) > 0) child++;
            if (Cycle.Compare(cycles[order[child]], cycles[order[root]]) <= 0) return;
            (order[root], order[child]) = (order[child], order[root]);
            root = child;
        }
    }
}
