using System;
using System.Buffers;
using System.Runtime.InteropServices;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// Room for a long answer outside the managed heap: a page takes memory only once a byte of the answer is in it, and
/// all of it goes back to the system with <see cref="IDisposable.Dispose"/>, not with some full collection later.
/// One owner, who disposes after its last read has ended.
/// </summary>
internal sealed unsafe class LongBody : MemoryManager<byte>
{
    private readonly int _length;
    private void* _first;

    /// <summary>Room for <paramref name="length"/> bytes.</summary>
    public LongBody(int length)
    {
        _length = length;
        // SAFETY: freed once, in Dispose; not cleared, so untouched pages stay with the system.
        _first = NativeMemory.Alloc((nuint)length);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_first == null, this);
        // SAFETY: _length bytes were allocated at _first, and are not freed yet.
        return new Span<byte>(_first, _length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_first == null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length);
        // SAFETY: within the block, which does not move.
        return new MemoryHandle((byte*)_first + elementIndex, default, this);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // SAFETY: set to null before anybody could free it again.
        void* first = _first;
        _first = null;
        NativeMemory.Free(first);
    }
}
