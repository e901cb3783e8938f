using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>How screens name a pool.</summary>
internal readonly record struct PoolName(
    Pubkey Address, string Venue, string MintA, string MintB, int DecimalsA, int DecimalsB);

/// <summary>
/// Names of a view's published pools by id; of none without a view. Allocates when a mint is named for the first time
/// and never else: of thousands of pools some dozen are on the screen.
/// </summary>
internal sealed class PoolNames(PipelineView? view = null)
{
    private readonly Dictionary<Pubkey, (string Name, int Decimals)> _mints = [];

    /// <summary>Pools that have a name.</summary>
    public int Count => view is null ? 0 : (int)view.Pools.Count;

    public PoolName Of(int poolId)
    {
        if (view is null || (uint)poolId >= (uint)Count) return new PoolName(default, "?", "?", "?", -1, -1);
        PoolDescription pool = view.Describe(poolId);
        (string mintA, int decimalsA) = MintOf(pool.MintA);
        (string mintB, int decimalsB) = MintOf(pool.MintB);
        return new PoolName(
            pool.Address, VenueNames.Of((VenueId)pool.Venue), mintA, mintB, decimalsA, decimalsB);
    }

    private (string Name, int Decimals) MintOf(in Pubkey mint)
    {
        if (_mints.TryGetValue(mint, out (string Name, int Decimals) known)) return known;
        return _mints[mint] = (MintName.Of(in mint), MintName.DecimalsOf(in mint));
    }
}
