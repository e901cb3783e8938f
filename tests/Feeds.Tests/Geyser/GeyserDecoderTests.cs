using System;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Geyser;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Geyser;

public sealed class GeyserDecoderTests
{
    private const string Blockhash = "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK";

    private readonly RecordingPublisher _publisher = new();
    private readonly GeyserDecoder _decoder;

    public GeyserDecoderTests() => _decoder = new GeyserDecoder(3, _publisher, new DecoderOptions());

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(1, true, false)]
    [InlineData(127, false, true)]
    [InlineData(128, false, false)]
    [InlineData(10_240, false, false)]
    [InlineData(200_000, true, true)]
    public void OnMessage_Account_PublishesEveryMember(int dataBytes, bool isExecutable, bool isStartup)
    {
        AccountUpdate update = new()
        {
            Data = AccountUpdate.Filled(dataBytes, 5),
            IsExecutable = isExecutable,
            IsStartup = isStartup,
        };
        FrameStamp stamp = new(11, 22, 33);
        Assert.Equal(DecodeCause.None, _decoder.OnMessage(GeyserMessages.Account(update), stamp));
        RecordedEvent recorded = Assert.Single(_publisher.Events);
        MarketEvent e = recorded.Entry;
        Assert.Equal(isStartup ? EventKind.AccountSnapshot : EventKind.Account, e.Kind);
        Assert.Equal(3, e.EndpointId);
        Assert.Equal(
            EventFlags.HasWriteVersion | (isExecutable ? EventFlags.Executable : EventFlags.None), e.Flags);
        Assert.Equal(update.Slot, e.Slot);
        Assert.Equal(update.WriteVersion, e.WriteVersion);
        Assert.NotEqual(0UL, e.TransactionTag);
        Assert.Equal(Pubkey.Read(update.Key), e.Account);
        Assert.Equal(Pubkey.Read(update.Owner), e.Owner);
        Assert.Equal(update.Lamports, e.Lamports);
        Assert.Equal(update.RentEpoch, e.RentEpoch);
        Assert.Equal(update.Data, recorded.Payload);
        Assert.Equal((11, 22, 33), (e.ReceiveUtcNs, e.ReceiveNs, e.Stamps[(int)StampId.Framed]));
        Assert.Equal(update.Slot, _decoder.HighestSlot);
        Assert.Equal(1, _decoder.Counters[MessageKind.AccountUpdate]);
    }

    [Fact]
    public void OnMessage_AccountWithoutLamports_IsAbsentAndEmpty()
    {
        Assert.Equal(
            DecodeCause.None, _decoder.OnMessage(GeyserMessages.Account(new AccountUpdate { Lamports = 0 }), default));
        Assert.Equal(EventFlags.Absent | EventFlags.HasWriteVersion, _publisher.Events[0].Entry.Flags);
        Assert.Empty(_publisher.Events[0].Payload);
    }

    [Theory]
    [InlineData(31, 32, 64, DecodeCause.BadKey)]
    [InlineData(0, 32, 64, DecodeCause.BadKey)]
    [InlineData(32, 33, 64, DecodeCause.BadKey)]
    [InlineData(32, 32, 63, DecodeCause.UnexpectedShape)]
    public void OnMessage_WrongLengths_AreRefused(int key, int owner, int signature, DecodeCause cause)
    {
        AccountUpdate update = new()
        {
            Key = new byte[key],
            Owner = new byte[owner],
            Signature = new byte[signature],
        };
        Assert.Equal(cause, _decoder.OnMessage(GeyserMessages.Account(update), default));
        Assert.Empty(_publisher.Events);
        Assert.Equal(1, _decoder.Counters[cause]);
    }

    [Fact]
    public void OnMessage_MembersInReverseOrderWithUnknownOnes_GivesTheSameEvent()
    {
        AccountUpdate update = new();
        byte[] info = GeyserMessages.Message(o =>
        {
            o.Field(8, update.Signature);
            o.Field(30, 7UL);
            o.Field(7, update.WriteVersion);
            o.Field(6, update.Data);
            o.Field(5, update.RentEpoch);
            o.Field(3, update.Owner);
            o.WriteTag(40, Google.Protobuf.WireFormat.WireType.Fixed64);
            o.WriteFixed64(1);
            o.Field(2, update.Lamports);
            o.Field(1, update.Key);
        });
        byte[] body = GeyserMessages.Message(o =>
        {
            o.Field(4, 99UL); // bank id
            o.Field(2, update.Slot);
            o.WriteTag(50, Google.Protobuf.WireFormat.WireType.Fixed32);
            o.WriteFixed32(1);
            o.Field(1, info);
        });
        Assert.Equal(DecodeCause.None, _decoder.OnMessage(GeyserMessages.Update(2, body), default));
        Assert.Equal(DecodeCause.None, _decoder.OnMessage(GeyserMessages.Account(update), default));
        Assert.Equal(_publisher.Events[0].Payload, _publisher.Events[1].Payload);
        Assert.Equal(_publisher.Events[0].Entry.Account, _publisher.Events[1].Entry.Account);
        Assert.Equal(_publisher.Events[0].Entry.WriteVersion, _publisher.Events[1].Entry.WriteVersion);
        Assert.Equal(_publisher.Events[0].Entry.Slot, _publisher.Events[1].Entry.Slot);
    }

    [Fact]
    public void OnMessage_DoubledMemberOrWrongWireType_IsRefused()
    {
        byte[] account = GeyserMessages.AccountBody(new AccountUpdate());
        byte[] doubled = [.. account, .. GeyserMessages.Message(o => o.Field(2, 5UL))];
        byte[] wrongType = GeyserMessages.Message(o => o.Field(2, new byte[3]));
        byte[] twoUpdates = [.. GeyserMessages.Update(2, account), .. GeyserMessages.Update(6, [])];
        byte[] numberForUpdate = GeyserMessages.Message(o => o.Field(2, 5UL));
        Assert.Equal(DecodeCause.UnexpectedShape, _decoder.OnMessage(GeyserMessages.Update(2, doubled), default));
        Assert.Equal(DecodeCause.UnexpectedShape, _decoder.OnMessage(GeyserMessages.Update(2, wrongType), default));
        Assert.Equal(DecodeCause.UnexpectedShape, _decoder.OnMessage(twoUpdates, default));
        Assert.Equal(DecodeCause.UnexpectedShape, _decoder.OnMessage(numberForUpdate, default));
        Assert.Empty(_publisher.Events);
    }

    [Theory]
    [InlineData("0A")] // a length that does not come
    [InlineData("0AFF")]
    [InlineData("0AFFFFFFFFFFFFFFFFFF01")] // 2^64-1 bytes
    [InlineData("0A80808080F8FFFFFFFF01")] // a negative length
    [InlineData("0AFFFFFFFF07")] // 2^31-1 bytes
    [InlineData("12FFFFFFFFFFFFFFFFFFFFFF")] // a number without end
    [InlineData("13")] // a group
    [InlineData("14")]
    [InlineData("16")] // wire type 6
    [InlineData("00")] // field number 0
    [InlineData("8080808080808080808001")]
    public void OnMessage_HostileBytes_AreRefusedAsMalformed(string hex)
    {
        Assert.Equal(DecodeCause.MalformedProtobuf, _decoder.OnMessage(Convert.FromHexString(hex), default));
        byte[] inside = GeyserMessages.Update(2, Convert.FromHexString(hex));
        DecodeCause cause = _decoder.OnMessage(inside, default);
        Assert.True(cause is DecodeCause.MalformedProtobuf or DecodeCause.UnexpectedShape, cause.ToString());
        Assert.Empty(_publisher.Events);
    }

    [Fact]
    public void OnMessage_UnknownUpdate_IsCountedAsSuch()
    {
        Assert.Equal(DecodeCause.UnknownMethod, _decoder.OnMessage(GeyserMessages.Update(200, [1]), default));
        Assert.Equal(DecodeCause.UnknownMethod, _decoder.OnMessage([], default));
        Assert.Equal(2, _decoder.Counters[MessageKind.Other]);
    }

    [Fact]
    public void OnMessage_SlotStatuses_GiveOneBeginAndDeath()
    {
        ulong[] statuses = [3, 5, 4, 0, 1, 2];
        foreach (ulong status in statuses)
            Assert.Equal(DecodeCause.None, _decoder.OnMessage(GeyserMessages.Slot(101, 100, status), default));
        Assert.Equal(DecodeCause.None, _decoder.OnMessage(GeyserMessages.Slot(102, 101, 5), default));
        Assert.Equal(DecodeCause.None, _decoder.OnMessage(GeyserMessages.Slot(102, 101, 6, "bad hash"), default));
        Assert.Equal(
            [(EventKind.Slot, 101UL, 100UL), (EventKind.Slot, 102UL, 101UL), (EventKind.SlotDead, 102UL, 101UL)],
            _publisher.Events.ConvertAll(e => (e.Entry.Kind, e.Entry.Slot, e.Entry.ParentSlot)));
        Assert.Equal(5, _decoder.Counters.SlotUpdatesWithoutEvent);
    }

    [Fact]
    public void OnMessage_SlotStatusesOfAHigherCommitmentOnly_StillGiveEachSlotOnce()
    {
        foreach (ulong slot in new ulong[] { 101, 102, 104 })
        {
            _decoder.OnMessage(GeyserMessages.Slot(slot, slot - 1, 1), default);
            _decoder.OnMessage(GeyserMessages.Slot(slot - 30, slot - 31, 2), default);
        }

        Assert.Equal([101UL, 102UL, 104UL], _publisher.Events.ConvertAll(e => e.Entry.Slot));
    }

    [Fact]
    public void OnMessage_BankWithoutParentThenWith_NamesTheParentToo()
    {
        _decoder.OnMessage(GeyserMessages.Slot(101, 0, 5), default);
        _decoder.OnMessage(GeyserMessages.Slot(101, 100, 0), default);
        Assert.Equal([0UL, 100UL], _publisher.Events.ConvertAll(e => e.Entry.ParentSlot));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    [InlineData(false, 2)]
    public void OnMessage_BlockMetaAndItsConfirmation_GiveTheHashOnceInEitherOrder(bool isMetaFirst, ulong status)
    {
        byte[] meta = GeyserMessages.BlockMeta(101, Blockhash, 99);
        byte[] confirmation = GeyserMessages.Slot(101, 100, status);
        _decoder.OnMessage(GeyserMessages.Slot(102, 101, 5), default);
        Assert.Equal(DecodeCause.None, _decoder.OnMessage(isMetaFirst ? meta : confirmation, default));
        Assert.Single(_publisher.Events);
        foreach (byte[] message in new[] { meta, confirmation, meta, confirmation })
            Assert.Equal(DecodeCause.None, _decoder.OnMessage(message, default));
        Assert.Equal(2, _publisher.Events.Count);
        MarketEvent e = _publisher.Events[1].Entry;
        Assert.Equal((EventKind.Blockhash, 101UL, 249UL, (byte)3), (e.Kind, e.Slot, e.ChainValue, e.EndpointId));
        Assert.Equal(Pubkey.Parse(Blockhash), e.Account);
        Assert.Equal(1, _decoder.Counters.BlockhashesTold);
    }

    [Fact]
    public void OnMessage_BlockMetaThatIsNotConfirmed_GivesNothing()
    {
        _decoder.OnMessage(GeyserMessages.BlockMeta(101, Blockhash, 99), default);
        foreach (ulong status in new ulong[] { 3, 5, 4, 0 })
            _decoder.OnMessage(GeyserMessages.Slot(101, 100, status), default);
        _decoder.OnMessage(GeyserMessages.Slot(101, 100, 6, "bad hash"), default);
        _decoder.OnMessage(GeyserMessages.Slot(102, 100, 1), default); // another one's confirmation
        Assert.DoesNotContain(_publisher.Events, e => e.Entry.Kind == EventKind.Blockhash);
        Assert.Equal(0, _decoder.Counters.BlockhashesTold);
    }

    [Fact]
    public void OnMessage_BlockMetaWithoutAHeightOrWithABadHash_IsCountedAndGivesNothing()
    {
        _decoder.OnMessage(GeyserMessages.Slot(101, 100, 1), default);
        Assert.Equal(DecodeCause.None, _decoder.OnMessage(GeyserMessages.BlockMeta(101, Blockhash, 0), default));
        Assert.Equal(DecodeCause.BadKey, _decoder.OnMessage(GeyserMessages.BlockMeta(101, "0OIl", 99), default));
        Assert.Equal((1, 1), (_decoder.Counters.BlocksWithoutHeight, _decoder.Counters[DecodeCause.BadKey]));
        Assert.DoesNotContain(_publisher.Events, e => e.Entry.Kind == EventKind.Blockhash);
    }

    [Fact]
    public void OnMessage_StreamOpensAnew_ForgetsWhatWasConfirmedBefore()
    {
        _decoder.OnMessage(GeyserMessages.Slot(101, 100, 1), default);
        _decoder.OnClose(default);
        _decoder.OnOpen(default);
        _decoder.OnMessage(GeyserMessages.BlockMeta(101, Blockhash, 99), default);
        Assert.DoesNotContain(_publisher.Events, e => e.Entry.Kind == EventKind.Blockhash);
    }

    [Fact]
    public void OnMessage_RingIsFullAtTheConfirmation_TheNextOneTellsTheHash()
    {
        _decoder.OnMessage(GeyserMessages.Slot(102, 101, 5), default);
        _decoder.OnMessage(GeyserMessages.BlockMeta(101, Blockhash, 99), default);
        _publisher.NextStatus = ClaimStatus.Full;
        Assert.Equal(DecodeCause.RingFull, _decoder.OnMessage(GeyserMessages.Slot(101, 100, 1), default));
        _publisher.NextStatus = ClaimStatus.Ok;
        Assert.Equal(DecodeCause.None, _decoder.OnMessage(GeyserMessages.Slot(101, 100, 2), default));
        Assert.Equal(EventKind.Blockhash, _publisher.Events[^1].Entry.Kind);
    }

    [Fact]
    public void OnMessage_BlockMetaTruncated_IsRefusedOrGivesNoHashAtAll()
    {
        _decoder.OnMessage(GeyserMessages.Slot(101, 100, 1), default);
        byte[] good = GeyserMessages.BlockMeta(101, Blockhash, 99);
        for (int length = 0; length < good.Length - 1; length++) // the last members are not its
        {
            DecodeCause cause = _decoder.OnMessage(good[..length], default);
            if (cause != DecodeCause.None) continue;
            Assert.Equal(EventKind.Blockhash, _publisher.Events[^1].Entry.Kind);
            Assert.Equal(Pubkey.Parse(Blockhash), _publisher.Events[^1].Entry.Account);
        }

        Assert.True(_decoder.Counters.Refused > good.Length - 40);
        Assert.Equal(1, _decoder.Counters.BlockhashesTold);
    }

    [Fact]
    public void OnMessage_OtherUpdates_AreCountedByKind()
    {
        (int Field, MessageKind Kind)[] updates =
        [
            (4, MessageKind.TransactionUpdate), (5, MessageKind.BlockUpdate), (6, MessageKind.Ping),
            (8, MessageKind.EntryUpdate), (9, MessageKind.Pong), (10, MessageKind.TransactionStatusUpdate),
            (12, MessageKind.EntryUpdate),
        ];
        foreach ((int field, MessageKind kind) in updates)
        {
            long before = _decoder.Counters[kind];
            byte[] message = GeyserMessages.Update(field, GeyserMessages.Message(o => o.Field(1, 5UL)));
            Assert.Equal(DecodeCause.None, _decoder.OnMessage(message, default));
            Assert.Equal(before + 1, _decoder.Counters[kind]);
        }

        Assert.Empty(_publisher.Events);
    }

    [Fact]
    public void OnMessage_BehindTheClose_IsRefused()
    {
        _decoder.OnOpen(default);
        _decoder.OnClose(default);
        Assert.Equal(
            DecodeCause.AfterClose, _decoder.OnMessage(GeyserMessages.Account(new AccountUpdate()), default));
        _decoder.OnOpen(default);
        Assert.Equal(DecodeCause.None, _decoder.OnMessage(GeyserMessages.Account(new AccountUpdate()), default));
    }

    [Theory]
    [InlineData(ClaimStatus.Full, DecodeCause.RingFull, false)]
    [InlineData(ClaimStatus.Halted, DecodeCause.Halted, true)]
    public void OnMessage_RingRefuses_IsCounted(ClaimStatus status, DecodeCause cause, bool isHalted)
    {
        _publisher.NextStatus = status;
        Assert.Equal(cause, _decoder.OnMessage(GeyserMessages.Account(new AccountUpdate()), default));
        Assert.Equal(isHalted, _decoder.IsHalted);
    }

    [Fact]
    public void OnMessage_AccountAboveTheRingsLimit_IsRefused()
    {
        _publisher.MaxPayloadBytes = 299;
        Assert.Equal(
            DecodeCause.PayloadTooLarge, _decoder.OnMessage(GeyserMessages.Account(new AccountUpdate()), default));
    }

    [Fact]
    public void OnSnapshot_OfTheSameEndpoint_GivesAccounts()
    {
        string request =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getAccountInfo\",\"params\":[\"" + Blockhash + "\"]}";
        string answer = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"context\":{\"slot\":9},\"value\":null}}";
        Assert.Equal(
            DecodeCause.None,
            _decoder.OnSnapshot(Encoding.UTF8.GetBytes(request), Encoding.UTF8.GetBytes(answer), default));
        Assert.Equal(EventKind.AccountSnapshot, _publisher.Events[0].Entry.Kind);
    }
}
