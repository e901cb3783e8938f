using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Graph;

/// <summary>
/// The liquidity floor and who is admitted, with accounts of real pools: one whose vaults are its reserves and one
/// whose are not, which a vault's update alone must move too.
/// </summary>
public sealed class LiquidityFloorTests
{
    private readonly PayloadRing _payloads = new(1 << 22, 1 << 16);
    private GraphStage _stage = null!;
    private List<VectorAccount> _accounts = null!;
    private ulong _floor;
    private ulong _slot = 10;

    [Theory]
    [InlineData("raydium_cpmm.json.gz")]
    [InlineData("orca_whirlpool.json.gz")]
    public void VaultSwaysAroundTheFloor_PoolLeavesBelowItAndReturnsATenthAboveIt(string file)
    {
        Load(file, (pool, _) => new GraphSettings
        {
            LiquidityFloorRaw = new Dictionary<Pubkey, ulong> { [pool.MintA] = _floor },
        });
        Assert.Equal(PoolState.Coherent, _stage.Market.State(0));
        SetVaultA(_floor);
        Assert.Equal(PoolState.Coherent, _stage.Market.State(0));
        SetVaultA(_floor - 1);
        Assert.Equal(PoolState.BelowFloor, _stage.Market.State(0));
        Assert.False(_stage.Market.Rate(0) > 0);
        Assert.Equal((1, 1L, 0L), Counts());
        SetVaultA(_floor + (_floor / 10) - 1);
        Assert.Equal(PoolState.BelowFloor, _stage.Market.State(0));
        SetVaultA(_floor + (_floor / 10));
        Assert.Equal(PoolState.Coherent, _stage.Market.State(0));
        Assert.True(_stage.Market.Rate(0) > 0);
        Assert.Equal((0, 1L, 1L), Counts());
    }

    [Fact]
    public void OtherMintsHaveAFloor_PoolTakesPart()
    {
        Load("raydium_cpmm.json.gz", (_, _) => new GraphSettings
        {
            LiquidityFloorRaw = new Dictionary<Pubkey, ulong> { [ProgramIds.Memo] = ulong.MaxValue },
        });
        SetVaultA(_floor - 1);
        Assert.Equal(PoolState.Coherent, _stage.Market.State(0));
    }

    [Fact]
    public void PoolThatIsNotAdmitted_IsCountedAndNeverRegistered()
    {
        Load("raydium_cpmm.json.gz", (pool, _) => new GraphSettings { Admits = p => p.Address != pool.Address });
        Assert.Equal(0, _stage.Market.PoolCount);
        Assert.Equal(1, _stage.RefusedPools);
        _slot++;
        PublishAll();
        Assert.Equal(1, _stage.RefusedPools); // a pool, not its updates, and nothing is made of them
    }

    private (int Below, long Falls, long Returns) Counts() =>
        (_stage.Floor!.BelowCount, _stage.Floor.Falls, _stage.Floor.Returns);

    private void Load(string file, Func<Pool, Pubkey, GraphSettings> settings)
    {
        (Pubkey pool, _accounts) = VectorAccounts.Load(file, 0);
        _stage = new GraphStage(Small(new GraphSettings()), new MarketGraph(16, 16), _payloads);
        PublishAll();
        _floor = AmountOf(VaultA()) / 10 * 10;
        _stage = new GraphStage(
            Small(settings(_stage.Market.Pool(0), pool)), new MarketGraph(16, 16), _payloads);
        PublishAll();
    }

    private static GraphSettings Small(GraphSettings settings) =>
        settings with { MaxAccounts = 256, MaxPools = 16, MaxMints = 16 };

    private void PublishAll()
    {
        foreach (VectorAccount account in _accounts) Publish(EventKind.AccountSnapshot, account);
        byte[] clock = new byte[ChainClock.SysvarSizeBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(clock, _slot);
        BinaryPrimitives.WriteUInt64LittleEndian(clock.AsSpan(16), 925);
        BinaryPrimitives.WriteInt64LittleEndian(clock.AsSpan(32), 1_790_001_000);
        Publish(EventKind.AccountSnapshot, new VectorAccount(ProgramIds.ClockSysvar, default, 1, clock));
    }

    /// <summary>As a swap does: every account that each swap writes, in one slot.</summary>
    private void SetVaultA(ulong amount)
    {
        _slot++;
        Pool pool = _stage.Market.Pool(0);
        AccountDependency[] needed = new AccountDependency[64];
        int count = pool.CopyDependencies(needed);
        foreach (AccountDependency one in needed.AsSpan(0, count))
        {
            if (one.Role is not (AccountRole.VaultA or AccountRole.VaultB)) continue;
            VectorAccount account = _accounts.Find(a => a.Key == one.Key)!;
            byte[] data = (byte[])account.Data.Clone();
            if (one.Role == AccountRole.VaultA)
                BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(TokenAccountInfo.AmountOffset), amount);
            Publish(EventKind.Account, account with { Data = data });
        }

        VectorAccount own = _accounts.Find(a => a.Key == pool.Address)!;
        PoolRecord record = default;
        PoolCoherence.Begin(ref record, pool.Venue);
        if (record.ReadsVaults) Publish(EventKind.Account, own);
    }

    private VectorAccount VaultA()
    {
        AccountDependency[] needed = new AccountDependency[64];
        int count = _stage.Market.Pool(0).CopyDependencies(needed);
        Pubkey key = Array.Find(needed[..count], d => d.Role == AccountRole.VaultA).Key;
        return _accounts.Find(a => a.Key == key)!;
    }

    private static ulong AmountOf(VectorAccount vault) =>
        BinaryPrimitives.ReadUInt64LittleEndian(vault.Data.AsSpan(TokenAccountInfo.AmountOffset));

    private void Publish(EventKind kind, VectorAccount account)
    {
        MarketEvent e = new()
        {
            Kind = kind,
            Slot = _slot,
            ReceiveUtcNs = 1,
            Account = account.Key,
            Owner = account.Owner,
            Lamports = account.Lamports,
        };
        OneEvent.Publish(_stage, _payloads, e, account.Data);
    }
}
