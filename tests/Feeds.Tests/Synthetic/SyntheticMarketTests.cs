using System.Collections.Generic;
using System.IO;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Replay;
using LowLatency.Feeds.Synthetic;
using LowLatency.Feeds.Tests.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Synthetic;

public sealed class SyntheticMarketTests
{
    private const int Slots = 20;

    private static readonly SyntheticMarketOptions Options = new() { PoolCount = 24, MintCount = 8, SwapsPerSlot = 6 };

    [Fact]
    public void Publish_SameSeed_GivesTheSameEventsAllMarkedSynthetic()
    {
        RecordingPublisher first = Run(Options);
        Assert.Equal(MarketSmallReplayTests.HashOf(first), MarketSmallReplayTests.HashOf(Run(Options)));
        SyntheticMarketOptions other = new() { Seed = 2, PoolCount = 24, MintCount = 8, SwapsPerSlot = 6 };
        Assert.NotEqual(MarketSmallReplayTests.HashOf(first), MarketSmallReplayTests.HashOf(Run(other)));
        Assert.All(first.Events, e => Assert.Equal(EventFlags.Synthetic, e.Entry.Flags));
    }

    [Fact]
    public void Publish_AnAccountInASlot_ComesOnce()
    {
        HashSet<(ulong, Pubkey)> seen = [];
        foreach (RecordedEvent recorded in Run(Options).Events)
        {
            bool isAccount = recorded.Entry.Kind == EventKind.Account;
            if (isAccount) Assert.True(seen.Add((recorded.Entry.Slot, recorded.Entry.Account)));
        }

        Assert.True(seen.Count > Slots * 6 * 2);
    }

    [Fact]
    public void Publish_EveryPool_IsDecodedByItsVenueAndQuotes()
    {
        Dictionary<Pubkey, RecordedEvent> accounts = [];
        foreach (RecordedEvent recorded in Run(Options).Events)
        {
            if (recorded.Entry.Kind is EventKind.Account or EventKind.AccountSnapshot)
            {
                accounts[recorded.Entry.Account] = recorded;
            }
        }

        Dictionary<VenueId, int> pools = [];
        AccountDependency[] dependencies = new AccountDependency[16];
        foreach (RecordedEvent recorded in accounts.Values)
        {
            AccountView view = View(recorded);
            bool isPool = VenueRegistry.TryClassify(view, out AccountClass kind) && kind.Role == AccountRole.Pool;
            if (!isPool) continue;
            Pool pool = VenueRegistry.Create(kind.Venue, recorded.Entry.Account)!;
            Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.Pool, view));
            int count = pool.CopyDependencies(dependencies);
            for (int i = 0; i < count; i++)
            {
                if (accounts.TryGetValue(dependencies[i].Key, out RecordedEvent? dependency))
                {
                    Assert.Equal(DecodeStatus.Ok, pool.Apply(dependencies[i].Role, View(dependency)));
                }
            }

            Assert.Equal(QuoteStatus.Ok, pool.Readiness);
            pools[kind.Venue] = pools.GetValueOrDefault(kind.Venue) + 1;
        }

        Assert.Equal(12, pools[VenueId.RaydiumCpmm]);
        Assert.Equal(12, pools[VenueId.RaydiumAmm]);
    }

    [Fact]
    public void WriteCapture_Replayed_GivesTheSameAccountsAsTheMarketItself()
    {
        using MemoryStream stream = new();
        using (CaptureWriter writer = new(stream, SyntheticCapture.HeaderOf(Options)))
        {
            SyntheticCapture.Write(Options, Slots, writer);
        }

        using TemporaryFile file = new(stream.ToArray());
        RecordingPublisher replayed = MarketSmallReplayTests.Replay(
            new ReplayOptions(), out ReplayStatistics statistics, file.FilePath);
        Assert.Equal(0, statistics.Total.Refused);
        Assert.Equal(statistics.Total[MessageKind.AccountNotification], statistics.Total.FastPath);
        Assert.All(replayed.Events, e => Assert.Equal(EventFlags.Synthetic, e.Entry.Flags));
        Assert.Equal(AccountsOf(Run(Options)), AccountsOf(replayed));
    }

    [Fact]
    public void PublishSlot_HaltedPipeline_Stops()
    {
        SyntheticMarket market = new(Options);
        RecordingPublisher publisher = new() { NextStatus = ClaimStatus.Halted };
        Assert.Equal(ClaimStatus.Halted, market.PublishSnapshot(publisher));
        Assert.Equal(ClaimStatus.Halted, market.PublishSlot(publisher));
        Assert.Empty(publisher.Events);
    }

    private static AccountView View(RecordedEvent recorded) =>
        new(recorded.Entry.Account, recorded.Entry.Owner, recorded.Entry.Lamports, recorded.Payload);

    private static RecordingPublisher Run(SyntheticMarketOptions options)
    {
        SyntheticMarket market = new(options);
        RecordingPublisher publisher = new();
        Assert.Equal(ClaimStatus.Ok, market.PublishSnapshot(publisher));
        for (int i = 0; i < Slots; i++) Assert.Equal(ClaimStatus.Ok, market.PublishSlot(publisher));
        Assert.Equal(ClaimStatus.Ok, market.PublishEnd(publisher));
        Assert.Equal(publisher.Events.Count, market.Events);
        return publisher;
    }

    private static List<string> AccountsOf(RecordingPublisher publisher)
    {
        List<string> result = [];
        foreach (RecordedEvent recorded in publisher.Events)
        {
            MarketEvent entry = recorded.Entry;
            if (entry.Kind is not (EventKind.Account or EventKind.AccountSnapshot)) continue;
            result.Add($"{entry.Slot} {entry.Account} {entry.Owner} {entry.Lamports} "
                + System.Convert.ToHexString(recorded.Payload));
        }

        return result;
    }
}
