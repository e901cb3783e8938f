using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.MeteoraDlmm;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.MeteoraDlmm;

public sealed class DlmmPropertyTests
{
    [Fact]
    public void Quote_TwiceTheInput_GivesMoreButNotTwiceTheOutput() =>
        MeteoraProperties.OutputGrowsAndBends(DlmmVectorTests.Open());

    [Fact]
    public void Execute_ThereAndBack_NeverProfits() => MeteoraProperties.RoundTripNeverProfits(DlmmVectorTests.Open());

    [Fact]
    public void Execute_SplitInTwo_NeverBeatsOneSwap() =>
        MeteoraProperties.SplittingNeverWins(DlmmVectorTests.Open(), _ => true);

    [Fact]
    public void TryWriteState_AfterApply_RestoresTheAccount() =>
        MeteoraProperties.DecodedStateWritesBack(DlmmVectorTests.Open());

    [Fact]
    public void Apply_TruncatedOrMutated_IsRefusedOrQuotedWithoutFault() =>
        MeteoraProperties.BadBytesAreRefusedOrQuoted(DlmmVectorTests.Open());

    [Fact]
    public void Quote_Warm_AllocatesNothing() => MeteoraProperties.QuotesAllocateNothing(DlmmVectorTests.Open());

    [Fact]
    public void TryClassify_EveryAccount_HasItsRoleAndPair()
    {
        MeteoraVectorRun run = DlmmVectorTests.Open();
        foreach (JsonElement element in run.Pools())
        {
            _ = run.Load(element, out Dictionary<Pubkey, byte[]> data);
            foreach ((Pubkey key, AccountRole role) in run.Roles(element))
            {
                if (role is not (AccountRole.Pool or AccountRole.BinArray or AccountRole.BitmapExtension)) continue;
                AccountView view = MeteoraVectorRun.View(element, key, data[key]);
                Assert.True(VenueRegistry.TryClassify(in view, out AccountClass found));
                Assert.Equal(new AccountClass(VenueId.MeteoraDlmm, role, MeteoraVectorRun.Key(element, "pool")), found);
            }
        }
    }

    [Fact]
    public void ApplyChange_ChangedBytesOnly_LeavesTheStateOfApply()
    {
        const int Seed = 4711;
        Random random = new(Seed);
        int partial = 0;
        MeteoraVectorRun run = DlmmVectorTests.Open();
        foreach (JsonElement element in run.Pools())
        {
            Pool whole = run.Load(element, out Dictionary<Pubkey, byte[]> data);
            Pool changed = run.Load(element, out _);
            ChainClock clock = MeteoraVectorRun.Clock(element);
            foreach ((Pubkey key, AccountRole role) in run.Roles(element))
            {
                if (role is not (AccountRole.BinArray or AccountRole.Pool)) continue;
                for (int round = 0; round < 12; round++)
                {
                    (int from, int to) = Change(random, data[key], role);
                    AccountView view = MeteoraVectorRun.View(element, key, data[key]);
                    DecodeStatus status = whole.Apply(role, in view);
                    Assert.Equal(status, changed.ApplyChange(role, in view, from, to));
                    if (role == AccountRole.BinArray && from >= DlmmLayout.Bins) partial++;
                    AssertSame(whole, changed, key, data[key], clock, $"seed {Seed}, {key}, round {round}");
                }
            }
        }

        Assert.True(partial > 50, $"only {partial} changes of bins alone");
    }

    /// <summary>Changes some bins, at times without their price, or whether the pair supports orders.</summary>
    private static (int From, int To) Change(Random random, byte[] data, AccountRole role)
    {
        if (role == AccountRole.Pool)
        {
            data[DlmmLayout.FunctionType] = (byte)random.Next(0, 3);
            return (DlmmLayout.FunctionType, DlmmLayout.FunctionType + 1);
        }

        int bin = random.Next(DlmmLayout.BinsPerArray);
        int count = random.Next(1, System.Math.Min(4, DlmmLayout.BinsPerArray - bin) + 1);
        int start = DlmmLayout.Bins + (bin * DlmmLayout.BinSize);
        int from = start + random.Next(DlmmLayout.BinSize);
        int to = start + (count * DlmmLayout.BinSize);
        for (int i = from; i < to; i++) data[i] = (byte)(random.Next(3) == 0 ? random.Next(256) : data[i]);
        if (random.Next(3) != 0) return (from, to);
        data.AsSpan(start + DlmmLayout.BinPrice, 16).Clear();
        return (start, to);
    }

