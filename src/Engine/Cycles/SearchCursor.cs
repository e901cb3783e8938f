using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Where a bounded search stopped, so that it can go on later: the indices of the branches that lead to the first mint
/// (and choice of parallel pools) not looked at. As long as no pool is added, branches keep their order, so what comes
/// before the cursor was looked at when the search stopped. What changed since changed by an event of a pool, and all
/// cycles through that pool are that event's to find.
/// </summary>
public struct SearchCursor
{
    internal int PoolId;
    internal int PoolCount; // of the graph: if pools were added, branches moved, and the search begins again
    internal int OnlyAbovePool;
    internal byte Side; // direction of the pool that was being searched: 0, then 1
    internal byte Legs; // of the path to the mint to be looked at; 1 = the start
    internal byte Pools; // chosen pools of the expansion that was cut; 0 = none
    internal CursorIndices Branch;
    internal CursorIndices Choice;

    /// <summary>Pool whose cycles were searched.</summary>
    public readonly int Pool => PoolId;
}

/// <summary>One index for each leg.</summary>
[InlineArray(Legs.MaxCount + 1)]
internal struct CursorIndices
{
    private int _first;
}
