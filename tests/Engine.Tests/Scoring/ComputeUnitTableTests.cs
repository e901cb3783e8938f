using System;
using LowLatency.Engine.Scoring;
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
            for (int i = 1; i < ComputeUnitTable.MinimumSamples; i++) _table.OnSwap(venue, 2, 1_000);
            Assert.Equal(FeeModel.ComputeUnits(venue, 2), _table.Estimate(venue, 2));
        }
    }

    [Fact]
    public void Estimate_EnoughSamples_IsTheirMaximumAndOnlyForThatCell()
    {
        for (int i = 0; i < ComputeUnitTable.MinimumSamples; i++)
            _table.OnSwap(VenueId.OrcaWhirlpool, 1, 50_000 + (uint)i);
        Assert.Equal(50_007u, _table.Estimate(VenueId.OrcaWhirlpool, 1));
        Assert.Equal(FeeModel.ComputeUnits(VenueId.OrcaWhirlpool, 2), _table.Estimate(VenueId.OrcaWhirlpool, 2));
        Assert.Equal(FeeModel.ComputeUnits(VenueId.RaydiumClmm, 1), _table.Estimate(VenueId.RaydiumClmm, 1));
    }

    [Fact]
    public void OnSwap_OneExpensiveSwap_IsRememberedAndForgottenSlowly()
    {
        for (int i = 0; i < 20; i++) _table.OnSwap(VenueId.RaydiumCpmm, 0, 30_000);
        _table.OnSwap(VenueId.RaydiumCpmm, 0, 90_000);
        Assert.Equal(90_000u, _table.Estimate(VenueId.RaydiumCpmm, 0));
        uint last = 90_000;
        for (int i = 0; i < 64; i++)
        {
            _table.OnSwap(VenueId.RaydiumCpmm, 0, 30_000);
            uint now = _table.Estimate(VenueId.RaydiumCpmm, 0);
            Assert.InRange(now, 30_000u, last);
            last = now;
        }

        Assert.InRange(last, 45_000u, 60_000u); // 60,000 above, times (63/64)^64
        Assert.InRange(_table.Learned(VenueId.RaydiumCpmm, 0).Mean, 30_000u, 31_000u);
    }

    [Fact]
    public void Estimate_MoreCrossingsThanCells_GrowsAsTheFixedEstimateDoes()
    {
        int last = ComputeUnitTable.Cells - 1;
        for (int i = 0; i < 10; i++) _table.OnSwap(VenueId.MeteoraDlmm, last, 200_000);
        Assert.Equal(200_000u, _table.Estimate(VenueId.MeteoraDlmm, last));
        Assert.Equal(200_000u + (5 * 13_000), _table.Estimate(VenueId.MeteoraDlmm, last + 5));
        for (int i = 0; i < 10; i++) _table.OnSwap(VenueId.MeteoraDlmm, last + 5, 300_000);
        Assert.Equal(300_000u, _table.Estimate(VenueId.MeteoraDlmm, last + 5));
        Assert.Equal(FeeModel.MaxComputeUnits, _table.Estimate(VenueId.MeteoraDlmm, 60_000));
    }

    [Fact]
    public void OnExhausted_RaisesByAQuarterAtOnce()
    {
        uint before = _table.Estimate(VenueId.RaydiumClmm, 20);
        _table.OnExhausted(VenueId.RaydiumClmm, 20);
        Assert.Equal(before + (before / 4), _table.Estimate(VenueId.RaydiumClmm, 20));
    }

    [Fact]
    public void OnRoute_UnitsOfTheWhole_AreSharedByTheEstimates()
    {
        VenueId[] venues = [VenueId.RaydiumAmm, VenueId.PumpSwap];
        int[] crossed = [0, 0];
        for (int i = 0; i < ComputeUnitTable.MinimumSamples; i++) _table.OnRoute(venues, crossed, 5_000, 80_000);
        Assert.Equal(15_000u, _table.Estimate(VenueId.RaydiumAmm, 0)); // 30,000 of 150,000
        Assert.Equal(60_000u, _table.Estimate(VenueId.PumpSwap, 0));
        long samples = _table.Samples;
        _table.OnRoute(venues, crossed, 5_000, 4_000); // less than the rest alone: says nothing
        _table.OnRoute(venues, [0], 5_000, 80_000);
        _table.OnSwap(VenueId.RaydiumAmm, 0, 0);
        _table.OnSwap(VenueId.RaydiumAmm, 0, FeeModel.MaxComputeUnits + 1);
        Assert.Equal(samples, _table.Samples);
    }
}
