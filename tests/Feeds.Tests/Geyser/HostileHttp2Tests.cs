using System;
using System.Threading.Tasks;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Rpc;
using Xunit;
using static LowLatency.Feeds.Tests.Geyser.RawHttp2Connection;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>
/// Servers that break HTTP/2 itself, or use it to fill memory: each connection ends with its cause, is tried again
/// after a wait, and leaves nothing behind. Alone, as the heap is the whole process's.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class HostileHttp2Tests
{
    /// <summary>A flood of a second fills gigabytes where every frame is answered and nothing ends it.</summary>
    private const long HeapBytes = 256 << 20;

    public enum Attack
    {
        PingsUnread,
        PingsRead,
        SettingsUnread,
        EmptyContinuations,
        LongContinuations,
        EndlessHeaderBlocks,
        WindowUpdates,
        EmptyData,
        UnknownFrames,
        FrameTooLong,
        NoWindow,
        NotHttp2,
        Silence,
        WindowOverflow,
        DataBeforeHeaders,
        GoAwayBeforeStream,
    }

    [Theory]
    [InlineData(Attack.PingsUnread, ConnectionCause.SocketError, "")]
    [InlineData(Attack.PingsRead, ConnectionCause.SocketError, "")]
    [InlineData(Attack.SettingsUnread, ConnectionCause.SocketError, "")]
    [InlineData(Attack.EmptyContinuations, ConnectionCause.PingTimeout, "")]
    [InlineData(Attack.LongContinuations, ConnectionCause.MessageTooLong, "headers length exceeded")]
    [InlineData(Attack.EndlessHeaderBlocks, ConnectionCause.ProtocolViolation, "PROTOCOL_ERROR")]
    [InlineData(Attack.WindowUpdates, ConnectionCause.PingTimeout, "")]
    [InlineData(Attack.EmptyData, ConnectionCause.PingTimeout, "")]
    [InlineData(Attack.UnknownFrames, ConnectionCause.ProtocolViolation, "PROTOCOL_ERROR")]
    [InlineData(Attack.FrameTooLong, ConnectionCause.ProtocolViolation, "FRAME_SIZE_ERROR")]
    [InlineData(Attack.NoWindow, ConnectionCause.PingTimeout, "")]
    [InlineData(Attack.NotHttp2, null, "HTTP/2")]
    [InlineData(Attack.Silence, ConnectionCause.PingTimeout, "")]
    [InlineData(Attack.WindowOverflow, ConnectionCause.SocketError, "aborted")]
    [InlineData(Attack.DataBeforeHeaders, ConnectionCause.ProtocolViolation, "PROTOCOL_ERROR")]
    [InlineData(Attack.GoAwayBeforeStream, ConnectionCause.PingTimeout, "")]
    public async Task Run_Attack_EndsWithItsCauseInBoundedMemory(Attack attack, ConnectionCause? cause, string words)
    {
        await using RawHttp2Server server = new(c => RunAsync(c, attack));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        await using FeedHarness harness = new(FeedHarness.Options(server.Address) with { SilenceNs = 1_000_000_000 });

        // Whether the verdict or the end of the socket is seen first differs from time to time; the verdict comes.
        await harness.UntilAsync(h =>
        {
            most = Math.Max(most, GC.GetTotalMemory(false) - before);
            ConnectionEnd end = h.Feed.LastEnd;
            return h.Feed.Counters.Attempts >= 4 && (cause is null || end.Cause == cause)
                && end.Detail is { Length: > 0 } detail && detail.Contains(words, StringComparison.Ordinal);
        });
        Assert.Equal(0, harness.Feed.Counters[ConnectionCause.InternalError]);
        Assert.Equal(0, harness.Feed.Counters[ConnectionCause.Stopped]);
        Assert.Empty(harness.Frames);
        Assert.True(most < HeapBytes, $"{most} bytes more on the heap");
        long attempts = harness.Feed.Counters.Attempts;
        Assert.True(server.Count <= 6 * attempts, $"{server.Count} connections in {attempts} attempts");
    }

    /// <summary>A server that goes away in order finishes what it began; then it is connected to anew.</summary>
    [Fact]
    public async Task Run_GoAwayMidStream_KeepsWhatFollowsThenConnectsAnew()
    {
        byte[] account = GeyserMessages.Account(new AccountUpdate());
        await using RawHttp2Server server = new(async c =>
        {
            await c.GreetAsync();
            await c.SendAsync(Frame(Headers, EndHeaders, 1, GoodHeaders()));
            await c.SendAsync(Frame(Data, 0, 1, GeyserCall.Frame(account)));
            if (c.Number == 1)
            {
                await c.SendAsync(Frame(GoAway, 0, 0, [0, 0, 0, 1, 0, 0, 0, 0])); // the last stream is ours
                await c.SendAsync(Frame(Data, 0, 1, GeyserCall.Frame(account)));
                byte[] trailers = [.. Header("grpc-status", "14"), .. Header("grpc-message", "going%20away")];
                await c.SendAsync(Frame(Headers, EndHeaders | EndStream, 1, trailers));
            }

            await c.DrainAsync();
        });
        await using FeedHarness harness = new(FeedHarness.Options(server.Address));
        await harness.UntilAsync(h => h.Feed.Counters.Opens == 2 && h.Count(CaptureFrameKind.Message) == 3);
        Assert.Equal(ConnectionCause.GrpcStatus, harness.Feed.LastEnd.Cause);
        Assert.Equal("going away", harness.Feed.LastEnd.Detail);
    }

    private static async Task RunAsync(RawHttp2Connection c, Attack attack)
    {
        byte[] header = Header("x-padding", new string('a', 100));
        switch (attack)
        {
            case Attack.NotHttp2:
                await c.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                await c.DrainAsync();
                return;
            case Attack.Silence:
                await c.DrainAsync();
                return;
            case Attack.NoWindow:
                await c.GreetAsync([0, 4, 0, 0, 0, 0]); // SETTINGS_INITIAL_WINDOW_SIZE 0
                await c.DrainAsync();
                return;
            default:
                await c.GreetAsync();
                break;
        }

        switch (attack)
        {
            case Attack.PingsUnread:
                await c.FloodAsync(Frame(Ping, 0, 0, new byte[8]));
                break;
            case Attack.PingsRead:
                Task read = c.DrainAsync();
                await c.FloodAsync(Frame(Ping, 0, 0, new byte[8]));
                await read;
                break;
            case Attack.SettingsUnread:
                await c.FloodAsync(Frame(Settings, 0, 0, []));
                break;
            case Attack.EmptyContinuations:
                await c.SendAsync(Frame(Headers, 0, 1, GoodHeaders()));
                await c.FloodAsync(Frame(Continuation, 0, 1, []));
                break;
            case Attack.LongContinuations:
                await c.SendAsync(Frame(Headers, 0, 1, GoodHeaders()));
                await c.FloodAsync(Frame(Continuation, 0, 1, header));
                break;
            case Attack.EndlessHeaderBlocks:
                await c.SendAsync(Frame(Headers, EndHeaders, 1, GoodHeaders()));
                await c.FloodAsync(Frame(Headers, EndHeaders, 1, header));
                break;
            case Attack.WindowUpdates:
                await c.FloodAsync(Frame(WindowUpdate, 0, 1, [0, 0, 0, 1]));
                break;
            case Attack.EmptyData:
                await c.SendAsync(Frame(Headers, EndHeaders, 1, GoodHeaders()));
                await c.FloodAsync(Frame(Data, 0, 1, []));
                break;
            case Attack.UnknownFrames:
                await c.FloodAsync(Frame(200, 0, 1, new byte[50]));
                break;
            case Attack.FrameTooLong:
                await c.SendAsync(Frame(Data, 0, 1, new byte[100], length: (1 << 24) - 1));
                await c.DrainAsync();
                break;
            case Attack.WindowOverflow:
                await c.SendAsync(Frame(WindowUpdate, 0, 1, [0x7F, 0xFF, 0xFF, 0xFF]));
                await c.SendAsync(Frame(WindowUpdate, 0, 1, [0x7F, 0xFF, 0xFF, 0xFF]));
                await c.DrainAsync();
                break;
            case Attack.DataBeforeHeaders:
                await c.SendAsync(Frame(Data, 0, 1, new byte[100]));
                await c.DrainAsync();
                break;
            default:
                await c.SendAsync(Frame(GoAway, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]));
                await c.DrainAsync();
                break;
        }
    }
}
