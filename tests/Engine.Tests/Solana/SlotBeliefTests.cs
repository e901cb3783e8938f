using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Solana;

public sealed class SlotBeliefTests
{
    [Fact]
    public void Accept_OneFarSlotFromOneSource_IsRefusedAndMovesNothing()
    {
        SlotBelief belief = new();
        Assert.True(belief.Accept(0, 1000));
        Assert.False(belief.Accept(0, 1_001_000));
        Assert.True(belief.Accept(0, 1001));
        Assert.Equal((1001UL, 1L), (belief.Head, belief.Refused));
    }

    [Fact]
    public void Accept_FarSlotToldByTwoSources_IsBelieved()
    {
        SlotBelief belief = new();
        belief.Accept(0, 1000);
        Assert.False(belief.Accept(1, 5000));
        Assert.True(belief.Accept(0, 5003));
        Assert.Equal(5003UL, belief.Head);
    }

    [Fact]
    public void Accept_TwoSourcesThatContradictEachOther_AreBothRefused()
    {
        SlotBelief belief = new();
        belief.Accept(0, 1000);
        Assert.False(belief.Accept(0, 5000));
        Assert.False(belief.Accept(1, 900_000));
        Assert.Equal(1000UL, belief.Head);
    }

    [Fact]
    public void Accept_OneSourceThatGoesOnFromTheJump_IsBelievedAfterEight()
    {
        SlotBelief belief = new();
        belief.Accept(0, 1000);
        for (ulong i = 0; i < SlotBelief.RepeatsMin - 1; i++) Assert.False(belief.Accept(0, 5000 + i));
        Assert.True(belief.Accept(0, 5000 + SlotBelief.RepeatsMin - 1));
    }

    [Fact]
    public void Accept_AfterAllWereClosed_TakesTheNextSlotAsItComes()
    {
        SlotBelief belief = new();
        belief.Accept(0, 1000);
        belief.OnAllClosed();
        Assert.True(belief.Accept(0, 9000));
        Assert.False(belief.Accept(0, 90_000));
    }

    [Theory]
    [InlineData(SlotBelief.SlotMax + 1)]
    [InlineData(long.MaxValue)]
    [InlineData(ulong.MaxValue)]
    public void Accept_NoSlotOfAnyChain_IsRefusedEvenFirstAndByAll(ulong slot)
    {
        SlotBelief belief = new();
        for (int i = 0; i < 40; i++) Assert.False(belief.Accept(i, slot));
        Assert.True(belief.Accept(0, 1000));
        Assert.Equal((1000UL, 40L), (belief.Head, belief.Refused));
    }

    [Fact]
    public void Accept_FirstSlotWasTheLargestNumber_RefusesNoneBelowAndFallsBack()
    {
        SlotBelief belief = new();
        Assert.True(belief.Accept(0, SlotBelief.SlotMax));
        for (ulong i = 0; i < SlotBelief.RepeatsMin; i++) Assert.True(belief.Accept(0, 1000 + i));
        Assert.Equal((1000 + SlotBelief.RepeatsMin - 1UL, 0L), (belief.Head, belief.Refused));
    }

    [Fact]
    public void Accept_FirstSlotWasNone_FallsBackToWhereSlotsGoOn()
    {
        SlotBelief belief = new();
        Assert.True(belief.Accept(0, 1_000_000)); // nothing else is known
        for (ulong i = 0; i < SlotBelief.RepeatsMin; i++)
        {
            Assert.Equal(1_000_000UL, belief.Head);
            Assert.True(belief.Accept(0, 1000 + i));
        }

        Assert.Equal(1000UL + SlotBelief.RepeatsMin - 1, belief.Head);
        Assert.False(belief.Accept(0, 1_000_000));
    }

    [Fact]
    public void Accept_SourceThatLagsFarBehindALivingOne_DoesNotPullTheHeadBack()
    {
        SlotBelief belief = new();
        for (ulong i = 0; i < 50; i++)
        {
            belief.Accept(0, 10_000 + i);
            belief.Accept(1, 9000 + (2 * i));
            belief.Accept(1, 9001 + (2 * i));
        }

        Assert.Equal(10_049UL, belief.Head);
    }

    [Fact]
    public void Accept_OneSlotToldByManySources_IsNoRun()
    {
        SlotBelief belief = new();
        belief.Accept(0, 10_000);
        for (int source = 0; source < SlotBelief.MaxSources; source++) belief.Accept(source, 9000);
        Assert.Equal(10_000UL, belief.Head);
    }
}
