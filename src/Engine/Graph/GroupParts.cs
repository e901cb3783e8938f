using System;

namespace LowLatency.Engine.Graph;

/// <summary>Accounts of a pool that one swap may write (<see cref="PoolCoherence"/>).</summary>
[Flags]
internal enum GroupParts : byte
{
    None = 0,
    Pool = 1,
    VaultA = 2,
    VaultB = 4,
    Array = 8,
}
