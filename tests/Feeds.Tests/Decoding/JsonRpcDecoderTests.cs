using System;
using System.Collections.Generic;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

public sealed class JsonRpcDecoderTests
{
    private readonly RecordingPublisher _publisher = new();

    [Fact]
    public void OnMessage_NotificationsBeforeTheirAck_AreReleasedInOrderAtTheAck()
    {
        JsonRpcDecoder decoder = new(0, _publisher, new DecoderOptions());
        decoder.OnRequest(Messages.Subscribe(1));
        decoder.OnRequest(Messages.Subscribe(2, Messages.Owner));
        for (ulong slot = 10; slot < 13; slot++)
        {
            decoder.OnMessage(Messages.AccountNotification([1, 2, 3], 50, slot), Messages.Stamp);
            decoder.OnMessage(Messages.AccountNotification([4, 5], 51, slot), Messages.Stamp);
        }

        Assert.Empty(_publisher.Events);
        decoder.OnMessage(Messages.Ack(2, 51), Messages.Stamp with { ReceiveUtcNs = 99 });
        Assert.Equal([10UL, 11UL, 12UL], Slots());
        Assert.All(_publisher.Events, e => Assert.Equal(Messages.OwnerKey, e.Entry.Account));
        Assert.All(_publisher.Events, e => Assert.Equal(Messages.Stamp.ReceiveUtcNs, e.Entry.ReceiveUtcNs));
        decoder.OnMessage(Messages.Ack(1, 50), Messages.Stamp);
        Assert.Equal([10UL, 11UL, 12UL, 10UL, 11UL, 12UL], Slots());
        Assert.Equal(6, decoder.Counters.HeldForAck);
        Assert.Equal(6, decoder.Counters.ReleasedByAck);
        Assert.Equal(0, decoder.Counters.Refused);
    }

    [Fact]
    public void OnMessage_BatchOfAcks_AnswersTheBatchOfRequests()
    {
        JsonRpcDecoder decoder = new(0, _publisher, new DecoderOptions());
        byte[] second = Messages.Subscribe(2, Messages.Owner);
        byte[] requests = [(byte)'[', .. Messages.Subscribe(1), (byte)',', .. second, (byte)']'];
        byte[] acks = [(byte)'[', .. Messages.Ack(2, 51), (byte)',', .. Messages.Ack(1, 50), (byte)']'];
        Assert.Equal(DecodeCause.None, decoder.OnRequest(requests));
        Assert.Equal(DecodeCause.None, decoder.OnMessage(acks, Messages.Stamp));
        Assert.Equal(2, decoder.Counters[MessageKind.SubscribeAck]);
        decoder.OnMessage(Messages.AccountNotification([1], 51, 10), Messages.Stamp);
        Assert.Equal(Messages.OwnerKey, Assert.Single(_publisher.Events).Entry.Account);
        Assert.Equal(DecodeCause.UnknownRequest, decoder.OnMessage(acks, Messages.Stamp));
        for (int length = 1; length < acks.Length; length++)
            Assert.NotEqual(DecodeCause.None, decoder.OnMessage(acks.AsSpan(0, length), Messages.Stamp));
    }

    [Fact]
    public void OnMessage_HeldNotificationsBeyondTheBound_AreCountedAndTheOthersSurvive()
    {
        JsonRpcDecoder decoder = new(0, _publisher, new DecoderOptions { MaxPendingMessages = 2 });
        decoder.OnRequest(Messages.Subscribe(1));
        for (ulong slot = 10; slot < 15; slot++)
        {
            DecodeCause cause = decoder.OnMessage(Messages.AccountNotification([1], 50, slot), Messages.Stamp);
            Assert.Equal(slot < 12 ? DecodeCause.None : DecodeCause.PendingOverflow, cause);
        }

        decoder.OnMessage(Messages.Ack(1, 50), Messages.Stamp);
        Assert.Equal([10UL, 11UL], Slots());
        Assert.Equal(3, decoder.Counters[DecodeCause.PendingOverflow]);
    }

