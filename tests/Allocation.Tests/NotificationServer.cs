using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Allocation.Tests;

/// <summary>
/// A WebSocket server on loopback that acknowledges one subscription and then sends as many account notifications as it
/// is told, as fast as they are taken.
/// </summary>
internal sealed class NotificationServer : IDisposable
{
    private const int MessagesPerWrite = 48;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly bool _useTls;
    private readonly byte[] _block;
    private long _messages;

    internal NotificationServer(bool useTls)
    {
        _useTls = useTls;
        byte[] text = Encoding.ASCII.GetBytes(
            "{\"jsonrpc\":\"2.0\",\"method\":\"accountNotification\",\"params\":{\"result\":{\"context\":"
            + "{\"slot\":282617401},\"value\":{\"lamports\":2039280,\"data\":[\"" + new string('A', 1024)
            + "\",\"base64\"],\"owner\":\"CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK\",\"executable\":false,"
            + "\"rentEpoch\":18446744073709551615,\"space\":768}},\"subscription\":23848}}");
        byte[] frame = [0x81, 126, (byte)(text.Length >> 8), (byte)text.Length, .. text];
        _block = new byte[frame.Length * MessagesPerWrite];
        for (int i = 0; i < MessagesPerWrite; i++) frame.CopyTo(_block, i * frame.Length);
        MessageBytes = text.Length;
        _listener.Start();
        new Thread(Serve) { IsBackground = true, Name = "server" }.Start();
    }

    internal int MessageBytes { get; }

    internal Uri Address => new(
        $"{(_useTls ? "wss" : "ws")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public void Dispose()
    {
        _listener.Stop();
        _wanted.Dispose();
    }

    /// <summary>Sends so many notifications, rounded up to whole writes; returns how many.</summary>
    internal long Send(long messages)
    {
        long writes = (messages + MessagesPerWrite - 1) / MessagesPerWrite;
        Volatile.Write(ref _messages, writes);
        _wanted.Release();
        return writes * MessagesPerWrite;
    }

    private void Serve()
    {
        try
        {
            using Socket socket = _listener.AcceptSocket();
            Stream stream = new NetworkStream(socket);
            if (_useTls)
            {
                SslStream secure = new(stream);
                using X509Certificate2 certificate = CreateCertificate();
                secure.AuthenticateAsServer(certificate);
                stream = secure;
            }

            string key = ReadHeader(stream, "Sec-WebSocket-Key: ");
            stream.Write(Encoding.ASCII.GetBytes(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + $"Sec-WebSocket-Accept: {WebSocketHandshake.AcceptOf(key)}\r\n\r\n"));
            byte[] request = new byte[256];
            _ = stream.Read(request); // the one subscription, whose id is 1
            const string Ack = "{\"jsonrpc\":\"2.0\",\"result\":23848,\"id\":1}";
            stream.Write([0x81, (byte)Ack.Length, .. Encoding.ASCII.GetBytes(Ack)]);
            while (true)
            {
                _wanted.Wait();
                for (long i = Volatile.Read(ref _messages); i > 0; i--) stream.Write(_block);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException
            or InvalidOperationException)
        {
            // The client or the test is done.
        }
    }

    private static string ReadHeader(Stream stream, string name)
    {
        StringBuilder head = new();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) head.Append((char)stream.ReadByte());
        string text = head.ToString();
        int start = text.IndexOf(name, StringComparison.Ordinal) + name.Length;
        return text[start..text.IndexOf('\r', start)];
    }

    private static X509Certificate2 CreateCertificate()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new(
            string.Create(CultureInfo.InvariantCulture, $"CN={IPAddress.Loopback}"), key, HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
