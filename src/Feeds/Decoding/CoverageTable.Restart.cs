using System;
using System.Collections.Generic;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>A capture that is played again begins with an empty table.</summary>
public sealed partial class CoverageTable
{
    /// <summary>Forgets everything but the counts, as before the first frame; the memory stays.</summary>
    /// <param name="lost">Takes the accounts that were announced as lost and not yet as whole.</param>
    internal void Forget(List<Pubkey> lost)
    {
        for (int i = 0; i < _count; i++)
        {
            if (At(i).IsLost) lost.Add(At(i).Key);
        }

        foreach (Entry[] page in _pages) Array.Clear(page);
        Array.Clear(_cells);
        _belief.Clear();
        _slots.Clear();
        _writes?.Clear();
        (_count, _unsettled, Doubtful) = (0, 0, 0);
        (_open, _tellsSlots, _streams) = (0, 0, 0);
    }
}
