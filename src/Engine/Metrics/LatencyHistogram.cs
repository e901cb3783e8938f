using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Threading;

namespace LowLatency.Engine.Metrics;

/// <summary>
/// Counts of durations with three significant digits from 1 ns to 68.7 s, in a fixed log-linear table (the layout of
/// HdrHistogram with 2,048 sub-buckets). Recording is an index computation and one addition; nothing is allocated.
/// One thread records, any thread reads: a reader may miss the newest values but never sees a torn one.
/// </summary>
/// <remarks>
/// Values below 2,048 have a cell each. Above, each power of two is divided into 1,024 cells, so a cell is at most
/// 1/1,024 of its value wide. Source: Tene, HdrHistogram, public domain; the layout, not the code.
/// </remarks>
public sealed class LatencyHistogram
{
    /// <summary>Largest distinct value, nanoseconds: 2^36 - 1, about 68.7 s. Larger ones count as this.</summary>
    public const long MaxTrackableNs = (1L << MaxBits) - 1;

    private const int MaxBits = 36;
    private const int SubBucketBits = 11;
    private const int HalfCount = 1 << (SubBucketBits - 1);

    /// <summary>Powers of two of cell width: 1 .. 2^25.</summary>
    internal const int BucketCount = MaxBits - SubBucketBits + 1;

    /// <summary>Cells: the first bucket uses 2,048, every other adds its upper 1,024.</summary>
    internal const int CellCount = (BucketCount + 1) * HalfCount;

    private readonly long[] _counts = new long[CellCount];
    private long _maxNs;
    private long _minNs = long.MaxValue;
    private long _sumNs;
    private long _count;
    private long _outOfRangeCount;

    /// <summary>Values recorded.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Values below 0 (counted as 0) or above <see cref="MaxTrackableNs"/> (counted as that).</summary>
    public long OutOfRangeCount => Volatile.Read(ref _outOfRangeCount);

    /// <summary>Largest value, exact, nanoseconds; 0 if empty.</summary>
    public long MaxNs => Volatile.Read(ref _maxNs);

    /// <summary>Smallest value, exact, nanoseconds; 0 if empty.</summary>
    public long MinNs => Count == 0 ? 0 : Volatile.Read(ref _minNs);

    /// <summary>Mean, nanoseconds; 0 if empty. Durations of 292 years together are the most it can say.</summary>
    public double MeanNs => Count == 0 ? 0 : (double)Volatile.Read(ref _sumNs) / Count;

    /// <summary>Records one duration. The owner thread only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Record(long valueNs) => RecordMany(valueNs, 1);

    /// <summary>Records <paramref name="times"/> equal durations. The owner thread only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RecordMany(long valueNs, long times)
    {
        // PERF: in place, since a call here would put what the caller holds on the stack (lowlatency bench --load max).
        if ((ulong)valueNs > MaxTrackableNs)
        {
            Volatile.Write(ref _outOfRangeCount, _outOfRangeCount + times);
            valueNs = valueNs < 0 ? 0 : MaxTrackableNs;
        }

        _counts[IndexOf(valueNs)] += times;
        if (valueNs > _maxNs)
            _maxNs = valueNs;
        if (valueNs < _minNs)
            _minNs = valueNs;
        _sumNs += valueNs * times;
        Volatile.Write(ref _count, _count + times);
    }

    /// <summary>
    /// The value that <paramref name="percentile"/> percent of all recorded ones do not exceed, to three digits: the
    /// highest value of its cell, never above <see cref="MaxNs"/>. 0 if empty.
    /// </summary>
    /// <param name="percentile">0..100, for example 99.9.</param>
    public long ValueAtPercentile(double percentile)
    {
        long total = TotalOfCells();
        if (total == 0)
            return 0;
        double wanted = Math.Ceiling(Math.Clamp(percentile, 0, 100) / 100.0 * total);
        long rank = Math.Clamp((long)wanted, 1, total);
        long seen = 0;
        for (int i = 0; i < CellCount; i++)
        {
            seen += Volatile.Read(ref _counts[i]);
            if (seen >= rank)
                return Math.Min(HighestOf(i), Math.Max(MaxNs, LowestOf(i)));
        }
        return MaxNs;
    }

    /// <summary>Values in the cells from that of one value to that of another, both included. Any thread.</summary>
    public long CountBetween(long lowNs, long highNs)
    {
        long sum = 0;
        int last = IndexOf(Math.Clamp(highNs, 0, MaxTrackableNs));
        for (int i = IndexOf(Math.Clamp(lowNs, 0, MaxTrackableNs)); i <= last; i++)
            sum += Volatile.Read(ref _counts[i]);
        return sum;
    }

    /// <summary>Adds everything of <paramref name="other"/>. The owner thread only.</summary>
    public void Add(LatencyHistogram other)
    {
        long added = 0;
        for (int i = 0; i < CellCount; i++)
        {
            long count = Volatile.Read(ref other._counts[i]);
            _counts[i] += count;
            added += count;
        }
        if (added == 0)
            return;
        _maxNs = Math.Max(_maxNs, other.MaxNs);
        _minNs = Math.Min(_minNs, Volatile.Read(ref other._minNs));
        _sumNs += Volatile.Read(ref other._sumNs);
        _outOfRangeCount += other.OutOfRangeCount;
        Volatile.Write(ref _count, _count + added);
    }

    /// <summary>Makes <paramref name="target"/> a copy of this. Allocates nothing; any thread that owns the
    /// target.</summary>
    public void CopyTo(LatencyHistogram target)
    {
        target.Reset();
        target.Add(this);
    }

    /// <summary>Forgets everything. The owner thread only.</summary>
    public void Reset()
    {
        Array.Clear(_counts);
        _maxNs = 0;
        _minNs = long.MaxValue;
        _sumNs = 0;
        _outOfRangeCount = 0;
        Volatile.Write(ref _count, 0);
    }

    /// <summary>Count of cell <paramref name="index"/>.</summary>
    internal long CountOf(int index) => Volatile.Read(ref _counts[index]);

    /// <summary>Cell of a value within range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int IndexOf(long valueNs)
    {
        // Bucket = power of two of the cell width; values below 2,048 are in bucket 0.
        ulong atLeastFirst = (ulong)valueNs | ((1UL << SubBucketBits) - 1);
        int bucket = 64 - SubBucketBits - BitOperations.LeadingZeroCount(atLeastFirst);
        return (bucket * HalfCount) + (int)(valueNs >> bucket);
    }

    /// <summary>Smallest value of a cell.</summary>
    internal static long LowestOf(int index)
    {
        int bucket = Math.Max(0, (index / HalfCount) - 1);
        return (long)(index - (bucket * HalfCount)) << bucket;
    }

    /// <summary>Largest value of a cell.</summary>
    internal static long HighestOf(int index)
    {
        int bucket = Math.Max(0, (index / HalfCount) - 1);
        return LowestOf(index) + (1L << bucket) - 1;
    }

    private long TotalOfCells()
    {
        long total = 0;
        for (int i = 0; i < CellCount; i++)
            total += Volatile.Read(ref _counts[i]);
        return total;
    }
}
