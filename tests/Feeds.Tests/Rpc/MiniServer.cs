using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using LowLatency.Feeds.Framing;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Tests.Rpc;

/// <summary>
/// A server on loopback for one test: each connection runs the test's script on its own thread, with raw access to the
/// bytes, so that it can break every rule.
/// </summary>
internal sealed class MiniServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Action<Peer> _script;
    private readonly X509Certificate2? _certificate;
    private readonly List<Socket> _sockets = [];
    private int _connections;

    public MiniServer(Action<Peer> script, bool useTls = false)
    {
        _script = script;
        if (useTls) _certificate = CreateCertificate();
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Address => new($"{(_certificate is null ? "ws" : "wss")}://127.0.0.1:{Port}/path?api-key=secret");

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>What went wrong in a script; a broken connection is no error.</summary>
    public Exception? ScriptError { get; private set; }

    public void Dispose()
    {
        _listener.Stop();
        lock (_sockets)
        {
            foreach (Socket socket in _sockets) socket.Dispose();
        }

        _certificate?.Dispose();
    }

    private static X509Certificate2 CreateCertificate()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.AcceptSocket();
                lock (_sockets) _sockets.Add(socket);
                int number = Interlocked.Increment(ref _connections);
                new Thread(() => Serve(socket, number)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private void Serve(Socket socket, int number)
    {
        try
        {
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (_certificate is not null)
            {
                SslStream secure = new(stream);
                secure.AuthenticateAsServer(_certificate);
                stream = secure;
            }

            using Peer peer = new(stream, socket, number);
            _script(peer);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            // The client is gone.
        }
        catch (Exception e)
        {
            ScriptError ??= e;
        }
    }

    /// <summary>The server's side of one connection.</summary>
    internal sealed class Peer(Stream stream, Socket socket, int number) : IDisposable
    {
        public int Number { get; } = number;

        public Socket Socket { get; } = socket;

        public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>Reads the request's head and keeps its headers; returns the first line.</summary>
        public string ReadHead()
        {
            StringBuilder text = new();
            while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) text.Append((char)ReadByte());
            string[] lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            for (int i = 1; i < lines.Length; i++)
            {
                int colon = lines[i].IndexOf(':');
                Headers[lines[i][..colon]] = lines[i][(colon + 1)..].Trim();
            }

            return lines[0];
        }

        /// <summary>Reads the body of the request whose head was read.</summary>
        public string ReadBody()
        {
            byte[] body = new byte[int.Parse(Headers["Content-Length"], CultureInfo.InvariantCulture)];
            stream.ReadExactly(body);
            return Encoding.UTF8.GetString(body);
        }

        /// <summary>Opens the WebSocket as RFC 6455 says.</summary>
        public void Upgrade()
        {
            ReadHead();
            string accept = WebSocketHandshake.AcceptOf(Headers["Sec-WebSocket-Key"]);
            Write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + $"Sec-WebSocket-Accept: {accept}\r\n\r\n");
        }

        public void Write(string latin1) => Write(Encoding.Latin1.GetBytes(latin1));

        public void Write(byte[] bytes) => stream.Write(bytes);

        public void SendFrame(byte first, string latin1) =>
            Write(Framing.WebSocketFramerTests.ServerFrame(first, latin1));

        public void SendText(string latin1) => SendFrame(0x81, latin1);

        /// <summary>Reads a frame of the client and checks that it is masked; close frames included.</summary>
        public (int First, string Text) ReadFrame()
        {
            int first = ReadByte();
            int second = ReadByte();
            if ((second & 0x80) == 0) throw new InvalidOperationException("The client's frame is not masked.");
            long length = second & 0x7F;
            if (length == 126) length = (ReadByte() << 8) | ReadByte();
            else if (length == 127)
            {
                length = 0;
                for (int i = 0; i < 8; i++) length = (length << 8) | (uint)ReadByte();
            }

            byte[] mask = new byte[4];
            stream.ReadExactly(mask);
            byte[] payload = new byte[length];
            stream.ReadExactly(payload);
            WebSocketFrameWriter.ApplyMask(payload, BitConverter.ToUInt32(mask));
            return (first, Encoding.Latin1.GetString(payload));
        }

        /// <summary>Reads the next text, answering nothing.</summary>
        public string ReadText()
        {
            while (true)
            {
                (int first, string text) = ReadFrame();
                if (first == 0x81) return text;
                if (first == 0x88) throw new IOException("closed");
            }
        }

        /// <summary>Reads until the client closes.</summary>
        public void WaitForEnd()
        {
            byte[] rest = new byte[1024];
            while (stream.Read(rest) > 0)
            {
            }
        }

        public void Dispose() => stream.Dispose();

        private int ReadByte()
        {
            int value = stream.ReadByte();
            return value >= 0 ? value : throw new IOException("the client is gone");
        }
    }
}
