using System;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace LowLatency.Engine.Ring;

/// <summary>Outcome of claiming payload room.</summary>
public enum PayloadStatus : byte
{
    /// <summary>Claimed: fill, then commit.</summary>
    Ok = 0,

    /// <summary>Larger than <see cref="PayloadRing.MaxPayloadBytes"/>, or negative: refused for ever; the caller
    /// counts it.</summary>
    TooLarge = 1,

    /// <summary>The consumer has not released enough bytes yet.</summary>
    Full = 2,
}

/// <summary>
/// Bytes of variable length that belong to ring entries. One producer claims, fills and commits; one consumer thread
/// releases in the order of the events. Positions only grow; the byte lies at position modulo capacity. A payload is
/// always contiguous: if it does not fit before the end of the array, the rest of the lap is skipped.
/// Visibility comes from the entry that names the position: commit before publishing it, release before moving the
/// consumer's sequence on.
/// </summary>
public sealed class PayloadRing
{
    /// <summary>Payloads start on this boundary, so that 8-byte fields of account data are aligned.</summary>
    public const int AlignmentBytes = 8;

    /// <summary>
    /// A ring that is empty again begins anew at its start, looked at once per this many bytes: a consumer that keeps
    /// up then needs so much memory and cache, not the whole capacity: what a core's first-level cache holds.
    /// </summary>
    internal const int RewindBytes = 32 * 1024;

    private readonly byte[] _buffer;
    private readonly nint _offsetBytes;
    private readonly long _mask;
    private PayloadState _state;

    /// <summary>A ring of <paramref name="capacityBytes"/>, a power of two and at least twice the limit of one
    /// payload.</summary>
    /// <param name="capacityBytes">
    /// Bytes. Twice the limit, because a skipped rest of a lap (below the limit) and the payload must both fit into
    /// an empty ring.
    /// </param>
    /// <param name="maxPayloadBytes">Largest payload, bytes.</param>
    public PayloadRing(int capacityBytes, int maxPayloadBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPayloadBytes, 1);
        bool large = capacityBytes >= 2L * AlignUp(maxPayloadBytes);
        if (!large || !BitOperations.IsPow2(capacityBytes))
            throw new ArgumentOutOfRangeException(nameof(capacityBytes), capacityBytes, "power of two >= 2 x limit");
        _buffer = PinnedMemory.Allocate(capacityBytes, out _offsetBytes);
        _mask = capacityBytes - 1;
        MaxPayloadBytes = maxPayloadBytes;
        _state.RewindAt = RewindBytes;
    }

    /// <summary>Largest payload, bytes; larger ones are refused.</summary>
    public int MaxPayloadBytes { get; }

    /// <summary>Size of the ring, bytes.</summary>
    public int CapacityBytes => (int)(_mask + 1);

    /// <summary>Bytes between the oldest unreleased payload and the next claim, skipped rests included.</summary>
    public long UsedBytes => Math.Max(0, Volatile.Read(ref _state.Head) - Volatile.Read(ref _state.Released));

    /// <summary>Position after the last committed payload. Producer thread.</summary>
    public long Head => _state.Head;

    /// <summary>
    /// Claims room for up to <paramref name="capacityBytes"/> contiguous bytes. Claiming again without a commit
    /// replaces
    /// the claim. Producer thread.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PayloadStatus TryClaim(int capacityBytes, out long position)
    {
        long start = _state.Head;
        if ((uint)capacityBytes > (uint)MaxPayloadBytes)
        {
            position = -1;
            return PayloadStatus.TooLarge;
        }
        if (start >= _state.RewindAt)
            start = Rewind(start);
        long toEnd = CapacityBytes - (start & _mask);
        if (capacityBytes > toEnd)
            start += toEnd;
        long end = start + AlignUp(capacityBytes);
        if (end - _state.ReleasedCache > CapacityBytes && !RefreshReleased(end))
        {
            position = -1;
            return PayloadStatus.Full;
        }
        _state.Claimed = start;
        _state.ClaimedBytes = capacityBytes;
        position = start;
        return PayloadStatus.Ok;
    }

    /// <summary>The bytes at <paramref name="position"/>. The producer's between claim and commit, then the
    /// consumers'.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Span(long position, int lengthBytes)
    {
        nint index = (nint)(position & _mask);
        if ((uint)lengthBytes > (uint)(CapacityBytes - (int)index))
            lengthBytes = RefuseLength(position, lengthBytes);
        // SAFETY: index + length <= capacity by the check above; the buffer holds offset + capacity bytes.
        ref byte first = ref MemoryMarshal.GetArrayDataReference(_buffer);
        return MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref first, _offsetBytes + index), lengthBytes);
    }

    /// <summary>Keeps the first <paramref name="actualLengthBytes"/> of the claim and gives the rest back. Producer
    /// thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Commit(int actualLengthBytes)
    {
        Debug.Assert((uint)actualLengthBytes <= (uint)_state.ClaimedBytes, "commit is within the claim");
        // Cut, not trusted: a longer commit would run over bytes that a consumer still reads.
        int kept = Math.Max(0, Math.Min(actualLengthBytes, _state.ClaimedBytes));
        Volatile.Write(ref _state.Head, EndOf(_state.Claimed, kept));
        _state.ClaimedBytes = 0;
    }

    /// <summary>Position just after a payload: what to release when it and all before it are done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long EndOf(long position, int lengthBytes) => position + AlignUp(lengthBytes);

    /// <summary>
    /// Frees everything before <paramref name="position"/>. Never goes back: an older position is ignored.
    /// The one consumer that releases calls it, when no consumer reads those bytes any more.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(long position)
    {
        if (position > _state.Released)
            Volatile.Write(ref _state.Released, position);
    }

    /// <summary>
    /// Moves on to the next lap if nothing is in the ring. The consumer's word is written here once: with all that was
    /// published released it writes nothing until something new is, and an empty payload's release is no step back.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long Rewind(long start)
    {
        long offset = start & _mask;
        _state.RewindAt = start + RewindBytes;
        if (offset < RewindBytes || Volatile.Read(ref _state.Released) != start) return start;
        start += CapacityBytes - offset;
        Volatile.Write(ref _state.Released, start);
        _state.ReleasedCache = start;
        Volatile.Write(ref _state.Head, start);
        _state.RewindAt = start + RewindBytes;
        return start;
    }

    private static long AlignUp(int lengthBytes) => ((long)lengthBytes + AlignmentBytes - 1) & -AlignmentBytes;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefreshReleased(long end)
    {
        _state.ReleasedCache = Volatile.Read(ref _state.Released);
        return end - _state.ReleasedCache <= CapacityBytes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int RefuseLength(long position, int lengthBytes)
    {
        Debug.Fail($"payload span {position}+{lengthBytes} is not one that was claimed");
        return 0;
    }

    /// <summary>The producer's words and the consumer's word, each apart.</summary>
    [StructLayout(LayoutKind.Explicit, Size = (3 * Sequence.SeparationBytes) + sizeof(long))]
    internal struct PayloadState
    {
        [FieldOffset(Sequence.SeparationBytes)]
        internal long Head;

        [FieldOffset(Sequence.SeparationBytes + 8)]
        internal long Claimed;

        [FieldOffset(Sequence.SeparationBytes + 16)]
        internal long ReleasedCache;

        [FieldOffset(Sequence.SeparationBytes + 24)]
        internal int ClaimedBytes;

        [FieldOffset(Sequence.SeparationBytes + 32)]
        internal long RewindAt;

        [FieldOffset(2 * Sequence.SeparationBytes)]
        internal long Released;
    }
}
