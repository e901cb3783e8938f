using System;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

public sealed class ComputeUnitTableTests
{
    private readonly ComputeUnitTable _table = new();

    [Fact]
    public void Estimate_FewSamples_IsTheFixedEstimate()
    {
        foreach (VenueId venue in Enum.GetValues<VenueId>())
        {
            SwapWork work = Work(venue, 2);
            for (int i = 1; i < ComputeUnitTable.MinimumSamples; i++) _table.OnSwap(work, 1_000);
            Assert.Equal(work.FixedUnits(), _table.Estimate(work, out bool isLearned));
            Assert.False(isLearned);
        }
    }

    [Fact]
    public void Estimate_EnoughSamples_IsTheirMaximumAndSpreadAndOnlyForThatCell()
    {
        SwapWork work = Work(VenueId.OrcaWhirlpool, 1);
        for (int i = 0; i < ComputeUnitTable.MinimumSamples; i++) _table.OnSwap(work, 50_000 + (uint)i);
        Assert.Equal(50_007u + 7, _table.Estimate(work, out bool isLearned)); // eight samples: the spread once
        Assert.True(isLearned);
        SwapWork[] others =
        [
            work with { Crossed = 2 },
            work with { Venue = VenueId.RaydiumClmm },
            work with { Class = SwapWorkClass.OneToken2022 },
            work with { Class = SwapWorkClass.Heavy },
        ];
        foreach (SwapWork other in others) Assert.Equal(other.FixedUnits(), _table.Estimate(other));
        for (int i = 0; i < 56; i++) _table.OnSwap(work, 50_000);
        Assert.Equal(50_007u, _table.Estimate(work)); // 64 samples: an eighth of the spread, rounded down
    }

    [Fact]
    public void OnSwap_OneExpensiveSwap_IsRememberedForOneToTwoWindows()
    {
        SwapWork work = Work(VenueId.RaydiumCpmm, 0);
        for (int i = 0; i < 20; i++) _table.OnSwap(work, 30_000);
        _table.OnSwap(work, 90_000);
        for (int i = 0; i < (2 * ComputeUnitTable.WindowSamples) - 21; i++)
        {
            Assert.InRange(_table.Estimate(work), 90_000u, 120_000u);
            _table.OnSwap(work, 30_000);
        }

        _table.OnSwap(work, 30_000); // the third window begins
        Assert.Equal(30_000u, _table.Estimate(work));
        Assert.InRange(_table.Learned(work).Mean, 30_000u, 30_010u);
    }

    [Fact]
    public void Estimate_MoreCrossingsThanCells_GrowsAsTheFixedEstimateDoes()
    {
        SwapWork last = Work(VenueId.MeteoraDlmm, ComputeUnitTable.Cells - 1);
        SwapWork more = last with { Crossed = last.Crossed + 5 };
        for (int i = 0; i < 10; i++) _table.OnSwap(last, 200_000);
        Assert.Equal(200_000u, _table.Estimate(last));
        Assert.Equal(200_000u + (5 * 6_000), _table.Estimate(more));
        for (int i = 0; i < ComputeUnitTable.WindowSamples; i++) _table.OnSwap(more, 300_000);
        Assert.InRange(_table.Estimate(more), 300_000u, 302_200u);
        Assert.Equal(NetworkFees.MaxComputeUnits, _table.Estimate(last with { Crossed = 60_000 }));
    }

    [Fact]
    public void Estimate_ExtraSteps_CostWhatTheFixedEstimateSays()
    {
        SwapWork work = new(VenueId.OrcaWhirlpool, SwapWorkClass.Heavy, 1, 3);
        for (int i = 0; i < 10; i++) _table.OnSwap(work, 90_000);
        Assert.Equal(90_000u, _table.Estimate(work));
        SwapWork more = work with { ExtraSteps = 9 };
        Assert.Equal(90_000 + more.FixedUnits() - work.FixedUnits(), _table.Estimate(more));
        Assert.True(more.FixedUnits() > work.FixedUnits());
    }

    [Fact]
    public void OnExhausted_RaisesByAQuarterAtOnce()
    {
        SwapWork work = Work(VenueId.RaydiumClmm, 20);
        uint before = _table.Estimate(work);
        _table.OnExhausted(work);
        Assert.Equal(before + (before / 4), _table.Estimate(work));
        SwapWork cheap = Work(VenueId.RaydiumAmm, 0);
        for (int i = 0; i < 20; i++) _table.OnSwap(cheap, 20_000 + (uint)(i * 10));
        before = _table.Estimate(cheap);
        _table.OnExhausted(cheap);
        Assert.Equal(before + (before / 4), _table.Estimate(cheap));
    }

    [Fact]
    public void OnRoute_UnitsOfTheWhole_AreSharedByTheEstimates()
    {
        SwapWork[] legs = [Work(VenueId.RaydiumAmm, 0), Work(VenueId.PumpSwap, 0)];
        for (int i = 0; i < ComputeUnitTable.MinimumSamples; i++) _table.OnRoute(legs, 5_000, 80_000);
        Assert.Equal(15_000u, _table.Estimate(legs[0])); // 30,000 of 150,000
        Assert.Equal(60_000u, _table.Estimate(legs[1]));
        long samples = _table.Samples;
        _table.OnRoute(legs, 5_000, 4_000); // less than the rest alone: says nothing
        _table.OnRoute([], 5_000, 80_000);
        _table.OnSwap(legs[0], 0);
        _table.OnSwap(legs[0], NetworkFees.MaxComputeUnits + 1);
        Assert.Equal(samples, _table.Samples);
    }

    [Fact]
    public void Estimate_UnknownVenue_IsTheFixedEstimateAndLearnsNothing()
    {
        SwapWork work = Work((VenueId)200, 0);
        for (int i = 0; i < 20; i++) _table.OnSwap(work, 1_000);
        _table.OnExhausted(work);
        Assert.Equal(200_000u, _table.Estimate(work));
        Assert.Equal(default, _table.Learned(work));
        Assert.Equal(0, _table.Samples);
    }

    private static SwapWork Work(VenueId venue, int crossed) => new(venue, SwapWorkClass.None, crossed, 0);
}
