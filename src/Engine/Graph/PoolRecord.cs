namespace LowLatency.Engine.Graph;

/// <summary>
/// What the graph stage asks of a pool at each of its events. PERF: in one place, so that a pool of which nothing is in
/// doubt is told by one test (perf/Notes/graph-and-search.md, "The back half by instructions"). Owner: the market
/// group's thread; each member has one writer, which its comment names.
/// </summary>
internal struct PoolRecord
{
    internal ulong GroupSlot; // PoolCoherence: slot of the group of accounts that came last
    internal int AccountId; // PoolRegistrar: of the pool's own account
    internal int GappedAccounts; // GapTable: known accounts of the pool that are in a gap
    internal int RefusedLinks; // GapTable: accounts whose bytes the pool could not read
    internal bool IsTorn; // PoolCoherence: the group is not complete and its slot not over
    internal bool IsTimeDependent; // PoolRegistrar
    internal GroupParts Seen; // PoolCoherence: parts of the group that came
    internal GroupParts Needed; // PoolCoherence: parts that every swap of the venue writes
    internal GroupParts NeededByArray; // PoolCoherence: parts that an array does not come without

    /// <summary>True if something may keep the pool from quoting that concerns no other pool.</summary>
    internal readonly bool IsInDoubt => (GappedAccounts | RefusedLinks) != 0 || IsTorn;

    /// <summary>True if a quote of the pool reads the balances of its vaults.</summary>
    internal readonly bool ReadsVaults => (Needed & GroupParts.VaultA) != 0;
}
