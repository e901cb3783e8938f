using System;
using System.Runtime.CompilerServices;
using System.Threading;
using LowLatency.Engine.Ring;

namespace LowLatency.Ring;

/// <summary>
/// The design that was not chosen: publication by a cursor apart from the entries, as in LMAX. Single producer, kept
/// minimal, so that it is measured at its best. A consumer that waits needs the cursor's line and then the entry's
/// line.
/// </summary>
internal sealed class CursorRing<T>
    where T : unmanaged
{
    private readonly T[] _entries;
    private readonly long _mask;
    private readonly Sequence _cursor = new();
    private readonly Sequence _gating;
    private readonly Sequence _next = new();
    private readonly Sequence _gatingCache = new();

    internal CursorRing(int capacityEntries, Sequence gating)
    {
        _entries = GC.AllocateArray<T>(capacityEntries, pinned: true);
        _mask = capacityEntries - 1;
        _gating = gating;
    }

    internal ref T this[long sequence]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _entries[sequence & _mask];
    }

    internal long Cursor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _cursor.Value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long Next(int count)
    {
        long next = _next.Value + count;
        if (next - _entries.Length > _gatingCache.Value)
            WaitForRoom(next - _entries.Length);
        _next.Value = next;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Publish(long hi) => _cursor.Value = hi;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span<T> Slice(long lo, long hi) =>
        _entries.AsSpan((int)(lo & _mask), (int)Math.Min(hi - lo + 1, _entries.Length - (lo & _mask)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WaitForRoom(long wrapPoint)
    {
        long seen;
        int polls = 0;
        while ((seen = _gating.Value) < wrapPoint)
        {
            if (++polls > 200)
                Thread.Yield();
            else
                Thread.SpinWait(1);
        }
        _gatingCache.Value = seen;
    }
}
