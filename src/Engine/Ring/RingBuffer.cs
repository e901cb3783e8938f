using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LowLatency.Engine.Ring;

/// <summary>
/// Pre-allocated entries, addressed by sequence. Who may touch an entry is decided by the sequencer and the barriers: a
/// producer between claim and publish, then each consumer between its barrier and its <see cref="Sequence"/>.
/// Entries are pinned and start on a pair of cache lines. The ring itself is immutable after construction.
/// </summary>
/// <typeparam name="T">Entry: fixed size, no references.</typeparam>
public sealed class RingBuffer<T>
    where T : unmanaged
{
    private readonly byte[] _buffer;
    private readonly nint _offsetBytes;
    private readonly long _mask;

    /// <summary>A ring whose stamps lie in a table beside the entries (entries without room for one).</summary>
    /// <param name="capacityEntries">Number of entries, a power of two.</param>
    public RingBuffer(int capacityEntries)
    {
        _buffer = AllocateEntries(capacityEntries, out _offsetBytes);
        _mask = capacityEntries - 1;
        byte[] stamps = PinnedMemory.Allocate(capacityEntries, out nint stampsOffset);
        Stamps = new StampTable(_buffer, stamps, stampsOffset, sizeof(byte), capacityEntries, EntriesShareLines);
    }

    /// <summary>
    /// A ring whose entries carry their own stamp: 8 bytes of <typeparamref name="T"/> that belong to the ring.
    /// Nobody else
    /// may write them anything but zero (clearing a claimed entry is allowed; copying another entry's stamp into it
    /// is not).
    /// </summary>
    /// <param name="capacityEntries">Number of entries, a power of two.</param>
    /// <param name="stampOffsetBytes">Offset of the stamp in the entry, a multiple of 8.</param>
    public RingBuffer(int capacityEntries, int stampOffsetBytes)
    {
        int sizeBytes = Unsafe.SizeOf<T>();
        bool fits = stampOffsetBytes >= 0 && stampOffsetBytes <= sizeBytes - sizeof(long);
        if (!fits || stampOffsetBytes % sizeof(long) != 0 || sizeBytes % sizeof(long) != 0)
            throw new ArgumentOutOfRangeException(nameof(stampOffsetBytes), stampOffsetBytes, "not 8 aligned bytes");
        _buffer = AllocateEntries(capacityEntries, out _offsetBytes);
        _mask = capacityEntries - 1;
        Stamps = new StampTable(
            _buffer, _buffer, _offsetBytes + stampOffsetBytes, sizeBytes, capacityEntries, EntriesShareLines);
    }

    /// <summary>True if one cache line holds several entries. A constant of the compiled code.</summary>
    internal static bool EntriesShareLines => Unsafe.SizeOf<T>() <= Sequence.LineBytes / 2;

    /// <summary>Number of entries, a power of two.</summary>
    public int CapacityEntries => (int)(_mask + 1);

    /// <summary>What has been published; sequencers and barriers are made over it.</summary>
    public StampTable Stamps { get; }

    /// <summary>Address of the first entry; pinned, valid while the stamps are referred to.</summary>
    internal nint Address => PinnedMemory.AddressOf(_buffer, _offsetBytes);

    /// <summary>The entry of <paramref name="sequence"/>.</summary>
    public ref T this[long sequence]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            nint index = (nint)(sequence & _mask);
            // SAFETY: index
            // < capacity by the mask; the buffer holds offset + capacity * sizeof(T) bytes. Interior reference.
            ref byte first = ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(_buffer), _offsetBytes);
            return ref Unsafe.Add(ref Unsafe.As<byte, T>(ref first), index);
        }
    }

    /// <summary>
    /// The entries from <paramref name="lo"/> to <paramref name="hi"/> or to the end of the array, whichever is
    /// first: the
    /// rest of the batch is asked for with the next call. Empty if <paramref name="hi"/> is below
    /// <paramref name="lo"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Slice(long lo, long hi)
    {
        long count = Math.Min(hi - lo + 1, CapacityEntries - (lo & _mask));
        return count <= 0 ? default : MemoryMarshal.CreateSpan(ref this[lo], (int)count);
    }

    private static byte[] AllocateEntries(int capacityEntries, out nint offsetBytes)
    {
        if (capacityEntries < 1 || !BitOperations.IsPow2(capacityEntries))
            throw new ArgumentOutOfRangeException(nameof(capacityEntries), capacityEntries, "must be a power of two");
        return PinnedMemory.Allocate((long)capacityEntries * Unsafe.SizeOf<T>(), out offsetBytes);
    }
}
