using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Graph;

/// <summary>
/// What the graph keeps of a pool's quotes besides its rates. PERF: what an update looks at and writes is 64 bytes in
/// one place, not one element of each of nine arrays (CycleFinderBenchmark.EdgeUpdate).
/// </summary>
internal struct PoolQuotes
{
    internal ChainClock Clock; // of the last refresh
    internal ulong Version;
    internal ulong StateSlot;
    internal PieceCounts Pieces;
    internal int SegmentStart; // of A to B; B to A follows
    internal int SegmentRoom; // of each direction
    internal PoolState State;
    internal sbyte FeeCap; // since the refresh: -1 not asked, 0 no, 1 yes
    internal NearMarks IsNear; // only the first pieces are copied

    /// <summary>Nothing is copied or asked since now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Forget()
    {
        Pieces[0] = -1;
        Pieces[1] = -1;
        FeeCap = -1;
    }

    /// <summary>Pieces copied of each direction; below 0 if none were asked for.</summary>
    [InlineArray(2)]
    internal struct PieceCounts
    {
        private int _aToB;
    }

    /// <summary>A mark of each direction.</summary>
    [InlineArray(2)]
    internal struct NearMarks
    {
        private bool _aToB;
    }
}
