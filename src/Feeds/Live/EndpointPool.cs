using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Geyser;
using LowLatency.Feeds.Geyser.Client;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Live;

/// <summary>One endpoint to race.</summary>
public sealed record LiveEndpointOptions
{
    /// <summary>What reports call it.</summary>
    public required string Name { get; init; }

    /// <summary>WebSocket address; null = none.</summary>
    public Uri? WebSocket { get; init; }

    /// <summary>HTTP address for snapshots; null = none.</summary>
    public Uri? Http { get; init; }

    /// <summary>Yellowstone address; null = none.</summary>
    public Uri? Grpc { get; init; }

    /// <summary>Token of the Yellowstone server; never written anywhere.</summary>
    public string? Token { get; init; }

    /// <summary>WebSocket connections, over which accounts are spread.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Settings of each WebSocket connection.</summary>
    public SubscriptionConnectionOptions Connection { get; init; } = new();

    /// <summary>Settings of the HTTP client.</summary>
    public SolanaRpcOptions Rpc { get; init; } = new();
}

/// <summary>What one connection is doing; a copy.</summary>
/// <param name="ConnectionId">Its byte in captures and events.</param>
/// <param name="Name">Its name, without secrets.</param>
/// <param name="IsOpen">True while it is open.</param>
/// <param name="Opens">Times it opened.</param>
/// <param name="Active">Subscriptions acknowledged; of Yellowstone the accounts asked for.</param>
/// <param name="LastEnd">How it ended last.</param>
/// <param name="DroppedFrames">Frames that did not fit into its inbox.</param>
/// <param name="SlotTimeNs">Slot time it measured, nanoseconds; 0 if it has not.</param>
/// <param name="ThreadAllocatedBytes">
/// Managed bytes its reading thread allocated; 0 without a thread of its own.
/// </param>
/// <param name="IsStream">True for a Yellowstone stream, false for a WebSocket.</param>
/// <param name="Replays">Openings that began with a replay from an earlier slot (Yellowstone).</param>
/// <param name="ReplaysRefused">Replays the server refused: what was missed was fetched.</param>
public readonly record struct ConnectionStatus(
    byte ConnectionId, string Name, bool IsOpen, long Opens, int Active, ConnectionEnd LastEnd, long DroppedFrames,
    long SlotTimeNs, long ThreadAllocatedBytes, bool IsStream, long Replays, long ReplaysRefused);

/// <summary>
/// All endpoints of a run: their connections with an inbox each, one inbox for the HTTP exchanges of all, and what is
/// watched on all of them. First copy wins, so an endpoint that fails is simply late until it is back; its connections
/// try again by themselves. Any thread.
/// Bound: 31 connections and the HTTP inbox, the 32 bits of the engine's endpoint masks.
/// </summary>
public sealed class EndpointPool : IDisposable
{
    private readonly List<SubscriptionEndpoint> _sockets = [];
    private readonly List<(YellowstoneFeed Feed, byte Id, string Name)> _streams = [];
    private readonly List<Task> _streamTasks = [];
    private readonly List<PooledEndpoint> _endpoints = [];
    private readonly List<MessageInbox> _inboxes = [];
    private readonly List<string> _addresses = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Pubkey> _watched = [];

    /// <summary>A pool over <paramref name="endpoints"/>; nothing is opened before <see cref="Start"/>.</summary>
    /// <param name="endpoints">Endpoints, each with at least one address to receive from.</param>
    /// <param name="clock">Receive times.</param>
    /// <param name="inboxBytes">Size of each connection's inbox.</param>
    /// <param name="chain">How nodes are asked for blockhashes; null = they are not.</param>
    /// <exception cref="ArgumentException">There are too many connections, or none.</exception>
    public EndpointPool(
        IReadOnlyList<LiveEndpointOptions> endpoints, IClock clock, int inboxBytes = 16 << 20,
        ChainWatchOptions? chain = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(clock);
        int connections = 1;
        foreach (LiveEndpointOptions e in endpoints)
            connections += (e.WebSocket is null ? 0 : e.Shards) + (e.Grpc is null ? 0 : 1);
        if (connections > CoverageTable.MaxConnections)
        {
            throw new ArgumentException(
                $"{connections - 1} connections: a run has at most {CoverageTable.MaxConnections - 1}; "
                + "use fewer shards.");
        }

        if (connections == 1) throw new ArgumentException("No endpoint to receive from: give one with ws or grpc.");
        int[] sources = BlockhashSources(endpoints, chain);
        for (int i = 0; i < sources.Length; i++)
        {
            LiveEndpointOptions e = endpoints[i];
            int first = _inboxes.Count;
            SubscriptionEndpoint? sockets = e.WebSocket is null ? null : AddSockets(e, clock, inboxBytes);
            YellowstoneFeed? stream = e.Grpc is null ? null : AddStream(e, clock, inboxBytes, sources[i]);
            if (_inboxes.Count != first)
                _endpoints.Add(new PooledEndpoint(e.Name, first, _inboxes.Count - first, sockets, stream));
        }

        HttpInbox = new MessageInbox((byte)_inboxes.Count, Signal, inboxBytes);
        _inboxes.Add(HttpInbox);
        _addresses.Add("http");
        Exchanges = new ExchangeInbox(HttpInbox);
        for (int i = 0; i < sources.Length; i++)
        {
            if (endpoints[i].Http is not { } address) continue;
            SolanaRpcOptions rpc = endpoints[i].Rpc with { AccountExchanges = Exchanges, BlockhashSource = sources[i] };
            Http.Add(new SolanaRpc(address, rpc, clock));
        }
    }

