using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>
/// Where a walk stands behind a bin it emptied: totals in base units, fee in the side it is taken from.
/// </summary>
internal struct DlmmPassedBin
{
    internal ulong TotalIn, TotalOut, TotalFee;

    /// <summary>The bin that comes next, in the array at a place of the pool's store.</summary>
    internal int ActiveId, Slot;

    /// <summary>Place in the instruction's list of arrays.</summary>
    internal int ArraysUsed;
}

/// <summary>A bin that an exact input ended in, at one time; sums are of the bins before it.</summary>
internal struct DlmmPartBin
{
    internal ulong TotalIn, TotalOut, TotalFee;

    /// <summary>Least input that empties the bins before it for sure.</summary>
    internal ulong LeastIn;

    /// <summary>What market makers give in it; 0 if no bin is known.</summary>
    internal ulong MakerOut;

    internal UInt128 PriceX64;
    internal ulong Slot;
    internal long UnixTime;
    internal int ActiveId, Bins;
    internal uint FirstRate, LastRate;
    internal bool FeeOnInput;
}

/// <summary>
/// The bins that exact inputs of one direction emptied, in order: a quote that gets farther begins behind the last one
/// it empties. What an emptied bin takes and gives, and the fee rate at the next one, do not depend on the input. Of
/// one state at one time; at most <see cref="BinsMax"/>, from where the walk goes on. Owner: the pool's thread. 2 KB.
/// </summary>
internal sealed class DlmmPassedBins
{
    /// <summary>Most bins remembered.</summary>
    internal const int BinsMax = 48;

    /// <summary>
    /// An input that only just empties a bin pays the fee of a bin that is not: rounded once otherwise, by less than
    /// this at any rate (a tenth at most), so the walk itself decides there.
    /// </summary>
    internal const ulong MarginRaw = 16;

    private readonly ulong[] _totalIn = new ulong[BinsMax];
    private readonly DlmmPassedBin[] _bins = new DlmmPassedBin[BinsMax];
    private DlmmPartBin _part;
    private long _unixTime;
    private int _last;

    /// <summary>Bins known.</summary>
    internal int Count { get; private set; }

    /// <summary>Fee rate of the first one, 1e-9.</summary>
    internal uint FirstRate { get; private set; }

    /// <summary>The bin in which the last input ended.</summary>
    internal ref DlmmPartBin Part => ref _part;

    /// <summary>Nothing holds any longer.</summary>
    internal void Forget() => (Count, _part.MakerOut) = (0, 0);

    /// <summary>
    /// How many bins an input empties for sure, of those known at this time; the last of them is
    /// <see cref="Bin"/> - 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int CountEmptied(ulong amountIn, long unixTime)
    {
        if (unixTime != _unixTime)
        {
            _unixTime = unixTime;
            Count = 0;
        }

        return Count == 0 || amountIn < MarginRaw || _totalIn[0] > amountIn - MarginRaw
            ? 0
            : AscendingSums.LastAtMost(_totalIn.AsSpan(0, Count), amountIn - MarginRaw, ref _last) + 1;
    }

    /// <summary>A bin by its number, from 0.</summary>
    internal ref readonly DlmmPassedBin Bin(int number) => ref _bins[number];

    /// <summary>Takes the bin of a number if it is the next one and there is room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Note(int number, in DlmmPassedBin bin, uint firstRate)
    {
        if (number != Count || number == BinsMax) return;
        _bins[number] = bin;
        _totalIn[number] = bin.TotalIn;
        FirstRate = firstRate;
        Count = number + 1;
    }
}
