using System;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Solana;

public sealed class BlockhashRingTests
{
    private readonly SlotTree _slots = new();
    private readonly BlockhashRing _ring;

    public BlockhashRingTests() => _ring = new BlockhashRing(_slots);

    [Fact]
    public void TryNewest_NoneWasEverTold_IsZeroAndNoFailure()
    {
        Assert.True(_ring.TryNewest(1000, out Pubkey hash));
        Assert.True(hash.IsZero);
        Assert.Equal(0, _ring.ExpiredCount);
    }

    [Fact]
    public void TryNewest_AnswersInAnyOrder_IsTheOneThatIsValidLongest()
    {
        Assert.Equal(BlockhashNews.Kept, Take(2, height: 902, slot: 1002));
        Assert.Equal(BlockhashNews.Kept, Take(1, height: 901, slot: 1001)); // a node that is behind
        Assert.Equal(BlockhashNews.Known, Take(2, height: 902, slot: 1002));
        Assert.True(_ring.TryNewest(1002, out Pubkey hash));
        Assert.Equal(Key(2), hash);
        Assert.Equal(902UL, _ring.Height);
    }

    [Theory]
    [InlineData(1000 + 130, true)] // 130 blocks at most: 20 are left
    [InlineData(1000 + 131, false)]
    [InlineData(1000 + 5000, false)]
    public void TryNewest_SlotsGoOnWithoutAnAnswer_CountsEachAsABlock(ulong slot, bool isSafe)
    {
        Take(1, height: 900, slot: 1000);
        _slots.Add(slot, slot - 1);
        Assert.Equal(isSafe, _ring.TryNewest(1000, out Pubkey hash));
        Assert.Equal(isSafe ? Key(1) : default, hash);
        Assert.Equal(isSafe ? 0 : 1, _ring.ExpiredCount);
    }

    [Fact]
    public void TryNewest_SlotsWereSkipped_AgeIsCountedInBlocks()
    {
        Take(1, height: 900, slot: 1000);
        _slots.Add(1400, 1399);
        Take(2, height: 910, slot: 1400); // 400 slots and ten blocks later
        _slots.Add(1401, 1400);
        Assert.True(_ring.TryNewest(1401, out Pubkey hash));
        Assert.Equal(Key(2), hash);
        Assert.Equal(149, _ring.BlocksLeft(1401));
    }

    [Fact]
    public void TryNewest_NewestIsOfAForkThatTheChainLeft_TakesTheOneBefore()
    {
        _slots.Add(1000, 999);
        _slots.Add(1001, 1000);
        Take(1, height: 900, slot: 1000);
        Take(2, height: 901, slot: 1001);
        _slots.Add(1002, 1000); // 1001 is abandoned
        Assert.True(_ring.TryNewest(1002, out Pubkey hash));
        Assert.Equal(Key(1), hash);
    }

    [Theory]
    [InlineData(149, 1000)] // no chain is that young
    [InlineData(1000 + 151, 1000)] // a height above its slot
    [InlineData(900 + 150 + 12, 1011)] // twelve blocks in eleven slots
    [InlineData(900 + 150, 1000 + 200)] // a slot far ahead of the chain
    public void Take_NumbersThatCannotBe_AreRefused(ulong lastValid, ulong slot)
    {
        _slots.Add(1011, 1010);
        Take(1, height: 900, slot: 1000);
        Assert.Equal(BlockhashNews.Implausible, _ring.Take(Key(2), lastValid, slot));
        Assert.Equal(1, _ring.Implausible);
        Assert.True(_ring.TryNewest(1011, out Pubkey hash));
        Assert.Equal(Key(1), hash);
    }

    [Fact]
    public void Take_MoreThanItHolds_ForgetsTheOldest()
    {
        for (ulong i = 0; i < BlockhashRing.Capacity + 40; i++) Take((byte)(i + 1), 900 + i, 1000 + i);
        Assert.Equal(BlockhashRing.Capacity, _ring.Count);
        Assert.Equal(BlockhashNews.TooOld, Take(250, 900, 1000));
        ulong last = BlockhashRing.Capacity + 39;
        Assert.True(_ring.TryNewest(1000 + last, out Pubkey hash));
        Assert.Equal(Key((byte)(last + 1)), hash);
    }

    private BlockhashNews Take(byte n, ulong height, ulong slot) =>
        _ring.Take(Key(n), height + BlockhashRing.LifeBlocks, slot);

    private static Pubkey Key(byte n)
    {
        byte[] bytes = new byte[Pubkey.SizeBytes];
        bytes.AsSpan().Fill(n);
        return Pubkey.Read(bytes);
    }
}
