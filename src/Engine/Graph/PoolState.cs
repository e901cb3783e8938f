namespace LowLatency.Engine.Graph;

/// <summary>
/// What is known about a pool's accounts taken together. Only <see cref="Coherent"/> pools have edges with a rate: a
/// pool that is anything else never quotes.
/// </summary>
public enum PoolState : byte
{
    /// <summary>Not every required account has been seen.</summary>
    Unknown = 0,

    /// <summary>All accounts are of one moment and decoded.</summary>
    Coherent = 1,

    /// <summary>Accounts are of different slots (a vault changed, the pool has not, or the reverse).</summary>
    Torn = 2,

    /// <summary>An update may have been lost since the state was taken.</summary>
    Gapped = 3,

    /// <summary>Older than the staleness limit.</summary>
    Stale = 4,

    /// <summary>Known and coherent, but the venue says it cannot swap (disabled, not open, unsupported).</summary>
    NotReady = 5,

    /// <summary>Coherent, but a vault holds less than the liquidity floor of its mint.</summary>
    BelowFloor = 6,
}
