using LowLatency.Benchmarks.Venues;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>
/// The venues' benchmarks build their pools, pass the number of ticks or bins they say and answer: each row once,
/// without the benchmark runner.
/// </summary>
public sealed class VenueBenchmarkSmokeTests
{
    [Theory]
    [InlineData(SwapDirection.AToB)]
    [InlineData(SwapDirection.BToA)]
    public void WhirlpoolAndRaydium_EveryRow_QuotesAndDecodes(SwapDirection direction)
    {
        ulong whirlpoolBefore = 0;
        ulong raydiumBefore = 0;
        foreach (int crossings in new[] { 0, 1, 5, 20 })
        {
            WhirlpoolBenchmarks whirlpool = new() { Crossings = crossings, Direction = direction };
            whirlpool.Setup();
            ulong quoted = whirlpool.Quote();
            Assert.True(quoted > whirlpoolBefore, $"{crossings}: {quoted}");
            whirlpoolBefore = quoted;
            Assert.Equal(DecodeStatus.Ok, whirlpool.DecodePool());
            Assert.Equal(DecodeStatus.Ok, whirlpool.DecodeFullTickArray());
            Assert.Equal(quoted, whirlpool.Quote());
            Assert.InRange(whirlpool.DecodePoolThenQuote(), quoted - 1, quoted + 1);
            Assert.NotEqual(0UL, whirlpool.SqrtPriceAtTick());
            Assert.True(whirlpool.TickAtSqrtPrice() > -443_637);

            RaydiumClmmBenchmarks raydium = new() { Crossings = crossings, Direction = direction };
            raydium.Setup();
            quoted = raydium.Quote();
            Assert.True(quoted > raydiumBefore, $"{crossings}: {quoted}");
            raydiumBefore = quoted;
            Assert.Equal(DecodeStatus.Ok, raydium.DecodePool());
            Assert.Equal(DecodeStatus.Ok, raydium.DecodeFullTickArray());
            Assert.Equal(quoted, raydium.Quote());
            Assert.InRange(raydium.DecodePoolThenQuote(), quoted - 1, quoted + 1);
        }
    }

    [Theory]
    [InlineData(SwapDirection.AToB)]
    [InlineData(SwapDirection.BToA)]
    public void Meteora_EveryRow_QuotesAndDecodes(SwapDirection direction)
    {
        foreach (int bins in new[] { 1, 5, 20 })
        {
            DlmmQuoteBenchmarks dlmm = new() { Bins = bins, Direction = direction };
            dlmm.Setup();
            ulong quoted = dlmm.Quote();
            Assert.NotEqual(0UL, quoted);
            Assert.Equal(DecodeStatus.Ok, dlmm.DecodePair());
            Assert.Equal(DecodeStatus.Ok, dlmm.DecodeBinArray());
            Assert.Equal(quoted, dlmm.Again()); // of a state read anew
            Assert.Equal(quoted, dlmm.Again()); // in the bin of the last
            Assert.Equal(quoted, dlmm.Walk());
            Assert.NotEqual(quoted, dlmm.Quote());
            Assert.Equal(quoted, dlmm.Quote());
        }

        foreach (SwapMode mode in new[] { SwapMode.ExactIn, SwapMode.ExactOut, SwapMode.PartialFill })
        {
            DammQuoteBenchmarks damm = new() { Mode = mode, Direction = direction };
            damm.Setup();
            Assert.NotEqual(0UL, damm.Quote());
            Assert.Equal(DecodeStatus.Ok, damm.Decode());
        }
    }

    [Fact]
    public void ConstantProduct_EveryRow_Answers()
    {
        ConstantProductBench bench = new();
        bench.Setup();
        Assert.NotEqual(0UL, bench.Kernel());
        Assert.NotEqual(0UL, bench.QuoteExactIn());
        Assert.NotEqual(0UL, bench.QuoteExactOut());
        Assert.Equal(DecodeStatus.Ok, bench.ApplyVaultUpdate());
    }

    [Fact]
    public void Quotes_AllVenuesBenchmarked_AllocateNothing()
    {
        WhirlpoolBenchmarks whirlpool = new() { Crossings = 20 };
        RaydiumClmmBenchmarks raydium = new() { Crossings = 20 };
        DlmmQuoteBenchmarks dlmm = new() { Bins = 20 };
        whirlpool.Setup();
        raydium.Setup();
        dlmm.Setup();
        _ = whirlpool.Quote() + raydium.Quote() + dlmm.Quote();
        _ = (whirlpool.DecodeFullTickArray(), raydium.DecodeFullTickArray(), dlmm.DecodeBinArray());
        long before = System.GC.GetAllocatedBytesForCurrentThread();
        ulong sum = 0;
        for (int i = 0; i < 100; i++)
        {
            sum += whirlpool.Quote() + raydium.Quote() + dlmm.Quote();
            sum += (ulong)whirlpool.DecodeFullTickArray() + (ulong)raydium.DecodeFullTickArray();
            sum += (ulong)whirlpool.DecodePool() + (ulong)raydium.DecodePool() + (ulong)dlmm.DecodeBinArray();
        }

        Assert.Equal(before, System.GC.GetAllocatedBytesForCurrentThread());
        Assert.NotEqual(0UL, sum);
    }
}
