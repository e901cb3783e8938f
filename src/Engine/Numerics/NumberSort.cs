using System;

namespace LowLatency.Engine.Numerics;

/// <summary>
/// Numbers into rising order, in place: a heap sort, n log n in every case. The library's sort of a span makes an
/// object for each call in a native build.
/// </summary>
public static class NumberSort
{
    /// <summary>Sorts.</summary>
    public static void Sort(Span<ulong> numbers)
    {
        for (int root = (numbers.Length / 2) - 1; root >= 0; root--) Sink(numbers, root);
        for (int end = numbers.Length - 1; end > 0; end--)
        {
            (numbers[0], numbers[end]) = (numbers[end], numbers[0]);
            Sink(numbers[..end], 0);
        }
    }

    /// <summary>Lets a number down until no child is larger; below it that holds already.</summary>
    private static void Sink(Span<ulong> heap, int at)
    {
        ulong number = heap[at];
        while ((2 * at) + 1 is int child && child < heap.Length)
        {
            if (child + 1 < heap.Length && heap[child + 1] > heap[child]) child++;
            if (heap[child] <= number) break;
            heap[at] = heap[child];
            at = child;
        }

        heap[at] = number;
    }
}
