using System;
using System.Buffers;
using System.Text;
using System.Threading;
using LowLatency.Feeds.Rpc;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Rpc;

public sealed class WebSocketHandshakeTests
{
    private const string RfcAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private static readonly Uri Address = new("wss://host.example/chat?api-key=secret");

    // RFC 6455 section 1.3: the key is the Base64 of these sixteen bytes.
    private static readonly WebSocketHandshake Rfc = new(Encoding.ASCII.GetBytes("the sample nonce"));

    [Fact]
    public void AcceptOf_ExampleOfTheRfc_IsMet() =>
        Assert.Equal(RfcAccept, WebSocketHandshake.AcceptOf("dGhlIHNhbXBsZSBub25jZQ=="));

    [Fact]
    public void Request_HasEveryRequiredHeaderAndOffersNoExtension()
    {
        string request = Encoding.ASCII.GetString(Rfc.Request(new Uri("ws://h:81/p?q=1"), [new("x-token", "t")]));
        Assert.StartsWith("GET /p?q=1 HTTP/1.1\r\nHost: h:81\r\n", request);
        Assert.Contains("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", request);
        Assert.Contains("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n", request);
        Assert.EndsWith("\r\nx-token: t\r\n\r\n", request);
        Assert.DoesNotContain("Extensions", request);
        Assert.Throws<ArgumentException>(() => Rfc.Request(Address, [new("x", "a\r\nb: c")]));
    }

