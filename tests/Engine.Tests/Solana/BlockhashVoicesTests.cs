using System;
using System.Collections.Generic;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Solana;

public sealed class BlockhashVoicesTests
{
    private const ulong Slot = 1000;
    private const ulong Height = 900;

    private readonly BlockhashVoices _voices = new();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(32)]
    [InlineData(int.MaxValue)]
    public void Tell_SourceIsNone_IsNotTaken(int source)
    {
        Assert.False(_voices.Tell(source, Block(1)));
        Assert.False(_voices.Judge(source, Key(1), true));
        Assert.Equal((0, 0), (_voices.Told, _voices.Denials));
    }

    [Fact]
    public void TryTakeAgreed_OneEndpointRepeatsItself_IsNeverAgreed()
    {
        for (int i = 0; i < 3; i++) _voices.Tell(1, Block(1));
        _voices.Judge(1, Key(1), true);
        Assert.Empty(Taken());
        Assert.Equal(1, _voices.Told);
    }

    [Fact]
    public void TryTakeAgreed_TwoTellTheSame_IsHandedOutOnce()
    {
        _voices.Tell(1, Block(1));
        _voices.Tell(2, Block(1));
        Assert.Equal([Block(1)], Taken());
        _voices.Tell(3, Block(1));
        Assert.Empty(Taken());
        Assert.Equal((3, 1, 0), (_voices.Told, _voices.Agreed, _voices.Contradictions));
    }

    [Fact]
    public void TryTakeAgreed_SameHashWithAnotherHeight_IsNotTheSame()
    {
        _voices.Tell(1, Block(1));
        _voices.Tell(2, Block(1) with { LastValidHeight = Block(1).LastValidHeight - 1 });
        Assert.Empty(Taken());
        Assert.Equal(1, _voices.Contradictions);
    }

    [Fact]
    public void TryTakeAgreed_AnotherSaysValid_CountsOnceItHasToldHowHighTheChainIs()
    {
        _voices.Tell(1, Block(1));
        _voices.Judge(2, Key(1), true);
        Assert.Empty(Taken());
        _voices.Tell(2, Block(3));
        Assert.Equal([Block(1)], Taken());
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)] // more blocks than slots from the told one to the answering endpoint's
    [InlineData(2, true)] // slots that were skipped
    [InlineData(3, false)] // the chain would have shrunk
    public void TryTakeAgreed_HeightAgainstWhatTheAnsweringEndpointTold_HasToFit(int above, bool isAgreed)
    {
        _voices.Tell(2, Block(3));
        _voices.Tell(1, Block(1) with { LastValidHeight = (ulong)((long)Block(1).LastValidHeight + above) });
        _voices.Judge(2, Key(1), true);
        Assert.Equal(isAgreed ? 1 : 0, Taken().Count);
        Assert.Equal(isAgreed ? 0 : 1, _voices.Contradictions);
    }

    [Fact]
    public void TryTakeAgreed_OneOfThreeSaysNo_TwoAreEnough()
    {
        _voices.Tell(3, Block(2));
        _voices.Tell(1, Block(1));
        _voices.Judge(2, Key(1), false);
        Assert.Empty(Taken());
        _voices.Judge(3, Key(1), true);
        Assert.Equal([Block(1)], Taken());
        Assert.Equal(1, _voices.Denials);
    }

    [Fact]
    public void TryTakeAgreed_AsManyAgainst_IsNotAgreed()
    {
        _voices.Tell(1, Block(1));
        _voices.Judge(3, Key(1), false);
        _voices.Judge(4, Key(1), false);
        _voices.Tell(2, Block(1));
        Assert.Empty(Taken());
        _voices.Judge(2, Key(1), false); // and one that takes its word back
        _voices.Tell(5, Block(1));
        Assert.Empty(Taken());
    }

    [Fact]
    public void Tell_TwoHashesOfOneSlot_AreAContradictionAndNeitherIsAgreed()
    {
        _voices.Tell(1, Block(1));
        _voices.Tell(2, Block(1) with { Hash = Key(9) });
        Assert.Empty(Taken());
        Assert.Equal(1, _voices.Contradictions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tell_WhatCannotBe_IsNeverAgreed(bool isZeroHash)
    {
        ReportedBlockhash bad = isZeroHash ? Block(1) with { Hash = default } : Block(1) with { LastValidHeight = 0 };
        _voices.Tell(1, bad);
        _voices.Tell(2, bad);
        Assert.Empty(Taken());
    }

    [Fact]
    public void TryTakeAgreed_ALiarTellsAThousandHashes_TheOthersAreStillAgreedOn()
    {
        for (int i = 0; i < 1000; i++) _voices.Tell(1, Block(i) with { Hash = Key(10_000 + i) });
        _voices.Tell(2, Block(1));
        for (int i = 0; i < 1000; i++) _voices.Judge(1, Key(20_000 + i), false);
        _voices.Tell(3, Block(1));
        Assert.Equal([Block(1)], Taken());
    }

    [Fact]
    public void TryTakeAgreed_TheSecondWordComesTooLate_IsForgotten()
    {
        for (int i = 0; i <= BlockhashVoices.KeptEach; i++) _voices.Tell(1, Block(i));
        _voices.Tell(2, Block(0));
        _voices.Tell(2, Block(1));
        Assert.Equal([Block(1)], Taken());
    }

    /// <summary>
    /// Two agreed, then one is silent: the other is taken on its word once the silence is long enough, if what it tells
    /// fits what was agreed on. The first word of the silent one gives it its vote back.
    /// </summary>
    [Fact]
    public void TryTakeAgreed_TheOtherIsSilent_OneWordIsEnoughAfterAWhile()
    {
        _voices.AdvanceTo(1);
        _voices.Tell(1, Block(1));
        _voices.Tell(2, Block(1));
        Assert.Equal([Block(1)], Taken());
        _voices.AdvanceTo(1 + BlockhashVoices.SilenceNs);
        _voices.Tell(1, Block(2));
        Assert.Empty(Taken());
        _voices.AdvanceTo(2 + BlockhashVoices.SilenceNs);
        _voices.Tell(1, Block(3) with { LastValidHeight = Block(3).LastValidHeight + 1 }); // higher than slots allow
        Assert.Equal([Block(2)], Taken());
        _voices.Tell(1, Block(4));
        Assert.Equal([Block(4)], Taken());
        _voices.Judge(2, Key(77), false);
        _voices.Tell(1, Block(5));
        Assert.Empty(Taken());
        Assert.Equal((1, 2), (_voices.Agreed, _voices.TakenAlone));
    }

    [Theory]
    [InlineData(false)] // nothing was ever agreed on
    [InlineData(true)] // and what the silent one denied is not taken
    public void TryTakeAgreed_TheOtherIsSilent_NothingToBuildOn_IsNotTaken(bool isDenied)
    {
        _voices.AdvanceTo(1);
        if (isDenied)
        {
            _voices.Tell(1, Block(1));
            _voices.Tell(2, Block(1));
            Assert.Equal([Block(1)], Taken());
            _voices.Judge(2, Key(2), false);
        }

        _voices.AdvanceTo(10 + BlockhashVoices.SilenceNs);
        _voices.Tell(1, Block(2));
        Assert.Empty(Taken());
    }

    [Fact]
    public void TellJudgeAndTake_AllocateNothing()
    {
        ReportedBlockhash[] blocks = new ReportedBlockhash[200];
        for (int i = 0; i < blocks.Length; i++) blocks[i] = Block(i);
        Play(blocks.AsSpan(0, 100));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Play(blocks.AsSpan(100));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((400, 200, 200), (_voices.Told, _voices.Agreed, _voices.Denials));
    }

    /// <summary>Any order of two honest streams and a liar: what is agreed on is what both honest ones told.</summary>
    [Fact]
    public void TryTakeAgreed_SeededOrders_OnlyTheTruthAndAllOfIt()
    {
        Prng random = new(5);
        for (int round = 0; round < 200; round++)
        {
            BlockhashVoices voices = new();
            HashSet<ReportedBlockhash> agreed = [];
            int[] next = [0, 0, 0];
            while (next[0] < 60 || next[1] < 60)
            {
                int who = random.NextInt32(3);
                if (who < 2 && (next[who] >= 60 || next[who] > next[1 - who] + 10)) continue;
                int block = next[who]++;
                ReportedBlockhash told = who < 2 ? Block(block) : Block(block % 60) with { Hash = Key(500 + block) };
                voices.Tell(who + 1, told);
                if (who == 2 && random.NextInt32(2) == 0) voices.Judge(3, Key(random.NextInt32(60)), true);
                while (voices.TryTakeAgreed(out ReportedBlockhash one)) Assert.True(agreed.Add(one));
            }

            Assert.All(agreed, a => Assert.Equal(Block((int)(a.Slot - Slot)), a));
            Assert.Equal(60, agreed.Count);
        }
    }

    private void Play(ReadOnlySpan<ReportedBlockhash> blocks)
    {
        foreach (ref readonly ReportedBlockhash block in blocks)
        {
            _voices.Tell(1, in block);
            _voices.Judge(3, block.Hash, false);
            _voices.Judge(4, block.Hash, true); // told no height: no word
            _voices.Tell(2, in block);
            _voices.Judge(5, block.Hash, true);
            while (_voices.TryTakeAgreed(out _)) continue;
        }
    }

    private List<ReportedBlockhash> Taken()
    {
        List<ReportedBlockhash> taken = [];
        while (_voices.TryTakeAgreed(out ReportedBlockhash one)) taken.Add(one);
        return taken;
    }

    /// <summary>A chain without skipped slots.</summary>
    private static ReportedBlockhash Block(int number) =>
        new(Key(number), Height + (ulong)number + BlockhashRing.LifeBlocks, Slot + (ulong)number);

    private static Pubkey Key(int number)
    {
        byte[] bytes = new byte[Pubkey.SizeBytes];
        BitConverter.TryWriteBytes(bytes, number + 1);
        return Pubkey.Read(bytes);
    }
}
