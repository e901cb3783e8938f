using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Geyser;
using LowLatency.Feeds.Geyser.Client;
using LowLatency.Feeds.Rpc;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>Our client against a server that we did not write: grpc-js with Triton's own codec.</summary>
public sealed class TritonServerTests
{
    private const string Token = "secret-token";

    private static readonly YellowstoneSubscription Subscription = new()
    {
        Accounts =
        [
            new GeyserAccountFilter
            {
                Name = "pools",
                Accounts = [ProgramIds.Token],
                Owners = [ProgramIds.Token2022, ProgramIds.Token],
                DataSizeBytes = 752,
                Memcmps = [new GeyserMemcmp(8, [1, 2, 255])],
            },
        ],
        Transactions =
        [
            new GeyserTransactionFilter
            {
                Name = "swaps", Vote = false, Failed = true, AnyOf = [ProgramIds.Token], AllOf = [ProgramIds.Token2022],
            },
        ],
        Commitment = GeyserCommitment.Confirmed,
    };

    [TritonFact]
    public async Task Subscribe_EveryUpdate_ArrivesAsTritonsCodecWroteIt()
    {
        const int Updates = 500;
        using TritonServer server = new(Updates, Token);
        await using FeedHarness harness = new(Options(server), () => 398_202_700);
        await harness.UntilAsync(h => h.Feed.Counters is { PingsReceived: 1, PongsReceived: >= 1 }
            && server.Requests.Count >= 3);

        RecordingPublisher publisher = new();
        GeyserDecoder decoder = new(5, publisher, new DecoderOptions());
        foreach ((CaptureFrameKind kind, byte[] bytes) in harness.Frames)
        {
            if (kind == CaptureFrameKind.Message) Assert.Equal(DecodeCause.None, decoder.OnMessage(bytes, default));
        }

        List<RecordedEvent> accounts = publisher.Events.FindAll(
            e => e.Entry.Kind is EventKind.Account or EventKind.AccountSnapshot);
        Assert.Equal(Updates, accounts.Count);
        for (int i = 0; i < Updates; i++) AssertAccount(i, accounts[i]);
        Assert.Equal((398_202_772UL, 398_202_771UL), Slots(publisher).Single());
        MarketEvent hash = Assert.Single(publisher.Events, e => e.Entry.Kind == EventKind.Blockhash).Entry;
        Assert.Equal((398_202_771UL, 376_000_150UL), (hash.Slot, hash.ChainValue));
        Assert.Equal(accounts.Count + 2, publisher.Events.Count);
        Assert.Equal(1, decoder.Counters[MessageKind.TransactionUpdate]);
    }

    [TritonFact]
    public async Task Subscribe_Request_IsReadByTritonsCodecAsMeant()
    {
        using TritonServer server = new(1, Token);
        await using FeedHarness harness = new(Options(server), () => 398_202_700);
        await harness.UntilAsync(h => server.Requests.Any(r => r.TryGetProperty("accounts", out _)));
        JsonElement request = server.Requests.First(r => r.TryGetProperty("accounts", out _));
        JsonElement accounts = request.GetProperty("accounts").GetProperty("pools");
        string token = ProgramIds.Token.ToString();
        string token2022 = ProgramIds.Token2022.ToString();
        Assert.Equal([token], Texts(accounts.GetProperty("account")));
        Assert.Equal([token2022, token], Texts(accounts.GetProperty("owner")));
        JsonElement filters = accounts.GetProperty("filters");
        Assert.Equal("752", filters[0].GetProperty("datasize").ToString());
        Assert.Equal("8", filters[1].GetProperty("memcmp").GetProperty("offset").ToString());
        Assert.Equal("AQL/", filters[1].GetProperty("memcmp").GetProperty("bytes").GetString());
        JsonElement slots = request.GetProperty("slots").GetProperty("lowlatency");
        Assert.False(slots.GetProperty("filterByCommitment").GetBoolean());
        Assert.True(slots.GetProperty("interslotUpdates").GetBoolean());
        JsonElement transactions = request.GetProperty("transactions").GetProperty("swaps");
        Assert.False(transactions.GetProperty("vote").GetBoolean());
        Assert.True(transactions.GetProperty("failed").GetBoolean());
        Assert.Equal([token], Texts(transactions.GetProperty("accountInclude")));
        Assert.Equal([token2022], Texts(transactions.GetProperty("accountRequired")));
        Assert.True(request.GetProperty("blocksMeta").TryGetProperty("lowlatency", out _));
        Assert.Equal("CONFIRMED", request.GetProperty("commitment").GetString());
        Assert.Equal("398202700", request.GetProperty("fromSlot").ToString());
    }

