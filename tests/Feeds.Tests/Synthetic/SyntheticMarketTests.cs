using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;
using LowLatency.Feeds.Synthetic;
using LowLatency.Feeds.Tests.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Synthetic;

public sealed class SyntheticMarketTests
{
    private const int Slots = 20;
    private const int VaultBytes = 165;

    private static readonly SyntheticMarketOptions Options = new() { PoolCount = 24, MintCount = 8, SwapsPerSlot = 6 };

    private static readonly SyntheticMarketOptions EveryVenue =
        new() { PoolCount = 24, MintCount = 8, SwapsPerSlot = 12, HasEveryVaultVenue = true };

    private readonly AccountDependency[] _dependencies = new AccountDependency[16];

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
        Assert.Equal(
            new Dictionary<VenueId, int> { [VenueId.RaydiumCpmm] = 12, [VenueId.RaydiumAmm] = 12 },
            PoolsOf(LastAccounts(Run(Options).Events)).GroupBy(p => p.Venue).ToDictionary(g => g.Key, g => g.Count()));
        Assert.Equal(
            [VenueId.RaydiumAmm, VenueId.RaydiumCpmm, VenueId.PumpSwap, VenueId.TokenSwap],
            PoolsOf(LastAccounts(Run(EveryVenue).Events)).Select(p => p.Venue).Distinct().Order());
    }

    [Fact]
    public void Publish_EverySwap_LeavesTheVaultsThatTheVenueWouldLeave()
    {
        Dictionary<VenueId, int> swaps = [];
        List<RecordedEvent> events = Run(EveryVenue).Events;
        for (ulong slot = EveryVenue.FirstSlot + 1; slot <= EveryVenue.FirstSlot + Slots; slot++)
        {
            Dictionary<Pubkey, RecordedEvent> after = LastAccounts(events.Where(e => e.Entry.Slot <= slot));
            foreach (Pool pool in PoolsOf(LastAccounts(events.Where(e => e.Entry.Slot < slot))))
            {
                _ = pool.CopyDependencies(_dependencies);
                byte[] vaultA = after[_dependencies[0].Key].Payload;
                byte[] vaultB = after[_dependencies[1].Key].Payload;
                if (!TryRepeat(pool, BalanceOf(vaultA), BalanceOf(vaultB))) continue;
                swaps[pool.Venue] = swaps.GetValueOrDefault(pool.Venue) + 1;
                byte[] got = (byte[])vaultA.Clone();
                Assert.True(pool.TryWriteState(_dependencies[0].Key, got));
                Assert.Equal(BalanceOf(vaultA), BalanceOf(got));
                Assert.True(pool.TryWriteState(_dependencies[1].Key, got));
                Assert.Equal(BalanceOf(vaultB), BalanceOf(got));
            }
        }

        Assert.Equal(4, swaps.Count);
        Assert.All(swaps.Values, count => Assert.InRange(count, 10, int.MaxValue));
    }

    /// <summary>Executes the swap that made such balances of the pool's; false if there was none.</summary>
    private bool TryRepeat(Pool pool, ulong balanceA, ulong balanceB)
    {
        byte[] bytes = new byte[VaultBytes];
        Assert.True(pool.TryWriteState(_dependencies[0].Key, bytes));
        ulong beforeA = BalanceOf(bytes);
        Assert.True(pool.TryWriteState(_dependencies[1].Key, bytes));
        ulong beforeB = BalanceOf(bytes);
        if (beforeA == balanceA && beforeB == balanceB) return false;
        bool isAToB = balanceA > beforeA;
        ulong gained = isAToB ? balanceA - beforeA : balanceB - beforeB;
        SwapRequest request = new()
        {
            Direction = isAToB ? SwapDirection.AToB : SwapDirection.BToA,
            AmountRaw = gained,
        };
        if (pool.Venue == VenueId.PumpSwap && !isAToB)
        {
            request.Mode = SwapMode.ExactOut;
            request.AmountRaw = beforeA - balanceA;
            request.ThresholdRaw = ulong.MaxValue;
        }

        // Token Swap takes less than is asked for: the least request of which it takes that much.
        ulong high = pool.Venue == VenueId.TokenSwap ? gained * 2 : gained;
        for (ulong low = gained; low < high;)
        {
            request.AmountRaw = low + ((high - low) / 2);
            Assert.Equal(QuoteStatus.Ok, pool.Quote(in request, out SwapQuote quote));
            if (quote.AmountInRaw < gained) low = request.AmountRaw + 1;
            else high = request.AmountRaw;
            request.AmountRaw = high;
        }

        Assert.Equal(QuoteStatus.Ok, pool.Execute(in request, out _));
        return true;
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
            new ReplayOptions(), out FeedStatistics statistics, file.FilePath);
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

    private static ulong BalanceOf(byte[] vault) => BinaryPrimitives.ReadUInt64LittleEndian(vault.AsSpan(64));

    private static Dictionary<Pubkey, RecordedEvent> LastAccounts(IEnumerable<RecordedEvent> events)
    {
        Dictionary<Pubkey, RecordedEvent> accounts = [];
        foreach (RecordedEvent recorded in events)
        {
            if (recorded.Entry.Kind is EventKind.Account or EventKind.AccountSnapshot)
                accounts[recorded.Entry.Account] = recorded;
        }

        return accounts;
    }

    /// <summary>The pools in these accounts, with all they depend on, ready.</summary>
    private List<Pool> PoolsOf(Dictionary<Pubkey, RecordedEvent> accounts)
    {
        List<Pool> pools = [];
        foreach (RecordedEvent recorded in accounts.Values)
        {
            AccountView view = View(recorded);
            bool isPool = VenueRegistry.TryClassify(view, out AccountClass kind) && kind.Role == AccountRole.Pool;
            if (!isPool) continue;
            Pool pool = VenueRegistry.Create(kind.Venue, recorded.Entry.Account)!;
            Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.Pool, view));
            int count = pool.CopyDependencies(_dependencies);
            for (int i = 0; i < count; i++)
            {
                if (accounts.TryGetValue(_dependencies[i].Key, out RecordedEvent? dependency))
                    Assert.Equal(DecodeStatus.Ok, pool.Apply(_dependencies[i].Role, View(dependency)));
            }

            Assert.Equal(QuoteStatus.Ok, pool.Readiness);
            pools.Add(pool);
        }

        return pools;
    }

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
