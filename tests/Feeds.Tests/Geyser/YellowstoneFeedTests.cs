using System;
using System.Collections.Generic;
using System.Text;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Geyser;
using LowLatency.Feeds.Geyser.Client;
using LowLatency.Feeds.Rpc;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>The client against a server over real sockets, with the faults a server or a network can show.</summary>
public sealed class YellowstoneFeedTests
{
    private static readonly byte[] Account = GeyserMessages.Account(new AccountUpdate());

    [Fact]
    public async Task Run_MessagesSplitIntoAnyPieces_ArriveWholeAndInOrder()
    {
        List<byte[]> sent = [];
        for (int i = 0; i < 60; i++)
        {
            AccountUpdate update = new() { Data = new byte[i * 97], WriteVersion = (ulong)i + 1 };
            sent.Add(GeyserMessages.Account(update));
        }

        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            Assert.Equal("Subscribe", call.Method);
            Assert.Equal("secret-token", call.Token);
            await call.ReadSubscribeAsync();
            byte[] all = [];
            foreach (byte[] message in sent) all = [.. all, .. GeyserCall.Frame(message)];
            Random random = new(5);
            for (int at = 0; at < all.Length;)
            {
                int piece = Math.Min(all.Length - at, random.Next(4) == 0 ? 1 : random.Next(1, 5000));
                await call.SendRawAsync(all.AsMemory(at, piece));
                at += piece;
            }

            await call.HoldAsync();
        });
        await using FeedHarness harness = new(FeedHarness.Options(server.Address));
        await harness.UntilAsync(h => h.Count(CaptureFrameKind.Message) == sent.Count);

        Assert.True(harness.Feed.IsOpen);
        Assert.Equal(CaptureFrameKind.Open, harness.Frames[0].Kind);
        Assert.Contains("\"protocol\":\"yellowstone\"", Encoding.UTF8.GetString(harness.Frames[0].Bytes));
        Assert.Equal(CaptureFrameKind.Request, harness.Frames[1].Kind);
        RecordingPublisher publisher = new();
        GeyserDecoder decoder = new(5, publisher, new DecoderOptions());
        for (int i = 0; i < sent.Count; i++)
        {
            Assert.Equal(sent[i], harness.Frames[i + 2].Bytes);
            Assert.Equal(DecodeCause.None, decoder.OnMessage(harness.Frames[i + 2].Bytes, default));
        }

        Assert.Equal(sent.Count, publisher.Events.Count);
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task Run_PingOfTheServer_IsAnswered()
    {
        TaskCompletionSource<byte[]> answer = new();
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            await call.ReadAsync();
            await call.ReadAsync(); // our own first ping
            await call.SendAsync(GeyserMessages.Update(6, [], ""));
            answer.TrySetResult((await call.ReadAsync())!);
            await call.HoldAsync();
        });
        await using FeedHarness harness = new(FeedHarness.Options(server.Address));
        await harness.UntilAsync(_ => answer.Task.IsCompleted);
        Assert.Equal(YellowstoneSubscription.Ping(1), await answer.Task);
        Assert.Equal(1, harness.Feed.Counters.PingsReceived);
    }

    [Theory]
    [InlineData(16, "bad%20token", ConnectionCause.Unauthorized, "bad token")]
    [InlineData(7, "no%0Alines", ConnectionCause.Unauthorized, "no lines")]
    [InlineData(8, "quota", ConnectionCause.RateLimited, "quota")]
    [InlineData(12, "", ConnectionCause.GrpcStatus, "")]
    [InlineData(14, "secret-token%", ConnectionCause.GrpcStatus, "secret-token%")]
    public async Task Run_ErrorWithoutBody_IsTypedAndNeverCountsAsOpen(
        int status, string words, ConnectionCause cause, string detail)
    {
        await using GeyserServer server = await GeyserServer.StartAsync(call =>
        {
            call.End(status, words);
            return Task.CompletedTask;
        });
        await using FeedHarness harness = new(FeedHarness.Options(server.Address));
        await harness.UntilEndAsync(cause);
        Assert.Equal(status, harness.Feed.LastEnd.Code);
        Assert.Equal(detail, harness.Feed.LastEnd.Detail);
        Assert.Empty(harness.Frames);
    }

    [Theory]
    [InlineData(503, ConnectionCause.ServerUnavailable)]
    [InlineData(401, ConnectionCause.Unauthorized)]
    [InlineData(429, ConnectionCause.RateLimited)]
    [InlineData(404, ConnectionCause.HttpRefused)]
    [InlineData(200, ConnectionCause.BadHandshake)]
    public async Task Run_AnswerThatIsNotGrpc_IsTyped(int httpStatus, ConnectionCause cause)
    {
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            call.Context.Response.StatusCode = httpStatus;
            call.Context.Response.ContentType = "text/html";
            await call.Context.Response.Body.WriteAsync("<html>"u8.ToArray());
        });
        await using FeedHarness harness = new(FeedHarness.Options(server.Address));
        await harness.UntilEndAsync(cause);
    }

    public enum Fault
    {
        Compressed,
        UnknownFlag,
        TooLong,
        ResetInside,
        EndInside,
        NoStatus,
        EndOk,
        ErrorAfter,
    }

    [Theory]
    [InlineData(Fault.Compressed, ConnectionCause.CompressedMessage)]
    [InlineData(Fault.UnknownFlag, ConnectionCause.ProtocolViolation)]
    [InlineData(Fault.TooLong, ConnectionCause.MessageTooLong)]
    [InlineData(Fault.ResetInside, ConnectionCause.SocketError)]
    [InlineData(Fault.EndInside, ConnectionCause.ProtocolViolation)]
    [InlineData(Fault.NoStatus, ConnectionCause.EndOfStream)]
    [InlineData(Fault.EndOk, ConnectionCause.ClosedByServer)]
    [InlineData(Fault.ErrorAfter, ConnectionCause.GrpcStatus)]
    public async Task Run_Fault_KeepsWhatCameBeforeThenClosesAndReconnects(Fault fault, ConnectionCause cause)
    {
        TaskCompletionSource seen = new(); // a reset throws away what the client has not read yet
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            await call.ReadSubscribeAsync();
            await call.SendAsync(Account);
            if (call.Number > 1)
            {
                await call.HoldAsync();
                return;
            }

            byte[] frame = GeyserCall.Frame(Account);
            if (fault == Fault.Compressed) await call.SendRawAsync(GeyserCall.Frame(Account, flag: 1));
            if (fault == Fault.UnknownFlag) await call.SendRawAsync(GeyserCall.Frame(Account, flag: 7));
            if (fault == Fault.TooLong) await call.SendRawAsync(GeyserCall.Frame(Account, length: -1));
            if (fault is Fault.ResetInside or Fault.EndInside) await call.SendRawAsync(frame.AsMemory(0, 100));
            if (fault == Fault.ResetInside)
            {
                await seen.Task;
                call.Reset(2);
            }

            if (fault is Fault.EndOk or Fault.EndInside) call.End(0);
            if (fault == Fault.ErrorAfter) call.End(13, "lagged");
        });
        await using FeedHarness harness = new(FeedHarness.Options(server.Address));
        await harness.UntilAsync(h => h.Count(CaptureFrameKind.Message) != 0);
        seen.SetResult();
        await harness.UntilEndAsync(cause);
        await harness.UntilAsync(h => h.Feed.IsOpen && h.Count(CaptureFrameKind.Message) == 2);
        Assert.Equal(
            [
                CaptureFrameKind.Open, CaptureFrameKind.Request, CaptureFrameKind.Message, CaptureFrameKind.Close,
                CaptureFrameKind.Open, CaptureFrameKind.Request, CaptureFrameKind.Message,
            ],
            harness.Frames.ConvertAll(f => f.Kind));
        Assert.Contains(cause.ToString(), Encoding.UTF8.GetString(harness.Frames[3].Bytes));
        Assert.Equal(2, harness.Feed.Counters.Opens);
    }

    [Fact]
    public async Task Run_NoServer_IsTypedAndTriedAgain()
    {
        await using FeedHarness harness = new(FeedHarness.Options(new Uri("http://127.0.0.1:1/")));
        await harness.UntilAsync(h => h.Feed.Counters[ConnectionCause.ConnectFailed] >= 3);
        Assert.Empty(harness.Frames);
    }

    [Fact]
    public async Task Run_SilentServer_EndsByPingTimeout()
    {
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            await call.SendAsync(Account);
            await call.HoldAsync();
        });
        await using FeedHarness harness = new(
            FeedHarness.Options(server.Address) with { SilenceNs = 300_000_000, PingIntervalNs = 100_000_000 });
        await harness.UntilEndAsync(ConnectionCause.PingTimeout);
        Assert.True(harness.Feed.Counters.PingsSent >= 2);
    }

    [Fact]
    public async Task Run_Reconnect_ReplaysFromTheSlotAndGivesUpReplayWhenRefused()
    {
        List<byte[]> requests = [];
        TaskCompletionSource hasSlot = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            byte[] request = (await call.ReadSubscribeAsync())!;
            lock (requests) requests.Add(request);
            if (call.Number == 2)
            {
                await call.SendAsync(GeyserMessages.Update(9, [], ""));
                call.End(13, "from_slot is not available");
                return;
            }

            await call.SendAsync(Account);
            if (call.Number != 1)
            {
                await call.HoldAsync();
                return;
            }

            await hasSlot.Task; // the next call is made within milliseconds, and must know the slot
            call.End(14, "restart");
        });
        ulong resume = 0;
        YellowstoneSubscription subscription = new()
        {
            Accounts = [new GeyserAccountFilter { Name = "pools", Owners = [ProgramIds.Token] }],
        };
        YellowstoneOptions options = FeedHarness.Options(server.Address) with { Subscription = subscription };
        await using FeedHarness harness = new(options, () => resume);
        await harness.UntilAsync(h => h.Count(CaptureFrameKind.Message) >= 1);
        resume = 398_202_700;
        hasSlot.SetResult();
        await harness.UntilAsync(h => h.Feed.IsOpen && h.Feed.Counters[ConnectionCause.ReplayRefused] == 1
            && h.Frames.FindAll(f => f.Bytes.AsSpan().SequenceEqual(Account)).Count == 2);
        lock (requests)
        {
            Assert.Equal(
                [subscription.ToRequest(), subscription.ToRequest(resume), subscription.ToRequest()], requests);
        }

        Assert.Contains(
            "\"fromSlot\":398202700", Encoding.UTF8.GetString(harness.Frames.FindAll(f =>
                f.Kind == CaptureFrameKind.Open)[1].Bytes));
    }

    [Fact]
    public async Task Update_WhileOpen_SendsAndRecordsTheNewRequest()
    {
        byte[]? second = null;
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            await call.ReadSubscribeAsync();
            await call.SendAsync(Account);
            second = await call.ReadSubscribeAsync();
            await call.SendAsync(Account);
            await call.HoldAsync();
        });
        await using FeedHarness harness = new(FeedHarness.Options(server.Address));
        await harness.UntilAsync(h => h.Feed.IsOpen);
        YellowstoneSubscription changed = new() { Commitment = GeyserCommitment.Confirmed };
        harness.Feed.Update(changed);
        await harness.UntilAsync(h => h.Count(CaptureFrameKind.Message) == 2);
        Assert.Equal(changed.ToRequest(), second);
        Assert.Equal(2, harness.Count(CaptureFrameKind.Request));
    }

    [Fact]
    public async Task Run_InboxFull_ClosesThenOpensAgainWhenThereIsRoom()
    {
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            await call.ReadSubscribeAsync();
            for (int i = 0; i < (call.Number == 1 ? 200 : 1); i++) await call.SendAsync(Account);
            await call.HoldAsync();
        });
        await using FeedHarness harness = new(FeedHarness.Options(server.Address), inboxBytes: 1 << 15);
        while (harness.Feed.Counters[ConnectionCause.InboxFull] == 0) await Task.Delay(5);
        await harness.UntilAsync(h => h.Feed.Counters.Opens == 2);
        int close = harness.Frames.FindIndex(f => f.Kind == CaptureFrameKind.Close);
        Assert.True(close > 2 && close < 200, $"closed at frame {close}");
        Assert.Equal(CaptureFrameKind.Open, harness.Frames[close + 1].Kind);
        Assert.True(harness.Inbox.DroppedFrames > 0);
    }
}
