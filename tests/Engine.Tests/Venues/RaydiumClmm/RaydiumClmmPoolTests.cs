using System;
using System.Numerics;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.RaydiumClmm;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.RaydiumClmm;

/// <summary>Features no program binary was at hand for, against a BigInteger oracle of the same formulas.</summary>
public class RaydiumClmmPoolTests
{
    private const int Pools = 250;
    private const int SwapsPerPool = 12;

    [Theory]
    [InlineData(1, 0, false, false)]
    [InlineData(2, 1, false, false)]
    [InlineData(3, 2, false, false)]
    [InlineData(4, 0, true, false)]
    [InlineData(5, 0, false, true)]
    [InlineData(6, 1, true, true)]
    [InlineData(7, 2, true, true)]
    public void Quote_NewFeatures_EqualsOracle(int seed, byte feeOn, bool isDynamic, bool hasOrders)
    {
        Random random = new(seed);
        int compared = 0;
        for (int i = 0; i < Pools; i++)
        {
            ClmmText text = ClmmRandom.Pool(random, true, hasOrders) with { FeeOn = feeOn };
            if (isDynamic) text = text with { Dynamic = Dynamic(random, text) };
            RaydiumClmmPool pool = ClmmAccounts.RaydiumPool(text);
            for (int j = 0; j < SwapsPerPool; j++)
            {
                SwapRequest request = ClmmRandom.Request(random, random.Next(2) == 0);
                QuoteStatus status = pool.Quote(in request, out SwapQuote quote);
                RaydiumClmmOracle oracle = new(text);
                (BigInteger In, BigInteger Out)? expected = oracle.Swap(
                    request.Direction == SwapDirection.AToB,
                    request.Mode == SwapMode.ExactIn,
                    request.AmountRaw,
                    (ulong)request.Clock.UnixTimestamp);
                string name =
                    $"seed {seed} pool {i} swap {j} {request.Direction} {request.Mode} {request.AmountRaw} {status}";
                Assert.True(expected is not null == (status == QuoteStatus.Ok), name);
                if (expected is not { } amounts) continue;
                compared++;
                Assert.True(amounts.In == quote.AmountInRaw && amounts.Out == quote.AmountOutRaw, name);
                Assert.True(oracle.Price == quote.SqrtPriceAfterX64 && oracle.Tick == quote.TickAfter, name);
                Assert.True(oracle.FeeSum == quote.FeeRaw && quote.FeeOnOutput == IsOnOutput(feeOn, request), name);
            }
        }

        Assert.True(compared > Pools, $"only {compared} swaps succeeded: the generator is useless");
    }

    [Fact]
    public void Execute_LimitOrdersTaken_LeavesFewerOrders()
    {
        Random random = new(11);
        int executed = 0;
        for (int i = 0; i < Pools; i++)
        {
            ClmmText text = ClmmRandom.Pool(random, true, true);
            RaydiumClmmPool pool = ClmmAccounts.RaydiumPool(text);
            SwapRequest request = ClmmRandom.Request(random, true);
            QuoteStatus status = pool.Quote(in request, out SwapQuote first);
            if (status != QuoteStatus.Ok) continue;
            Assert.Equal(QuoteStatus.Ok, pool.Execute(in request, out SwapQuote done));
            Assert.Equal(first.AmountOutRaw, done.AmountOutRaw);
            executed++;
            // The same input again never gets more: liquidity and orders have moved away.
            if (pool.Quote(in request, out SwapQuote again) == QuoteStatus.Ok)
                Assert.True(again.AmountOutRaw <= first.AmountOutRaw, $"seed 11 pool {i}");
        }

        Assert.True(executed > 20);
    }