    [Fact]
    public void OnOpen_Reconnect_ForgetsIdsAndHeldMessages()
    {
        JsonRpcDecoder decoder = new(0, _publisher, new DecoderOptions());
        decoder.OnOpen(Messages.Stamp);
        decoder.OnRequest(Messages.Subscribe(1));
        decoder.OnMessage(Messages.Ack(1, 50), Messages.Stamp);
        decoder.OnRequest(Messages.Subscribe(2));
        decoder.OnMessage(Messages.AccountNotification([1], 51), Messages.Stamp);
        decoder.OnClose(Messages.Stamp);
        Assert.Equal(1, decoder.Counters[DecodeCause.PendingForgotten]);
        Assert.Equal(DecodeCause.AfterClose, decoder.OnMessage(Messages.AccountNotification([1], 50), Messages.Stamp));
        decoder.OnOpen(Messages.Stamp);
        Assert.Equal(
            DecodeCause.UnknownSubscription, decoder.OnMessage(Messages.AccountNotification([1], 50), Messages.Stamp));
        Assert.Equal(DecodeCause.UnknownRequest, decoder.OnMessage(Messages.Ack(2, 51), Messages.Stamp));
        // The new connection gives the old id to another account.
        decoder.OnRequest(Messages.Subscribe(1, Messages.Owner));
        decoder.OnMessage(Messages.Ack(1, 50), Messages.Stamp);
        decoder.OnMessage(Messages.AccountNotification([1], 50), Messages.Stamp);
        Assert.Equal(
            [EventKind.FeedOpen, EventKind.FeedClose, EventKind.FeedOpen, EventKind.Account], Kinds());
        Assert.Equal(Messages.OwnerKey, _publisher.Events[^1].Entry.Account);
    }

    [Fact]
    public void OnMessage_AfterUnsubscribe_IsUnknown()
    {
        JsonRpcDecoder decoder = Messages.Decoder(_publisher);
        decoder.OnRequest(Messages.Utf8("""{"jsonrpc":"2.0","id":9,"method":"accountUnsubscribe","params":[7]}"""));
        Assert.Equal(DecodeCause.None, decoder.OnMessage(Messages.AccountNotification([1]), Messages.Stamp));
        decoder.OnMessage(Messages.Utf8("""{"jsonrpc":"2.0","result":true,"id":9}"""), Messages.Stamp);
        Assert.Equal(1, decoder.Counters[MessageKind.UnsubscribeAck]);
        Assert.Equal(
            DecodeCause.UnknownSubscription, decoder.OnMessage(Messages.AccountNotification([1]), Messages.Stamp));
    }

    [Fact]
    public void OnMessage_ErrorReply_IsCountedAndEndsTheRequest()
    {
        JsonRpcDecoder decoder = new(0, _publisher, new DecoderOptions());
        decoder.OnRequest(Messages.Subscribe(1));
        byte[] error = Messages.Utf8(
            """{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid Request"},"id":1}""");
        Assert.Equal(DecodeCause.ErrorReply, decoder.OnMessage(error, Messages.Stamp));
        Assert.Equal(1, decoder.Counters[MessageKind.ErrorReply]);
        Assert.Equal(DecodeCause.UnknownRequest, decoder.OnMessage(Messages.Ack(1, 50), Messages.Stamp));
    }

    [Fact]
    public void OnMessage_IdsThatAreTexts_JoinRequestAndAck()
    {
        JsonRpcDecoder decoder = new(0, _publisher, new DecoderOptions());
        foreach (string id in (string[])["\"a-1\"", "\"a-2\"", "\"3\"", "3"])
        {
            string request = $$"""{"id":{{id}},"method":"accountSubscribe","params":["{{Messages.Account}}"]}""";
            Assert.Equal(DecodeCause.None, decoder.OnRequest(Messages.Utf8(request)));
        }

        foreach (string ack in (string[])["\"a-2\",\"result\":20", "\"3\",\"result\":30", "3,\"result\":31"])
            Assert.Equal(DecodeCause.None, decoder.OnMessage(Messages.Utf8($"{{\"id\":{ack}}}"), Messages.Stamp));
        Assert.Equal(
            DecodeCause.UnknownRequest,
            decoder.OnMessage(Messages.Utf8("{\"id\":\"a-3\",\"result\":40}"), Messages.Stamp));
        foreach (ulong subscription in (ulong[])[20, 30, 31])
            decoder.OnMessage(Messages.AccountNotification([1], subscription), Messages.Stamp);
        Assert.Equal(3, _publisher.Events.Count);
    }

