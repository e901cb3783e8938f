using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Solana;

public sealed class SlotTreeTests
{
    [Fact]
    public void IsAbandoned_SiblingOfNewerSlot_IsTrue()
    {
        SlotTree tree = new();
        tree.Add(10, 9);
        tree.Add(11, 10);
        Assert.False(tree.IsAbandoned(11));
        tree.Add(12, 10);
        Assert.True(tree.IsAbandoned(11));
        Assert.False(tree.IsAbandoned(10));
        Assert.Equal(1, tree.ForkCount);
    }

    [Fact]
    public void IsAbandoned_UnknownParent_IsNotProof()
    {
        SlotTree tree = new();
        tree.Add(10, 9);
        tree.Add(14, 0);
        Assert.False(tree.IsAbandoned(10));
    }

    [Fact]
    public void MarkDead_Head_FallsBackToParent()
    {
        SlotTree tree = new();
        tree.Add(10, 9);
        tree.Add(11, 10);
        tree.MarkDead(11);
        Assert.Equal(10UL, tree.Head);
        Assert.True(tree.IsAbandoned(11));
    }

    [Fact]
    public void Add_HostileParent_IsIgnored()
    {
        SlotTree tree = new();
        tree.Add(10, 10);
        tree.Add(10, 12);
        tree.Add(0, 0);
        Assert.Equal(0UL, tree.Head);
    }

    [Fact]
    public void Window_OldSlots_AreForgottenNotConfused()
    {
        SlotTree tree = new();
        for (ulong slot = 1; slot <= 3 * SlotTree.CapacitySlots; slot++) tree.Add(slot, slot - 1);
        Assert.False(tree.Contains(5));
        Assert.True(tree.Contains(3 * SlotTree.CapacitySlots));
        Assert.False(tree.IsAbandoned(5));
    }

    [Fact]
    public void Add_HeadWasNoSlot_FallsBackAndForgetsWhatIsAbove()
    {
        SlotTree tree = new();
        ulong wrong = 10 + (100 * SlotTree.CapacitySlots);
        tree.Add(wrong, wrong - 1);
        for (ulong slot = 1; slot < SlotBelief.RepeatsMin; slot++) tree.Add(slot, slot - 1);
        Assert.Equal(wrong, tree.Head);
        tree.Add(SlotBelief.RepeatsMin, SlotBelief.RepeatsMin - 1);
        Assert.Equal((ulong)SlotBelief.RepeatsMin, tree.Head);
        Assert.False(tree.Contains(wrong));
        tree.Add(9, 8);
        tree.Add(10, 9); // the wrong one stood in its place
        Assert.Equal(10UL, tree.Head);
        Assert.True(tree.IsAncestorOrSelf(1, 10));
    }
}