    /// <summary>Where the feed thread sleeps.</summary>
    public InboxSignal Signal { get; } = new();

    /// <summary>The inboxes, by connection id; the last is that of HTTP exchanges.</summary>
    public IReadOnlyList<MessageInbox> Inboxes => _inboxes;

    /// <summary>Names of the connections, by id, without secrets.</summary>
    public IReadOnlyList<string> Addresses => _addresses;

    /// <summary>HTTP clients whose account answers go to the feed.</summary>
    public List<SolanaRpc> Http { get; } = [];

    /// <summary>Inbox of HTTP exchanges.</summary>
    public MessageInbox HttpInbox { get; }

    /// <summary>The endpoints that data is received from.</summary>
    internal IReadOnlyList<PooledEndpoint> Endpoints => _endpoints;

    /// <summary>Sink of HTTP exchanges.</summary>
    public ExchangeInbox Exchanges { get; }

    /// <summary>
    /// Asked at each connect of a Yellowstone stream for the slot to replay from; null or 0 = from the present. Set
    /// before <see cref="Start"/>.
    /// </summary>
    public Func<ulong>? ResumeSlot { get; set; }

    /// <summary>
    /// Told which stream failed with what, once: a broken invariant, never what a server did. Set before
    /// <see cref="Start"/>.
    /// </summary>
    public Action<string, Exception>? OnFault { get; set; }

    /// <summary>Accounts refused because a connection had its fill of subscriptions.</summary>
    public long Refused { get; private set; }

    /// <summary>Accounts watched.</summary>
    public int Watched
    {
        get
        {
            lock (_watched) return _watched.Count;
        }
    }

    /// <summary>Opens all connections. Once.</summary>
    public void Start()
    {
        UpdateStreams();
        foreach (SubscriptionEndpoint endpoint in _sockets) endpoint.Start();
        foreach ((YellowstoneFeed feed, _, string name) in _streams)
            _streamTasks.Add(Task.Run(() => RunStreamAsync(feed, name)));
    }

    /// <summary>Watches accounts on every endpoint; known ones are left as they are. The number that is new.</summary>
    public int Watch(IEnumerable<Pubkey> accounts)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        int added = 0;
        lock (_watched)
        {
            foreach (Pubkey account in accounts)
            {
                if (!_watched.Add(account)) continue;
                added++;
                AccountSpecs specs = new(account);
                foreach (SubscriptionEndpoint endpoint in _sockets)
                {
                    if (!endpoint.TrySubscribe(specs.For(endpoint))) Refused++;
                }
            }

            if (added != 0) UpdateStreams();
        }