    [Fact]
    public void OnMessage_ClosedAccount_IsAbsent()
    {
        JsonRpcDecoder decoder = Messages.Decoder(_publisher);
        decoder.OnMessage(Messages.AccountNotification([], lamports: 0), Messages.Stamp);
        decoder.OnMessage(Messages.Notification("account", """{"context":{"slot":5},"value":null}"""), Messages.Stamp);
        decoder.OnMessage(Messages.AccountNotification([], lamports: 1), Messages.Stamp);
        decoder.OnMessage(Messages.AccountNotification([1, 2, 3], lamports: 0), Messages.Stamp); // bytes left behind
        Assert.Equal(EventFlags.Absent, _publisher.Events[0].Entry.Flags);
        Assert.Equal(EventFlags.Absent, _publisher.Events[1].Entry.Flags);
        Assert.Equal(EventFlags.None, _publisher.Events[2].Entry.Flags);
        Assert.Equal(EventFlags.Absent, _publisher.Events[3].Entry.Flags);
        Assert.Empty(_publisher.Events[3].Payload);
    }

    [Fact]
    public void OnMessage_OtherOrderWhiteSpaceAndEscapes_GivesTheSameEvent()
    {
        byte[] data = [0xFF, 0xEF, 0xBE, 1];
        string text = Convert.ToBase64String(data).Replace("/", "\\/", StringComparison.Ordinal);
        JsonRpcDecoder decoder = Messages.Decoder(_publisher);
        decoder.OnMessage(Messages.AccountNotification(data), Messages.Stamp);
        decoder.OnMessage(
            Messages.Utf8(
                $$"""
                 { "params" : { "subscription" : 7, "extra": [1, {"x": "y\"z"}], "result" : { "value" : {
                   "space" : 4, "rentEpoch" : 18446744073709551615, "ex\u0065cutable" : false ,
                   "owner" : "Token\u006begQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
                   "data" : [ "{{text}}" , "base\u00364" ],
                   "lamports" : 2039280 }, "context" : { "apiVersion" : "2.3.6", "slot" : 282617401 } } },
                   "method" : "accountN\u006ftification", "jsonrpc" : "2.0" }
                 """),
            Messages.Stamp);
        Assert.Equal(0, decoder.Counters.Refused);
        Assert.Equal(1, decoder.Counters.FastPath);
        Assert.Equal(2, _publisher.Events.Count);
        Assert.Equal(_publisher.Events[0].Payload, _publisher.Events[1].Payload);
        Assert.Equal(data, _publisher.Events[1].Payload);
        Assert.Equal(_publisher.Events[0].Entry.Owner, _publisher.Events[1].Entry.Owner);
        Assert.Equal(_publisher.Events[0].Entry.Slot, _publisher.Events[1].Entry.Slot);
        Assert.Equal(_publisher.Events[0].Entry.RentEpoch, _publisher.Events[1].Entry.RentEpoch);
    }

