using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Threading;

namespace LowLatency.Engine.Ring;

/// <summary>
/// What has been published. Every entry has a stamp of one byte: the lap in which it was published last, with the top
/// bit set, so that zero means never. The stamp of an earlier lap never reads as published: nobody claims an entry
/// before its last lap was consumed, hence published, so a stamp is of this lap or of the one before it.
/// Owner: the producer that claimed the entry writes; consumers without predecessors read. They must go from batch to
/// batch, which <see cref="SequenceBarrier"/> does.
/// </summary>
/// <remarks>
/// PERF: a stamp inside the entry saves the second cache-line transfer of a cursor (perf/Ring: "round trip, stamp in
/// entry" beside "round trip, cursor"). Entries too small to carry one have their stamps in a table beside them, 64 of
/// them a line, read 32 at a time (perf/Ring/NOTES.md).
/// </remarks>
public sealed class StampTable
{
    /// <summary>Stamps of a table in one cache line.</summary>
    internal const int StampsPerLine = Sequence.LineBytes;

    private const int Published = 0x80;

    private readonly byte[] _buffer;
    private readonly nint _offsetBytes;
    private readonly nint _strideBytes;
    private readonly long _mask;
    private readonly int _lapShift;
    private readonly byte[] _entries;

    internal StampTable(
        byte[] entries, byte[] buffer, nint offsetBytes, nint strideBytes, int capacity, bool entriesShareLines)
    {
        _entries = entries;
        _buffer = buffer;
        _offsetBytes = offsetBytes;
        _strideBytes = strideBytes;
        _mask = capacity - 1;
        _lapShift = BitOperations.Log2((uint)capacity);
        EntriesShareLines = entriesShareLines;
    }

    /// <summary>Number of entries of the ring, a power of two.</summary>
    public int CapacityEntries => (int)(_mask + 1);

    /// <summary>True if one cache line holds several entries.</summary>
    internal bool EntriesShareLines { get; }

    /// <summary>True if the stamps have a table of their own.</summary>
    internal bool AreBeside => _buffer != _entries;

    /// <summary>Address of the first stamp; pinned, valid while this object is referred to.</summary>
    internal nint Address => PinnedMemory.AddressOf(_buffer, _offsetBytes);

    /// <summary>The lap of a sequence is the sequence shifted right by this.</summary>
    internal int LapShift => _lapShift;

    /// <summary>The stamp of a published sequence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static byte Stamp(long sequence, int lapShift) => (byte)(Published | (int)(sequence >> lapShift));

    /// <summary>Makes <paramref name="lo"/>..<paramref name="hi"/> visible, with all that was written before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Publish(long lo, long hi)
    {
        if (lo == hi)
            Volatile.Write(ref StampOf(lo), LapOf(lo));
        else
            PublishMany(lo, hi);
    }

    /// <summary>
    /// The highest published sequence that is reached from <paramref name="sequence"/> without a gap, or
    /// <paramref name="sequence"/> - 1. Stops looking after <paramref name="limitEntries"/> entries and at the end of
    /// the lap.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long HighestPublished(long sequence, int limitEntries)
    {
        if (Volatile.Read(ref StampOf(sequence)) != LapOf(sequence))
            return sequence - 1;
        int limit = (int)Math.Min(limitEntries, _mask + 1 - (sequence & _mask));
        return sequence + (AreBeside ? CountBeside(sequence, limit) : CountInEntries(sequence, limit)) - 1;
    }

    /// <summary>True if an entry is published, those before it perhaps not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsPublished(long sequence) => Volatile.Read(ref StampOf(sequence)) == LapOf(sequence);

    private void PublishMany(long lo, long hi)
    {
        long first = lo & _mask;
        long count = hi - lo + 1;
        if (AreBeside && first + count <= _mask + 1)
        {
            Volatile.WriteBarrier();
            Fill(ref StampOf(lo), (int)count, LapOf(lo));
            return;
        }
        for (long sequence = lo; sequence <= hi; sequence++)
            Volatile.Write(ref StampOf(sequence), LapOf(sequence));
    }

    /// <summary>
    /// Writes <paramref name="stamp"/> <paramref name="count"/> times, some of them twice.
    /// PERF: 16 stamps are one store; a span's own way stores below 32 bytes one by one, as many stores again as
    /// there are entries (perf/Ring/NOTES.md, "one producer, publish=16").
    /// </summary>
    private static void Fill(ref byte first, int count, byte stamp)
    {
        if (count >= Vector256<byte>.Count)
        {
            MemoryMarshal.CreateSpan(ref first, count).Fill(stamp);
        }
        else if (count >= Vector128<byte>.Count)
        {
            // SAFETY: both stores lie within the first count bytes, which the caller has seen to be of the table.
            Vector128<byte> stamps = Vector128.Create(stamp);
            stamps.StoreUnsafe(ref first);
            stamps.StoreUnsafe(ref first, (nuint)(count - Vector128<byte>.Count));
        }
        else
        {
            // SAFETY: as above.
            for (int i = 0; i < count; i++)
                Unsafe.Add(ref first, i) = stamp;
        }
    }

    private int CountBeside(long sequence, int limit)
    {
        byte lap = LapOf(sequence);
        ref byte first = ref StampOf(sequence);
        Vector256<byte> published = Vector256.Create(lap);
        int count = 0;
        for (; count + Vector256<byte>.Count <= limit; count += Vector256<byte>.Count)
        {
            // SAFETY: count + 32 is at most limit, which ends at the end of the lap: inside the table.
            Vector256<byte> stamps = Vector256.LoadUnsafe(ref first, (nuint)count);
            uint same = Vector256.Equals(stamps, published).ExtractMostSignificantBits();
            if (same == uint.MaxValue)
                continue;
            Volatile.ReadBarrier();
            return count + BitOperations.TrailingZeroCount(~same);
        }
        // SAFETY: as above.
        while (count < limit && Volatile.Read(ref Unsafe.Add(ref first, count)) == lap)
            count++;
        Volatile.ReadBarrier();
        return count;
    }

    private int CountInEntries(long sequence, int limit)
    {
        byte lap = LapOf(sequence);
        int count = 1;
        while (count < limit && Volatile.Read(ref StampOf(sequence + count)) == lap)
            count++;
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte LapOf(long sequence) => Stamp(sequence, _lapShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref byte StampOf(long sequence)
    {
        nint index = (nint)(sequence & _mask);
        // SAFETY: index < capacity by the mask; the constructor's caller sized the buffer for offset + capacity *
        // stride. The reference is an interior one, so the collector keeps the buffer.
        ref byte first = ref MemoryMarshal.GetArrayDataReference(_buffer);
        return ref Unsafe.AddByteOffset(ref first, _offsetBytes + (index * _strideBytes));
    }
}
