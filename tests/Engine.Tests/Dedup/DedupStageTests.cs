using System;
using System.Collections.Generic;
using LowLatency.Engine.Dedup;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Dedup;

public sealed class DedupStageTests
{
    private readonly DedupStage _stage = new(64);
    private long _sequence;

    private static Pubkey Key(byte n)
    {
        byte[] bytes = new byte[32];
        bytes[0] = n;
        return Pubkey.Read(bytes);
    }

    private DropCause Feed(
        byte account,
        ulong slot,
        byte endpoint = 0,
        EventKind kind = EventKind.Account,
        long ns = 0,
        ulong? version = null,
        ulong transaction = 0)
    {
        MarketEvent[] one = new MarketEvent[1];
        one[0].Kind = kind;
        one[0].Account = Key(account);
        one[0].Slot = slot;
        one[0].EndpointId = endpoint;
        one[0].ReceiveNs = ns;
        if (version is { } v)
        {
            one[0].Flags = EventFlags.HasWriteVersion;
            one[0].WriteVersion = v;
            one[0].TransactionTag = transaction;
        }

        _stage.OnBatch(one, _sequence++);
        return one[0].Drop;
    }

    private void Slot(ulong slot, ulong parent)
    {
        MarketEvent[] one = new MarketEvent[1];
        one[0].Kind = EventKind.Slot;
        one[0].Slot = slot;
        one[0].ParentSlot = parent;
        _stage.OnBatch(one, _sequence++);
    }

    private void Connection(byte endpoint, EventKind kind, ulong parentSlot = 0)
    {
        MarketEvent[] one = new MarketEvent[1];
        one[0].Kind = kind;
        one[0].EndpointId = endpoint;
        one[0].ParentSlot = parentSlot;
        _stage.OnBatch(one, _sequence++);
    }

