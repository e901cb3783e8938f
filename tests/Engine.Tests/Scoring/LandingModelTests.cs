using System;
using System.Numerics;
using LowLatency.Engine.Events;
using LowLatency.Engine.Scoring;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

public sealed class LandingModelTests
{
    [Fact]
    public void Estimate_NothingKnown_IsEvenOddsForEverySlot()
    {
        Assert.Equal(500_000U, new LandingModel(0).Estimate(Route(1, 2), out uint lives));
        Assert.Equal(0U, lives);
        Assert.Equal(250_000U, new LandingModel(1).Estimate(Route(1, 2), out _));
    }

    [Fact]
    public void Estimate_ManyLivesOfThePair_IsTheirShare()
    {
        LandingModel model = new(1);
        for (int i = 0; i < 100_000; i++)
            model.Observe(Life(i % 4 == 0 ? LifeLabel.Captured : LifeLabel.Alive, i % 4 == 0 ? 1UL : 9, 3, 9));
        Assert.InRange(model.Estimate(Route(9, 3), out uint lives), 749_900U, 750_000U);
        Assert.Equal(100_000U, lives);
    }

    [Fact]
    public void Estimate_PairWithoutLives_IsTheMarkets()
    {
        LandingModel model = new(0);
        for (int i = 0; i < 998; i++) model.Observe(Life(LifeLabel.Evaporated, i < 99 ? 0UL : 5, 3, 9));
        Assert.Equal(900_000U, model.Estimate(Route(1, 2), out uint lives)); // (99 + 1) / (998 + 2) ended
        Assert.Equal(0U, lives);
    }

    [Fact]
    public void Estimate_FewLives_LeansOnTheMarket()
    {
        LandingModel model = new(0);
        for (int i = 0; i < 9_998; i++) model.Observe(Life(LifeLabel.Captured, 5, 3, 9));
        uint before = model.Estimate(Route(1, 2), out _);
        model.Observe(Life(LifeLabel.Captured, 0, 1, 2));
        uint after = model.Estimate(Route(1, 2), out uint lives);
        Assert.Equal(1U, lives);
        Assert.InRange(before, 999_800U, 1_000_000U);
        Assert.InRange(after, 930_000U, 950_000U); // one of 1 + 16
    }

    [Fact]
    public void Estimate_LongRoute_IsTheLeastProbablePairs()
    {
        LandingModel model = new(0);
        for (int i = 0; i < 1000; i++)
        {
            model.Observe(Life(LifeLabel.Captured, 5, 1, 2));
            model.Observe(Life(LifeLabel.Captured, 5, 2, 3));
            model.Observe(Life(LifeLabel.Captured, 0, 3, 1));
        }

        uint whole = model.Estimate(Route(1, 2, 3), out uint lives);
        Assert.Equal(model.Estimate(Route(1, 3), out _), whole);
        Assert.True(whole < 20_000, $"{whole}");
        Assert.Equal(1000U, lives);
    }

    [Fact]
    public void Observe_StaleAndOurError_SayNothing()
    {
        LandingModel model = new(0);
        model.Observe(Life(LifeLabel.Stale, 0, 1, 2));
        model.Observe(Life(LifeLabel.OurError, 0, 1, 2));
        Assert.Equal(0, model.LifeCount);
        Assert.Equal(500_000U, model.Estimate(Route(1, 2), out _));
    }

    [Fact]
    public void Observe_MorePairsThanRoom_AreTheMarkets()
    {
        LandingModel model = new(0);
        for (int i = 0; i <= LandingModel.MaxPairs; i++) model.Observe(Life(LifeLabel.Captured, 3, 0, i + 1));
        model.Estimate(Route(0, 1), out uint kept);
        model.Estimate(Route(0, LandingModel.MaxPairs + 1), out uint leftOut);
        Assert.Equal((1U, 0U), (kept, leftOut));
    }

    [Fact]
    public void Estimate_RandomLives_IsTheExactProductRoundedDown()
    {
        const int Seed = 20;
        Random random = new(Seed);
        const int Slots = 3;
        LandingModel model = new(Slots);
        long[] ended = new long[Slots + 1];
        long[] cut = new long[Slots + 1];
        for (int n = 1; n <= 500; n++)
        {
            ulong span = (ulong)random.Next(8);
            LifeLabel label = random.Next(3) == 0 ? LifeLabel.Alive : LifeLabel.Captured;
            model.Observe(Life(label, span, 4, 5));
            if (span <= Slots) (label == LifeLabel.Alive ? cut : ended)[span]++;
            (BigInteger top, BigInteger bottom) = (1, 1);
            long followed = n;
            for (int s = 0; s <= Slots; s++)
            {
                // Share that ended: (d + 16 (d + 1) / (n + 2)) / (n + 16), pair and market being the same lives.
                BigInteger whole = (BigInteger)(followed + 2) * (followed + 16);
                BigInteger share = ((BigInteger)ended[s] * (followed + 2)) + (16 * (ended[s] + 1));
                top *= whole - share;
                bottom *= whole;
                followed -= ended[s] + cut[s];
            }

            uint exact = (uint)(top * 1_000_000 / bottom);
            uint said = model.Estimate(Route(5, 4), out _);
            bool isClose = said <= exact && exact - said <= 3 * (Slots + 1);
            Assert.True(isClose, $"seed {Seed}, life {n}: {said}, not {exact}");
        }
    }

    [Theory]
    [InlineData(1_000_000, 70_000, 70_000)]
    [InlineData(0, 70_000, -5_180)]
    [InlineData(500_000, 70_001, 32_410)] // 35,000.5 - 2,590
    [InlineData(500_000, -70_001, -37_591)] // -35,000.5 - 2,590, down
    public void ExpectedValue_IsNetOrTheFeesOfAFailure(uint ppm, long net, long expected)
    {
        Opportunity one = new()
        {
            LandingPpm = ppm,
            NetProfitLamports = net,
            SignatureFeeLamports = 5000,
            PriorityFeeLamports = 180,
            TipLamports = 1_000_000, // not paid when it fails; the net profit is after it
        };
        Assert.Equal(expected, one.ExpectedValueLamports);
    }

    private static Opportunity Route(params int[] pools)
    {
        Opportunity one = new() { LegCount = (byte)pools.Length };
        for (int i = 0; i < pools.Length; i++) one.Legs[i].PoolId = pools[i];
        return one;
    }

    private static LifeRecord Life(LifeLabel label, ulong span, params int[] pools)
    {
        LifeRecord life = new() { Label = label, BirthSlot = 50, EndSlot = 50 + span, LegCount = (byte)pools.Length };
        for (int i = 0; i < pools.Length; i++) life.Pools[i] = pools[i];
        return life;
    }
}
