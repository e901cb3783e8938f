using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LowLatency.Engine.Ring;

/// <summary>Pinned, zeroed, aligned memory of the rings. Allocated once, before the first event.</summary>
internal static class PinnedMemory
{
    /// <summary>Alignment of the first usable byte: a pair of cache lines.</summary>
    internal const int AlignmentBytes = Sequence.SeparationBytes;

    /// <summary>
    /// Allocates <paramref name="sizeBytes"/> and gives the offset of the first aligned byte. A pair of lines stays
    /// free
    /// before and after, so that no other object shares one.
    /// </summary>
    internal static unsafe byte[] Allocate(long sizeBytes, out nint offsetBytes)
    {
        if (sizeBytes > Array.MaxLength - (3 * AlignmentBytes))
            throw new ArgumentOutOfRangeException(nameof(sizeBytes), sizeBytes, "larger than one array can be");
        byte[] buffer = GC.AllocateArray<byte>((int)sizeBytes + (3 * AlignmentBytes), pinned: true);
        // SAFETY: the array is pinned, so its address, taken only to compute an offset, does not change.
        nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer));
        nint first = (address + (2 * AlignmentBytes) - 1) & ~(nint)(AlignmentBytes - 1);
        offsetBytes = first - address;
        return buffer;
    }

    /// <summary>Address of a byte of an allocated buffer; valid while the buffer is referred to.</summary>
    internal static unsafe nint AddressOf(byte[] buffer, nint offsetBytes)
    {
        // SAFETY: the array is pinned, so its address does not change.
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer)) + offsetBytes;
    }
}