    [Fact]
    public void Quote_AmountBeyondArrays_IsRefusedNotGuessed()
    {
        ClmmText text = new()
        {
            Spacing = 60,
            Liquidity = 1_000_000_000,
            PriceX64 = UInt128.One << 64,
            Ticks = [new TickText(-60, 1_000_000_000, true), new TickText(60, -1_000_000_000, true)],
        };
        RaydiumClmmPool pool = ClmmAccounts.RaydiumPool(text);
        SwapRequest request = ClmmRandom.Request(new Random(1), true);
        request.AmountRaw = ulong.MaxValue / 4;
        Assert.Equal(QuoteStatus.InsufficientLiquidity, pool.Quote(in request, out SwapQuote quote));
        Assert.Equal(0UL, quote.AmountOutRaw);

        // With a spacing below 15 the extension account may list more arrays: not seen is not the same as none.
        pool = ClmmAccounts.RaydiumPool(text with { Spacing = 10 });
        Assert.Equal(QuoteStatus.Incomplete, pool.Quote(in request, out _));
    }

    [Fact]
    public void Quote_PinnedWithoutFirstArray_SaysFirstArrayMissing()
    {
        ClmmText text = ClmmRandom.Pool(new Random(5), true, false);
        RaydiumClmmPool pool = ClmmAccounts.RaydiumPool(text);
        SwapRequest request = ClmmRandom.Request(new Random(1), true);
        pool.PinArrays([ClmmAccounts.ArrayKey(12_345)]);
        Assert.Equal(QuoteStatus.MissingTickArray, pool.Quote(in request, out SwapQuote quote));
        Assert.Equal(6024U, quote.ProgramErrorCode);
    }

    [Theory]
    [InlineData(309, QuoteStatus.Overflow, 6038U)] // protocol fee of token 0
    [InlineData(1064, QuoteStatus.Overflow, 6038U)] // fund fee of token 0
    [InlineData(317, QuoteStatus.Ok, 0U)] // token 1, which this swap takes no fee from
    [InlineData(285, QuoteStatus.Ok, 0U)] // growth of fees, which wraps
    public void Quote_FeeSumAtItsEnd_FailsWhereTheProgramChecks(int offset, QuoteStatus expected, uint code)
    {
        ClmmText text = new()
        {
            Spacing = 60,
            Liquidity = 1_000_000_000_000,
            PriceX64 = UInt128.One << 64,
            Ticks = [new TickText(-60, 1_000_000_000_000, true), new TickText(60, -1_000_000_000_000, true)],
        };
        RaydiumClmmPool pool = ClmmAccounts.RaydiumPool(text);
        byte[] data = ClmmAccounts.RaydiumBytes(text);
        data.AsSpan(offset, sizeof(ulong)).Fill(byte.MaxValue);
        Assert.Equal(DecodeStatus.Ok, ClmmAccounts.TryApply(pool, AccountRole.Pool, ClmmAccounts.PoolKey, data));
        SwapRequest request = ClmmRandom.Request(new Random(1), true);
        (request.Direction, request.AmountRaw, request.ThresholdRaw) = (SwapDirection.AToB, 100_000, 0);
        (request.Mode, request.SqrtPriceLimitX64) = (SwapMode.ExactIn, UInt128.Zero);
        Assert.Equal(expected, pool.Quote(in request, out SwapQuote quote));
        Assert.Equal(code, quote.ProgramErrorCode);
    }

    private static bool IsOnOutput(byte feeOn, in SwapRequest request) =>
        feeOn != 0 && feeOn == 1 != (request.Direction == SwapDirection.AToB);

    private static (ushort, ushort, ushort, uint, uint, int, uint, uint, ulong) Dynamic(Random random, ClmmText text)
    {
        uint max = (uint)random.Next(20_000, 400_000);
        int group = ClmmAccounts.Floor(text.Tick, text.Spacing);
        return (30, 600, 5_000, (uint)random.Next(1, 60_000), max, group + random.Next(-6, 7),
            (uint)random.Next(0, 20_000), (uint)random.Next(0, (int)max), 1_790_000_000 - (ulong)random.Next(0, 700));
    }
}
