using System;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace LowLatency.ConsoleHost.Gateway;

/// <summary>
/// <c>/metrics</c>, <c>/healthz</c> and the like over HTTP on the loopback address, one request a connection, on a
/// thread of its own below normal priority. It reads published figures only, and nothing that a client does reaches
/// the engine: a request has a second to arrive and 4 KiB, the next client waits for it.
/// </summary>
internal sealed class MetricsServer : IDisposable
{
    private const int RequestBytesMax = 4096;
    private const int ClientMs = 1000;
    private const int PauseMs = 10;

    private readonly TcpListener _listener;
    private readonly Func<string?> _metrics;
    private readonly Func<string?> _unwell;
    private readonly Func<string?> _dead;
    private readonly byte[] _request = new byte[RequestBytesMax];
    private volatile bool _isDisposed;

    /// <summary>
    /// Listens; <paramref name="metrics"/> is null before a run is at work, <paramref name="unwell"/> is why nothing
    /// can be decided now, <paramref name="dead"/> why only a restart helps.
    /// </summary>
    /// <exception cref="CommandException">The port cannot be had.</exception>
    public MetricsServer(int port, Func<string?> metrics, Func<string?> unwell, Func<string?> dead)
    {
        _dead = dead;
        _metrics = metrics;
        _unwell = unwell;
        if (port is < 0 or > IPEndPoint.MaxPort)
            throw new CommandException($"--metrics {port}: give a port, 1 to 65535");
        _listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            _listener.Start();
        }
        catch (SocketException fault)
        {
            throw new CommandException($"--metrics {port}: {fault.Message}", ExitCodes.CannotCreate);
        }

        new Thread(Serve) { IsBackground = true, Name = "metrics", Priority = ThreadPriority.BelowNormal }.Start();
    }

    /// <summary>The port, also where 0 was asked for.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _listener.Dispose();
    }

    private void Serve()
    {
        while (!_isDisposed)
        {
            try
            {
                using TcpClient client = _listener.AcceptTcpClient();
                client.SendTimeout = ClientMs;
                Answer(client.GetStream());
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                // A client that went away, or the listener's end. Whatever it is, the run goes on without it.
                Thread.Sleep(PauseMs);
            }
        }
    }

    private void Answer(NetworkStream stream)
    {
        string line = ReadRequestLine(stream);
        (string status, string type, string body) = line.Split(' ') switch
        {
            ["GET", "/metrics", ..] => _metrics() is { } text
                ? ("200 OK", "text/plain; version=0.0.4; charset=utf-8", text)
                : ("503 Service Unavailable", "text/plain", "no run is at work yet\n"),
            ["GET", "/healthz" or "/readyz", ..] => Health(_unwell()),
            ["GET", "/livez", ..] => Health(_dead()),
            ["GET", ..] => ("404 Not Found", "text/plain", "/metrics, /healthz, /readyz or /livez\n"),
            _ => ("405 Method Not Allowed", "text/plain", "GET only\n"),
        };
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        stream.Write(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {bytes.Length}\r\n"
            + "Connection: close\r\n\r\n"));
        stream.Write(bytes);
    }

    private static (string Status, string Type, string Body) Health(string? wrong) => wrong is null
        ? ("200 OK", "text/plain", "ok\n")
        : ("503 Service Unavailable", "text/plain", wrong + "\n");

    /// <summary>The first line; empty if the head is not there within a second or is too long.</summary>
    private string ReadRequestLine(NetworkStream stream)
    {
        long end = Environment.TickCount64 + ClientMs;
        int length = 0;
        while (_request.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            int left = (int)(end - Environment.TickCount64);
            if (left <= 0 || length == _request.Length) return string.Empty;
            stream.ReadTimeout = left;
            int read = stream.Read(_request, length, _request.Length - length);
            if (read == 0) return string.Empty;
            length += read;
        }

        string head = Encoding.ASCII.GetString(_request, 0, length);
        return head[..head.IndexOf("\r\n", StringComparison.Ordinal)];
    }
}