        return added;
    }

    /// <summary>Stops watching an account; false if it was not watched.</summary>
    public bool Unwatch(Pubkey account)
    {
        lock (_watched)
        {
            if (!_watched.Remove(account)) return false;
            AccountSpecs specs = new(account);
            foreach (SubscriptionEndpoint endpoint in _sockets) endpoint.Unsubscribe(specs.For(endpoint));
            UpdateStreams();
            return true;
        }
    }

    /// <summary>What each connection is doing.</summary>
    public List<ConnectionStatus> GetStatus()
    {
        List<ConnectionStatus> rows = [];
        foreach (SubscriptionEndpoint endpoint in _sockets)
        {
            foreach (SubscriptionConnection shard in endpoint.Shards)
            {
                rows.Add(new ConnectionStatus(
                    shard.ConnectionId, shard.Name, shard.State == ConnectionState.Open, shard.Counters.Opens,
                    shard.ActiveSubscriptions, shard.LastEnd, _inboxes[shard.ConnectionId].DroppedFrames,
                    shard.SlotTimeNs, shard.Counters.ThreadAllocatedBytes, IsStream: false, 0, 0));
            }
        }

        foreach ((YellowstoneFeed feed, byte id, string name) in _streams)
        {
            rows.Add(new ConnectionStatus(
                id, name, feed.IsOpen, feed.Counters.Opens, Watched, feed.LastEnd, _inboxes[id].DroppedFrames, 0, 0,
                IsStream: true, feed.Counters.Replays, feed.Counters[ConnectionCause.ReplayRefused]));
        }

        return rows;
    }

    /// <summary>Median of the slot times that connections measured, nanoseconds; 0 if none has.</summary>
    public long SlotTimeNs()
    {
        List<long> times = [];
        foreach (ConnectionStatus status in GetStatus())
        {
            if (status.SlotTimeNs != 0) times.Add(status.SlotTimeNs);
        }

        times.Sort();
        return times.Count == 0 ? 0 : times[times.Count / 2];
    }

    /// <summary>Closes all connections and waits for their threads.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        foreach (SubscriptionEndpoint endpoint in _sockets) endpoint.Dispose();
        Task.WhenAll(_streamTasks).GetAwaiter().GetResult();
        foreach (SolanaRpc client in Http) client.Dispose();
        Exchanges.Dispose();
        _stop.Dispose();
    }

    /// <summary>Numbers the endpoints that tell blockhashes; all are 0 if they need not, or cannot, agree.</summary>
    private static int[] BlockhashSources(IReadOnlyList<LiveEndpointOptions> endpoints, ChainWatchOptions? chain)
    {
        int[] sources = new int[endpoints.Count];
        int count = 0;
        for (int i = 0; i < sources.Length; i++)
        {
            bool isAsked = endpoints[i].Http is not null && chain is { AsksBlockhashes: true };
            bool tells = isAsked || endpoints[i].Grpc is not null;
            if (tells) sources[i] = Math.Min(++count, BlockhashVoices.SourceMax);
        }

        return count >= 2 && chain is not { AgreesOnBlockhashes: false } ? sources : new int[endpoints.Count];
    }

    private SubscriptionEndpoint AddSockets(LiveEndpointOptions e, IClock clock, int inboxBytes)
    {
        MessageInbox[] shards = new MessageInbox[e.Shards];
        for (int i = 0; i < shards.Length; i++)
        {
            shards[i] = new MessageInbox((byte)_inboxes.Count, Signal, inboxBytes);
            _inboxes.Add(shards[i]);
        }

        SubscriptionEndpoint endpoint = new(e.WebSocket!, shards, e.Connection, clock);
        foreach (SubscriptionConnection shard in endpoint.Shards) _addresses.Add(shard.Name);
        _sockets.Add(endpoint);
        return endpoint;
    }

    private YellowstoneFeed AddStream(LiveEndpointOptions e, IClock clock, int inboxBytes, int blockhashSource)
    {
        MessageInbox inbox = new((byte)_inboxes.Count, Signal, inboxBytes);
        _inboxes.Add(inbox);
        _addresses.Add(EndpointAddress.Redact(e.Grpc!));
        YellowstoneOptions options = new()
        {
            Address = e.Grpc!,
            Token = e.Token,
            BlockhashSource = blockhashSource,
        };
        YellowstoneFeed feed = new(options, inbox, clock, () => ResumeSlot?.Invoke() ?? 0);
        _streams.Add((feed, inbox.ConnectionId, _addresses[^1]));
        return feed;
    }

    private async Task RunStreamAsync(YellowstoneFeed feed, string name)
    {
        try
        {
            await feed.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (OnFault is not null)
        {
            // The one catch of this task: nobody looks at it before the end.
            OnFault(name, fault);
        }
    }

    private void UpdateStreams()
    {
        if (_streams.Count == 0) return;
        lock (_watched)
        {
            Pubkey[] accounts = [.. _watched];
            GeyserAccountFilter filter = new() { Name = "watch", Accounts = accounts };
            YellowstoneSubscription subscription = new() { Accounts = accounts.Length == 0 ? [] : [filter] };
            foreach ((YellowstoneFeed feed, _, _) in _streams) feed.Update(subscription);
        }
    }

    /// <summary>An account's subscription, one object for all endpoints that ask in the same way.</summary>
    private struct AccountSpecs(Pubkey account)
    {
        private SubscriptionSpec? _plain;
        private SubscriptionSpec? _compressed;

        public SubscriptionSpec For(SubscriptionEndpoint endpoint) => endpoint.CompressesAccounts
            ? _compressed ??= SubscriptionSpec.Account(account, isCompressed: true)
            : _plain ??= SubscriptionSpec.Account(account);
    }
}
