using System;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Framing;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Geyser.Client;

/// <summary>
/// A Yellowstone Subscribe stream that is kept alive: connects, subscribes, pushes every message as it came into the
/// inbox, answers pings, notices silence, and reconnects with a backoff, from the last slot where the server can.
/// Owner: the task of <see cref="RunAsync"/>, the inbox's only writer. Nothing is decoded here but pings; the feed
/// thread does that. In steady state a message costs one copy and no allocation of ours.
/// Bound: the inbox; a feed thread that is too slow ends the connection (cause InboxFull), and it opens again when half
/// of the inbox is free.
/// Source: rpcpool/yellowstone-grpc@0013f2d5 geyser.proto (service Geyser).
/// </summary>
public sealed class YellowstoneFeed
{
    private const int PollMs = 10;

    private readonly YellowstoneOptions _options;
    private readonly MessageInbox _inbox;
    private readonly IClock _clock;
    private readonly Func<ulong>? _resumeSlot;
    private readonly GrpcFramer _framer;
    private readonly Backoff _backoff;
    private YellowstoneSubscription _subscription;
    private YellowstoneConnection? _connection;
    private string? _heldFor;

    /// <summary>A feed into <paramref name="inbox"/>.</summary>
    /// <param name="options">Server and subscription.</param>
    /// <param name="inbox">Where messages go; this feed is its only writer.</param>
    /// <param name="clock">Receive times.</param>
    /// <param name="resumeSlot">
    /// Asked at each connect for the slot to replay from; 0 = from the present. A server replays what it keeps; if it
    /// refuses, the next attempt asks for no replay. Null = never.
    /// </param>
    public YellowstoneFeed(
        YellowstoneOptions options, MessageInbox inbox, IClock clock, Func<ulong>? resumeSlot = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(inbox);
        ArgumentNullException.ThrowIfNull(clock);
        _options = options;
        _inbox = inbox;
        _clock = clock;
        _resumeSlot = resumeSlot;
        _subscription = options.Subscription;
        _framer = new GrpcFramer(Math.Min(options.MaxMessageBytes, inbox.MaxRecordBytes));
        _backoff = new Backoff(options.Backoff, options.Seed);
    }

    /// <summary>True while messages flow. Any thread.</summary>
    public bool IsOpen => Volatile.Read(ref _connection)?.IsOpen ?? false;

    /// <summary>What was seen; one writer, read late by others.</summary>
    public ConnectionCounters Counters { get; } = new();

    /// <summary>How the last connection ended; cause None before the first end. Written while not open.</summary>
    public ConnectionEnd LastEnd { get; private set; }

    /// <summary>
    /// Replaces what is subscribed, now and after reconnects, without a gap: the server swaps the filters. Any thread.
    /// </summary>
    public void Update(YellowstoneSubscription subscription)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        Volatile.Write(ref _subscription, subscription);
        Interlocked.MemoryBarrier(); // either the connection is seen here, or it sees the new subscription
        Volatile.Read(ref _connection)?.Update(subscription);
    }

    /// <summary>
    /// Ends the stream, and keeps it closed until <see cref="Release"/>; what is subscribed stays. Any thread.
    /// </summary>
    /// <param name="reason">Why, in words; it goes into the recording.</param>
    public void Hold(string reason)
    {
        Volatile.Write(ref _heldFor, reason);
        Interlocked.MemoryBarrier(); // either the connection is seen here, or it sees that it is held
        Volatile.Read(ref _connection)?.Hold(reason);
    }

    /// <summary>Lets it connect again. Any thread.</summary>
    public void Release() => Volatile.Write(ref _heldFor, null);

    /// <summary>Keeps the stream alive until cancelled. Throws nothing for what a server or a network does.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        bool mayReplay = true;
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                while (!_inbox.HasRoomToOpen || Volatile.Read(ref _heldFor) is not null)
                    await Task.Delay(PollMs, cancellation).ConfigureAwait(false);
                ulong fromSlot = mayReplay ? _resumeSlot?.Invoke() ?? 0 : 0;
                long startNs = _clock.NowNs;
                ConnectionEnd end = await ConnectAsync(fromSlot, cancellation).ConfigureAwait(false);
                LastEnd = end;
                Counters.Count(end.Cause);
                mayReplay = end.Cause != ConnectionCause.ReplayRefused;
                _backoff.OnLifetime(_clock.NowNs - startNs);
                if (!mayReplay) continue;
                long waitNs = _backoff.NextNs(end.RetryAfterNs);
                await Task.Delay(TimeSpan.FromTicks(waitNs / 100), cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // told to stop while waiting
        }
    }

    private async Task<ConnectionEnd> ConnectAsync(ulong fromSlot, CancellationToken cancellation)
    {
        YellowstoneSubscription subscription = Volatile.Read(ref _subscription);
        using YellowstoneConnection connection = new(
            _options, subscription, fromSlot, _inbox, _clock, _framer, Counters);
        Volatile.Write(ref _connection, connection);
        Interlocked.MemoryBarrier();
        YellowstoneSubscription newest = Volatile.Read(ref _subscription);
        if (!ReferenceEquals(newest, subscription)) connection.Update(newest);
        if (Volatile.Read(ref _heldFor) is { } reason) connection.Hold(reason);
        ConnectionEnd end = await connection.RunAsync(cancellation).ConfigureAwait(false);
        Volatile.Write(ref _connection, null);

        // A server says with a status that it does not keep the slot; which code differs from version to version.
        bool isReplayRefused = fromSlot != 0 && end.Cause == ConnectionCause.GrpcStatus && !connection.HasUpdates;
        return isReplayRefused ? end with { Cause = ConnectionCause.ReplayRefused } : end;
    }
}
