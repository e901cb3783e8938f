using System.Runtime.CompilerServices;
using System.Threading;

namespace LowLatency.Engine.Metrics;

/// <summary>
/// A value of any size that one thread publishes and any thread reads whole: a sequence lock. The writer never waits
/// and never allocates; a reader that meets a write copies again. Version 0 = never published, odd = being written.
/// </summary>
/// <typeparam name="T">Value; unmanaged, so that a torn copy can hold no broken reference before it is thrown
/// away.</typeparam>
internal struct SnapshotSlot<T>
    where T : unmanaged
{
    /// <summary>Copies tried before a reader gives up; a writer is inside for tens of nanoseconds.</summary>
    private const int AttemptsMax = 1000;

    private long _version;
    private T _value;

    /// <summary>Publishes a value. The owner thread only.</summary>
    public void Publish(in T value)
    {
        long version = _version;
        Volatile.Write(ref _version, version + 1);
        Volatile.WriteBarrier(); // the odd version is seen before any byte of the value
        _value = value;
        Volatile.Write(ref _version, version + 2);
    }

    /// <summary>Times it was published. Any thread.</summary>
    public readonly long Published => Volatile.Read(in _version) / 2;

    /// <summary>Copies the value. Any thread.</summary>
    /// <returns>False if nothing was published yet, or the writer wrote without pause.</returns>
    public bool TryRead(out T value)
    {
        SpinWait spin = default;
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            long version = Volatile.Read(ref _version);
            if (version == 0) break;
            if ((version & 1) == 0)
            {
                value = _value;
                Volatile.ReadBarrier(); // the copy is complete before the version is looked at again
                if (Volatile.Read(ref _version) == version) return true;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }

        value = default;
        return false;
    }

    /// <summary>The last published value, for the owner thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref readonly T Own(ref SnapshotSlot<T> slot) => ref slot._value;
}

/// <summary>
/// One published value: figures that a stage's thread hands out in housekeeping, for screens and reports. One writer,
/// any readers; see <see cref="SnapshotSlot{T}"/>.
/// </summary>
/// <typeparam name="T">Value.</typeparam>
public sealed class SnapshotCell<T>
    where T : unmanaged
{
    private SnapshotSlot<T> _slot;

    /// <summary>Publishes a value. The owner thread only.</summary>
    public void Publish(in T value) => _slot.Publish(in value);

    /// <summary>Times it was published. Any thread.</summary>
    public long Published => _slot.Published;

    /// <summary>Copies the newest value; false if there is none yet. Any thread.</summary>
    public bool TryRead(out T value) => _slot.TryRead(out value);
}

/// <summary>
/// Rows of published values, each locked by itself, so that publishing one row costs that row. One writer, any readers.
/// Bound: fixed at construction.
/// </summary>
/// <typeparam name="T">Row.</typeparam>
public sealed class SnapshotTable<T>(int capacityRows)
    where T : unmanaged
{
    private readonly SnapshotSlot<T>[] _rows = new SnapshotSlot<T>[capacityRows];
    private long _count;

    /// <summary>Rows in use, or numbers handed out by a ring of rows; set by the writer.</summary>
    public long Count
    {
        get => Volatile.Read(ref _count);
        set => Volatile.Write(ref _count, value);
    }

    /// <summary>Publishes a row. The owner thread only.</summary>
    public void Publish(int row, in T value) => _rows[row].Publish(in value);

    /// <summary>Copies a row; false if it was never published. Any thread.</summary>
    public bool TryRead(int row, out T value) => _rows[row].TryRead(out value);

    /// <summary>A row as the writer last published it. The owner thread only.</summary>
    public ref readonly T Own(int row) => ref SnapshotSlot<T>.Own(ref _rows[row]);
}
