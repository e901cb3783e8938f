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
}
