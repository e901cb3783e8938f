using System.Numerics;
using System.Runtime.CompilerServices;
using System.Threading;

namespace LowLatency.Engine.Events;

/// <summary>
/// Fixed ring of records beside the event ring: an event names its records by position and count. Owner: one stage
/// appends (single writer); the stages after it read and fill the entries of the events they hold, ordered by the event
/// ring's own publication; the last of them releases. Full: nothing is added and the writer counts it; an entry in use
/// is never overwritten. Bound: capacity, because entries live exactly as long as their events.
/// </summary>
/// <typeparam name="T">Record.</typeparam>
public abstract class SideRing<T>
    where T : struct
{
    private readonly T[] _entries;
    private readonly int _mask;
    private long _released;

    /// <summary>A ring of at least <paramref name="capacity"/> entries, rounded up to a power of two.</summary>
    protected SideRing(int capacity)
    {
        _entries = new T[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _entries.Length - 1;
    }

    /// <summary>Entries it can hold.</summary>
    public int Capacity => _entries.Length;

    /// <summary>Position the next append will have; positions only grow.</summary>
    public long Next { get; private set; }

    /// <summary>Every position below it may be reused.</summary>
    public long Released => Volatile.Read(ref _released);

    /// <summary>The entry at a position that has been appended and not released.</summary>
    public ref T this[long position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _entries[(int)position & _mask];
    }

    /// <summary>
    /// Position of an event's first entry, before any is appended. A ring in which nothing is left begins again at its
    /// start: a consumer that keeps up then needs the lines of the largest event, not of the whole ring. PERF: 8,192
    /// opportunities are 7 MB, and each decision wrote and read lines that no cache held (lowlatency bench --load max).
    /// The consumer's word is written here once: with everything released it writes nothing until something new is.
    /// </summary>
    public long BeginEvent()
    {
        long offset = Next & _mask;
        if (offset == 0 || Volatile.Read(ref _released) != Next) return Next;
        Next += _entries.Length - offset;
        Volatile.Write(ref _released, Next);
        return Next;
    }

    /// <summary>Who makes room when the ring is full; null if nobody can. Set before the start.</summary>
    public IRoomMaker? RoomMaker { get; set; }

    /// <summary>Appends a cleared entry; false if the ring is full.</summary>
    public bool TryAppend(out long position)
    {
        position = Next;
        if (position - Volatile.Read(ref _released) >= _entries.Length && !TryMakeRoom(position)) return false;
        _entries[(int)position & _mask] = default;
        Next = position + 1;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryMakeRoom(long position) =>
        RoomMaker is { } maker && maker.TryFinishEarlier() && position - Released < _entries.Length;

    /// <summary>
    /// Called by the last consumer: positions below <paramref name="position"/> are done with. Never moves back.
    /// </summary>
    public void Release(long position)
    {
        if (position > _released) Volatile.Write(ref _released, position);
    }
}
