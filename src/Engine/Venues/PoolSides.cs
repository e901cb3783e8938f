using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Venues;

/// <summary>Both sides of a pool, A first, inside the pool and not in an array beside it.</summary>
[InlineArray(Count)]
internal struct PoolSides
{
    /// <summary>Sides of a pool.</summary>
    internal const int Count = 2;

    private PoolSide _first;
}

/// <summary>A number of each side of a pool, A first, inside the pool.</summary>
[InlineArray(PoolSides.Count)]
internal struct SidePair
{
    private ulong _first;
}