    [Fact]
    public void Account_SecondEndpointSameSlot_IsDuplicate()
    {
        Assert.Equal(DropCause.None, Feed(1, 10, 0, ns: 100));
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, 1, ns: 400));
        Assert.Equal(1, _stage.Race[0].Wins);
        Assert.Equal(1, _stage.Race[1].Duplicates);
        Assert.Equal(1, _stage.Race[1].LagNs.Count);
        Assert.Equal(1, _stage.Race[0].LeadNs.Count);
    }

    [Fact]
    public void Account_OtherAccountSameSlot_Passes()
    {
        Assert.Equal(DropCause.None, Feed(1, 10));
        Assert.Equal(DropCause.None, Feed(2, 10));
    }

    [Fact]
    public void Account_OlderSlotSameFork_IsStale()
    {
        Feed(1, 10);
        Assert.Equal(DropCause.Stale, Feed(1, 9, 1));
    }

    [Fact]
    public void Account_LaggingEndpointRepeatsOlderSlots_IsDuplicateNotStale()
    {
        Feed(1, 10);
        Feed(1, 11);
        Feed(1, 12);
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, 1));
        Assert.Equal(DropCause.Duplicate, Feed(1, 11, 1));
    }

    [Fact]
    public void Snapshot_OfASlotReadBefore_PassesAgainWhenTheForkAfterItWasLeft()
    {
        Slot(10, 9);
        Assert.Equal(DropCause.None, Feed(1, 10, kind: EventKind.AccountSnapshot));
        Slot(11, 10);
        Assert.Equal(DropCause.None, Feed(1, 11));
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, kind: EventKind.AccountSnapshot));
        Slot(12, 10); // 11 is abandoned
        Assert.Equal(DropCause.None, Feed(1, 10, kind: EventKind.AccountSnapshot));
        Assert.Equal(1, _stage.Rollbacks);
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, kind: EventKind.AccountSnapshot));
    }

    [Fact]
    public void Snapshot_OlderThanAnUpdateThatStands_IsNoRollback()
    {
        Slot(10, 9);
        Slot(11, 10);
        Assert.Equal(DropCause.None, Feed(1, 11));
        Slot(12, 11);
        Assert.Equal(DropCause.None, Feed(1, 12));
        Slot(13, 11); // 12 is abandoned, 11 is not
        Assert.Equal(DropCause.Stale, Feed(1, 10, kind: EventKind.AccountSnapshot));
        Assert.Equal(0, _stage.Rollbacks);
        Assert.Equal(DropCause.None, Feed(1, 11, kind: EventKind.AccountSnapshot));
        Assert.Equal(1, _stage.Rollbacks);
    }

    [Fact]
    public void Account_RollbackToOlderSlot_PassesWhenForkWasLeft()
    {
        Slot(10, 9);
        Feed(1, 10);
        Slot(11, 10);
        Feed(1, 11);
        Assert.Equal(DropCause.Stale, Feed(1, 9));
        Slot(12, 10); // 11 is abandoned
        Assert.Equal(DropCause.None, Feed(1, 9));
        Assert.Equal(1, _stage.Rollbacks);
    }

    [Fact]
    public void Account_SameSlotNewWriteVersion_Passes()
    {
        Assert.Equal(DropCause.None, Feed(1, 10, version: 5));
        Assert.Equal(DropCause.None, Feed(1, 10, version: 6));
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, version: 5));
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, version: 6));
        Assert.Equal(DropCause.Stale, Feed(1, 10, version: 4));
    }

    /// <summary>Every node counts its own writes: numbers of two nodes say nothing about each other.</summary>
    [Fact]
    public void Account_SameWritesFromTwoNodes_AreToldByTheirTransactions()
    {
        Assert.Equal(DropCause.None, Feed(1, 10, 0, version: 500, transaction: 1));
        Assert.Equal(DropCause.None, Feed(1, 10, 0, version: 501, transaction: 2));
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, 1, version: 90_000, transaction: 1));
        Assert.Equal(DropCause.Stale, Feed(1, 10, 1, version: 90_001, transaction: 7)); // lost by 0, behind 0's newest
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, 1, version: 90_002, transaction: 2));
        Assert.Equal(DropCause.None, Feed(1, 10, 1, version: 90_003, transaction: 3)); // now ahead
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, 0, version: 502, transaction: 3));
        Assert.Equal(DropCause.None, Feed(1, 10, 0, version: 503, transaction: 4));
    }

    [Fact]
    public void Account_AfterReconnect_SameSlotPassesOnlyBehindTheNewestKnown()
    {
        Assert.Equal(DropCause.None, Feed(1, 10, 0, version: 500, transaction: 1));
        Connection(0, EventKind.FeedClose);
        Connection(0, EventKind.FeedOpen);
        Assert.Equal(DropCause.Stale, Feed(1, 10, 0, version: 9_000, transaction: 9));
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, 0, version: 9_001, transaction: 1));
        Assert.Equal(DropCause.None, Feed(1, 10, 0, version: 9_002, transaction: 2));
        Assert.Equal(DropCause.None, Feed(1, 11, 0, version: 9_003, transaction: 3));
    }

    [Fact]
    public void Push_SameSlotAsSnapshot_Wins()
    {
        Assert.Equal(DropCause.None, Feed(1, 10, kind: EventKind.AccountSnapshot));
        Assert.Equal(DropCause.None, Feed(1, 10));
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, 1));
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, kind: EventKind.AccountSnapshot));
    }

    [Fact]
    public void Snapshot_SameSlotAsPush_Loses()
    {
        Feed(1, 10);
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, kind: EventKind.AccountSnapshot));
        Assert.Equal(DropCause.None, Feed(1, 11, kind: EventKind.AccountSnapshot));
    }

    [Fact]
    public void Account_DeadSlot_IsDropped()
    {
        Slot(10, 9);
        MarketEvent[] dead = new MarketEvent[1];
        dead[0].Kind = EventKind.SlotDead;
        dead[0].Slot = 10;
        _stage.OnBatch(dead, 1);
        Assert.Equal(DropCause.DeadFork, Feed(1, 10));
    }

    [Fact]
    public void Account_BogusFarSlotFromOneOfTwoEndpoints_DoesNotPoison()
    {
        Connection(0, EventKind.FeedOpen);
        Connection(1, EventKind.FeedOpen);
        Feed(1, 1000);
        Assert.Equal(DropCause.ImplausibleSlot, Feed(1, ulong.MaxValue, 1));
        Assert.Equal(DropCause.None, Feed(1, 1001));
    }

    [Fact]
    public void Account_SlotOfNoChainFromTheOnlyEndpoint_DoesNotPoison()
    {
        Connection(0, EventKind.FeedOpen);
        Assert.Equal(DropCause.ImplausibleSlot, Feed(1, ulong.MaxValue));
        Assert.Equal(DropCause.None, Feed(1, 1000));
        Assert.Equal(DropCause.ImplausibleSlot, Feed(1, ulong.MaxValue));
        Assert.Equal(DropCause.None, Feed(1, 1001));
        Assert.Equal(2, _stage.Dropped(DropCause.ImplausibleSlot));
    }

    [Fact]
    public void Table_Full_IsCountedNotGrown()
    {
        int full = 0;
        byte[] bytes = new byte[32];
        for (int i = 0; i < 200; i++)
        {
            BitConverter.TryWriteBytes(bytes, i + 1);
            MarketEvent[] one = new MarketEvent[1];
            one[0].Kind = EventKind.Account;
            one[0].Account = Pubkey.Read(bytes);
            one[0].Slot = 5;
            _stage.OnBatch(one, i);
            if (one[0].Drop == DropCause.TableFull) full++;
        }

        Assert.Equal(200 - 64, full);
        Assert.Equal(full, _stage.Dropped(DropCause.TableFull));
    }

    [Theory]
    [InlineData(false, 2, 1)] // each connection an endpoint of its own: the second has the half that the first has not
    [InlineData(true, 0, 1)]
    public void EndOfFeed_CountsByEndpointNotByShard(bool areShards, int missedByShards, int missedByOther)
    {
        Connection(0, EventKind.FeedOpen);
        Connection(1, EventKind.FeedOpen, areShards ? 1UL : 0);
        Connection(2, EventKind.FeedOpen);
        Feed(1, 10, 0);
        Feed(1, 10, 2);
        Feed(2, 10, 1); // the other endpoint lost this one
        Feed(3, 10, 2);
        Feed(3, 10, (byte)(areShards ? 1 : 0));
        if (!areShards) Feed(3, 10, 1);
        MarketEvent[] end = new MarketEvent[1];
        end[0].Kind = EventKind.EndOfFeed;
        _stage.OnBatch(end, 99);
        Assert.Equal(missedByShards, _stage.Race[0].Missed + _stage.Race[1].Missed);
        Assert.Equal(missedByOther, _stage.Race[2].Missed);
    }

    [Fact]
    public void EndOfFeed_CountsWhatAnOpenEndpointNeverDelivered()
    {
        Connection(0, EventKind.FeedOpen);
        Connection(1, EventKind.FeedOpen);
        Feed(1, 10, 0);
        Feed(2, 10, 0);
        Feed(2, 10, 1);
        MarketEvent[] end = new MarketEvent[1];
        end[0].Kind = EventKind.EndOfFeed;
        _stage.OnBatch(end, 99);
        _stage.OnBatch(end, 100); // counted once
        Assert.Equal(1, _stage.Race[1].Missed);
        Assert.Equal(0, _stage.Race[0].Missed);
    }

    [Fact]
    public void Batches_AnyCut_GiveSameResult()
    {
        Random random = new(7);
        MarketEvent[] all = new MarketEvent[2000];
        for (int i = 0; i < all.Length; i++)
        {
            all[i].Kind = EventKind.Account;
            all[i].Account = Key((byte)random.Next(20));
            all[i].Slot = (ulong)(100 + (i / 50) - random.Next(3));
            all[i].EndpointId = (byte)random.Next(3);
        }

        MarketEvent[] whole = (MarketEvent[])all.Clone();
        new DedupStage(64).OnBatch(whole, 0);
        DedupStage cut = new(64);
        for (int i = 0; i < all.Length;)
        {
            int n = Math.Min(all.Length - i, 1 + random.Next(17));
            cut.OnBatch(all.AsSpan(i, n), i);
            i += n;
        }

        for (int i = 0; i < all.Length; i++) Assert.Equal(whole[i].Drop, all[i].Drop);
    }

    /// <summary>Without forks, snapshots and write versions the rules are two lists: see the loop.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void RandomArrivals_OnOneChain_AreJudgedAsTheListsSay(int seed, bool passesCopies)
    {
        const int Remembered = 4;
        Random random = new(seed);
        DedupStage stage = new(64, passesCopies);
        Dictionary<int, List<(ulong Slot, int First)>> known = [];
        Dictionary<DropCause, long> causes = [];
        long[] delivered = new long[3];
        long[] wins = new long[3];
        long[] duplicates = new long[3];
        MarketEvent[] one = new MarketEvent[1];
        for (int i = 0; i < 20_000; i++)
        {
            int account = random.Next(40);
            int endpoint = random.Next(3);
            ulong slot = (ulong)(1000 + (i / 100) - random.Next(random.Next(4) == 0 ? 8 : 2));
            if (!known.TryGetValue(account, out List<(ulong Slot, int First)>? told)) known[account] = told = [];
            int at = told.FindIndex(t => t.Slot == slot);
            bool isNew = at < 0 && (told.Count == 0 || slot > told[^1].Slot);
            bool isCopy = passesCopies && at >= 0 && at == told.Count - 1 && told[at].First != endpoint;
            DropCause expected = at < 0 ? isNew ? DropCause.None : DropCause.Stale
                : isCopy ? DropCause.None : DropCause.Duplicate;
            if (isNew) told.Add((slot, endpoint));
            if (told.Count > Remembered) told.RemoveAt(0);
            delivered[endpoint]++;
            if (isNew) wins[endpoint]++;
            if (at >= 0) duplicates[endpoint]++;
            causes[expected] = causes.GetValueOrDefault(expected) + 1;

            one[0] = default;
            one[0].Kind = EventKind.Account;
            one[0].Account = Key((byte)account);
            one[0].Slot = slot;
            one[0].EndpointId = (byte)endpoint;
            Assert.Equal(1, stage.OnBatch(one, i));
            Assert.True(expected == one[0].Drop, $"seed {seed}, event {i}: {expected}, not {one[0].Drop}");
            Assert.Equal(isCopy ? EventKind.Copy : EventKind.Account, one[0].Kind);
        }

        for (int e = 0; e < delivered.Length; e++)
        {
            EndpointRow row = stage.Race[e];
            Assert.Equal((delivered[e], wins[e], duplicates[e]), (row.Delivered, row.Wins, row.Duplicates));
        }

        Assert.Equal(wins[0] + wins[1] + wins[2], stage.Accepted);
        Assert.Equal(causes[DropCause.Duplicate], stage.Dropped(DropCause.Duplicate));
        Assert.Equal(causes[DropCause.Stale], stage.Dropped(DropCause.Stale));
    }

    [Fact]
    public void OnBatch_CopyOfAnAbandonedUpdateAfterTheRollback_IsADuplicate()
    {
        Slot(10, 9);
        Slot(11, 10);
        Assert.Equal(DropCause.None, Feed(1, 11, endpoint: 0));
        Slot(12, 10);
        Assert.Equal(DropCause.None, Feed(1, 10, endpoint: 0));
        Assert.Equal(1, _stage.Rollbacks);
        Assert.Equal(DropCause.Duplicate, Feed(1, 11, endpoint: 1));
        Assert.Equal(DropCause.Duplicate, Feed(1, 10, endpoint: 1));
    }

    [Fact]
    public void OnBatch_CopyOfTheFourthLastUpdate_IsADuplicateAndTheFifthIsStale()
    {
        for (ulong slot = 1; slot <= 9; slot++) Assert.Equal(DropCause.None, Feed(1, slot));
        Assert.Equal(DropCause.Duplicate, Feed(1, 6, endpoint: 1));
        Assert.Equal(DropCause.Stale, Feed(1, 5, endpoint: 1));
    }

    [Fact]
    public void Slots_ToldOfAndGivenUp_CountAgainstWhoToldThemOnceTheyAreDeep()
    {
        for (ulong slot = 100; slot < 140; slot++)
        {
            SlotOf(slot, slot == 103 ? 101 : slot - 1, 0); // 102 is skipped
            if (slot is not 102 and not 105) SlotOf(slot, slot == 103 ? 101 : slot - 1, 1);
        }

        // 100 to 107 are 32 deep below 139.
        Assert.Equal((8, 1), (_stage.Race[0].SlotsTold, _stage.Race[0].SlotsAbandoned));
        Assert.Equal((6, 0), (_stage.Race[1].SlotsTold, _stage.Race[1].SlotsAbandoned));
        Assert.Equal(0, _stage.Race[2].SlotsTold);
    }

    [Fact]
    public void Slots_BogusHeadFallsBack_JudgingGoesOn()
    {
        for (ulong slot = 100; slot < 140; slot++) SlotOf(slot, slot - 1, 0);
        for (ulong slot = 1_000_000; slot < 1_000_020; slot++) SlotOf(slot, slot - 1, 0);
        long before = _stage.Race[0].SlotsTold;
        for (ulong slot = 140; slot < 240; slot++) SlotOf(slot, slot - 1, 0);
        Assert.True(_stage.Slots.Head < 1000);
        Assert.True(_stage.Race[0].SlotsTold > before + 40);
    }

    [Fact]
    public void Missed_WritesWithinASlot_AreMissedByNoneThatTellsLastStatesOnly()
    {
        Connection(0, EventKind.FeedOpen);
        Connection(1, EventKind.FeedOpen);
        for (ulong slot = 10; slot < 30; slot++)
        {
            Feed(1, slot, 0, version: slot * 10, transaction: slot * 10);
            Feed(1, slot, 0, version: (slot * 10) + 1, transaction: (slot * 10) + 1);
            Feed(1, slot, 1);
        }

        Assert.Equal(0, _stage.Race[1].Missed);
        for (ulong slot = 30; slot < 40; slot++) Feed(1, slot, 0, version: slot * 10, transaction: slot * 10);
        Assert.True(_stage.Race[1].Missed >= 5); // whole slots are
    }

    [Fact]
    public void Missed_AnotherKindOfEndpointWasFirst_TheLateOneHasNotMissedTheSlot()
    {
        Connection(0, EventKind.FeedOpen);
        Connection(1, EventKind.FeedOpen);
        for (ulong slot = 10; slot < 30; slot++)
        {
            Feed(1, slot, 0);
            Feed(1, slot, 1, version: slot, transaction: slot); // as stale: which write it is cannot be told
        }

        Assert.Equal(0, _stage.Race[1].Missed);
        Assert.Equal(0, _stage.Race[0].Missed);
    }

    [Fact]
    public void CoverLost_CountsForTheConnectionThatItBefell()
    {
        Connection(1, EventKind.CoverLost);
        Connection(1, EventKind.CoverLost);
        Assert.Equal(2, _stage.Race[1].Gaps);
        Assert.Equal(0, _stage.Race[0].Gaps);
    }

    private void SlotOf(ulong slot, ulong parent, byte endpoint)
    {
        MarketEvent[] one = new MarketEvent[1];
        one[0].Kind = EventKind.Slot;
        one[0].Slot = slot;
        one[0].ParentSlot = parent;
        one[0].EndpointId = endpoint;
        _stage.OnBatch(one, _sequence++);
    }

    /// <summary>The bound of the target that is measured with 1,000 accounts (perf/Benchmarks/Dedup).</summary>
    [Fact]
    public void Table_OfAThousandAccounts_TakesNoMoreThan256KiB()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ArrivalTable table = new(1_000);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, table.Count);
        Assert.InRange(bytes, 96 * 1_000, 256 * 1024);
    }
}
