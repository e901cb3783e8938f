using System.Collections.Generic;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

public sealed class CoverageTests
{
    private const string Key = "SysvarC1ock11111111111111111111111111111111";

    private readonly RecordingPublisher _events = new();
    private readonly CoverageTable _coverage = new();

    [Fact]
    public void Close_OfTheLastSubscription_LosesCoverAndOfTheFirstOfTwoDoesNot()
    {
        JsonRpcDecoder first = Open(0);
        JsonRpcDecoder second = Open(1);
        Subscribe(first, 5);
        Subscribe(second, 6);
        Slot(second, 100);
        Slot(first, 102);
        first.OnClose(At(10));
        Assert.DoesNotContain(EventKind.CoverLost, Kinds());
        second.OnClose(At(11));
        Assert.Equal(EventKind.CoverLost, Kinds()[^2]);
        Assert.Equal(1, _coverage.Losses);
    }

    [Theory]
    [InlineData(101, 20, true)]
    [InlineData(100, 20, false)] // of the slot in progress when the cover began: its writes may be missing
    [InlineData(99, 20, false)]
    [InlineData(101, 14, false)] // asked before the cover began
    public void Snapshot_AfterALoss_ProvesOnlyFromALaterSlotAskedAfterTheCover(int slot, int asked, bool isProof)
    {
        JsonRpcDecoder decoder = Open(0);
        Subscribe(decoder, 5);
        decoder.OnClose(At(11));
        decoder.OnOpen(At(12));
        Slot(decoder, 100);
        Subscribe(decoder, 7);
        Slot(decoder, 101);
        Snapshot(decoder, slot, asked);
        Assert.Equal(isProof, Kinds().Contains(EventKind.CoverWhole));
        Assert.Equal(isProof ? 0 : 1, _coverage.Doubtful);
    }

    [Theory]
    [InlineData("{\"jsonrpc\":\"2.0\",\"method\":\"accountNotif")]
    [InlineData("""
        {"jsonrpc":"2.0","method":"accountNotification","params":{"result":{"context":{"slot":101},"value":{
        "lamports":1,"data":["2VfUX","base58"],"owner":"Sysvar1111111111111111111111111111111111111",
        "executable":false}},"subscription":5}}
        """)]
    public void Message_ThatCannotBeRead_PutsTheAccountsOfItsConnectionInDoubt(string message)
    {
        JsonRpcDecoder decoder = Open(0);
        Subscribe(decoder, 5);
        Slot(decoder, 101);
        Snapshot(decoder, 101, 20);
        Assert.Equal(0, _coverage.Doubtful);
        decoder.OnMessage(Encoding.UTF8.GetBytes(message), At(30));
        Assert.Equal(EventKind.CoverLost, Kinds()[^1]);
        Snapshot(decoder, 102, 40);
        Assert.Equal(1, _coverage.Doubtful); // the lost one may have been of slot 101 or of any other
        Slot(decoder, 102);
        Snapshot(decoder, 102, 41);
        Assert.Equal(EventKind.CoverWhole, Kinds()[^1]);
        Assert.Equal((1L, 1L), (_coverage.Losses, _coverage.Repairs));
    }

    [Theory]
    [InlineData("base58", "\"subscription\":5", 1)]
    [InlineData("base64", "\"subscription\":5", 1)] // not the stated length
    [InlineData("base58", "\"subscription\":9", 2)] // nobody's: any account may be meant
    [InlineData("base58", "\"subscription\":5,\"subscription\":6", 2)]
    [InlineData("base58", "\"subscription\":\"5\"", 2)]
    [InlineData("base58", "\"subscription\":5}", 2)] // no JSON
    public void Message_ThatCannotBeRead_LeavesAccountsThatItIsNotAbout(string encoding, string member, int doubtful)
    {
        JsonRpcDecoder decoder = Open(0);
        Subscribe(decoder, 5);
        Subscribe(decoder, 6, "So11111111111111111111111111111111111111112");
        Slot(decoder, 100);
        Push(decoder, 5, 101);
        Push(decoder, 6, 101);
        Assert.Equal(0, _coverage.Doubtful);
        decoder.OnMessage(
            Encoding.UTF8.GetBytes(
                "{\"jsonrpc\":\"2.0\",\"method\":\"accountNotification\",\"params\":{\"result\":"
                + "{\"context\":{\"slot\":102},"
                + $"\"value\":{{\"lamports\":1,\"data\":[\"AQI=\",\"{encoding}\"],\"owner\":\"{Key}\","
                + $"\"executable\":false,\"space\":3}}}},{member}}}}}"),
            At(30));
        Assert.Equal((doubtful, doubtful), (_coverage.Doubtful, _coverage.Losses));
    }

    [Fact]
    public void Unsubscribe_OfTheLastSubscription_LosesCover()
    {
        JsonRpcDecoder decoder = Open(0);
        Subscribe(decoder, 5);
        decoder.OnRequest("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"accountUnsubscribe\",\"params\":[5]}"u8);
        decoder.OnMessage("{\"jsonrpc\":\"2.0\",\"result\":true,\"id\":9}"u8, At(30));
        Assert.Equal(EventKind.CoverLost, Kinds()[^1]);
    }

    [Fact]
    public void Snapshot_NewerThanWhatIsKnownButOlderThanTheSubscription_ProvesNothing()
    {
        JsonRpcDecoder decoder = Open(0);
        Slot(decoder, 100);
        Subscribe(decoder, 5);
        decoder.OnClose(At(11));
        decoder.OnOpen(At(12));
        Subscribe(decoder, 7); // the node is at slot 120 by now
        Snapshot(decoder, 112, 20); // another one is not
        Assert.DoesNotContain(EventKind.CoverWhole, Kinds());
        Slot(decoder, 121);
        Snapshot(decoder, 120, 21);
        Assert.DoesNotContain(EventKind.CoverWhole, Kinds());
        Snapshot(decoder, 121, 22);
        Assert.Contains(EventKind.CoverWhole, Kinds());
    }

