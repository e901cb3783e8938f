using System;
using System.IO;
using System.Linq;
using LowLatency.ConsoleHost.Reports;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using Xunit;

namespace LowLatency.Console.Tests.Reports;

/// <summary>A journal of any length becomes a digest of bounded size with the same sums.</summary>
public sealed class JournalScanTests
{
    [Fact]
    public void Read_LongJournal_IsBoundedAndKeepsTheSums()
    {
        const int Lives = 20_000;
        const ulong FirstSlot = 1_000;
        long every = 0;
        JournalDigest digest = Read(journal =>
        {
            for (int i = 0; i < Lives; i++)
            {
                ulong slot = FirstSlot + ((ulong)i * 97);
                long net = 1 + ((i * 7919L) % 100_003);
                every += net;
                journal.OnDecision(Decision(i, slot, net), default);
                journal.OnLife(Life(i, i, slot, net, LifeLabel.Captured));
            }
        });
        Assert.InRange(digest.Buckets.Count, 200, JournalScan.MaxBuckets);
        Assert.Equal(JournalScan.MaxLives, digest.Lives.Count);
        Assert.Equal(Lives, digest.LifeCount);
        Assert.Equal(Lives, digest.Buckets.Sum(b => b.Births.Sum()));
        Assert.Equal(every, digest.Buckets[^1].EveryGoLamports);
        Assert.Equal(every, digest.Profit.EveryGoLamports);
        Assert.Equal(FirstSlot, digest.FirstSlot);
        Assert.Contains("Of 20,000 followed cycles the 240 with the highest net profit", digest.LifeRule);
        long least = digest.Lives.Min(l => l.NetProfitLamports);
        int better = Enumerable.Range(0, Lives).Count(i => 1 + ((i * 7919L) % 100_003) > least);
        Assert.InRange(better, 0, JournalScan.MaxLives - 1); // none that is better was left out
        Assert.True(digest.Lives.Zip(digest.Lives.Skip(1)).All(p => p.First.BirthSlot <= p.Second.BirthSlot));
    }

    [Fact]
    public void Read_EmptyJournal_HasNoBuckets()
    {
        JournalDigest digest = Read(_ => { });
        Assert.Empty(digest.Buckets);
        Assert.Empty(digest.Lives);
        Assert.Equal(0, digest.Profit.Gos);
    }

    [Fact]
    public void Profit_CycleDecidedAgainAndAgain_CountsOnceByItsFirstGo()
    {
        DryRunProfit profit = Read(journal =>
        {
            journal.OnDecision(Decision(1, 10, 500), default);
            journal.OnDecision(Decision(2, 11, 700), default);
            journal.OnDecision(Decision(3, 12, 400, DecisionReason.Dominated), default);
            journal.OnLife(Life(1, 4, 10, 500, LifeLabel.Captured));
        }).Profit;
        Assert.Equal((2, 1200), (profit.Gos, profit.EveryGoLamports));
        Assert.Equal((1, 500), (profit.Cycles, profit.OnceLamports));
        Assert.Equal((0, 0), (profit.NotThere, profit.NotFollowed));
        Assert.Equal((10, 6, 4), (profit.SignatureFeesLamports, profit.PriorityFeesLamports, profit.TipsLamports));
    }

    [Fact]
    public void Profit_GoOfTheEventThatEndedALife_BelongsToTheNextLife()
    {
        DryRunProfit profit = Read(journal =>
        {
            journal.OnDecision(Decision(1, 10, 500), default);
            journal.OnDecision(Decision(4, 12, 900), default); // the journal tells decisions before lives
            journal.OnLife(Life(1, 4, 10, 500, LifeLabel.Captured));
            journal.OnLife(Life(4, 6, 12, 900, LifeLabel.Alive));
        }).Profit;
        Assert.Equal((2, 1400), (profit.Cycles, profit.OnceLamports));
        Assert.Equal(0, profit.NotFollowed);
    }

    [Fact]
    public void Profit_StaleOrWrongOrUnfollowedCycles_AreNotInTheSum()
    {
        DryRunProfit profit = Read(journal =>
        {
            journal.OnDecision(Decision(1, 10, 500), default);
            journal.OnLife(Life(1, 1, 10, 500, LifeLabel.OurError)); // ended in the event that began it
            journal.OnDecision(Decision(2, 10, 300), default);
            journal.OnLife(Life(2, 3, 10, 300, LifeLabel.Stale));
            journal.OnDecision(Decision(5, 11, 70), default); // never followed
            journal.OnLife(Life(6, 7, 11, 10, LifeLabel.Captured)); // a later life without a Go
            journal.OnDecision(Decision(9, 12, 40), default); // its life never ends
        }).Profit;
        Assert.Equal((0, 0), (profit.Cycles, profit.OnceLamports));
        Assert.Equal((2, 800), (profit.NotThere, profit.NotThereLamports));
        Assert.Equal((2, 110), (profit.NotFollowed, profit.NotFollowedLamports));
        Assert.Equal((4, 910), (profit.Gos, profit.EveryGoLamports));
    }

    private static JournalDigest Read(Action<DecisionJournal> write)
    {
        using MemoryStream stream = new();
        DecisionJournal journal = new(stream, new Pools(), 8, 0);
        write(journal);
        journal.Complete(1);
        stream.Position = 0;
        JournalDigest digest = JournalScan.Read(stream, "test", new DecisionStatistics(), out JournalReader reader);
        Assert.Null(reader.Damage);
        Assert.Empty(reader.Decisions);
        return digest;
    }

    private static Opportunity Decision(
        long sequence, ulong slot, long net, DecisionReason reason = DecisionReason.Go)
    {
        Opportunity o = new()
        {
            Sequence = sequence,
            Slot = slot,
            LegCount = 2,
            Reason = reason,
            NetProfitLamports = net,
            SignatureFeeLamports = 5,
            PriorityFeeLamports = 3,
            TipLamports = 2,
        };
        o.Legs[0].PoolId = 0;
        o.Legs[1].PoolId = 1;
        o.Legs[1].Direction = 1;
        return o;
    }

    private static LifeRecord Life(long first, long last, ulong slot, long net, LifeLabel label) => new()
    {
        CycleKey = CycleKey.Of(Decision(0, 0, 0)),
        Label = label,
        Sequence = first,
        EndSequence = last,
        BirthSlot = slot,
        EndSlot = slot + 1,
        NetProfitLamports = net,
        LegCount = 2,
    };

    private sealed class Pools : IPoolDirectory
    {
        public PoolDescription Describe(int poolId) => new(default, default, default, 0);
    }
}
