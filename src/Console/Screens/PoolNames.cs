using System.Collections.Generic;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>A pool's names, made once.</summary>
internal sealed record PoolName(
    string Venue, string MintA, string MintB, int DecimalsA, int DecimalsB);

/// <summary>Names of published pools by id. Allocates when a pool is new and never else.</summary>
internal sealed class PoolNames
{
    private static readonly PoolName Unknown = new("?", "?", "?", -1, -1);
    private readonly List<PoolName> _names = [];
    private readonly Dictionary<Pubkey, string> _mints = [];

    public int Count => _names.Count;

    /// <summary>Takes in pools that were published since.</summary>
    public void Refresh(SnapshotTable<PoolFigures> pools)
    {
        while (_names.Count < pools.Count && pools.TryRead(_names.Count, out PoolFigures pool))
        {
            _names.Add(new PoolName(
                pool.Venue.ToString(), Text(pool.MintA), Text(pool.MintB),
                MintName.DecimalsOf(pool.MintA), MintName.DecimalsOf(pool.MintB)));
        }
    }

    public PoolName Of(int poolId) => (uint)poolId < (uint)_names.Count ? _names[poolId] : Unknown;

    private string Text(in Pubkey mint)
    {
        if (!_mints.TryGetValue(mint, out string? text)) _mints.Add(mint, text = MintName.Of(mint));
        return text;
    }
}
