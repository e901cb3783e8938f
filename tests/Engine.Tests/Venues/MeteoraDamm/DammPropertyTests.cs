using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.MeteoraDamm;

public sealed class DammPropertyTests
{
    [Fact]
    public void Quote_TwiceTheInput_GivesMoreButNotTwiceTheOutput() =>
        MeteoraProperties.OutputGrowsAndBends(DammVectorTests.Open());

    [Fact]
    public void Execute_ThereAndBack_NeverProfits() => MeteoraProperties.RoundTripNeverProfits(DammVectorTests.Open());

    // Splitting may win by design where the first half lowers the second's rate (market-cap scheduler, rate limiter, a
    // volatility fee that lags by one swap) or returns part of its fee to the pool (compounding).
    [Fact]
    public void Execute_SplitInTwo_NeverBeatsOneSwap() => MeteoraProperties.SplittingNeverWins(
        DammVectorTests.Open(),
        pool => pool.GetProperty("description").GetProperty("base_fee_mode").GetInt32() < 2
            && pool.GetProperty("description").GetProperty("collect_fee_mode").GetInt32() < 2
            && pool.GetProperty("description").GetProperty("dynamic_fee").ValueKind == JsonValueKind.Null);

    [Fact]
    public void TryWriteState_AfterApply_RestoresTheAccount() =>
        MeteoraProperties.DecodedStateWritesBack(DammVectorTests.Open());

    [Fact]
    public void Apply_TruncatedOrMutated_IsRefusedOrQuotedWithoutFault() =>
        MeteoraProperties.BadBytesAreRefusedOrQuoted(DammVectorTests.Open());

    [Fact]
    public void Quote_Warm_AllocatesNothing() => MeteoraProperties.QuotesAllocateNothing(DammVectorTests.Open());

    [Fact]
    public void TryClassify_PoolAccount_IsToldByOwnerNotDiscriminator()
    {
        MeteoraVectorRun run = DammVectorTests.Open();
        JsonElement element = Named(run, "d2-01");
        Pool pool = run.Load(element, out Dictionary<Pubkey, byte[]> data);
        AccountView view = MeteoraVectorRun.View(element, pool.Address, data[pool.Address]);
        Assert.True(VenueRegistry.TryClassify(in view, out AccountClass found));
        Assert.Equal(new AccountClass(VenueId.MeteoraDamm, AccountRole.Pool, pool.Address), found);
        AccountView foreign = new(pool.Address, ProgramIds.System, 1, data[pool.Address]);
        Assert.False(VenueRegistry.TryClassify(in foreign, out _));
    }

    [Theory]
    [InlineData(481, 1, QuoteStatus.SwapDisabled, 6003U)]
    [InlineData(475, 0x7F, QuoteStatus.NotOpenYet, 6003U)]
    public void Quote_ClosedPool_IsRefusedWithTheProgramsCode(int offset, byte value, QuoteStatus expected, uint code)
    {
        Pool pool = Altered("d2-01", data => data[offset] = value, out ChainClock clock);
        SwapRequest request = new() { AmountRaw = 1_000_000, Clock = clock };
        Assert.Equal(expected, pool.Quote(in request, out SwapQuote quote));
        Assert.Equal(code, quote.ProgramErrorCode);
    }

    [Fact]
    public void IsTimeDependent_FeeScheduler_UntilAQuotePastItsEnd()
    {
        Pool pool = Altered("d2-07", _ => { }, out ChainClock clock);
        Assert.True(pool.IsTimeDependent);
        SwapRequest request = new() { AmountRaw = 1_000_000, Clock = clock };
        Assert.Equal(QuoteStatus.Ok, pool.Quote(in request, out SwapQuote early));
        request.Clock = new ChainClock(clock.Slot + 10_000_000, clock.UnixTimestamp + 10_000_000, clock.Epoch);
        Assert.Equal(QuoteStatus.Ok, pool.Quote(in request, out SwapQuote late));
        Assert.True(late.FeeRateE9 < early.FeeRateE9);
        Assert.False(pool.IsTimeDependent);
    }

    [Fact]
    public void Execute_OldLayout_FillsInTheTokenAmounts()
    {
        MeteoraVectorRun run = DammVectorTests.Open();
        JsonElement element = Named(run, "d2-01");
        Pool current = run.Load(element, out Dictionary<Pubkey, byte[]> data);
        SwapRequest request = new() { AmountRaw = 1_000_000, Clock = MeteoraVectorRun.Clock(element) };
        Assert.Equal(QuoteStatus.Ok, current.Quote(in request, out SwapQuote expected));
        Pool old = Altered("d2-01", bytes => bytes.AsSpan(680, 17).Clear(), out _);
        Assert.Equal(QuoteStatus.Ok, old.Execute(in request, out SwapQuote quote));
        Assert.Equal(expected.AmountOutRaw, quote.AmountOutRaw);
        byte[] after = (byte[])data[old.Address].Clone();
        Assert.True(old.TryWriteState(old.Address, after));
        Assert.Equal(1, after[696]);
        Assert.True(BitConverter.ToUInt64(after, 680) > request.AmountRaw);
    }

    [Fact]
    public void Quote_FeeVersionZero_CapsTheFeeAtHalf()
    {
        static void Raise(byte[] data, byte version)
        {
            BitConverter.TryWriteBytes(data.AsSpan(8), 900_000_000UL);
            data[486] = version;
        }

        Pool old = Altered("d2-01", data => Raise(data, 0), out ChainClock clock);
        Pool current = Altered("d2-01", data => Raise(data, 1), out _);
        SwapRequest request = new() { AmountRaw = 1_000_000, Clock = clock };
        Assert.Equal(QuoteStatus.Ok, old.Quote(in request, out SwapQuote capped));
        Assert.Equal(QuoteStatus.Ok, current.Quote(in request, out SwapQuote free));
        Assert.Equal(500_000_000U, capped.FeeRateE9);
        Assert.Equal(900_000_000U, free.FeeRateE9);
    }

    [Fact]
    public void CopySegments_EveryPool_AgreesWithTheQuote()
    {
        MeteoraVectorRun run = DammVectorTests.Open();
        CurveSegment[] segments = new CurveSegment[32];
        int compared = 0;
        foreach (JsonElement element in run.Pools())
        {
            Pool pool = run.Load(element, out _);
            ChainClock clock = MeteoraVectorRun.Clock(element);
            foreach (SwapDirection direction in Enum.GetValues<SwapDirection>())
            {
                if (pool.CopySegments(direction, clock, segments) == 0) continue;
                double amount = System.Math.Floor(System.Math.Min(segments[0].AmountInMax * 0.5, 1e10));
                double expected = segments[0].RateOut * amount / (1.0 + (segments[0].Curvature * amount));
                if (expected < 1e6) continue;
                SwapRequest request = new() { Direction = direction, AmountRaw = (ulong)amount, Clock = clock };
                Assert.Equal(QuoteStatus.Ok, pool.Quote(in request, out SwapQuote quote));
                Assert.InRange(quote.AmountOutRaw / expected, 1.0 - 1e-5, 1.0 + 1e-5);
                compared++;
            }
        }

        Assert.True(compared > 20);
    }

    private static Pool Altered(string id, Action<byte[]> change, out ChainClock clock)
    {
        MeteoraVectorRun run = DammVectorTests.Open();
        return run.LoadAltered(Named(run, id), change, out clock);
    }

    private static JsonElement Named(MeteoraVectorRun run, string id)
    {
        foreach (JsonElement element in run.Pools())
            if (element.GetProperty("id").GetString() == id) return element;
        throw new InvalidOperationException(id);
    }
}
