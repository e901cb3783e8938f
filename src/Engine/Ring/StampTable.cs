using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace LowLatency.Engine.Ring;

/// <summary>
/// What has been published. Every entry has a 64-bit stamp: publishing lo..hi writes hi + 1 into the stamp of lo, so a
/// consumer that stands at lo learns in one read how far it may go. Zero means never published.
/// A stamp of an earlier lap never reads as published: a batch holds at most one lap, so its stamp is at most the
/// sequence
/// now expected there, and published means greater.
/// Owner: the producer that claimed the entry writes; consumers without predecessors read. They must have been attached
/// before the first publication and must go from batch to batch, which <see cref="SequenceBarrier"/> does.
/// </summary>
/// <remarks>
/// PERF: a stamp inside the entry saves the second cache-line transfer of a cursor (perf/Ring: "round trip, stamp in
/// entry" beside "round trip, cursor"). Entries too small to carry one have their stamps in a table beside them.
/// </remarks>
public sealed class StampTable
{
    private readonly byte[] _buffer;
    private readonly nint _offsetBytes;
    private readonly nint _strideBytes;
    private readonly long _mask;

    internal StampTable(byte[] buffer, nint offsetBytes, nint strideBytes, int capacity)
    {
        _buffer = buffer;
        _offsetBytes = offsetBytes;
        _strideBytes = strideBytes;
        _mask = capacity - 1;
    }

    /// <summary>Number of entries of the ring, a power of two.</summary>
    public int CapacityEntries => (int)(_mask + 1);

    /// <summary>Makes <paramref name="lo"/>..<paramref name="hi"/> visible, with all that was written before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Publish(long lo, long hi) => Volatile.Write(ref StampOf(lo), hi + 1);

    /// <summary>
    /// The highest published sequence that is reached from <paramref name="sequence"/> without a gap, or
    /// <paramref name="sequence"/> - 1. Stops looking after <paramref name="limitEntries"/> entries.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long HighestPublished(long sequence, int limitEntries)
    {
        long next = sequence;
        long limit = sequence + limitEntries;
        do
        {
            long stamp = Volatile.Read(ref StampOf(next));
            // PERF: entries published one by one are followed by prediction; next = stamp alone would make each
            // address wait
            // for the load before it (perf/Ring: "one thread, publish=1 then consume").
            if (stamp == next + 1)
                next++;
            else if (stamp > next)
                next = stamp;
            else
                break;
        }
        while (next < limit);
        return next - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref long StampOf(long sequence)
    {
        nint index = (nint)(sequence & _mask);
        // SAFETY: index
        // < capacity by the mask; the constructor's caller sized the buffer for offset + capacity * stride
        // and aligned the offset to 8 bytes. The reference is an interior one, so the collector keeps the buffer.
        ref byte first = ref MemoryMarshal.GetArrayDataReference(_buffer);
        return ref Unsafe.As<byte, long>(ref Unsafe.AddByteOffset(ref first, _offsetBytes + (index * _strideBytes)));
    }
}
