using System;
using System.Collections.Generic;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Inbox;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// All sockets to one node: each a shard with a connection id of its own. A subscription always goes to the same
/// shard, by what it asks for; slots go to all of them, because each socket's life is judged by its own slots.
/// Any thread.
/// </summary>
public sealed class SubscriptionEndpoint : IDisposable
{
    // 2^64 / golden ratio: spreads tags that differ in few bits. Source: Knuth, TAOCP 3, 6.4.
    private const ulong Spread = 0x9E3779B97F4A7C15;

    private readonly SubscriptionConnection[] _shards;

    /// <summary>An endpoint with one shard for each inbox.</summary>
    public SubscriptionEndpoint(
        Uri address, ReadOnlySpan<MessageInbox> inboxes, SubscriptionConnectionOptions options, IClock clock)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (inboxes.IsEmpty) throw new ArgumentException("At least one inbox.", nameof(inboxes));
        CompressesAccounts = options.CompressesAccounts;
        Name = EndpointAddress.Redact(address);
        _shards = new SubscriptionConnection[inboxes.Length];
        for (int i = 0; i < _shards.Length; i++)
        {
            string name = _shards.Length == 1 ? Name : $"{Name}#{i + 1}";
            _shards[i] = new SubscriptionConnection(address, name, inboxes[i], options, clock);
            _ = _shards[i].TrySubscribe(SubscriptionSpec.Slot());
        }
    }

    /// <summary>The address without secrets.</summary>
    public string Name { get; }

    /// <summary>True if accounts are to be asked for as base64+zstd.</summary>
    public bool CompressesAccounts { get; }

    /// <summary>The sockets.</summary>
    public IReadOnlyList<SubscriptionConnection> Shards => _shards;

    /// <summary>True while every shard is open and its subscriptions are answered.</summary>
    public bool IsSettled
    {
        get
        {
            foreach (SubscriptionConnection shard in _shards)
            {
                if (!shard.IsSettled) return false;
            }

            return true;
        }
    }

    /// <summary>Connects all shards. Once.</summary>
    public void Start()
    {
        foreach (SubscriptionConnection shard in _shards) shard.Start();
    }

    /// <summary>Asks for a subscription; false if its shard has its fill.</summary>
    public bool TrySubscribe(SubscriptionSpec spec) => ShardOf(spec).TrySubscribe(spec);

    /// <summary>Ends a subscription; false if it was not wanted.</summary>
    public bool Unsubscribe(SubscriptionSpec spec) => ShardOf(spec).Unsubscribe(spec);

    /// <summary>Stops all shards and waits for their threads.</summary>
    public void Dispose()
    {
        foreach (SubscriptionConnection shard in _shards) shard.Stop();
        foreach (SubscriptionConnection shard in _shards) shard.Dispose();
    }

    internal static int ShardIndex(ulong tag, int shards) =>
        (int)Math.BigMul(tag * Spread, (ulong)shards, out _);

    private SubscriptionConnection ShardOf(SubscriptionSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _shards[ShardIndex(spec.Tag, _shards.Length)];
    }
}
