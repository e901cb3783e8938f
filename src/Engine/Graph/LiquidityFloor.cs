using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Which pools hold so little of a mint that they do not take part. A pool falls out when a vault's balance is below
/// the mint's floor, and comes back when it has a tenth more than the floor: one that sways around it would otherwise
/// come and go with every swap. Integers of the vaults' own accounts. Owner thread: the market group's. Bound: a mark a
/// pool.
/// </summary>
public sealed class LiquidityFloor
{
    /// <summary>What a pool must have above the floor to come back, 1/10,000 of the floor.</summary>
    public const uint ReturnBps = 1_000;

    private readonly IReadOnlyDictionary<Pubkey, ulong> _floorRaw;
    private readonly AccountTable _accounts;
    private readonly bool[] _isBelow;
    private readonly AccountDependency[] _dependencies = new AccountDependency[PoolRegistrar.MaxDependencies];

    internal LiquidityFloor(IReadOnlyDictionary<Pubkey, ulong> floorRaw, AccountTable accounts, int maxPools)
    {
        _floorRaw = floorRaw;
        _accounts = accounts;
        _isBelow = new bool[maxPools];
    }

    /// <summary>Pools below the floor now.</summary>
    public int BelowCount { get; private set; }

    /// <summary>Times that a pool fell below it.</summary>
    public long Falls { get; private set; }

    /// <summary>Times that a pool came back.</summary>
    public long Returns { get; private set; }

    /// <summary>True if the pool does not take part.</summary>
    public bool IsBelow(int poolId) => _isBelow[poolId];

    /// <summary>Looks at a pool's vaults again; true if it fell out or came back.</summary>
    internal bool Update(int poolId, Pool pool)
    {
        bool wasBelow = _isBelow[poolId];
        bool isBelow = false;
        foreach (AccountDependency one in _dependencies.AsSpan(0, pool.CopyDependencies(_dependencies)))
        {
            Pubkey mint = one.Role == AccountRole.VaultA ? pool.MintA
                : one.Role == AccountRole.VaultB ? pool.MintB : default;
            if (mint.IsZero || !_floorRaw.TryGetValue(mint, out ulong floor)) continue;
            if (wasBelow) floor += (ulong)((UInt128)floor * ReturnBps / 10_000);
            if (TryReadAmount(one.Key, out ulong amount) && amount < floor) isBelow = true;
        }

        if (isBelow == wasBelow) return false;
        _isBelow[poolId] = isBelow;
        BelowCount += isBelow ? 1 : -1;
        if (isBelow) Falls++;
        else Returns++;
        return true;
    }

    /// <summary>A vault that is not known says nothing: the pool cannot quote without it anyway, or need not.</summary>
    private bool TryReadAmount(in Pubkey vault, out ulong amount)
    {
        amount = 0;
        int id = _accounts.Find(in vault);
        if (id < 0 || _accounts[id].Knowledge == AccountKnowledge.Unknown) return false;
        AccountView view = _accounts.View(id);
        if (view.Data.Length >= TokenAccountInfo.AmountOffset + sizeof(ulong))
            amount = BinaryPrimitives.ReadUInt64LittleEndian(view.Data[TokenAccountInfo.AmountOffset..]);
        return true;
    }
}
