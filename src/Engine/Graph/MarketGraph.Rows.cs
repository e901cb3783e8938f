using System;
using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Rows of best rates by rank in the core for the mints with most neighbours there. A search that ends at a mint needs
/// the rate into it from any other mint in one load; for a mint of few neighbours the search scatters them itself, for
/// a hub of hundreds that would cost more than the search.
/// </summary>
public sealed partial class MarketGraph
{
    /// <summary>Most mints with rows of their own; fewer if that many rows would not fit the bound of memory.</summary>
    public const int MaxHubs = 32;

    /// <summary>Rows are filled up with zeros to a multiple of so many rates, so that vectors need no rest.</summary>
    internal const int RowStep = 8;

    private const int HubDegreeMin = 16;
    private const long RowsBytesMax = 16 * 1024 * 1024;
    private readonly RatePair[][] _rows;
    private readonly int[] _hubMint = new int[MaxHubs];
    private readonly int[] _hubOf; // index into the rows + 1; 0 = none
    private readonly int[] _reach;
    private int _hubCount;

    /// <summary>
    /// Best rates between the mint of every rank and a hub, seen from that mint: out is to the hub. 0 where there is
    /// none; null if the mint has no row of its own.
    /// </summary>
    internal RatePair[]? Row(int mint) => _hubOf[mint] == 0 ? null : _rows[_hubOf[mint] - 1];

    /// <summary>The row of a mint of the core that has one.</summary>
    internal RatePair[] Row(in CoreMint mint) => _rows[mint.Hub - 1];

    /// <summary>
    /// Neighbours in the core of a mint's neighbours there, counted with repetition: the work of two legs from it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Reach(int mint) => _reach[mint];

    /// <summary>The rows' contents are written by the rescan of all pairs that follows.</summary>
    private void ChooseHubs()
    {
        for (int hub = 0; hub < _hubCount; hub++)
        {
            _hubOf[_hubMint[hub]] = 0;
            Array.Clear(_rows[hub]);
        }

        int degreeMin = HubDegreeMin;
        while (CountOfDegree(degreeMin) > _rows.Length) degreeMin *= 2;
        _hubCount = 0;
        for (int mint = 0; mint < _mints.Count; mint++)
        {
            _reach[mint] = 0;
            foreach (int neighbour in CoreNeighbours(mint)) _reach[mint] += _coreDegree[neighbour];
            if (_coreDegree[mint] < degreeMin) continue;
            _hubMint[_hubCount] = mint;
            _hubOf[mint] = ++_hubCount;
        }
    }

    /// <summary>Ranks of so many mints and at least one more, which is always 0, filled up.</summary>
    internal static int RowLength(int mints) => (mints + RowStep) / RowStep * RowStep;

    private static RatePair[][] NewRows(int mintCapacity)
    {
        long count = Math.Clamp(RowsBytesMax / (2L * sizeof(double) * mintCapacity), 1, MaxHubs);
        RatePair[][] rows = new RatePair[count][];
        for (int hub = 0; hub < rows.Length; hub++) rows[hub] = new RatePair[RowLength(mintCapacity)];
        return rows;
    }

    private int CountOfDegree(int degreeMin)
    {
        int count = 0;
        for (int mint = 0; mint < _mints.Count; mint++)
        {
            if (_coreDegree[mint] >= degreeMin) count++;
        }

        return count;
    }
}
