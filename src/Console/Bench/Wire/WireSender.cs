using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Time;

namespace LowLatency.ConsoleHost.Bench.Wire;

/// <summary>
/// The other process of <c>bench --wire</c>: a WebSocket server on loopback for one client, which acknowledges
/// subscriptions with the recorded ids and then sends the script by a fixed schedule, whatever the client does. It
/// spins until each due time, on a core of its own. Says <c>port</c>, <c>warm</c> and <c>done</c> on its output and
/// waits for a line before each part.
/// </summary>
internal sealed class WireSender
{
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // Source: RFC 6455 section 1.3
    private const int MaskBytes = 4;
    private const int ResetPauseMs = 20;
    private const int ResetBurst = 16;

    private readonly WireScript _script;
    private readonly ulong[][] _resetSlots;
    private readonly ulong[][] _slots;
    private readonly LatencyHistogram _late = new();
    private readonly double _intervalNs;
    private readonly long _baseNs;
    private readonly List<byte> _unread = [];
    private Socket _socket = null!;
    private ulong _laps;

    public WireSender(string capture, double messagesPerSecond, long baseNs)
    {
        _script = WireScript.Read(capture);
        _resetSlots = [.. Slots(_script.Reset)];
        _slots = [.. Slots(_script.Messages)];
        _intervalNs = 1e9 / messagesPerSecond;
        _baseNs = baseNs;
    }

    /// <summary>Serves one client to the end of its measurement.</summary>
    public int Run(double warmUpSeconds, double seconds, TextReader orders, TextWriter output)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        foreach (string account in _script.Subscriptions.Keys) output.WriteLine($"account {account}");
        output.WriteLine($"port {((IPEndPoint)listener.LocalEndPoint!).Port}");
        output.Flush();
        _socket = listener.Accept();
        using Socket owned = _socket;
        _socket.NoDelay = true;
        Greet();
        for (int open = _script.Subscriptions.Count + 1; open > 0; open--) Acknowledge();
        try
        {
            if (orders.ReadLine() is null) return ExitCodes.Error;
            _ = Play(warmUpSeconds);
            output.WriteLine("warm");
            output.Flush();
            if (orders.ReadLine() is null) return ExitCodes.Error;
            _late.Reset();
            long sent = Play(seconds);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"done {sent} {_late.ValueAtPercentile(50)} {_late.ValueAtPercentile(99)} {_late.MaxNs}"));
            output.Flush();
            _ = orders.ReadLine();
        }
        catch (SocketException gone)
        {
            output.WriteLine($"failed {gone.SocketErrorCode}");
            return ExitCodes.Error;
        }

        return ExitCodes.Ok;
    }

    private static IEnumerable<ulong[]> Slots(IReadOnlyList<WireText> texts)
    {
        foreach (WireText text in texts) yield return WireScript.SlotsOf(text);
    }

    /// <summary>Whole laps until the time is over; the messages sent by the schedule.</summary>
    private long Play(double seconds)
    {
        long sent = 0;
        int last = _script.Messages.Count;
        for (double left = seconds; left > 0; left -= last * _intervalNs / 1e9)
        {
            ulong added = _laps++ * _script.SlotsPerLap;
            SendReset(added);
            if (left < last * _intervalNs / 1e9) last = Math.Max(1, (int)(left * 1e9 / _intervalNs));
            long start = SystemClock.Instance.NowNs + 1_000_000;
            for (int i = 0; i < last; i++) Send(i, added, start + (long)(i * _intervalNs));
            sent += last;
        }

        return sent;
    }

    private void SendReset(ulong slotsAdded)
    {
        for (int i = 0; i < _script.Reset.Count; i++)
        {
            WireScript.Stamp(_script.Reset[i], slotsAdded, 0, _resetSlots[i]);
            SendAll(_script.Reset[i].Frame);
            if (i % ResetBurst == ResetBurst - 1) Thread.Sleep(1); // a start, not a flood
        }

        Thread.Sleep(ResetPauseMs);
    }

    private void Send(int index, ulong slotsAdded, long dueNs)
    {
        WireText text = _script.Messages[index];
        WireScript.Stamp(text, slotsAdded, dueNs - _baseNs, _slots[index]);
        long now = SystemClock.Instance.NowNs;
        while (now < dueNs)
        {
            Thread.SpinWait(8);
            now = SystemClock.Instance.NowNs;
        }

        _late.Record(now - dueNs);
        SendAll(text.Frame);
    }

    private void SendAll(byte[] frame)
    {
        for (int done = 0; done < frame.Length;)
            done += _socket.Send(frame.AsSpan(done), SocketFlags.None);
    }

    private void Greet()
    {
        while (!Encoding.ASCII.GetString(_unread.ToArray()).Contains("\r\n\r\n", StringComparison.Ordinal)) Receive();
        string head = Encoding.ASCII.GetString(_unread.ToArray());
        int end = head.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        const string Name = "Sec-WebSocket-Key: ";
        int at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length;
        string key = head[at..head.IndexOf('\r', at)];
        _unread.RemoveRange(0, end);
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
        SendAll(Encoding.ASCII.GetBytes(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Accept: {accept}\r\n\r\n"));
    }

    /// <summary>Reads one request and answers it with the id that the recording has for it.</summary>
    private void Acknowledge()
    {
        using JsonDocument request = JsonDocument.Parse(ReadText());
        JsonElement root = request.RootElement;
        ulong subscription = root.GetProperty("method").GetString() == "slotSubscribe"
            ? _script.SlotSubscription
            : _script.Subscriptions[root.GetProperty("params")[0].GetString()!];
        SendAll(WireScript.FrameOf(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"jsonrpc\":\"2.0\",\"result\":{subscription},\"id\":{root.GetProperty("id").GetUInt64()}}}")));
    }

    /// <summary>The next text of the client; other frames are passed over.</summary>
    private byte[] ReadText()
    {
        while (true)
        {
            Need(2);
            int opcode = _unread[0] & 0x0F;
            int header = 2;
            int length = _unread[1] & 0x7F;
            if (length == 126)
            {
                Need(4);
                length = BinaryPrimitives.ReadUInt16BigEndian(_unread.GetRange(2, 2).ToArray());
                header = 4;
            }

            Need(header + MaskBytes + length);
            byte[] text = _unread.GetRange(header + MaskBytes, length).ToArray();
            for (int i = 0; i < length; i++) text[i] ^= _unread[header + (i % MaskBytes)];
            _unread.RemoveRange(0, header + MaskBytes + length);
            if (opcode == 1) return text;
        }
    }

    private void Need(int count)
    {
        while (_unread.Count < count) Receive();
    }

    private void Receive()
    {
        byte[] room = new byte[16 << 10];
        int count = _socket.Receive(room);
        if (count == 0) throw new SocketException((int)SocketError.ConnectionReset);
        _unread.AddRange(room.AsSpan(0, count));
    }
}
