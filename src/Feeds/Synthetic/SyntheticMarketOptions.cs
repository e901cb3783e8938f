namespace LowLatency.Feeds.Synthetic;

/// <summary>Size and course of a synthetic market.</summary>
public sealed class SyntheticMarketOptions
{
    /// <summary>Seed; the same options give the same bytes on every machine.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Pools, Raydium CPMM and AMM v4 in turn.</summary>
    public int PoolCount { get; init; } = 100;

    /// <summary>PumpSwap and SPL Token Swap take their turns, too.</summary>
    public bool HasEveryVaultVenue { get; init; }

    /// <summary>Mints, wSOL and USDC among them (at least 2).</summary>
    public int MintCount { get; init; } = 30;

    /// <summary>Swaps a slot.</summary>
    public int SwapsPerSlot { get; init; } = 20;

    /// <summary>First slot.</summary>
    public ulong FirstSlot { get; init; } = 1_000_000;

    /// <summary>Slot time, nanoseconds.</summary>
    public long SlotTimeNs { get; init; } = 400_000_000;

    /// <summary>Unix time of the first slot, nanoseconds; the default is visibly no real date.</summary>
    public long StartUtcNs { get; init; } = 1_000_000_000;
}
