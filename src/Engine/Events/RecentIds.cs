using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Events;

/// <summary>
/// The last distinct ids that were of use, the oldest going first: what is worth keeping warm. Owner: one stage's
/// thread. Bound: <see cref="Capacity"/>, which in turn takes some ten microseconds, a tenth of the time in which
/// caches forget.
/// </summary>
public sealed class RecentIds
{
    /// <summary>Ids remembered.</summary>
    public const int Capacity = 128;

    private readonly int[] _ids = new int[Capacity];
    private readonly bool[] _isKept;
    private int _count;
    private int _oldest;
    private int _turn;

    /// <summary>Remembers ids from 0 below <paramref name="idCapacity"/>.</summary>
    public RecentIds(int idCapacity) => _isKept = new bool[idCapacity];

    /// <summary>An id was of use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Note(int id)
    {
        if (!_isKept[id]) Keep(id);
    }

    /// <summary>The ids in turn; -1 while there is none.</summary>
    public int Next()
    {
        if (_count == 0) return -1;
        if (++_turn >= _count) _turn = 0;
        return _ids[_turn];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Keep(int id)
    {
        if (_count < Capacity)
        {
            _ids[_count++] = id;
        }
        else
        {
            _isKept[_ids[_oldest]] = false;
            _ids[_oldest] = id;
            if (++_oldest == Capacity) _oldest = 0;
        }

        _isKept[id] = true;
    }
}
