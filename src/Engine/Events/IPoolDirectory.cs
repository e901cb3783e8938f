using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Events;

/// <summary>What a journal needs to name a pool.</summary>
/// <param name="Address">Pool account.</param>
/// <param name="MintA">Mint of side A.</param>
/// <param name="MintB">Mint of side B.</param>
/// <param name="Venue">VenueId.</param>
/// <param name="DecimalsA">Decimals of mint A; -1 if they are not known (yet).</param>
/// <param name="DecimalsB">Decimals of mint B; -1 if they are not known (yet).</param>
public readonly record struct PoolDescription(
    Pubkey Address, Pubkey MintA, Pubkey MintB, byte Venue, int DecimalsA = -1, int DecimalsB = -1);

/// <summary>
/// Names of pools by graph id, for sinks, which must not reach into the graph. What it returns for an id never changes
/// once an opportunity with that id was published, but for decimals that become known.
/// </summary>
public interface IPoolDirectory
{
    /// <summary>Describes a pool that occurs in an opportunity.</summary>
    PoolDescription Describe(int poolId);
}
