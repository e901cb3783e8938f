using System;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>
/// Vaults of concentrated pools are often not followed by a feed: a balance from before the pool's state is no limit.
/// </summary>
public sealed class VaultBalanceTests
{
    private static readonly ClmmText Text = new()
    {
        Liquidity = 1_000_000_000_000,
        PriceX64 = UInt128.One << 64,
        Ticks = [new TickText(-600, 1_000_000_000_000, true), new TickText(600, -1_000_000_000_000, true)],
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Quote_VaultBalanceOlderThanThePool_IsNoLimit(bool isWhirlpool)
    {
        Assert.Equal(QuoteStatus.Ok, Quote(isWhirlpool, 10, 5, 9));
        Assert.Equal(QuoteStatus.InsufficientLiquidity, Quote(isWhirlpool, 10, 5, 10));
        Assert.Equal(QuoteStatus.InsufficientLiquidity, Quote(isWhirlpool, 10, 5, 11));
        Assert.Equal(QuoteStatus.InsufficientLiquidity, Quote(isWhirlpool, 0, 5, 0));
        Assert.Equal(QuoteStatus.Ok, Quote(isWhirlpool, 10, 1_000_000_000, 10));
    }

    private static QuoteStatus Quote(bool isWhirlpool, ulong poolSlot, ulong balance, ulong vaultSlot)
    {
        Pool pool = isWhirlpool ? ClmmAccounts.Whirlpool(Text) : ClmmAccounts.RaydiumPool(Text);
        byte[] data = isWhirlpool ? ClmmAccounts.WhirlpoolBytes(Text) : ClmmAccounts.RaydiumBytes(Text);
        ClmmAccounts.ApplyVaults(pool, data, poolSlot, balance, vaultSlot);
        SwapRequest request = new() { AmountRaw = 1_000_000, Clock = new ChainClock(10, 1_000_000_000, 1) };
        return pool.Quote(in request, out _);
    }
}
