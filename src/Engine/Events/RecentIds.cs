namespace LowLatency.Engine.Events;

/// <summary>
/// The last distinct ids that were of use, the oldest going first: what is worth keeping warm. Whether an id is among
/// them is marked by the owner, in a row that it reads anyway. Owner: one stage's thread. Bound:
/// <see cref="Capacity"/>, so many that a second-level cache holds what they stand for.
/// </summary>
public sealed class RecentIds
{
    /// <summary>Ids remembered.</summary>
    public const int Capacity = 128;

    private readonly int[] _ids = new int[Capacity];
    private int _count;
    private int _oldest;
    private int _turn;

    /// <summary>Takes in an id that is not among them.</summary>
    /// <returns>The id that went for it, or -1.</returns>
    public int Add(int id)
    {
        if (_count < Capacity)
        {
            _ids[_count++] = id;
            return -1;
        }

        int gone = _ids[_oldest];
        _ids[_oldest] = id;
        if (++_oldest == Capacity) _oldest = 0;
        return gone;
    }

    /// <summary>The ids in turn; -1 while there is none.</summary>
    public int Next()
    {
        if (_count == 0) return -1;
        if (++_turn >= _count) _turn = 0;
        return _ids[_turn];
    }
}
