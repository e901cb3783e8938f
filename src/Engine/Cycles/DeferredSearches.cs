namespace LowLatency.Engine.Cycles;

/// <summary>
/// Searches that met a bound, first come first served, at most one a pool: a queue of pools with a cursor each. A pool
/// that is put again keeps its place and takes the new cursor. Bound: the pools of the graph, so it is never full.
/// </summary>
internal sealed class DeferredSearches
{
    private readonly SearchCursor[] _cursor;
    private readonly int[] _queue;
    private readonly bool[] _isWaiting;
    private readonly bool[] _isQueued; // may be so without waiting: removed, its place not reached yet
    private int _head;
    private int _queued;

    internal DeferredSearches(int poolCapacity)
    {
        _cursor = new SearchCursor[poolCapacity];
        _queue = new int[poolCapacity];
        _isWaiting = new bool[poolCapacity];
        _isQueued = new bool[poolCapacity];
    }

    /// <summary>Pools that wait.</summary>
    internal int Count { get; private set; }

    /// <summary>True if a pool's search waits.</summary>
    internal bool Contains(int pool) => _isWaiting[pool];

    internal void Put(in SearchCursor cursor)
    {
        int pool = cursor.PoolId;
        _cursor[pool] = cursor;
        if (_isWaiting[pool]) return;
        _isWaiting[pool] = true;
        Count++;
        if (_isQueued[pool]) return;
        _isQueued[pool] = true;
        int at = _head + _queued++;
        _queue[at < _queue.Length ? at : at - _queue.Length] = pool;
    }

    /// <summary>The pool was searched to the end.</summary>
    internal void Remove(int pool)
    {
        if (Count == 0 || !_isWaiting[pool]) return;
        _isWaiting[pool] = false;
        Count--;
    }

    internal bool TryTake(out SearchCursor cursor)
    {
        while (_queued > 0)
        {
            int pool = _queue[_head];
            _head = _head + 1 == _queue.Length ? 0 : _head + 1;
            _queued--;
            _isQueued[pool] = false;
            if (!_isWaiting[pool]) continue;
            Remove(pool);
            cursor = _cursor[pool];
            return true;
        }

        cursor = default;
        return false;
    }
}
