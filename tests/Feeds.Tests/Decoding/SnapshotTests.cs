using System;
using LowLatency.Engine.Events;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

public sealed class SnapshotTests
{
    private const string Good =
        "{\"lamports\":5,\"data\":[\"AQID\",\"base64\"],\"owner\":\"" + Messages.Owner
        + "\",\"executable\":false,\"rentEpoch\":0,\"space\":3}";

    private static readonly byte[] Request = Messages.Utf8(
        "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"getMultipleAccounts\",\"params\":[[\"" + Messages.Account
        + "\",\"" + Messages.Owner + "\"],{\"encoding\":\"base64\"}]}");

    private readonly RecordingPublisher _publisher = new();
    private readonly JsonRpcDecoder _decoder;

    public SnapshotTests() => _decoder = new JsonRpcDecoder(1, _publisher, new DecoderOptions());

    [Fact]
    public void OnSnapshot_ValueBeforeContext_TakesKeysFromTheRequest()
    {
        DecodeCause cause = Answer("{\"id\":4,\"result\":{\"value\":[" + Good + ",null],\"context\":{\"slot\":77}}}");
        Assert.Equal(DecodeCause.None, cause);
        Assert.Equal(2, _publisher.Events.Count);
        Assert.All(
            _publisher.Events, e => Assert.Equal((EventKind.AccountSnapshot, 77UL), (e.Entry.Kind, e.Entry.Slot)));
        Assert.Equal(Messages.AccountKey, _publisher.Events[0].Entry.Account);
        Assert.Equal([1, 2, 3], _publisher.Events[0].Payload);
        Assert.Equal(Messages.OwnerKey, _publisher.Events[1].Entry.Account);
        Assert.Equal(EventFlags.Absent, _publisher.Events[1].Entry.Flags);
    }

    [Fact]
    public void OnSnapshot_OneBadAccount_IsCountedAndTheOthersArePublished()
    {
        string bad = Good.Replace("AQID", "AQ*D", StringComparison.Ordinal);
        DecodeCause cause = Answer(
            "{\"id\":4,\"result\":{\"context\":{\"slot\":77},\"value\":[" + bad + "," + Good + "]}}");
        Assert.Equal(DecodeCause.None, cause);
        Assert.Equal(1, _decoder.Counters[DecodeCause.BadBase64]);
        Assert.Equal(Messages.OwnerKey, Assert.Single(_publisher.Events).Entry.Account);
    }

    [Theory]
    [InlineData("""{"id":4,"result":{"context":{"slot":7},"value":[null]}}""", DecodeCause.SnapshotCountMismatch)]
    [InlineData("""{"id":4,"result":{"context":{"slot":7},"value":[null,null,null]}}""",
        DecodeCause.SnapshotCountMismatch)]
    [InlineData("""{"id":5,"result":{"context":{"slot":7},"value":[null,null]}}""", DecodeCause.UnknownRequest)]
    [InlineData("""{"id":4,"error":{"code":-32016,"message":"x"}}""", DecodeCause.ErrorReply)]
    [InlineData("""{"id":4}""", DecodeCause.UnexpectedShape)]
    [InlineData("""{"id":4,"result":{"value":[null,null]}}""", DecodeCause.UnexpectedShape)]
    [InlineData("""{"id":4,"result":{"context":{"slot":7},"value":[null,null}}""", DecodeCause.MalformedJson)]
    [InlineData("""{"id":4,"result":{"context":{"slot":18446744073709551615},"value":[null,null]}}""",
        DecodeCause.UnexpectedShape)]
    [InlineData("", DecodeCause.UnexpectedShape)]
    public void OnSnapshot_WrongAnswer_PublishesNothing(string answer, DecodeCause expected)
    {
        Assert.Equal(expected, Answer(answer));
        Assert.Equal(1, _decoder.Counters.Refused);
        Assert.Empty(_publisher.Events);
    }

    [Fact]
    public void OnSnapshot_AccountInfo_GivesOneAccount()
    {
        byte[] request = Messages.Utf8(
            "{\"id\":1,\"method\":\"getAccountInfo\",\"params\":[\"" + Messages.Account + "\"]}");
        byte[] answer = Messages.Utf8("{\"id\":1,\"result\":{\"context\":{\"slot\":7},\"value\":" + Good + "}}");
        Assert.Equal(DecodeCause.None, _decoder.OnSnapshot(request, answer, Messages.Stamp));
        Assert.Equal(Messages.AccountKey, Assert.Single(_publisher.Events).Entry.Account);
    }

    [Theory]
    [InlineData("""{"id":1,"result":[#]}""", 0UL)]
    [InlineData("""{"id":1,"result":{"context":{"slot":8},"value":[#]}}""", 8UL)]
    public void OnSnapshot_ProgramAccounts_TakesKeysFromTheAnswer(string shape, ulong slot)
    {
        byte[] request = Messages.Utf8(
            "{\"id\":1,\"method\":\"getProgramAccounts\",\"params\":[\"" + Messages.Owner + "\"]}");
        string element = "{\"pubkey\":\"" + Messages.Account + "\",\"account\":" + Good + "}";
        byte[] answer = Messages.Utf8(shape.Replace("#", element + "," + element, StringComparison.Ordinal));
        Assert.Equal(DecodeCause.None, _decoder.OnSnapshot(request, answer, Messages.Stamp));
        Assert.Equal(2, _publisher.Events.Count);
        MarketEvent first = _publisher.Events[0].Entry;
        Assert.Equal((Messages.AccountKey, slot), (first.Account, first.Slot));
    }

    [Fact]
    public void OnSnapshot_MutatedExchanges_AreCountedAndNeverThrow()
    {
        byte[] answer = Messages.Utf8(
            "{\"id\":4,\"result\":{\"context\":{\"slot\":77},\"value\":[" + Good + ",null]}}");
        for (int seed = 1; seed <= 10_000; seed++)
        {
            Random random = new(seed);
            long refused = _decoder.Counters.Refused;
            int events = _publisher.Events.Count;
            bool mutateRequest = random.Next(2) == 0;
            _decoder.OnSnapshot(
                mutateRequest ? Mutate.Bytes(Request, random) : Request,
                mutateRequest ? answer : Mutate.Bytes(answer, random),
                Messages.Stamp);
            bool isCounted = _decoder.Counters.Refused > refused || _publisher.Events.Count > events
                || _decoder.Counters[MessageKind.OtherHttp] > 0;
            Assert.True(isCounted, $"seed {seed}");
        }

        Assert.Equal(10_000, _decoder.Counters.Messages);
    }

    private DecodeCause Answer(string text) => _decoder.OnSnapshot(Request, Messages.Utf8(text), Messages.Stamp);
}
