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

/// <summary>The way of an account's bytes into a pool's state, with accounts of a real Raydium CPMM pool.</summary>
public sealed class GraphStageTests
{
    private readonly PayloadRing _payloads = new(1 << 20, 1 << 16);
    private readonly GraphStage _stage;
    private readonly List<VectorAccount> _accounts;
    private readonly Pubkey _pool;
    private MarketEvent _last;
    private long _sequence;
    private long _utcNs = 1_000_000_000;

    public GraphStageTests()
    {
        GraphSettings settings = new()
        {
            MaxAccounts = 256,
            MaxPools = 16,
            MaxMints = 16,
            SettleWindowNs = 100_000_000,
        };
        _stage = new GraphStage(settings, new MarketGraph(16, 16), _payloads);
        (_pool, _accounts) = VectorAccounts.Load("raydium_cpmm.json.gz", 0);
    }

    private MarketGraph Market => _stage.Market;

    private DropCause Publish(
        EventKind kind,
        ulong slot,
        VectorAccount? account = null,
        bool absent = false,
        ulong parent = 0,
        byte endpoint = 0)
    {
        byte[] data = absent || account is null ? [] : account.Data;
        MarketEvent e = new()
        {
            Kind = kind,
            Slot = slot,
            ParentSlot = parent,
            EndpointId = endpoint,
            ReceiveUtcNs = _utcNs,
        };
        if (account is not null)
        {
            e.Account = account.Key;
            e.Owner = absent ? default : account.Owner;
            e.Lamports = absent ? 0 : account.Lamports;
            if (absent) e.Flags = EventFlags.Absent;
        }

        _last = OneEvent.Publish(_stage, _payloads, e, data, _sequence++);
        return _last.Drop;
    }

