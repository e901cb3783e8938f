using System;
using System.Collections.Generic;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.TestNode.Hosting;

namespace LowLatency.TestNode.Tests.Support;

/// <summary>The box's WebSocket client with JSON-RPC on it: not this project's implementation.</summary>
internal sealed class PubsubClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 20];
    private int _nextId = 1;

    public static async Task<PubsubClient> ConnectAsync(SolanaEndpoint endpoint)
    {
        PubsubClient client = new();
        using CancellationTokenSource patience = new(Patience);
        await client._socket.ConnectAsync(endpoint.WebSocketUrl, patience.Token);
        return client;
    }

    public WebSocketState State => _socket.State;

    public Task SendAsync(string text) => _socket.SendAsync(
        Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>Asks and gives back the answer as it came; nothing else may come before it.</summary>
    public async Task<string> AskAsync(string method, string parametersJson = "[]")
    {
        await SendAsync(
            $"{{\"jsonrpc\":\"2.0\",\"id\":{_nextId++},\"method\":\"{method}\",\"params\":{parametersJson}}}");
        return await ReceiveAsync();
    }

    public async Task<ulong> SubscribeAsync(string method, string parametersJson = "[]")
    {
        using JsonDocument answer = JsonDocument.Parse(await AskAsync(method, parametersJson));
        return answer.RootElement.GetProperty("result").GetUInt64();
    }

    /// <summary>The next message; an exception when none comes or the connection ends.</summary>
    public async Task<string> ReceiveAsync()
    {
        using CancellationTokenSource patience = new(Patience);
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(_buffer.AsMemory(length), patience.Token);
            if (part.MessageType == WebSocketMessageType.Close) throw new WebSocketException("closed by the node");
            length += part.Count;
            if (part.EndOfMessage) return Encoding.UTF8.GetString(_buffer, 0, length);
        }
    }

    /// <summary>Messages until the sentinel method's answer: everything that was on its way before.</summary>
    public async Task<List<string>> DrainAsync()
    {
        string sentinel = $"\"id\":{_nextId++}}}";
        await SendAsync($"{{\"jsonrpc\":\"2.0\",\"method\":\"drain\",{sentinel}");
        List<string> messages = [];
        while (true)
        {
            string message = await ReceiveAsync();
            if (message.EndsWith(sentinel, StringComparison.Ordinal) && message.Contains("-32601")) return messages;
            messages.Add(message);
        }
    }

    public Task CloseAsync() =>
        _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", CancellationToken.None);

    public void Dispose() => _socket.Dispose();
}
