using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.TestNode.Hosting;

namespace LowLatency.TestNode.Tests.Support;

/// <summary>A WebSocket by hand: what came over the wire, frame by frame.</summary>
internal sealed class RawSocket : IDisposable
{
    public sealed record Frame(bool IsFinal, int Opcode, byte[] Payload, ulong Length);

    private readonly TcpClient _tcp = new() { NoDelay = true };
    private readonly byte[] _one = new byte[1];
    private NetworkStream _stream = null!;

    /// <summary>The node's answer to the handshake, status line and headers.</summary>
    public string Answer { get; private set; } = string.Empty;

    /// <summary>The handshake's key with its right answer.</summary>
    public string ExpectedAccept { get; private set; } = string.Empty;

    public static async Task<RawSocket> ConnectAsync(SolanaEndpoint endpoint)
    {
        RawSocket socket = new();
        await socket._tcp.ConnectAsync("127.0.0.1", endpoint.WebSocketUrl.Port);
        socket._stream = socket._tcp.GetStream();
        string key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        byte[] hash = SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
        socket.ExpectedAccept = Convert.ToBase64String(hash);
        await socket._stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"));
        StringBuilder answer = new();
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            answer.Append((char)(await socket.BytesAsync(1))[0]);
        socket.Answer = answer.ToString();
        return socket;
    }

    public Task SendAsync(int opcode, string text)
    {
        byte[] payload = Encoding.UTF8.GetBytes(text);
        byte[] frame = new byte[payload.Length + 8];
        frame[0] = (byte)(0x80 | opcode);
        frame[1] = 0x80 | 126;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        payload.CopyTo(frame, 8); // the mask is zero
        return _stream.WriteAsync(frame).AsTask();
    }

    public Task AskAsync(string method) => SendAsync(1, $"{{\"id\":1,\"method\":\"{method}\"}}");

    public async Task<Frame> FrameAsync()
    {
        byte[] head = await BytesAsync(2);
        ulong length = head[1];
        if (length == 126) length = BinaryPrimitives.ReadUInt16BigEndian(await BytesAsync(2));
        else if (length == 127) length = BinaryPrimitives.ReadUInt64BigEndian(await BytesAsync(8));
        byte[] payload = length > 1 << 24 ? [] : await BytesAsync((int)length);
        return new Frame((head[0] & 0x80) != 0, head[0] & 0x0F, payload, length);
    }

    /// <summary>Frames up to the end of a message; pieces and control frames one by one.</summary>
    public async Task<List<Frame>> MessageAsync()
    {
        List<Frame> frames = [];
        while (true)
        {
            Frame frame = await FrameAsync();
            frames.Add(frame);
            if (frame.IsFinal && frame.Opcode < 8) return frames;
        }
    }

    /// <summary>True if the node says nothing and does not end the connection for a while.</summary>
    public async Task<bool> IsSilentAsync()
    {
        using CancellationTokenSource quiet = new(TimeSpan.FromMilliseconds(400));
        try
        {
            await _stream.ReadExactlyAsync(_one, quiet.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    public async Task<bool> IsEndedAsync()
    {
        try
        {
            while (true) await BytesAsync(1);
        }
        catch (Exception error) when (error is IOException or EndOfStreamException)
        {
            return true;
        }
    }

    public void Dispose() => _tcp.Dispose();

    private async Task<byte[]> BytesAsync(int count)
    {
        byte[] bytes = new byte[count];
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(120));
        await _stream.ReadExactlyAsync(bytes, patience.Token);
        return bytes;
    }
}