    private void Snapshot(ulong slot, bool reversed = false)
    {
        List<VectorAccount> order = [.. _accounts];
        if (reversed) order.Reverse();
        foreach (VectorAccount account in order) Publish(EventKind.AccountSnapshot, slot, account);
        byte[] clock = new byte[ChainClock.SysvarSizeBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(clock, slot);
        BinaryPrimitives.WriteUInt64LittleEndian(clock.AsSpan(16), 925);
        BinaryPrimitives.WriteInt64LittleEndian(clock.AsSpan(32), 1_790_001_000);
        Publish(EventKind.AccountSnapshot, slot, new VectorAccount(ProgramIds.ClockSysvar, default, 1, clock));
    }

    private VectorAccount Account(AccountRole role)
    {
        Pool pool = Market.Pool(0);
        AccountDependency[] needed = new AccountDependency[64];
        int count = pool.CopyDependencies(needed);
        Pubkey key = role == AccountRole.Pool ? _pool : Array.Find(needed[..count], d => d.Role == role).Key;
        return _accounts.Find(a => a.Key == key)!;
    }

    private static VectorAccount WithAmount(VectorAccount vault, ulong delta)
    {
        byte[] data = (byte[])vault.Data.Clone();
        Span<byte> amount = data.AsSpan(TokenAccountInfo.AmountOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(amount, BinaryPrimitives.ReadUInt64LittleEndian(amount) + delta);
        return vault with { Data = data };
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Snapshot_AnyOrder_MakesThePoolCoherent(bool reversed)
    {
        Snapshot(10, reversed);
        Assert.Equal(1, Market.PoolCount);
        Assert.Equal(PoolState.Coherent, Market.State(0));
        Assert.True(Market.Rate(0) > 0 && Market.Rate(1) > 0);
    }

    [Fact]
    public void Snapshot_WithoutAVault_LeavesThePoolNotReady()
    {
        Snapshot(10);
        VectorAccount vault = Account(AccountRole.VaultA);
        Publish(EventKind.Account, 11, vault, absent: true);
        Assert.NotEqual(PoolState.Coherent, Market.State(0));
        Assert.Equal(0, Market.Rate(0));
    }

    [Theory]
    [InlineData(AccountRole.Pool, 0)] // discriminator
    [InlineData(AccountRole.Pool, 168)] // mint A
    [InlineData(AccountRole.Config, 0)]
    [InlineData(AccountRole.VaultA, 0)] // mint
    public void Account_ThatThePoolCannotRead_StopsItUntilItCan(AccountRole role, int offset)
    {
        Snapshot(10);
        VectorAccount good = Account(role);
        byte[] data = (byte[])good.Data.Clone();
        data[offset] ^= 0x55;
        VectorAccount[] refused =
        [
            good with { Data = data }, good with { Data = good.Data[..^1] }, good with { Owner = _pool },
            good with { Data = [] },
        ];
        foreach (VectorAccount bad in refused)
        {
            Publish(EventKind.AccountSnapshot, 11, bad);
            Assert.Equal(PoolState.NotReady, Market.State(0));
            Assert.Equal((0, 0), (Market.Rate(0), Market.Rate(1)));
            Publish(EventKind.AccountSnapshot, 11, good);
            Assert.Equal(PoolState.Coherent, Market.State(0));
            Assert.True(Market.Rate(0) > 0);
        }
    }

    [Fact]
    public void Account_RefusedBecauseThePoolWasElsewhere_IsTakenWhenItComesBack()
    {
        Snapshot(10);
        VectorAccount pool = Account(AccountRole.Pool);
        VectorAccount config = Account(AccountRole.Config);
        byte[] moved = (byte[])pool.Data.Clone();
        TestPool.Key(9, 9).CopyTo(moved.AsSpan(8)); // the pool's first member is its configuration
        Publish(EventKind.AccountSnapshot, 11, pool with { Data = moved });
        Publish(EventKind.AccountSnapshot, 11, config with { Lamports = 1 });
        Assert.Equal(PoolState.NotReady, Market.State(0));
        Publish(EventKind.AccountSnapshot, 12, pool);
        Assert.Equal(PoolState.Coherent, Market.State(0));
    }

    [Fact]
    public void Account_ThatThePoolNamesNoMore_StopsItNot()
    {
        Snapshot(10);
        VectorAccount old = Account(AccountRole.Config);
        byte[] moved = (byte[])Account(AccountRole.Pool).Data.Clone();
        Pubkey other = TestPool.Key(9, 9);
        other.CopyTo(moved.AsSpan(8)); // the pool's first member is its configuration
        Publish(EventKind.AccountSnapshot, 11, Account(AccountRole.Pool) with { Data = moved });
        Assert.Equal(PoolState.NotReady, Market.State(0));
        Publish(EventKind.AccountSnapshot, 11, old with { Key = other });
        Assert.Equal(PoolState.Coherent, Market.State(0));
        Publish(EventKind.AccountSnapshot, 12, old with { Data = old.Data[..^1] });
        Assert.Equal(PoolState.Coherent, Market.State(0));
    }

    [Fact]
    public void Swap_UntilAllThreeAccountsArrived_IsTorn()
    {
        Snapshot(10);
        Publish(EventKind.Account, 11, WithAmount(Account(AccountRole.VaultA), 5));
        Assert.Equal(PoolState.Torn, Market.State(0));
        Assert.Equal(0, Market.Rate(0));
        Publish(EventKind.Account, 11, Account(AccountRole.Pool));
        Assert.Equal(PoolState.Torn, Market.State(0));
        Publish(EventKind.Account, 11, WithAmount(Account(AccountRole.VaultB), 7));
        Assert.Equal(PoolState.Coherent, Market.State(0));
        Assert.Equal(11UL, Market.StateSlot(0));
    }

    [Fact]
    public void Swap_ThatLeavesThePoolTorn_IsForeseenAndNothingElse()
    {
        Snapshot(10);
        Assert.Equal(0L, _stage.ForeseenCount);
        (AccountRole Role, ulong Slot, bool IsForeseen)[] updates =
        [
            (AccountRole.VaultA, 11, true), (AccountRole.Pool, 11, true),
            (AccountRole.VaultB, 11, false), // now it may quote
            (AccountRole.VaultA, 12, true),
            (AccountRole.VaultB, 13, false), // the slot's turn settles it, so it was touched before
            (AccountRole.Config, 13, true), // of a pool that is torn whatever its fees are
            (AccountRole.VaultA, 13, true), (AccountRole.Pool, 13, false), (AccountRole.Config, 13, false),
        ];
        long foreseen = 0;
        ulong delta = 0;
        foreach ((AccountRole role, ulong slot, bool isForeseen) in updates)
        {
            bool isVault = role is AccountRole.VaultA or AccountRole.VaultB;
            Publish(EventKind.Account, slot, isVault ? WithAmount(Account(role), ++delta) : Account(role));
            Assert.Equal(isForeseen, _last.ForeseenAfterNs != 0);
            if (isForeseen) foreseen++;
            Assert.Equal(foreseen, _stage.ForeseenCount);
            if (isForeseen) Assert.Equal((0, 0), (Market.Rate(0), Market.Rate(1)));
        }

        Publish(EventKind.AccountSnapshot, 14, Account(AccountRole.VaultA));
        Assert.Equal(0U, _last.ForeseenAfterNs);
    }

    /// <summary>The part has come, whether or not its bytes can be read.</summary>
    [Fact]
    public void Swap_PartThatThePoolCannotRead_LeavesItUnableToQuoteAsForeseen()
    {
        Snapshot(10);
        VectorAccount vault = Account(AccountRole.VaultA);
        Publish(EventKind.Account, 11, vault with { Data = vault.Data[..^100] });
        Assert.NotEqual(0U, _last.ForeseenAfterNs);
        Assert.Equal(PoolState.NotReady, Market.State(0));
        Publish(EventKind.Account, 12, vault);
        Assert.NotEqual(PoolState.NotReady, Market.State(0));
    }

    [Fact]
    public void TornPool_NextSlotBegins_SettlesAndIsTouched()
    {
        Snapshot(10);
        Publish(EventKind.Account, 11, WithAmount(Account(AccountRole.VaultA), 5));
        Assert.Equal(PoolState.Torn, Market.State(0));
        VectorAccount stranger = new(Pubkey.Read(new byte[] { 9, 9 }.Concat32()), ProgramIds.Token, 1, new byte[10]);
        Assert.Equal(DropCause.UnwatchedAccount, Publish(EventKind.Account, 12, stranger));
        Assert.Equal(PoolState.Coherent, Market.State(0));
        Assert.True(_stage.Touched.Contains(0));
        Assert.Equal(1, _stage.SettledPools);
    }

    [Fact]
    public void TornPool_SettleWindowPasses_Settles()
    {
        Snapshot(10);
        Publish(EventKind.Account, 11, WithAmount(Account(AccountRole.VaultA), 5));
        _utcNs += 200_000_000;
        VectorAccount stranger = new(Pubkey.Read(new byte[] { 9, 9 }.Concat32()), ProgramIds.Token, 1, new byte[10]);
        Publish(EventKind.Account, 11, stranger);
        Assert.Equal(PoolState.Coherent, Market.State(0));
    }

    [Fact]
    public void AbandonedSlot_PoolWrittenInIt_IsTornUntilRewritten()
    {
        Snapshot(10);
        Publish(EventKind.Slot, 11, parent: 10);
        foreach (AccountRole role in new[] { AccountRole.VaultA, AccountRole.VaultB, AccountRole.Pool })
            Publish(EventKind.Account, 11, Account(role));
        Assert.Equal(PoolState.Coherent, Market.State(0));
        Publish(EventKind.Slot, 12, parent: 10); // 11 is left
        Publish(EventKind.Account, 12, Account(AccountRole.VaultA));
        Assert.Equal(PoolState.Torn, Market.State(0));
        Publish(EventKind.Account, 12, Account(AccountRole.VaultB));
        Publish(EventKind.Account, 12, Account(AccountRole.Pool));
        Assert.Equal(PoolState.Coherent, Market.State(0));
    }

    /// <summary>A stream tells nothing again after a fork; what was written there is read anew.</summary>
    [Fact]
    public void AbandonedSlot_EachAccountReadAnew_IsCoherentAgain()
    {
        Snapshot(10);
        Publish(EventKind.Slot, 11, parent: 10);
        AccountRole[] written = [AccountRole.VaultA, AccountRole.VaultB, AccountRole.Pool];
        foreach (AccountRole role in written) Publish(EventKind.Account, 11, Account(role));
        Publish(EventKind.Slot, 12, parent: 10); // 11 is left
        Assert.Equal(PoolState.Torn, Market.State(0));
        foreach (AccountRole role in written)
        {
            Assert.Equal(PoolState.Torn, Market.State(0));
            Publish(EventKind.AccountSnapshot, 12, Account(role));
        }

        Assert.Equal(PoolState.Coherent, Market.State(0));
        Assert.True(Market.Rate(0) > 0);
    }

    [Fact]
    public void FeedClose_OneOfTwo_IsNoGap_BothAreOne()
    {
        Publish(EventKind.FeedOpen, 0, endpoint: 0);
        Publish(EventKind.FeedOpen, 0, endpoint: 1);
        Snapshot(10);
        Publish(EventKind.FeedClose, 0, endpoint: 1);
        Assert.Equal(PoolState.Coherent, Market.State(0));
        Publish(EventKind.FeedClose, 0, endpoint: 0);
        Assert.Equal(PoolState.Gapped, Market.State(0));
        Publish(EventKind.FeedOpen, 0, endpoint: 0);
        Publish(EventKind.Account, 11, Account(AccountRole.VaultA));
        Assert.NotEqual(PoolState.Coherent, Market.State(0));
        Snapshot(12);
        Publish(EventKind.SlotSettled, 12);
        Assert.Equal(PoolState.Coherent, Market.State(0));
    }

    [Fact]
    public void Slots_GoOnWithoutAccounts_MakePoolsStaleUntilTheNextUpdate()
    {
        Snapshot(10);
        Publish(EventKind.Account, 11, Account(AccountRole.Pool));
        Publish(EventKind.SlotSettled, 11);
        Publish(EventKind.Slot, 75, parent: 74);
        Assert.Equal(PoolState.Coherent, Market.State(0));
        Publish(EventKind.Slot, 76, parent: 75);
        Assert.Equal(PoolState.Stale, Market.State(0));
        Assert.Equal(0, Market.Rate(0));
        Assert.Equal(1, _stage.StaleTimes);
        VectorAccount stranger = new(Pubkey.Read(new byte[] { 9, 9 }.Concat32()), ProgramIds.Token, 1, new byte[10]);
        Publish(EventKind.Account, 76, stranger);
        Assert.Equal(PoolState.Coherent, Market.State(0));
    }

    [Fact]
    public void Account_TruncatedBytes_AreRefusedAndCountedAndStopThePool()
    {
        Snapshot(10);
        double rate = Market.Rate(0);
        VectorAccount pool = Account(AccountRole.Pool);
        Publish(EventKind.Account, 11, pool with { Data = pool.Data[..50] });
        long refused = _stage.DecodeFailures(DecodeStatus.WrongSize)
            + _stage.DecodeFailures(DecodeStatus.WrongDiscriminator);
        Assert.Equal(1, refused);
        Assert.Equal(1, _stage.Dropped(DropCause.Undecodable));
        Publish(EventKind.SlotSettled, 11);
        Assert.Equal(0, Market.Rate(0));
        Publish(EventKind.Account, 12, pool);
        Publish(EventKind.SlotSettled, 12);
        Assert.Equal(rate, Market.Rate(0));
    }

    [Fact]
    public void DeniedMint_PoolIsNotAdded() => AssertKeepsOut(pool => pool.MintA);

    [Fact]
    public void DeniedProgram_PoolIsNotAdded() => AssertKeepsOut(pool => PoolAccountShape.Of(pool.Venue).Program);

    private void AssertKeepsOut(Func<Pool, Pubkey> denied)
    {
        GraphStage first = _stage;
        Snapshot(10);
        GraphSettings settings = new()
        {
            MaxAccounts = 256,
            MaxPools = 16,
            MaxMints = 16,
            Denied = new HashSet<Pubkey> { denied(Market.Pool(0)), ProgramIds.System },
        };
        GraphStageTests other = new(settings);
        other.Snapshot(10);
        Assert.Equal(0, other.Market.PoolCount);
        Assert.Equal([ProgramIds.System], other._stage.DeniedInVain);
        Assert.Equal(1, first.Market.PoolCount);
    }

    private GraphStageTests(GraphSettings settings)
    {
        _stage = new GraphStage(settings, new MarketGraph(16, 16), _payloads);
        (_pool, _accounts) = VectorAccounts.Load("raydium_cpmm.json.gz", 0);
    }
}

internal static class KeyBytes
{
    public static byte[] Concat32(this byte[] start)
    {
        byte[] bytes = new byte[Pubkey.SizeBytes];
        start.CopyTo(bytes, 0);
        return bytes;
    }
}
