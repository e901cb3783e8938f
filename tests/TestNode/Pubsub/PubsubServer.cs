using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LowLatency.TestNode.Pubsub;

/// <summary>
/// The WebSocket side of one endpoint: handshakes, connections, who subscribed to what. What is sent when is in
/// <see cref="PubsubFeed"/>, what is broken on the way in <see cref="PubsubSender"/>. The tables are under the
/// ledger's lock, so that a subscription begins between two slots.
/// </summary>
internal sealed class PubsubServer
{
    // Source: RFC 6455 section 1.3
    private const string AcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const ulong FirstSubscriptionId = 24000;

    private readonly List<PubsubConnection> _connections = [];
    private readonly Dictionary<string, ulong> _ids = [];
    private readonly PubsubRequests _requests;
    private readonly PubsubFeed _feed;
    private readonly int _lagLimitBytes;
    private ulong _nextId = FirstSubscriptionId;
    private int _connectionCount;

    public PubsubServer(Ledger ledger, EndpointFaults faults, NodeCounters counters, int lagLimitBytes)
    {
        Ledger = ledger;
        Faults = faults;
        Counters = counters;
        _lagLimitBytes = lagLimitBytes;
        Sender = new PubsubSender(faults, counters);
        _requests = new PubsubRequests(this);
        _feed = new PubsubFeed(ledger, Table, Sender);
        ledger.Observe(_feed);
    }

    public Ledger Ledger { get; }

    public EndpointFaults Faults { get; }

    public NodeCounters Counters { get; }

    public PubsubSender Sender { get; }

    public SubscriptionTable Table { get; } = new();

    /// <summary>Milliseconds that all messages come late; 0 = at once.</summary>
    public int LagMs { get; set; }

    /// <summary>Off while the node ignores pings.</summary>
    public bool AnswersPings { get; set; } = true;

    /// <summary>Connections open now.</summary>
    public IReadOnlyList<PubsubConnection> Connections
    {
        get
        {
            lock (Ledger.Gate) return [.. _connections];
        }
    }

    /// <summary>Answers the handshake and serves the connection to its end.</summary>
    public async Task AcceptAsync(HttpContext context, IHttpUpgradeFeature upgrade)
    {
        string? key = context.Request.Headers.SecWebSocketKey;
        if (key is null || context.Request.Headers.SecWebSocketVersion != "13")
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (Faults.TryTake(FaultKind.RefuseUpgrade, "handshake"))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        if (Faults.TryTake(FaultKind.WrongAccept, "handshake")) key += "?";
        byte[] accept = SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptGuid));
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(accept);
        await using Stream stream = await upgrade.UpgradeAsync();
        int number = Interlocked.Increment(ref _connectionCount);
        PubsubConnection connection = new(number, stream, context.Abort, this, _lagLimitBytes);
        lock (Ledger.Gate) _connections.Add(connection);
        Counters.ConnectionsOpened++;
        await connection.RunAsync();
        lock (Ledger.Gate)
        {
            _connections.Remove(connection);
            foreach (Subscription subscription in connection.Subscriptions.Values) Table.Remove(subscription);
            connection.Subscriptions.Clear();
            Sender.Forget(connection);
        }

        Counters.ConnectionsClosed++;
    }

    /// <summary>Ends every connection and waits a moment for them.</summary>
    public void AbortAll()
    {
        foreach (PubsubConnection connection in Connections) connection.Abort();
    }

    public void OnMessage(PubsubConnection connection, ReadOnlyMemory<byte> text)
    {
        Counters.RequestsOverWebSocket++;
        lock (Ledger.Gate)
        {
            if (_requests.Answer(connection, text) is { } answer) Sender.SendAck(connection, answer);
            _feed.Subscribed(connection);
        }
    }

    /// <summary>The same parameters have the same id on every connection, as with the node's shared tokens.</summary>
    public ulong IdOf(string parameters)
    {
        if (_ids.TryGetValue(parameters, out ulong id)) return id;
        return _ids[parameters] = _nextId++;
    }

    public void Add(Subscription subscription)
    {
        if (!subscription.Connection.Subscriptions.TryAdd(subscription.Id, subscription)) return;
        Bank head = Ledger.Head(subscription.Commitment);
        if (subscription.Kind == SubscriptionKind.Account)
            subscription.LastNotifiedSlot = Ledger.LastWritten(subscription.Key, head);
        Table.Add(subscription);
        Counters.Subscriptions++;
    }

    public bool Remove(PubsubConnection connection, ulong id)
    {
        if (!connection.Subscriptions.Remove(id, out Subscription? subscription)) return false;
        Table.Remove(subscription);
        return true;
    }

    /// <summary>signatureSubscribe with enableReceivedNotification: the transaction has come in.</summary>
    public void NotifyReceived(string signature)
    {
        lock (Ledger.Gate) _feed.NotifyReceived(signature);
    }

    public void CountOversized() => Counters.OversizedRequests++;

    public void CountPong() => Counters.Pongs++;

    public void CountClose() => Counters.ProperCloses++;
}

/// <summary>Subscriptions of an endpoint by what wakes them.</summary>
internal sealed class SubscriptionTable
{
    private readonly Dictionary<(Commitment, Pubkey), List<Subscription>> _accounts = [];
    private readonly Dictionary<SubscriptionKind, List<Subscription>> _others = [];

    public IReadOnlyList<Subscription> Accounts(Commitment commitment, Pubkey key) =>
        _accounts.TryGetValue((commitment, key), out List<Subscription>? list) ? list : [];

    public IReadOnlyList<Subscription> Of(SubscriptionKind kind) =>
        _others.TryGetValue(kind, out List<Subscription>? list) ? list : [];

    public void Add(Subscription subscription) => List(subscription).Add(subscription);

    public void Remove(Subscription subscription) => List(subscription).Remove(subscription);

    private List<Subscription> List(Subscription subscription)
    {
        if (subscription.Kind == SubscriptionKind.Account)
        {
            var key = (subscription.Commitment, subscription.Key);
            if (!_accounts.TryGetValue(key, out List<Subscription>? list)) _accounts[key] = list = [];
            return list;
        }

        if (!_others.TryGetValue(subscription.Kind, out List<Subscription>? others))
            _others[subscription.Kind] = others = [];
        return others;
    }
}
