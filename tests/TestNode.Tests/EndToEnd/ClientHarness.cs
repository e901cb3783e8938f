using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Rpc;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>
/// The project's own client at a test node, with what it delivers turned into states: the last notification of every
/// account, read with the box's JSON parser. Requests and acks tell which account an id is, on each connection anew.
/// </summary>
internal sealed class ClientHarness : IDisposable
{
    private readonly MessageInbox _inbox;
    private readonly SubscriptionEndpoint _client;
    private readonly Dictionary<ulong, Pubkey> _requests = [];
    private readonly Dictionary<ulong, Pubkey> _keys = [];
    private readonly List<(ulong Subscription, JsonElement Value)> _early = [];

    public ClientHarness(SolanaNode node)
    {
        InboxSignal signal = new();
        _inbox = new MessageInbox(0, signal, 64 << 20);
        SubscriptionConnectionOptions options = new()
        {
            WebSocket = new WebSocketOptions { PingIntervalNs = 500_000_000, PongTimeoutNs = 2_000_000_000 },
            Slots = new SlotWatchOptions { LeastSilenceNs = 60_000_000_000, FirstSlotNs = 60_000_000_000 },
            Subscriptions = new SubscriptionOptions { RequestsPerSecond = 20_000 },
            Backoff = new BackoffOptions { FirstNs = 20_000_000, LongestNs = 100_000_000 },
        };
        _client = new SubscriptionEndpoint(node.Endpoints[0].WebSocketUrl, [_inbox], options, new SystemClock());
        foreach (Pubkey key in node.Tape.SubscribedKeys)
            Assert.True(_client.TrySubscribe(SubscriptionSpec.Account(key)));
        _client.Start();
    }

    public SubscriptionConnection Connection => _client.Shards[0];

    /// <summary>Last state of every account that was notified.</summary>
    public Dictionary<Pubkey, string> States { get; } = [];

    public int Opens { get; private set; }

    public List<string> Closes { get; } = [];

    /// <summary>Account notifications delivered that are JSON.</summary>
    public int AccountNotifications { get; private set; }

    /// <summary>Messages delivered that are none.</summary>
    public int Malformed { get; private set; }

    /// <summary>Reads what comes until something is so.</summary>
    public void Await(Func<bool> condition, string what)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            while (_inbox.TryRead(out CaptureFrame frame))
            {
                Take(in frame);
                _inbox.Release();
            }

            if (condition() && _inbox.IsEmpty) return;
            Assert.True(
                waited.Elapsed < TimeSpan.FromSeconds(120),
                $"{what} did not happen in 120 s: {Connection.State} {Connection.LastEnd} {string.Join(", ", Closes)}");
            Thread.Sleep(2);
        }
    }

    public void AwaitSettled(int opens) =>
        Await(() => Opens >= opens && _client.IsSettled, $"settled after {opens} opens");

    /// <summary>Every account that was notified has the state of the truth.</summary>
    public void AssertTruth(SolanaNode node)
    {
        Assert.NotEmpty(States);
        foreach ((Pubkey key, AccountState state) in node.Ledger.Truth())
        {
            if (States.TryGetValue(key, out string? seen)) Assert.Equal(Text(state), seen);
        }
    }

    public void Dispose() => _client.Dispose();

    private static string Text(AccountState state) => $"{state.Lamports} {Convert.ToBase64String(state.Data)}";

    private void Take(in CaptureFrame frame)
    {
        switch (frame.Kind)
        {
            case CaptureFrameKind.Open:
                Opens++;
                _requests.Clear();
                _keys.Clear();
                _early.Clear();
                break;
            case CaptureFrameKind.Close:
                Closes.Add(Encoding.UTF8.GetString(frame.Bytes));
                break;
            case CaptureFrameKind.Request:
                foreach (JsonElement request in Items(Parse(frame.Bytes)!.Value)) OnRequest(request);
                break;
            case CaptureFrameKind.Message when Parse(frame.Bytes) is { } message:
                foreach (JsonElement item in Items(message)) OnMessage(item);
                break;
            default:
                Malformed++;
                break;
        }
    }

    private static JsonElement? Parse(ReadOnlySpan<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text.ToArray());
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array ? json.EnumerateArray() : [json];

    private void OnRequest(JsonElement request)
    {
        if (!request.GetProperty("method").ValueEquals("accountSubscribe")) return;
        _requests[request.GetProperty("id").GetUInt64()] = Pubkey.Parse(request.GetProperty("params")[0].GetString());
    }

    private void OnMessage(JsonElement message)
    {
        if (!message.TryGetProperty("params", out JsonElement parameters))
        {
            if (!_requests.TryGetValue(message.GetProperty("id").GetUInt64(), out Pubkey requested)) return;
            ulong id = message.GetProperty("result").GetUInt64();
            _keys[id] = requested;
            foreach ((ulong subscription, JsonElement early) in _early.Where(e => e.Subscription == id))
                Note(requested, early);
            _early.RemoveAll(e => e.Subscription == id);
            return;
        }

        if (!message.GetProperty("method").ValueEquals("accountNotification")) return;
        AccountNotifications++;
        ulong number = parameters.GetProperty("subscription").GetUInt64();
        JsonElement value = parameters.GetProperty("result").GetProperty("value");
        if (_keys.TryGetValue(number, out Pubkey key)) Note(key, value);
        else _early.Add((number, value));
    }

    private void Note(Pubkey key, JsonElement value) =>
        States[key] = $"{value.GetProperty("lamports").GetUInt64()} {value.GetProperty("data")[0].GetString()}";
}
