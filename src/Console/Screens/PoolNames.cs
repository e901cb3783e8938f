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
    private readonly Dictionary<Pubkey, string> _mints = [];

    /// <summary>Pools that have a name.</summary>
    public int Count => view is null ? 0 : (int)view.Pools.Count;

    public PoolName Of(int poolId)
    {
        if (view is null || (uint)poolId >= (uint)Count) return new PoolName(default, "?", "?", "?", -1, -1);
        PoolDescription pool = view.Describe(poolId);
        NamedMint mintA = new(pool.MintA, pool.DecimalsA);
        NamedMint mintB = new(pool.MintB, pool.DecimalsB);
        return new PoolName(
            pool.Address, VenueNames.Of((VenueId)pool.Venue), NameOf(mintA), NameOf(mintB),
            mintA.Decimals, mintB.Decimals);
    }

    private string NameOf(in NamedMint mint)
    {
        if (_mints.TryGetValue(mint.Key, out string? known)) return known;
        return _mints[mint.Key] = mint.Name;
    }
}
