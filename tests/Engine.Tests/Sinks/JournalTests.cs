using System;
using System.IO;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Sinks;

public sealed class JournalTests
{
    private sealed class Directory : IPoolDirectory
    {
        public PoolDescription Describe(int poolId)
        {
            byte[] key = new byte[Pubkey.SizeBytes];
            key[0] = (byte)(poolId + 1);
            return new PoolDescription(Pubkey.Read(key), default, ProgramIds.WrappedSolMint, 3, poolId - 1, 9);
        }
    }

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("disk full");
    }

    private static Opportunity Decision(int i)
    {
        Opportunity o = new() { Sequence = i, Ordinal = i % 3, LegCount = 2, Reason = DecisionReason.Go, Slot = 77 };
        o.Legs[0].PoolId = i % 5;
        o.Legs[1].PoolId = (i + 1) % 5;
        o.AmountInRaw = (ulong)(1000 + i);
        return o;
    }

    private static byte[] Write(int decisions, ulong hash)
    {
        MemoryStream stream = new();
        DecisionJournal journal = new(stream, new Directory(), 16, 5);
        for (int i = 0; i < decisions; i++) journal.OnDecision(Decision(i), new byte[i % 7]);
        journal.Complete(hash);
        return stream.ToArray();
    }

    [Fact]
    public void WrittenDecisions_AreReadBackWhole()
    {
        JournalReader reader = JournalReader.Read(new MemoryStream(Write(2000, 42)), "memory");
        Assert.Null(reader.Damage);
        Assert.Equal(42UL, reader.Hash);
        Assert.Equal(2000, reader.Decisions.Count);
        Assert.Equal(5, reader.Pools.Count);
        Assert.Equal((-1, 9), (reader.Pools[0].DecimalsA, reader.Pools[0].DecimalsB)); // not known by then
        for (int i = 0; i < 5; i++) Assert.Equal(new Directory().Describe(i), reader.Pools[i]);
        Assert.Equal(1234UL, reader.Decisions[234].Decision.AmountInRaw);
        Assert.Equal(234 % 7, reader.Decisions[234].Message.Length);
    }

    [Fact]
    public void CutAnywhere_KeepsEveryWholeFrameAndNamesThePlace()
    {
        byte[] whole = Write(6, 1);
        int seen = 0;
        for (int length = JournalFormat.HeaderBytes; length < whole.Length; length++)
        {
            JournalReader reader = JournalReader.Read(new MemoryStream(whole, 0, length), "cut");
            Assert.True(reader.Decisions.Count >= seen, $"length {length}");
            seen = Math.Max(seen, reader.Decisions.Count);
            Assert.Null(reader.Hash);
            if (reader.Damage is not null) Assert.Contains("offset", reader.Damage);
        }

        Assert.Equal(6, seen);
    }

    [Fact]
    public void FlippedBit_StopsAtTheFrame()
    {
        byte[] whole = Write(6, 1);
        whole[^20] ^= 1;
        JournalReader reader = JournalReader.Read(new MemoryStream(whole), "flipped");
        Assert.NotNull(reader.Damage);
        Assert.Null(reader.Hash);
    }

    [Fact]
    public void ForeignFile_IsRefusedByName()
    {
        InvalidDataException fault =
            Assert.Throws<InvalidDataException>(() => JournalReader.Read(new MemoryStream(new byte[100]), "x.bin"));
        Assert.Contains("x.bin", fault.Message);
    }

    [Theory]
    [InlineData(8, "journal version 1,")]
    [InlineData(12, "older", false)]
    public void JournalOfAnotherBuild_IsRefusedWithBothVersionsAndAWayOut(int offset, string says, bool contains = true)
    {
        byte[] whole = Write(2, 1);
        whole[offset] = 1;
        InvalidDataException fault = Assert.Throws<InvalidDataException>(
            () => JournalReader.Read(new MemoryStream(whole), "old.journal"));
        Assert.StartsWith("old.journal: written by ", fault.Message);
        Assert.Equal(contains, fault.Message.Contains(says));
        Assert.Equal(contains, fault.Message.Contains("an older build"));
        Assert.Contains($"reads version {JournalFormat.Version} ", fault.Message);
        Assert.Contains("the build that wrote it, or replay its capture", fault.Message);
    }

    [Fact]
    public void FailedWrite_IsRememberedAndLossesCounted()
    {
        DecisionJournal journal = new(new FullDisk(), new Directory(), 16, 5);
        for (int i = 0; i < 10; i++) journal.OnDecision(Decision(i), default);
        journal.Flush();
        Assert.Equal("disk full", journal.Failure);
        journal.OnDecision(Decision(1), default);
        Assert.Equal(1, journal.Lost);
    }

    [Fact]
    public void DecisionHash_ChangesWithAnyCoveredMemberAndNotWithTimes()
    {
        static ulong Of(Opportunity o, byte[] message)
        {
            DecisionHash hash = new();
            hash.OnDecision(in o, message);
            return hash.Value;
        }

        Opportunity one = Decision(1);
        ulong value = Of(one, [1, 2, 3]);
        Assert.Equal(value, Of(one with { DecisionLatencyNs = 99, ReceiveUtcNs = 5, MessagePosition = 8 }, [1, 2, 3]));
        Assert.NotEqual(value, Of(one with { AmountInRaw = 7 }, [1, 2, 3]));
        Assert.NotEqual(value, Of(one with { Reason = DecisionReason.Dominated }, [1, 2, 3]));
        Assert.NotEqual(value, Of(one with { Slot = 78 }, [1, 2, 3]));
        Assert.NotEqual(value, Of(one, [1, 2, 4]));
        Opportunity leg = one;
        leg.Legs[1].AmountOutRaw = 9;
        Assert.NotEqual(value, Of(leg, [1, 2, 3]));
    }

    [Fact]
    public void Statistics_KeepEachRouteOnceBestFirst()
    {
        DecisionStatistics statistics = new();
        for (int i = 0; i < 100; i++)
        {
            Opportunity o = Decision(i) with { RouteDigest = (ulong)(i % 20), NetProfitLamports = i };
            statistics.OnDecision(in o, default);
        }

        Assert.Equal(DecisionStatistics.TopCount, statistics.Top.Length);
        for (int i = 0; i < statistics.Top.Length; i++) Assert.Equal(99 - i, statistics.Top[i].NetProfitLamports);
        Assert.Equal(100, statistics.By(DecisionReason.Go));
    }
}
