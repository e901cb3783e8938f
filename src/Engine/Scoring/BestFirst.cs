namespace LowLatency.Engine.Scoring;

/// <summary>
/// Numbers of an event's opportunities by a key, the largest first; of equal keys the lower number. A binary heap: n
/// log n comparisons for n. Owner: the scoring thread. Memory: 12 bytes an entry, allocated once.
/// </summary>
internal sealed class BestFirst(int capacity)
{
    private readonly long[] _keys = new long[capacity];
    private readonly int[] _items = new int[capacity];

    /// <summary>Entries.</summary>
    internal int Count { get; private set; }

    /// <summary>Largest key; there must be an entry.</summary>
    internal long TopKey => _keys[0];

    internal void Clear() => Count = 0;

    /// <summary>Clears it; what was in it can be read, in no order, and added again while it is.</summary>
    internal (long[] Keys, int[] Items, int Count) Reopen()
    {
        int count = Count;
        Count = 0;
        return (_keys, _items, count);
    }

    /// <summary>Adds an entry; there are never more than the opportunities of the ring.</summary>
    internal void Add(long key, int item)
    {
        int at = Count++;
        while (at > 0)
        {
            int parent = (at - 1) / 2;
            if (!IsBetter(key, item, parent)) break;
            (_keys[at], _items[at]) = (_keys[parent], _items[parent]);
            at = parent;
        }

        (_keys[at], _items[at]) = (key, item);
    }

    /// <summary>Removes the best entry.</summary>
    internal int Pop()
    {
        int best = _items[0];
        int last = --Count;
        (long key, int item) = (_keys[last], _items[last]);
        int at = 0;
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= last) break;
            if (child + 1 < last && IsBetter(_keys[child + 1], _items[child + 1], child)) child++;
            if (IsBetter(key, item, child)) break;
            (_keys[at], _items[at]) = (_keys[child], _items[child]);
            at = child;
        }

        (_keys[at], _items[at]) = (key, item);
        return best;
    }

    private bool IsBetter(long key, int item, int than) =>
        key > _keys[than] || (key == _keys[than] && item < _items[than]);
}
