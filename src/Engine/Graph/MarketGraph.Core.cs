using System;
using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Graph;

/// <summary>
/// The core: mints that are left when mints with less than two neighbours are taken away again and again. A simple
/// cycle of three legs or more enters and leaves each of its mints by different pairs, so all of its mints are left;
/// the others lie on trees that hang off the core (two thirds of the mints of a real market, most with one pool). The
/// core depends on which pools there are, not on their rates. Its mints have ranks, by which the rows of rates are
/// ordered, so that a pass over a row is as long as the core.
/// </summary>
public sealed partial class MarketGraph
{
    private readonly int[] _coreDegree; // neighbours in the core; 0 outside of it
    private readonly CoreMint[] _core; // by rank
    private readonly int[] _rank;
    private readonly int[] _mintOfRank;

    /// <summary>Mints in the core; their ranks are below this.</summary>
    public int CoreCount { get; private set; }

    /// <summary>Rank of a mint in the core, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Rank(int mint) => _rank[mint];

    /// <summary>The core's mints by rank.</summary>
    internal ReadOnlySpan<CoreMint> Core => _core.AsSpan(0, CoreCount);

    /// <summary>Mint of a rank.</summary>
    internal int MintOfRank(int rank) => _mintOfRank[rank];

    /// <summary>True if a quarter of the core are the mint's neighbours: a pass over its row is short.</summary>
    internal bool IsDense(int mint) => 4 * _coreDegree[mint] > CoreCount;

    /// <summary>True if cycles of three legs or more may pass the pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsCorePair(int pair) => (_rank[PairFrom(pair)] | _rank[PairTo(pair)]) >= 0;

    /// <summary>
    /// Takes leaves away until none is left. Linear in pairs; the ranks' arrays serve as queue and marks.
    /// </summary>
    private void FindCore()
    {
        int mints = _mints.Count;
        int removed = 0;
        for (int mint = 0; mint < mints; mint++)
        {
            _rank[mint] = 0;
            _coreDegree[mint] = Neighbours(mint).Length;
            if (_coreDegree[mint] < 2) Remove(mint, ref removed);
        }

        for (int at = 0; at < removed; at++)
        {
            foreach (int neighbour in Neighbours(_mintOfRank[at]))
            {
                if (_rank[neighbour] >= 0 && --_coreDegree[neighbour] < 2) Remove(neighbour, ref removed);
            }
        }

        CoreCount = 0;
        for (int mint = 0; mint < mints; mint++)
        {
            if (_rank[mint] < 0)
            {
                _coreDegree[mint] = 0;
                continue;
            }

            _mintOfRank[CoreCount] = mint;
            _rank[mint] = CoreCount++;
        }
    }

    /// <summary>After the lists and hubs are known.</summary>
    private void LayOutCore()
    {
        for (int rank = 0; rank < CoreCount; rank++)
        {
            int mint = _mintOfRank[rank];
            _core[rank].First = _adjacencyStart[mint];
            _core[rank].Degree = _coreDegree[mint];
            _core[rank].Hub = _hubOf[mint];
            _core[rank].Mint = mint;
        }
    }

    private void Remove(int mint, ref int removed)
    {
        _rank[mint] = -1;
        _mintOfRank[removed++] = mint;
    }
}
