using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Scoring;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

public sealed class PriorityFeeEstimatorTests
{
    private const int Seed = 20260;

    private static readonly PriorityFeeSettings Settings = new()
    {
        FloorMicroLamportsPerCu = 100,
        CapMicroLamportsPerCu = 1_000_000,
    };

    [Fact]
    public void Estimate_NothingKnown_IsTheFloor() =>
        Assert.Equal(
            new PriorityFeeEstimate(0, 0, 5_000, 0, 0, 100, FeeRule.Settings),
            new PriorityFeeEstimator(Settings).Estimate());

    [Fact]
    public void Estimate_CalmSlots_IsTheMedianTimesTheBias()
    {
        PriorityFeeEstimator fees = new(Settings);
        for (ulong slot = 1; slot <= 130; slot++) fees.OnSlot(slot, slot <= 40 ? 100UL : 2_000);
        for (ulong slot = 131; slot <= 150; slot++) fees.OnSlot(slot, 0);
        PriorityFeeEstimate estimate = fees.Estimate();
        Assert.Equal(150, estimate.SlotCount);
        Assert.Equal(0, estimate.CongestionBps);
        Assert.Equal(2_000UL, estimate.WindowPrice); // 20 zeros, 40 times 100, 90 times 2,000: rank 75
        Assert.Equal(0UL, estimate.RecentPrice);
        Assert.Equal(3_000UL, estimate.Price);
    }

    [Fact]
    public void Estimate_BurstInTheLastSlots_RaisesThePriceAtOnce()
    {
        PriorityFeeEstimator fees = new(Settings);
        for (ulong slot = 1; slot <= 130; slot++) fees.OnSlot(slot, 0);
        Assert.Equal(100UL, fees.MicroLamportsPerCu);
        for (ulong slot = 131; slot <= 150; slot++) fees.OnSlot(slot, 40_000);
        PriorityFeeEstimate estimate = fees.Estimate();
        Assert.Equal(10_000, estimate.CongestionBps);
        Assert.Equal(9_000, estimate.PercentileBps);
        Assert.Equal(40_000UL, estimate.RecentPrice);
        Assert.Equal(60_000UL, estimate.Price);
    }

    [Fact]
    public void OnSlot_SecondAccountOfASlot_CountsIfLarger()
    {
        PriorityFeeEstimator fees = new(Settings);
        fees.OnSlot(7, 1_000);
        fees.OnSlot(7, 400);
        Assert.Equal(1_500UL, fees.MicroLamportsPerCu);
        fees.OnSlot(7, 2_000);
        Assert.Equal(3_000UL, fees.MicroLamportsPerCu);
        Assert.Equal(1, fees.Estimate().SlotCount);
    }

    [Fact]
    public void OnSlot_OlderThanTheWindow_IsIgnored()
    {
        PriorityFeeEstimator fees = new(Settings);
        fees.OnSlot(1_000, 10);
        fees.OnSlot(1_000 - PriorityFeeEstimator.WindowSlots, 900_000);
        Assert.Equal(1, fees.Estimate().SlotCount);
        fees.OnSlot(1_001 - PriorityFeeEstimator.WindowSlots, 10);
        Assert.Equal(2, fees.Estimate().SlotCount);
        fees.OnSlot(5_000, 20); // a jump empties the window
        Assert.Equal(1, fees.Estimate().SlotCount);
    }

    [Fact]
    public void Estimate_ExtremePrices_StayWithinFloorAndCap()
    {
        PriorityFeeEstimator fees = new(Settings);
        fees.OnSlot(1, ulong.MaxValue);
        Assert.Equal(1_000_000UL, fees.MicroLamportsPerCu);
    }

    [Fact]
    public void Estimate_RandomHistories_EqualsASortedList()
    {
        Random random = new(Seed);
        for (int round = 0; round < 200; round++)
        {
            PriorityFeeEstimator fees = new(Settings);
            SortedDictionary<ulong, ulong> known = [];
            ulong slot = (ulong)random.Next(1, 1_000);
            for (int i = random.Next(1, 400); i > 0; i--)
            {
                slot += (ulong)random.Next(0, 3);
                ulong price = random.Next(3) == 0 ? 0 : (ulong)random.Next(600_000);
                fees.OnSlot(slot, price);
                known[slot] = Math.Max(price, known.GetValueOrDefault(slot));
            }

            PriorityFeeEstimate got = fees.Estimate();
            List<ulong> recent = Last(known, slot, PriorityFeeEstimator.RecentSlots);
            List<ulong> window = Last(known, slot, PriorityFeeEstimator.WindowSlots);
            int congestion = recent.FindAll(p => p > 0).Count * 10_000 / recent.Count;
            int percentile = 5_000 + (4_000 * congestion / 10_000);
            ulong expected = Math.Max(Rank(window, percentile), Rank(recent, percentile));
            expected = Math.Clamp(((expected * 15_000) + 9_999) / 10_000, 100, 1_000_000);
            Assert.True(got.Price == expected, $"seed {Seed}, round {round}: {got}, expected {expected}");
            Assert.Equal(window.Count, got.SlotCount);
        }
    }

    [Fact]
    public void OnHead_AWholeWindowWithoutFees_FallsBackToTheSettings()
    {
        PriorityFeeEstimator fees = new(Settings);
        for (ulong slot = 1000; slot < 1100; slot++) fees.OnSlot(slot, 1_000);
        fees.OnHead(1099 + PriorityFeeEstimator.WindowSlots);
        Assert.Equal(FeeRule.Computed, fees.Estimate().Rule);
        fees.OnHead(1100 + PriorityFeeEstimator.WindowSlots);
        Assert.Equal((0, FeeRule.Settings), (fees.Estimate().SlotCount, fees.Estimate().Rule));
        fees.OnSlot(5000, 1_000);
        Assert.Equal(1, fees.Estimate().SlotCount);
    }

    [Fact]
    public void Estimate_WarmEstimator_AllocatesNothing()
    {
        PriorityFeeEstimator fees = new(Settings);
        long before = 0;
        for (ulong slot = 1; slot <= 600; slot++)
        {
            if (slot == 400) before = GC.GetAllocatedBytesForCurrentThread();
            fees.OnSlot(slot, slot * 7_919 % 5_000);
            if (fees.MicroLamportsPerCu == 0) break;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static List<ulong> Last(SortedDictionary<ulong, ulong> known, ulong newest, int slots)
    {
        List<ulong> prices = [];
        foreach ((ulong slot, ulong price) in known)
        {
            if (newest - slot < (ulong)slots) prices.Add(price);
        }

        prices.Sort();
        return prices;
    }

    private static ulong Rank(List<ulong> sorted, int shareBps) =>
        sorted[Math.Max(1, (int)Math.Ceiling(sorted.Count * shareBps / 10_000m)) - 1];
}