    [Fact]
    public void Snapshot_WithoutAnySlotTold_IsNoProofButTheSecondUpdateIs()
    {
        JsonRpcDecoder decoder = Open(0);
        Subscribe(decoder, 5);
        decoder.OnClose(At(11));
        decoder.OnOpen(At(12));
        Subscribe(decoder, 7);
        Push(decoder, 7, 50);
        Assert.DoesNotContain(EventKind.CoverWhole, Kinds());
        Push(decoder, 7, 51);
        Assert.Contains(EventKind.CoverWhole, Kinds());
    }

    [Theory]
    [InlineData(110, true)] // the first connection ends where the second had not begun
    [InlineData(121, true)]
    [InlineData(123, false)] // it has come past the second one's first slot
    public void Close_OfAConnectionThatIsBehindTheOneThatJoined_LosesCover(int lastOfFirst, bool isLost)
    {
        JsonRpcDecoder first = Open(0);
        Subscribe(first, 5);
        Slot(first, 100);
        Snapshot(first, 101, 20);
        JsonRpcDecoder second = Open(1);
        Subscribe(second, 6);
        Slot(second, 121);
        Slot(first, lastOfFirst);
        first.OnClose(At(30));
        Assert.Equal(isLost, Kinds().Contains(EventKind.CoverLost));
        Slot(second, 124);
        Snapshot(second, 124, 40);
        Assert.Equal(0, _coverage.Doubtful);
        Assert.Equal(_coverage.Losses, _coverage.Repairs);
    }

    [Fact]
    public void Close_OfTheFirstOfThree_LeavesOneThatIsProvenBeforeItStandsForTheOthers()
    {
        JsonRpcDecoder first = Open(0);
        Subscribe(first, 5);
        Slot(first, 100);
        Snapshot(first, 101, 20);
        JsonRpcDecoder second = Open(1);
        JsonRpcDecoder third = Open(2);
        Subscribe(second, 6);
        Subscribe(third, 7);
        first.OnClose(At(30));
        Slot(third, 150); // a node ahead of the second's, and its subscription may be as young
        Snapshot(third, 120, 40);
        Assert.Equal(1, _coverage.Doubtful);
        Slot(second, 121);
        Snapshot(second, 121, 41);
        Assert.Equal(1, _coverage.Doubtful); // the head is 150
        Snapshot(second, 150, 41);
        Assert.Equal(0, _coverage.Doubtful);
        second.OnClose(At(50)); // the third does not tell what was written between 121 and its own beginning
        Assert.Equal(1, _coverage.Doubtful);
    }

    [Fact]
    public void Slot_ThatWasNone_SettlesNothingForGood()
    {
        JsonRpcDecoder decoder = Open(0);
        Subscribe(decoder, 5);
        Slot(decoder, 1_000_000);
        for (int slot = 100; slot < 110; slot++) Slot(decoder, slot);
        Snapshot(decoder, 110, 20);
        Assert.Equal(0, _coverage.Doubtful);
    }

    private static FrameStamp At(long ns) => new(ns, ns, 0);

    private List<EventKind> Kinds() => _events.Events.ConvertAll(e => e.Entry.Kind);

    private JsonRpcDecoder Open(byte connection)
    {
        JsonRpcDecoder decoder = new(connection, _events, new DecoderOptions { Coverage = _coverage });
        decoder.OnOpen(At(1));
        return decoder;
    }

    private static void Subscribe(JsonRpcDecoder decoder, int subscription, string key = Key)
    {
        decoder.OnRequest(Encoding.UTF8.GetBytes(
            $"{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"accountSubscribe\",\"params\":[\"{key}\"]}}"));
        decoder.OnMessage(
            Encoding.UTF8.GetBytes($"{{\"jsonrpc\":\"2.0\",\"result\":{subscription},\"id\":1}}"), At(15));
    }

    private static void Slot(JsonRpcDecoder decoder, int slot) => decoder.OnMessage(
        Encoding.UTF8.GetBytes(
            "{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"params\":{\"result\":"
            + $"{{\"parent\":{slot - 1},\"root\":1,\"slot\":{slot}}},\"subscription\":3}}}}"),
        At(13));

    private static void Push(JsonRpcDecoder decoder, int subscription, int slot) => decoder.OnMessage(
        Encoding.UTF8.GetBytes(
            "{\"jsonrpc\":\"2.0\",\"method\":\"accountNotification\",\"params\":{\"result\":{\"context\":{\"slot\":"
            + $"{slot}}},\"value\":{{\"lamports\":1,\"data\":[\"\",\"base64\"],\"owner\":\"{Key}\","
            + $"\"executable\":false,\"rentEpoch\":0,\"space\":0}}}},\"subscription\":{subscription}}}}}"),
        At(16));

    private static void Snapshot(JsonRpcDecoder decoder, int slot, long askedNs)
    {
        string request = "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"getMultipleAccounts\",\"params\":"
            + $"[[\"{Key}\"],{{\"encoding\":\"base64\"}}]}}";
        string answer = $"{{\"jsonrpc\":\"2.0\",\"result\":{{\"context\":{{\"slot\":{slot}}},"
            + "\"value\":[null]},\"id\":4}";
        decoder.OnSnapshot(
            Encoding.UTF8.GetBytes(request), Encoding.UTF8.GetBytes(answer),
            new FrameStamp(askedNs + 1, askedNs + 1, 0, askedNs));
    }
}