    [Fact]
    public void TryRead_EverySplitPosition_GivesTheSameAnswerAndLeavesTheRest()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Good() + "rest");
        for (int split = 0; split <= bytes.Length; split++)
        {
            ReadOnlySequence<byte> buffer = Segments.Of(bytes[..split], bytes[split..]);
            Assert.True(Rfc.TryRead(ref buffer, Address, 0, out HandshakeAnswer answer));
            Assert.Equal(ConnectionCause.None, answer.End.Cause);
            Assert.Equal("rest", Encoding.ASCII.GetString(buffer));
            if (split >= bytes.Length - "rest".Length) continue;
            ReadOnlySequence<byte> part = new(bytes, 0, split);
            Assert.False(Rfc.TryRead(ref part, Address, 0, out _));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 101 x", "HTTP/1.1 200 OK", ConnectionCause.HttpRefused)]
    [InlineData("HTTP/1.1 101 x", "HTTP/2 101", ConnectionCause.BadHandshake)]
    [InlineData("HTTP/1.1 101 x", "garbage", ConnectionCause.BadHandshake)]
    [InlineData("HTTP/1.1 101 x", "HTTP/1.1 403 no", ConnectionCause.Unauthorized)]
    [InlineData("HTTP/1.1 101 x", "HTTP/1.1 401 no", ConnectionCause.Unauthorized)]
    [InlineData("HTTP/1.1 101 x", "HTTP/1.1 503 no", ConnectionCause.ServerUnavailable)]
    [InlineData("HTTP/1.1 101 x", "HTTP/1.1 302 x", ConnectionCause.BadRedirect)]
    [InlineData("Upgrade: WebSocket", "Upgrade: h2c", ConnectionCause.BadHandshake)]
    [InlineData("Connection: keep-alive, Upgrade", "Connection: close", ConnectionCause.BadHandshake)]
    [InlineData(RfcAccept, "s3pPLMBiTxaQ9kYGzzhZRbK-xOo=", ConnectionCause.BadHandshake)]
    [InlineData("X-Other: 1", "Sec-WebSocket-Extensions: permessage-deflate", ConnectionCause.BadHandshake)]
    [InlineData("X-Other: 1", "Sec-WebSocket-Protocol: soap", ConnectionCause.BadHandshake)]
    [InlineData("X-Other: 1", ": no name", ConnectionCause.BadHandshake)]
    public void TryRead_AnswerThatIsNoHandshake_IsRefusedByCause(string from, string to, ConnectionCause cause)
    {
        ReadOnlySequence<byte> buffer = new(Encoding.ASCII.GetBytes(Good().Replace(from, to)));
        Assert.True(Rfc.TryRead(ref buffer, Address, 0, out HandshakeAnswer answer));
        Assert.Equal(cause, answer.End.Cause);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Thu, 01 Jan 1970 00:01:40 GMT", 90)] // the clock says 10 s
    [InlineData("Thu, 01 Jan 1970 00:00:01 GMT", 0)]
    [InlineData("99999999", 300)]
    [InlineData("soon", 0)]
    public void TryRead_TooManyRequests_SaysHowLongToWait(string header, long seconds)
    {
        ReadOnlySequence<byte> buffer = new(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 429 Too Many Requests\r\nRetry-After: {header}\r\n\r\n"));
        Assert.True(Rfc.TryRead(ref buffer, Address, 10_000_000_000, out HandshakeAnswer answer));
        Assert.Equal((ConnectionCause.RateLimited, 429), (answer.End.Cause, answer.End.Code));
        Assert.Equal(seconds * 1_000_000_000, answer.End.RetryAfterNs);
    }

    [Fact]
    public void TryRead_HeadWithoutEnd_IsRefusedAtItsLimit()
    {
        ReadOnlySequence<byte> buffer = new(new byte[WebSocketHandshake.MaxAnswerBytes + 1]);
        Assert.True(Rfc.TryRead(ref buffer, Address, 0, out HandshakeAnswer answer));
        Assert.Equal(ConnectionCause.BadHandshake, answer.End.Cause);
    }

    [Fact]
    public void TryRead_SeededMutations_NeverThrowAndNeverOpenWithAWrongKey()
    {
        byte[] good = Encoding.ASCII.GetBytes(Good());
        for (int seed = 0; seed < 20_000; seed++)
        {
            byte[] bytes = Mutate.Bytes(good, new Random(seed));
            ReadOnlySequence<byte> buffer = new(bytes);
            if (!Rfc.TryRead(ref buffer, Address, 0, out HandshakeAnswer answer)) continue;
            bool isOpen = answer.End.Cause == ConnectionCause.None;
            Assert.True(!isOpen || Encoding.ASCII.GetString(bytes).Contains(RfcAccept), $"seed {seed}");
        }
    }

    [Fact]
    public void Open_RedirectToAnotherPath_IsFollowedAndCounted()
    {
        using MiniServer server = new(peer =>
        {
            if (peer.Number > 1)
            {
                peer.Upgrade();
                peer.SendText("here");
                return;
            }

            peer.ReadHead();
            peer.Write("HTTP/1.1 307 Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
        });
        TextHandler handler = new();
        Assert.Equal(ConnectionCause.EndOfStream, handler.Run(server.Address, new WebSocketOptions()).Cause);
        Assert.Equal(["here"], handler.Texts);
        Assert.Equal(1, handler.Counters.Redirects);
    }

    [Theory]
    [InlineData("HTTP/1.1 302 x\r\nLocation: /again\r\n\r\n", ConnectionCause.BadRedirect, 4)]
    [InlineData("HTTP/1.1 302 x\r\nLocation: ftp://x/\r\n\r\n", ConnectionCause.BadRedirect, 1)]
    [InlineData("HTTP/1.1 429 x\r\nRetry-After: 3\r\n\r\n", ConnectionCause.RateLimited, 1)]
    [InlineData("HTTP/1.1 10", ConnectionCause.EndOfStream, 1)]
    public void Open_Refused_TellsTheCause(string answer, ConnectionCause cause, int connections)
    {
        using MiniServer server = new(peer =>
        {
            peer.ReadHead();
            peer.Write(answer);
        });
        Assert.Equal(cause, new TextHandler().Run(server.Address, new WebSocketOptions()).Cause);
        Assert.Equal(connections, server.Connections);
    }

    [Fact]
    public void Open_NobodyListens_OrNobodyAnswers_EndsInTime()
    {
        int port;
        using (MiniServer closed = new(_ => { })) port = closed.Port;
        TextHandler handler = new();
        ConnectionEnd end = handler.Run(new Uri($"ws://127.0.0.1:{port}/"), new WebSocketOptions());
        Assert.Equal(ConnectionCause.ConnectFailed, end.Cause);
        using ManualResetEventSlim never = new();
        using MiniServer silent = new(peer => never.Wait(20_000));
        end = handler.Run(silent.Address, new WebSocketOptions { ConnectTimeoutNs = 200_000_000 });
        never.Set();
        Assert.Equal(ConnectionCause.ConnectTimeout, end.Cause);
        end = handler.Run(new Uri("ws://no-such-host.invalid/"), new WebSocketOptions());
        Assert.Equal(ConnectionCause.NameNotFound, end.Cause);
    }

    [Fact]
    public void Open_ServerSpeaksNoTls_IsATlsFailure()
    {
        using MiniServer server = new(peer => peer.Write("HTTP/1.1 400 Bad Request\r\n\r\n"));
        Uri address = new($"wss://127.0.0.1:{server.Port}/");
        Assert.Equal(ConnectionCause.TlsFailed, new TextHandler().Run(address, new WebSocketOptions()).Cause);
    }

    [Theory]
    [InlineData("wss://h.example/?api-key=abc", "wss://h.example/?api-key=***")]
    [InlineData("https://u:p@h.example:444/v2/AbCdEf0123456789_-x/", "https://h.example:444/v2/***/")]
    [InlineData("https://h.example/path/short?flag&k=v", "https://h.example/path/short?***&k=***")]
    public void Redact_Address_HasNoSecretLeft(string address, string expected) =>
        Assert.Equal(expected, EndpointAddress.Redact(new Uri(address)));

    [Fact]
    public void RedactIn_TextOfOthers_LosesEverySecret()
    {
        Uri address = new("https://user:pass@h.example/AbCdEf0123456789?key=s%2Bt");
        Assert.Equal(
            "*** *** *** ***",
            EndpointAddress.RedactIn("user:pass AbCdEf0123456789 s%2Bt s+t", address));
    }

    private static string Good() =>
        "HTTP/1.1 101 x\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nX-Other: 1\r\n"
        + $"Sec-WebSocket-Accept: {RfcAccept}\r\n\r\n";
}
