using System;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using LowLatency.Feeds.Rpc;
using Xunit;

namespace LowLatency.Feeds.Tests.Rpc;

public sealed class WebSocketClientTests
{
    private static readonly WebSocketOptions Options = new()
    {
        TickMs = 5,
        CertificateCheck = static (_, _, _, _) => true,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_FragmentsAtEveryByteWithPingsBetween_GivesWholeTexts(bool useTls)
    {
        const string Text = "{\"fragmented\":\"\u00c3\u00a9\"}"; // the UTF-8 bytes of an accented letter
        using MiniServer server = new(
            peer =>
            {
                peer.Upgrade();
                for (int i = 0; i < Text.Length; i++)
                {
                    int opcode = (i == 0 ? 0x01 : 0x00) | (i == Text.Length - 1 ? 0x80 : 0);
                    peer.SendFrame((byte)opcode, Text[i..(i + 1)]);
                    peer.SendFrame(0x89, $"p{i}");
                    Assert.Equal((0x8A, $"p{i}"), peer.ReadFrame());
                }

                peer.SendText("last");
                peer.SendFrame(0x88, "\u0003\u00e8done");
                Assert.Equal((0x88, "\u0003\u00e8"), peer.ReadFrame());
            },
            useTls);
        TextHandler handler = new();
        ConnectionEnd end = handler.Run(server.Address, Options);
        Assert.Equal(new ConnectionEnd(ConnectionCause.ClosedByServer, 1000, "done"), end);
        Assert.Equal([Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Text)), "last"], handler.Texts);
        Assert.Equal((1L, (long)Text.Length), (handler.Counters.FragmentedMessages, handler.Counters.PingsReceived));
        Assert.Null(server.ScriptError);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Run_BothSidesSendMuchAtOnce_NeitherStallsAndAllComesInOrder(bool useTls, bool whileIdle)
    {
        const int Messages = 300;
        string large = new('x', 100_000);
        using MiniServer server = new(
            peer =>
            {
                peer.Upgrade();
                // Nothing came before the client writes: it writes while its own read waits.
                if (whileIdle) Assert.True(peer.Socket.Poll(10_000_000, SelectMode.SelectRead));
                // The server does not read before it has written everything: 30 MB.
                for (int i = 0; i < Messages; i++) peer.SendText(i + large);
                for (int i = 0; i < 20; i++) Assert.Equal(1_000_000, peer.ReadText().Length);
                peer.SendText("all read");
            },
            useTls);
        TextHandler handler = new() { OnText = text => text != "all read" };
        bool hasSent = false;
        handler.OnTick = _ =>
        {
            if (hasSent) return true;
            hasSent = true;
            byte[] text = new byte[1_000_000];
            Array.Fill(text, (byte)'y');
            for (int i = 0; i < 20; i++) handler.Client!.Send(text);
            return true;
        };
        long start = Stopwatch.GetTimestamp();
        ConnectionEnd end = handler.Run(server.Address, Options);
        Assert.Equal(ConnectionCause.Stopped, end.Cause);
        Assert.Equal(Messages + 1, handler.Texts.Count);
        for (int i = 0; i < Messages; i++) Assert.Equal(i + large, handler.Texts[i]);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(120));
        Assert.Null(server.ScriptError);
    }

    [Fact]
    public void Run_PeerTakesNoBytes_IsAWriteTimeout()
    {
        using ManualResetEventSlim done = new();
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            done.Wait(20_000);
        });
        TextHandler handler = new();
        handler.OnTick = _ =>
        {
            handler.Client!.Send(new byte[50_000_000]);
            return true;
        };
        ConnectionEnd end = handler.Run(server.Address, Options with { WriteTimeoutNs = 100_000_000 });
        done.Set();
        Assert.Equal(ConnectionCause.WriteTimeout, end.Cause);
        Assert.True(handler.Counters.WriteWaits > 0);
    }

    [Theory]
    [InlineData(0xC1, "x", ConnectionCause.ProtocolViolation, "ReservedBit", 1002)]
    [InlineData(0x83, "x", ConnectionCause.ProtocolViolation, "UnknownOpcode", 1002)]
    [InlineData(0x80, "x", ConnectionCause.ProtocolViolation, "UnexpectedContinuation", 1002)]
    [InlineData(0x81, "\u00ff", ConnectionCause.InvalidUtf8, "InvalidUtf8", 1007)]
    [InlineData(0x81, "\u00ed\u00a0\u0080", ConnectionCause.InvalidUtf8, "InvalidUtf8", 1007)] // a surrogate
    [InlineData(0x82, "x", ConnectionCause.BinaryMessage, "a binary message", 1003)]
    [InlineData(0x88, "x", ConnectionCause.ProtocolViolation, "BadClose", 1002)]
    [InlineData(0x88, "\u0003\u00ee", ConnectionCause.ProtocolViolation, "BadClose", 1002)]
    public void Run_ServerBreaksTheProtocol_ClosesWithTheCode(
        byte first, string payload, ConnectionCause cause, string detail, int code)
    {
        string closed = string.Empty;
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            peer.SendFrame(first, payload);
            (int frame, closed) = peer.ReadFrame();
            Assert.Equal(0x88, frame);
            peer.WaitForEnd();
        });
        ConnectionEnd end = new TextHandler().Run(server.Address, Options);
        Assert.Equal(new ConnectionEnd(cause, code, detail), end);
        SpinWait.SpinUntil(() => closed.Length > 0, 5_000);
        Assert.Equal(code, (closed[0] << 8) | closed[1]);
        Assert.Null(server.ScriptError);
    }

    [Fact]
    public void Run_MessageAboveTheLimit_IsRefusedBeforeItsBytesCome()
    {
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            peer.Write([0x81, 127, 0, 0, 0, 0, 0x10, 0, 0, 0]);
            peer.WaitForEnd();
        });
        ConnectionEnd end = new TextHandler().Run(server.Address, Options);
        Assert.Equal((ConnectionCause.MessageTooLong, 1009), (end.Cause, end.Code));
    }

    [Fact]
    public void Run_NoRoomForAMessage_EndsAsInboxFull()
    {
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            peer.SendText("small");
            peer.SendText("larger than the room");
            peer.SendText("never seen");
            peer.WaitForEnd();
        });
        TextHandler handler = new() { RoomBytes = 10 };
        Assert.Equal(ConnectionCause.InboxFull, handler.Run(server.Address, Options).Cause);
        Assert.Equal(["small"], handler.Texts);
    }

    [Theory]
    [InlineData(true, ConnectionCause.PingTimeout)]
    [InlineData(false, ConnectionCause.ReadTimeout)]
    public void Run_HalfOpenConnection_IsNoticed(bool withPings, ConnectionCause cause)
    {
        using ManualResetEventSlim done = new();
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            done.Wait(20_000); // alive, but never answers
        });
        WebSocketOptions options = Options with
        {
            PingIntervalNs = withPings ? 50_000_000 : long.MaxValue,
            PongTimeoutNs = 100_000_000,
            ReadTimeoutNs = 400_000_000,
        };
        TextHandler handler = new();
        ConnectionEnd end = handler.Run(server.Address, options);
        done.Set();
        Assert.Equal(cause, end.Cause);
        Assert.Equal(withPings ? 1 : 0, handler.Counters.PingsSent);
    }

    [Fact]
    public void Run_PingsAreAnswered_StaysOpen()
    {
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            for (int i = 0; i < 5; i++)
            {
                (int first, string text) = peer.ReadFrame();
                Assert.Equal(0x89, first);
                peer.SendFrame(0x8A, text);
            }

            peer.SendText("five");
            peer.WaitForEnd();
        });
        TextHandler handler = new() { OnText = _ => false };
        WebSocketOptions options = Options with { PingIntervalNs = 30_000_000, PongTimeoutNs = 5_000_000_000 };
        Assert.Equal(ConnectionCause.Stopped, handler.Run(server.Address, options).Cause);
        Assert.Equal(5, handler.Counters.PongsReceived);
        Assert.Null(server.ScriptError);
    }

    [Fact]
    public void Run_PingFlood_AnswersTheNewestAndWritesLittle()
    {
        const int Pings = 20_000;
        string padding = new('x', 100);
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            using MemoryStream flood = new();
            for (int i = 0; i < Pings; i++)
            {
                byte[] payload = Encoding.Latin1.GetBytes($"{i:D8}{padding}");
                flood.WriteByte(0x89);
                flood.WriteByte((byte)payload.Length);
                flood.Write(payload);
            }

            peer.Write(flood.ToArray());
            (int First, string Text) pong;
            do pong = peer.ReadFrame();
            while (!pong.Text.StartsWith($"{Pings - 1:D8}", StringComparison.Ordinal));
            Assert.Equal(0x8A, pong.First);
            peer.SendText("enough");
            peer.WaitForEnd();
        });
        TextHandler handler = new() { OnText = _ => false };
        Assert.Equal(ConnectionCause.Stopped, handler.Run(server.Address, Options).Cause);
        Assert.Null(server.ScriptError);
        Assert.Equal(Pings, handler.Counters.PingsReceived);
        Assert.True(handler.Counters.BytesSent * 4 < handler.Counters.BytesRead, $"{handler.Counters.BytesSent}");
    }

    [Fact]
    public void Run_ServerResets_IsASocketError()
    {
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            peer.SendText("one");
            Thread.Sleep(50);
            peer.Socket.LingerState = new LingerOption(true, 0);
            peer.Socket.Close();
        });
        TextHandler handler = new();
        Assert.Equal(ConnectionCause.SocketError, handler.Run(server.Address, Options).Cause);
        Assert.Equal(["one"], handler.Texts);
    }

    [Fact]
    public void Run_StoppedByTheOwner_ClosesInOrder()
    {
        bool sawClose = false;
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            sawClose = peer.ReadFrame() == (0x88, "\u0003\u00e8");
            peer.SendText("late");
            peer.SendFrame(0x88, "\u0003\u00e8");
        });
        TextHandler handler = new() { OnTick = _ => false };
        Assert.Equal(ConnectionCause.Stopped, handler.Run(server.Address, Options).Cause);
        Assert.True(sawClose);
        Assert.Empty(handler.Texts);
    }

    [Fact]
    public void Run_UntrustedCertificate_IsATlsFailure()
    {
        using MiniServer server = new(peer => peer.Upgrade(), useTls: true);
        ConnectionEnd end = new TextHandler().Run(server.Address, Options with { CertificateCheck = null });
        Assert.Equal(ConnectionCause.TlsFailed, end.Cause);
    }
}
