using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>
/// An HTTP/2 server by hand, for what no decent server does: each connection runs what the test says, frame by frame.
/// </summary>
internal sealed class RawHttp2Server : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<RawHttp2Connection, Task> _handler;
    private readonly List<Task> _connections = [];
    private readonly Task _accept;
    private int _count;

    public RawHttp2Server(Func<RawHttp2Connection, Task> handler)
    {
        _handler = handler;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accept = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Connections so far.</summary>
    public int Count => Volatile.Read(ref _count);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accept;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                _connections.Add(ServeAsync(socket, Interlocked.Increment(ref _count)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // the test is over
        }
    }

    private async Task ServeAsync(Socket socket, int number)
    {
        using NetworkStream stream = new(socket, ownsSocket: true);
        RawHttp2Connection connection = new(stream, number, _stop.Token);
        try
        {
            await _handler(connection);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // the client went away, or the test is over
        }
    }
}

/// <summary>One connection of a client.</summary>
internal sealed class RawHttp2Connection(Stream stream, int number, CancellationToken stop)
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    /// <summary>From 1.</summary>
    public int Number => number;

    // Source: RFC 9113 section 4.1: length 24, type 8, flags 8, stream 31.
    public static byte[] Frame(byte type, byte flags, int streamId, ReadOnlySpan<byte> payload, int? length = null)
    {
        byte[] frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, (length ?? payload.Length) << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>A header as a literal without indexing. Source: RFC 7541 section 6.2.2.</summary>
    public static byte[] Header(string name, string value)
    {
        if (name.Length > 126 || value.Length > 126) throw new ArgumentException("one byte of length", nameof(value));
        return
        [
            0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name),
            (byte)value.Length, .. Encoding.ASCII.GetBytes(value),
        ];
    }

    /// <summary>The headers of a good answer: status 200 and the content type.</summary>
    public static byte[] GoodHeaders() => [0x88, .. Header("content-type", "application/grpc")];

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes, stop);

    /// <summary>Reads what the client says until it has sent a request's headers; then nothing more.</summary>
    public async Task GreetAsync(byte[]? settings = null)
    {
        await SendAsync(Frame(Settings, 0, 0, settings ?? []));
        byte[] preface = new byte[24];
        await stream.ReadExactlyAsync(preface, stop);
        byte[] head = new byte[9];
        while (true)
        {
            await stream.ReadExactlyAsync(head, stop);
            byte[] payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8];
            await stream.ReadExactlyAsync(payload, stop);
            if (head[3] == Settings && head[4] == 0) await SendAsync(Frame(Settings, 1, 0, []));
            if (head[3] == Headers) return;
        }
    }

    /// <summary>The same bytes as long as the client takes them; nothing is read.</summary>
    public async Task FloodAsync(byte[] frame)
    {
        byte[] many = new byte[frame.Length * 4096];
        for (int i = 0; i < 4096; i++) frame.CopyTo(many, i * frame.Length);
        while (true) await SendAsync(many);
    }

    /// <summary>Reads and forgets until the client goes away.</summary>
    public async Task DrainAsync()
    {
        byte[] buffer = new byte[1 << 16];
        while (await stream.ReadAsync(buffer, stop) != 0)
        {
        }
    }
}