    public static TheoryData<string, string, DecodeCause> Refusals => new()
    {
        { "\"data\":[\"AQI=\",\"base64\"]", "\"data\":[\"AQI=\",\"base64+zstd\"]", DecodeCause.BadZstd },
        { "\"data\":[\"AQI=\",\"base64\"]", "\"data\":[\"AQI=\",\"base58\"]", DecodeCause.WrongEncoding },
        { "\"data\":[\"AQI=\",\"base64\"]", "\"data\":\"5R\"", DecodeCause.WrongEncoding },
        { "\"data\":[\"AQI=\",\"base64\"]", "\"data\":{\"parsed\":{}}", DecodeCause.WrongEncoding },
        { "\"data\":[\"AQI=\",\"base64\"]", "\"data\":[\"AQI=\"]", DecodeCause.UnexpectedShape },
        { "\"data\":[\"AQI=\",\"base64\"]", "\"data\":[\"AQI=\",\"base64\",1]", DecodeCause.UnexpectedShape },
        { "\"data\":[\"AQI=\",\"base64\"]", "\"data\":7", DecodeCause.UnexpectedShape },
        { "AQI=", "AQ*=", DecodeCause.BadBase64 },
        { "AQI=", "AQI", DecodeCause.BadBase64 },
        { "AQI=", "AQ I=   ", DecodeCause.BadBase64 },
        { "AQI=", "AQ==", DecodeCause.SizeMismatch },
        { "\"space\":2", "\"space\":3", DecodeCause.SizeMismatch },
        { Messages.Owner, "0okenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", DecodeCause.BadKey },
        { "\"lamports\":2039280", "\"lamports\":-1", DecodeCause.UnexpectedShape },
        { "\"lamports\":2039280", "\"lamports\":1.5", DecodeCause.UnexpectedShape },
        { "\"lamports\":2039280", "\"lamports\":18446744073709551616", DecodeCause.UnexpectedShape },
        { "\"lamports\":2039280", "\"lamports\":\"1\"", DecodeCause.UnexpectedShape },
        { "\"lamports\":2039280", "\"lamports\":02039280", DecodeCause.MalformedJson },
        { "\"lamports\":2039280,", "", DecodeCause.UnexpectedShape },
        { "\"lamports\":2039280,", "\"lamports\":1,\"lamports\":1,", DecodeCause.UnexpectedShape },
        { "\"slot\":282617401", "\"slat\":282617401", DecodeCause.UnexpectedShape },
        { "\"subscription\":7", "\"subscription\":\"7\"", DecodeCause.UnexpectedShape },
        { "\"subscription\":7", "\"subscription\":8", DecodeCause.UnknownSubscription },
        { "accountNotification", "fooNotification", DecodeCause.UnknownMethod },
        { "\"params\":", "\"parems\":", DecodeCause.UnexpectedShape },
        { "\"executable\":false", "\"executable\":falsy", DecodeCause.UnexpectedShape },
        { "}}", "}}}", DecodeCause.MalformedJson },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void OnMessage_WrongMessage_IsCountedByCause(string part, string replacement, DecodeCause expected)
    {
        string text = Encoding.UTF8.GetString(Messages.AccountNotification([1, 2]));
        Assert.Contains(part, text, StringComparison.Ordinal);
        int last = text.LastIndexOf(part, StringComparison.Ordinal);
        byte[] message = Messages.Utf8(text[..last] + replacement + text[(last + part.Length)..]);
        foreach (bool fast in (bool[])[true, false])
        {
            JsonRpcDecoder decoder = Messages.Decoder(_publisher, fast);
            Assert.Equal(expected, decoder.OnMessage(message, Messages.Stamp));
            Assert.Equal(1, decoder.Counters[expected]);
            Assert.Equal(1, decoder.Counters.Refused);
        }

        Assert.Empty(_publisher.Events);
    }

    [Fact]
    public void OnMessage_RentEpochRoundedUpByAProxy_IsHeldAsMaximum()
    {
        JsonRpcDecoder decoder = Messages.Decoder(_publisher);
        byte[] message = Messages.AccountNotification([1, 2], rentEpoch: "18446744073709552000");
        Assert.Equal(DecodeCause.None, decoder.OnMessage(message, Messages.Stamp));
        Assert.Equal(ulong.MaxValue, _publisher.Events[0].Entry.RentEpoch);
    }

    [Fact]
    public void OnMessage_LargerThanThePayloadLimit_IsCounted()
    {
        _publisher.MaxPayloadBytes = 100;
        JsonRpcDecoder decoder = Messages.Decoder(_publisher);
        byte[] message = Messages.AccountNotification(Messages.Bytes(165));
        Assert.Equal(DecodeCause.PayloadTooLarge, decoder.OnMessage(message, Messages.Stamp));
    }

    [Theory]
    [InlineData(ClaimStatus.Full, DecodeCause.RingFull, false)]
    [InlineData(ClaimStatus.Halted, DecodeCause.Halted, true)]
    public void OnMessage_RingRefuses_IsCounted(ClaimStatus status, DecodeCause expected, bool isHalted)
    {
        _publisher.NextStatus = status;
        JsonRpcDecoder decoder = Messages.Decoder(_publisher);
        Assert.Equal(expected, decoder.OnMessage(Messages.AccountNotification([1]), Messages.Stamp));
        Assert.Equal(isHalted, decoder.IsHalted);
    }

    [Fact]
    public void OnMessage_SlotMessages_GiveSlotsTheirParents()
    {
        JsonRpcDecoder decoder = new(0, _publisher, new DecoderOptions());
        decoder.OnMessage(Messages.Notification("slot", """{"slot":76,"parent":75,"root":44}"""), Messages.Stamp);
        decoder.OnMessage(
            Messages.Notification("slotsUpdates", """{"type":"createdBank","slot":77,"parent":75,"timestamp":1}"""),
            Messages.Stamp);
        decoder.OnMessage(
            Messages.Notification("slotsUpdates", """{"type":"dead","slot":76,"timestamp":1,"err":"x"}"""),
            Messages.Stamp);
        decoder.OnMessage(
            Messages.Notification("slotsUpdates", """{"type":"frozen","slot":77,"timestamp":1,"stats":{}}"""),
            Messages.Stamp);
        DecodeCause noParent = decoder.OnMessage(
            Messages.Notification("slotsUpdates", """{"type":"createdBank","slot":77,"timestamp":1}"""),
            Messages.Stamp);
        Assert.Equal([EventKind.Slot, EventKind.Slot, EventKind.SlotDead], Kinds());
        Assert.Equal([75UL, 75UL, 0UL], _publisher.Events.ConvertAll(static e => e.Entry.ParentSlot));
        Assert.Equal(1, decoder.Counters.SlotUpdatesWithoutEvent);
        Assert.Equal(DecodeCause.UnexpectedShape, noParent);
    }

    [Theory]
    [InlineData("root", "42", MessageKind.RootNotification)]
    [InlineData(
        "logs", """{"context":{"slot":5},"value":{"signature":"x","logs":["a"]}}""", MessageKind.LogsNotification)]
    [InlineData(
        "signature", """{"context":{"slot":5},"value":"receivedSignature"}""", MessageKind.SignatureNotification)]
    [InlineData(
        "block", """{"context":{"slot":5},"value":{"slot":5,"block":null}}""", MessageKind.BlockNotification)]
    public void OnMessage_KindWithoutEvent_IsCounted(string kind, string result, MessageKind expected)
    {
        JsonRpcDecoder decoder = new(0, _publisher, new DecoderOptions());
        Assert.Equal(DecodeCause.None, decoder.OnMessage(Messages.Notification(kind, result), Messages.Stamp));
        Assert.Equal(1, decoder.Counters[expected]);
        Assert.Empty(_publisher.Events);
    }

    [Fact]
    public void OnMessage_ProgramNotification_NamesItsAccount()
    {
        JsonRpcDecoder decoder = new(0, _publisher, new DecoderOptions());
        string account = $$"""
            {"lamports":5,"data":["AQID","base64"],"owner":"{{Messages.Owner}}",
            "executable":false,"rentEpoch":0,"space":3}
            """;
        string result = $$$"""
            {"context":{"slot":9},"value":{"pubkey":"{{{Messages.Account}}}","account":{{{account}}}}}
            """;
        Assert.Equal(DecodeCause.None, decoder.OnMessage(Messages.Notification("program", result), Messages.Stamp));
        MarketEvent entry = Assert.Single(_publisher.Events).Entry;
        Assert.Equal((9UL, Messages.AccountKey, Messages.OwnerKey), (entry.Slot, entry.Account, entry.Owner));
    }

    [Fact]
    public void OnRequest_MoreThanTheTableHolds_IsCounted()
    {
        JsonRpcDecoder decoder = new(0, _publisher, new DecoderOptions { MaxSubscriptions = 4 });
        for (ulong id = 1; id <= 4; id++) Assert.Equal(DecodeCause.None, decoder.OnRequest(Messages.Subscribe(id)));
        Assert.Equal(DecodeCause.TableFull, decoder.OnRequest(Messages.Subscribe(5)));
    }

    private List<ulong> Slots() => _publisher.Events.ConvertAll(static e => e.Entry.Slot);

    private List<EventKind> Kinds() => _publisher.Events.ConvertAll(static e => e.Entry.Kind);
}
