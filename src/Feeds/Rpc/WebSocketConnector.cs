using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using LowLatency.Engine.Time;

namespace LowLatency.Feeds.Rpc;

/// <summary>A stream behind a successful handshake, with what came behind its answer in the pipe.</summary>
internal sealed class OpenedConnection
{
    /// <summary>The socket.</summary>
    public required SocketStream Socket { get; init; }

    /// <summary>What to read and write: the socket or TLS above it.</summary>
    public required Stream Stream { get; init; }

    /// <summary>What was read and not used.</summary>
    public required Pipe Pipe { get; init; }

    /// <summary>What a waiting read calls every tick.</summary>
    public Func<bool> OnIdle { get; set; } = static () => true;
}

/// <summary>
/// Opens connections: name, socket, TLS, handshake, redirects, within one time limit. Every failure is a typed end.
/// Owner: the connection's thread. Not on the hot path.
/// </summary>
internal sealed class WebSocketConnector
{
    private const int NanosecondsPerMillisecond = 1_000_000;
    private const int LeastReadBytes = 4096;

    private readonly WebSocketOptions _options;
    private readonly IClock _clock;
    private readonly ConnectionCounters _counters;
    private readonly CancellationToken _stop;

    /// <summary>Called between two tries of a read that spins. Set before a connection opens.</summary>
    public Action? OnSpin { get; init; }

    /// <summary>A connector that gives up when <paramref name="stop"/> is cancelled.</summary>
    public WebSocketConnector(
        WebSocketOptions options, IClock clock, ConnectionCounters counters, CancellationToken stop)
    {
        _options = options;
        _clock = clock;
        _counters = counters;
        _stop = stop;
    }

    /// <summary>Opens a connection to <paramref name="address"/>; null and the reason if it fails.</summary>
    public OpenedConnection? TryOpen(Uri address, out ConnectionEnd end)
    {
        long deadlineNs = _clock.NowNs + _options.ConnectTimeoutNs;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        limit.CancelAfter((int)(_options.ConnectTimeoutNs / NanosecondsPerMillisecond));
        for (int redirects = 0; redirects <= _options.MaxRedirects; redirects++)
        {
            OpenedConnection? opened = TryOpenOnce(address, deadlineNs, limit.Token, out HandshakeAnswer answer);
            end = answer.End;
            if (answer.Redirect is null) return opened;
            _counters.Redirects++;
            address = answer.Redirect;
        }

        end = new ConnectionEnd(ConnectionCause.BadRedirect, 0, "too many redirects");
        return null;
    }

    private OpenedConnection? TryOpenOnce(
        Uri address, long deadlineNs, CancellationToken limit, out HandshakeAnswer answer)
    {
        Socket? socket = TryConnect(address, limit, out ConnectionEnd end);
        answer = new HandshakeAnswer(end);
        if (socket is null) return null;
        OpenedConnection? opened = null;
        SocketStreamOptions times = new()
        {
            TickMs = _options.TickMs,
            SpinNs = _options.SpinNs,
            OnSpin = OnSpin,
            WriteTimeoutNs = _options.WriteTimeoutNs,
        };
        // Until the handshake is done a waiting read looks at the time limit, later at the client's housekeeping.
        SocketStream stream = new(
            socket, _clock, times,
            () => opened?.OnIdle() ?? (_clock.NowNs < deadlineNs && !_stop.IsCancellationRequested));
        Stream? secure = null;
        try
        {
            secure = address.Scheme == "wss" ? Secure(stream, address) : stream;
            Pipe pipe = new(new PipeOptions(
                readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
                pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: _options.ReadBytes,
                useSynchronizationContext: false));
            answer = Greet(secure, pipe, address);
            if (answer.End.Cause == ConnectionCause.None)
            {
                opened = new OpenedConnection { Socket = stream, Stream = secure, Pipe = pipe };
                return opened;
            }
        }
        catch (AuthenticationException e)
        {
            answer = new HandshakeAnswer(new ConnectionEnd(ConnectionCause.TlsFailed, 0, Clean(e, address)));
        }
        catch (IOException e)
        {
            answer = new HandshakeAnswer(new ConnectionEnd(ConnectionCause.SocketError, 0, Clean(e, address)));
        }

        if (stream.GaveUp) answer = new HandshakeAnswer(GaveUp());
        (secure ?? stream).Dispose();
        return null;
    }

    private ConnectionEnd GaveUp() => _stop.IsCancellationRequested
        ? new ConnectionEnd(ConnectionCause.Stopped)
        : new ConnectionEnd(ConnectionCause.ConnectTimeout, 0, "no connection within the time limit");

    private Socket? TryConnect(Uri address, CancellationToken limit, out ConnectionEnd end)
    {
        IPAddress[] candidates;
        try
        {
            candidates = IPAddress.TryParse(address.IdnHost, out IPAddress? literal)
                ? [literal]
                : Dns.GetHostAddressesAsync(address.IdnHost, limit).GetAwaiter().GetResult();
        }
        catch (SocketException e)
        {
            end = new ConnectionEnd(ConnectionCause.NameNotFound, 0, Clean(e, address));
            return null;
        }
        catch (OperationCanceledException)
        {
            end = GaveUp();
            return null;
        }

        end = new ConnectionEnd(ConnectionCause.NameNotFound, 0, "the name has no address");
        foreach (IPAddress candidate in candidates)
        {
            Socket socket = new(candidate.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                if (_options.SocketReceiveBytes > 0) socket.ReceiveBufferSize = _options.SocketReceiveBytes;
                socket.ConnectAsync(new IPEndPoint(candidate, address.Port), limit).AsTask().GetAwaiter().GetResult();
                end = default;
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                end = new ConnectionEnd(ConnectionCause.ConnectFailed, 0, e.SocketErrorCode.ToString());
            }
            catch (OperationCanceledException)
            {
                socket.Dispose();
                end = GaveUp();
                return null;
            }
        }

        return null;
    }

    private SslStream Secure(SocketStream stream, Uri address)
    {
        SslStream secure = new(stream, leaveInnerStreamOpen: false);
        try
        {
            secure.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = address.IdnHost,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = _options.CertificateCheck,
            });
            return secure;
        }
        catch
        {
            secure.Dispose();
            throw;
        }
    }

    private HandshakeAnswer Greet(Stream stream, Pipe pipe, Uri address)
    {
        WebSocketHandshake handshake = new();
        stream.Write(handshake.Request(address, _options.Headers));
        while (true)
        {
            int count = stream.Read(pipe.Writer.GetMemory(LeastReadBytes).Span);
            if (count == 0)
            {
                return new HandshakeAnswer(
                    new ConnectionEnd(ConnectionCause.EndOfStream, 0, "the stream ended inside the handshake"));
            }

            pipe.Writer.Advance(count);
            _ = pipe.Writer.FlushAsync().GetAwaiter().GetResult();
            if (!pipe.Reader.TryRead(out ReadResult result)) continue;
            ReadOnlySequence<byte> buffer = result.Buffer;
            bool isRead = handshake.TryRead(ref buffer, address, _clock.UtcNs, out HandshakeAnswer answer);
            pipe.Reader.AdvanceTo(buffer.Start, isRead ? buffer.Start : buffer.End);
            if (isRead) return answer;
        }
    }

    private static string Clean(Exception e, Uri address) => EndpointAddress.RedactIn(e.Message, address);
}