    private static void AssertSame(
        Pool whole, Pool changed, Pubkey key, byte[] data, in ChainClock clock, string what)
    {
        byte[] wholeBytes = [.. data];
        byte[] changedBytes = [.. data];
        Assert.Equal(whole.TryWriteState(in key, wholeBytes), changed.TryWriteState(in key, changedBytes));
        Assert.True(wholeBytes.AsSpan().SequenceEqual(changedBytes), what);
        CurveSegment[] expected = new CurveSegment[300];
        CurveSegment[] got = new CurveSegment[300];
        foreach (SwapDirection direction in Enum.GetValues<SwapDirection>())
        {
            int count = whole.CopySegments(direction, clock, expected);
            Assert.True(count == changed.CopySegments(direction, clock, got), what);
            for (int i = 0; i < count; i++)
            {
                bool isSame = expected[i].RateOut.Equals(got[i].RateOut)
                    && expected[i].AmountInMax.Equals(got[i].AmountInMax);
                Assert.True(isSame, what);
            }
        }
    }

    [Fact]
    public void CopySegments_FirstPieces_AgreeWithTheQuote()
    {
        MeteoraVectorRun run = DlmmVectorTests.Open();
        CurveSegment[] segments = new CurveSegment[300];
        int compared = 0;
        foreach (JsonElement element in run.Pools())
        {
            Pool pool = run.Load(element, out _);
            ChainClock clock = MeteoraVectorRun.Clock(element);
            foreach (SwapDirection direction in Enum.GetValues<SwapDirection>())
            {
                int count = System.Math.Min(pool.CopySegments(direction, clock, segments), 8);
                double amount = 0.0;
                double expected = 0.0;
                for (int i = 0; i < count; i++)
                {
                    amount += segments[i].AmountInMax;
                    expected += segments[i].AmountInMax * segments[i].RateOut;
                }

                if (count == 0 || amount < 1e6 || expected < 1e6) continue;
                SwapRequest request = new() { Direction = direction, AmountRaw = (ulong)amount, Clock = clock };
                Assert.Equal(QuoteStatus.Ok, pool.Quote(in request, out SwapQuote quote));
                Assert.InRange(quote.AmountOutRaw / expected, 1.0 - 1e-4, 1.0 + 1e-4);
                compared++;
            }
        }

        Assert.True(compared > 20, $"only {compared} curves compared");
    }

    [Fact]
    public void Quote_DisabledPair_IsRefusedWithTheProgramsCode()
    {
        Pool pool = Altered(data => data[82] = 1, out ChainClock clock);
        SwapRequest request = new() { AmountRaw = 1_000_000, Clock = clock };
        Assert.Equal(QuoteStatus.SwapDisabled, pool.Quote(in request, out SwapQuote quote));
        Assert.Equal(6042U, quote.ProgramErrorCode);
        Assert.Equal(QuoteStatus.SwapDisabled, pool.Readiness);
    }

    [Fact]
    public void Quote_BeforeActivation_IsNotOpenYetAndTimeDependent()
    {
        Pool pool = Altered(
            data =>
            {
                data[75] = 2;
                data[86] = 1;
                BitConverter.TryWriteBytes(data.AsSpan(816), 1_800_000_000UL);
            },
            out ChainClock clock);
        Assert.True(pool.IsTimeDependent);
        SwapRequest request = new() { AmountRaw = 1_000_000, Clock = clock };
        Assert.Equal(QuoteStatus.NotOpenYet, pool.Quote(in request, out _));
        request.Clock = new ChainClock(clock.Slot, 1_800_000_000, clock.Epoch);
        Assert.Equal(QuoteStatus.Ok, pool.Quote(in request, out _));
        Assert.False(pool.IsTimeDependent);
    }

    [Fact]
    public void Quote_ArrayNotApplied_IsMissingNotEmpty()
    {
        MeteoraVectorRun run = DlmmVectorTests.Open();
        JsonElement element = First(run);
        Pool source = run.Load(element, out Dictionary<Pubkey, byte[]> data);
        DlmmPool pool = new(source.Address);
        AccountView view = MeteoraVectorRun.View(element, source.Address, data[source.Address]);
        Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.Pool, in view));
        SwapRequest request = new() { AmountRaw = 1_000_000, Clock = MeteoraVectorRun.Clock(element) };
        Assert.Equal(QuoteStatus.MissingBinArray, pool.Quote(in request, out SwapQuote quote));
        Assert.Equal(0U, quote.ProgramErrorCode);
    }

    private static Pool Altered(Action<byte[]> change, out ChainClock clock)
    {
        MeteoraVectorRun run = DlmmVectorTests.Open();
        return run.LoadAltered(First(run), change, out clock);
    }

    private static JsonElement First(MeteoraVectorRun run)
    {
        foreach (JsonElement element in run.Pools()) return element;
        throw new InvalidOperationException("no pools");
    }
}
