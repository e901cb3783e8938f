using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Tests.Rpc;

/// <summary>Keeps every text, and opens and runs a connection on the test's thread.</summary>
internal sealed class TextHandler : IWebSocketHandler
{
    private byte[] _room = [];

    public List<string> Texts { get; } = [];

    public ConnectionCounters Counters { get; } = new();

    public WebSocketClient? Client { get; private set; }

    /// <summary>Called for each text; false ends the connection as stopped.</summary>
    public Func<string, bool> OnText { get; set; } = _ => true;

    public Func<long, bool> OnTick { get; set; } = _ => true;

    public int RoomBytes { get; set; } = int.MaxValue;

    public ConnectionEnd Run(Uri address, WebSocketOptions options, CancellationToken stop = default)
    {
        WebSocketConnector connector = new(options, SystemClock.Instance, Counters, stop);
        OpenedConnection? opened = connector.TryOpen(address, out ConnectionEnd end);
        if (opened is null) return end;
        using WebSocketClient client = new(opened, options, SystemClock.Instance, this, Counters);
        Client = client;
        return client.Run();
    }

    public void Stop() => Client!.Fail(new ConnectionEnd(ConnectionCause.Stopped));

    bool IWebSocketHandler.TryClaim(int lengthBytes, out Span<byte> room)
    {
        if (_room.Length < lengthBytes) _room = new byte[lengthBytes];
        room = lengthBytes <= RoomBytes ? _room.AsSpan(0, lengthBytes) : default;
        return lengthBytes <= RoomBytes;
    }

    bool IWebSocketHandler.OnMessage(ReadOnlySpan<byte> message, long receiveNs, long receiveUtcNs)
    {
        Texts.Add(Encoding.UTF8.GetString(message));
        if (OnText(Texts[^1])) return true;
        Stop();
        return false;
    }

    bool IWebSocketHandler.OnTick(long nowNs)
    {
        if (OnTick(nowNs)) return true;
        Stop();
        return false;
    }
}