    [TritonFact]
    public async Task Subscribe_WrongToken_IsUnauthorized()
    {
        using TritonServer server = new(1, "another");
        await using FeedHarness harness = new(Options(server));
        await harness.UntilEndAsync(ConnectionCause.Unauthorized);
        Assert.Equal("bad token", harness.Feed.LastEnd.Detail);
        Assert.Empty(harness.Frames);
    }

    [TritonFact]
    public async Task Calls_GiveTheServersValues()
    {
        using TritonServer server = new(0, Token);
        using YellowstoneClient client = new(Options(server));
        CancellationToken none = CancellationToken.None;
        Assert.Equal("{\"package\":\"yellowstone\"}", (await client.GetVersionAsync(none)).Value);
        Assert.Equal(424_244UL, (await client.GetSlotAsync(GeyserCommitment.Finalized, none)).Value);
        Assert.Equal(376_000_000UL, (await client.GetBlockHeightAsync(GeyserCommitment.Processed, none)).Value);
        Assert.Equal(
            new GeyserBlockhash(
                424_242, Pubkey.Parse("CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK"), 376_000_150),
            (await client.GetLatestBlockhashAsync(GeyserCommitment.Processed, none)).Value);
        Assert.Equal(77, (await client.PingAsync(77, none)).Value);
        Assert.Equal(424_000UL, (await client.GetFirstReplaySlotAsync(none)).Value);
    }

    private static YellowstoneOptions Options(TritonServer server) =>
        FeedHarness.Options(server.Address) with { Subscription = Subscription };

    private static void AssertAccount(int i, RecordedEvent recorded)
    {
        MarketEvent e = recorded.Entry;
        byte[] key = new byte[32];
        Array.Fill(key, (byte)1);
        BitConverter.TryWriteBytes(key, i);
        EventFlags flags = EventFlags.HasWriteVersion | (i % 7 == 0 ? EventFlags.Executable : EventFlags.None);
        Assert.Equal(i % 50 == 49 ? EventKind.AccountSnapshot : EventKind.Account, e.Kind);
        Assert.Equal(flags, e.Flags);
        Assert.Equal(Pubkey.Read(key), e.Account);
        Assert.Equal(398_202_772UL + (ulong)(i / 100), e.Slot);
        Assert.Equal(1_000_000UL + (ulong)i, e.Lamports);
        Assert.Equal(1_871_234_567_890UL + (ulong)i, e.WriteVersion);
        Assert.Equal(ulong.MaxValue, e.RentEpoch);
        Assert.Equal(i % 1200, recorded.Payload.Length);
        Assert.True(recorded.Payload.AsSpan().IndexOfAnyExcept((byte)i) < 0);
    }

    private static IEnumerable<(ulong Slot, ulong Parent)> Slots(RecordingPublisher publisher) =>
        publisher.Events.Where(e => e.Entry.Kind == EventKind.Slot).Select(e => (e.Entry.Slot, e.Entry.ParentSlot));

    private static List<string> Texts(JsonElement array) => array.EnumerateArray().Select(e => e.GetString()!).ToList();
}
