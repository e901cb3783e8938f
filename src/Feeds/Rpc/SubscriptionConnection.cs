using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Inbox;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// One socket to a node with its subscriptions, on a thread of its own: opens, subscribes, reads, notices silence,
/// closes, waits and opens again until it is stopped. All that is seen goes into the inbox in the order in which it
/// happened: open, requests before they are sent, messages, close. The thread never waits for the engine.
/// Owner: its own thread; Subscribe, Unsubscribe, Stop and all properties may be used by any thread.
/// </summary>
public sealed class SubscriptionConnection : IWebSocketHandler, IDisposable
{
    private const int NanosecondsPerMillisecond = 1_000_000;
    private const int LongestWaitMs = 20;

    private readonly Uri _address;
    private readonly MessageInbox _inbox;
    private readonly SubscriptionConnectionOptions _options;
    private readonly IClock _clock;
    private readonly SubscriptionBook _book;
    private readonly SlotWatch _slots;
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(SubscriptionSpec Spec, bool IsWanted)> _changes = new();
    private readonly HashSet<SubscriptionSpec> _wanted = [];
    private readonly Func<ReadOnlyMemory<byte>, bool> _send;
    private readonly Thread _thread;
    private WebSocketClient? _client;
    private ConnectionEndBox? _lastEnd;
    private string? _heldFor;
    private long _changesMade;
    private long _changesTaken;
    private int _state;
    private int _active;
    private bool _isSettled;
    private bool _watchesSlots;
    private bool _isDisposed;

    /// <summary>A connection to <paramref name="address"/> (ws or wss) into <paramref name="inbox"/>.</summary>
    public SubscriptionConnection(
        Uri address, string name, MessageInbox inbox, SubscriptionConnectionOptions options, IClock clock)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(inbox);
        ArgumentNullException.ThrowIfNull(options);
        if (address.Scheme is not ("ws" or "wss")) throw new ArgumentException("ws or wss.", nameof(address));
        if (options.WebSocket.MaxMessageBytes > inbox.MaxRecordBytes)
            throw new ArgumentException("The longest message does not fit into the inbox.", nameof(options));
        _address = address;
        _inbox = inbox;
        _options = options;
        _clock = clock;
        Name = name;
        _book = new SubscriptionBook(options.Subscriptions, SubscriptionCounters);
        _slots = new SlotWatch(options.Slots);
        _backoff = new Backoff(options.Backoff, options.Seed + inbox.ConnectionId);
        _send = SendRequest;
        _thread = new Thread(Run) { IsBackground = true, Name = $"ws {name}" };
    }

    /// <summary>The connection's name, without secrets: <c>wss://host#2</c>.</summary>
    public string Name { get; }

    /// <summary>The connection's byte in captures and events.</summary>
    public byte ConnectionId => _inbox.ConnectionId;

    /// <summary>What happened on its sockets.</summary>
    public ConnectionCounters Counters { get; } = new();

    /// <summary>What became of its subscriptions.</summary>
    public SubscriptionCounters SubscriptionCounters { get; } = new();

    /// <summary>What it is doing.</summary>
    public ConnectionState State => (ConnectionState)Volatile.Read(ref _state);

    /// <summary>How it ended last; cause none if it never did.</summary>
    public ConnectionEnd LastEnd => Volatile.Read(ref _lastEnd)?.End ?? default;

    /// <summary>Subscriptions acknowledged.</summary>
    public int ActiveSubscriptions => Volatile.Read(ref _active);

    /// <summary>Subscriptions wanted.</summary>
    public int WantedSubscriptions
    {
        get
        {
            lock (_wanted) return _wanted.Count;
        }
    }

    /// <summary>
    /// True while it is open and every subscription asked for up to now was answered: from then on its accounts are
    /// followed, and a snapshot closes what is missing before.
    /// </summary>
    public bool IsSettled => State == ConnectionState.Open && Volatile.Read(ref _isSettled)
        && Volatile.Read(ref _changesTaken) == Volatile.Read(ref _changesMade);

    /// <summary>Measured slot time, nanoseconds; 0 if not yet measured.</summary>
    public long SlotTimeNs => _slots.SlotTimeNs;

    /// <summary>The slot it announced last; 0 if none since it opened.</summary>
    public ulong LastSlot => _slots.LastSlot;

    /// <summary>Begins. Once.</summary>
    public void Start() => _thread.Start();

    /// <summary>Asks for a subscription, now and after every reconnect; false if the connection has its fill.</summary>
    public bool TrySubscribe(SubscriptionSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        lock (_wanted)
        {
            if (_wanted.Contains(spec)) return true;
            if (_wanted.Count >= _options.Subscriptions.MaxSubscriptions) return false;
            _wanted.Add(spec);
            Change(spec, isWanted: true);
            return true;
        }
    }

    /// <summary>Ends a subscription; false if it was not wanted.</summary>
    public bool Unsubscribe(SubscriptionSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        lock (_wanted)
        {
            if (!_wanted.Remove(spec)) return false;
            Change(spec, isWanted: false);
            return true;
        }
    }

    /// <summary>
    /// Closes it, and keeps it closed until <see cref="Release"/>; subscriptions are wanted as before.
    /// </summary>
    /// <param name="reason">Why, in words; it goes into the recording.</param>
    public void Hold(string reason) => Volatile.Write(ref _heldFor, reason);

    /// <summary>Lets it open again.</summary>
    public void Release() => Volatile.Write(ref _heldFor, null);

    /// <summary>Tells the thread to close and end; does not wait for it.</summary>
    public void Stop()
    {
        if (!_isDisposed) _stop.Cancel();
    }

    /// <summary>Stops and waits for the thread.</summary>
    public void Dispose()
    {
        Stop();
        if (_thread.IsAlive) _thread.Join();
        _isDisposed = true;
        _stop.Dispose();
    }

    bool IWebSocketHandler.TryClaim(int lengthBytes, out Span<byte> room) =>
        _inbox.TryClaim(CaptureFrameKind.Message, lengthBytes, out room);

    bool IWebSocketHandler.OnMessage(ReadOnlySpan<byte> message, long receiveNs, long receiveUtcNs)
    {
        try
        {
            switch (ServerText.KindOf(message))
            {
                case ServerTextKind.Notification:
                    break;
                case ServerTextKind.Slot:
                    SubscriptionCounters.SlotNotifications++;
                    if (ServerText.TryReadSlot(message, out ulong slot)) _slots.OnSlot(slot, receiveNs);
                    break;
                case ServerTextKind.Signature:
                    if (ServerText.TryReadFinalSignature(message, out ulong done)) _book.OnDone(done);
                    break;
                default:
                    ReplyReader.Read(message, _book, SubscriptionCounters, receiveNs);
                    break;
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // not JSON, not Unicode
        {
            SubscriptionCounters.UnreadableReplies++; // the decoder refuses it too, and says why
        }

        _inbox.Commit(CaptureFrameKind.Message, receiveNs, receiveUtcNs);
        return true;
    }

    bool IWebSocketHandler.OnTick(long nowNs)
    {
        WebSocketClient client = _client!;
        if (_stop.IsCancellationRequested)
        {
            client.Fail(new ConnectionEnd(ConnectionCause.Stopped, 0, "stopped"));
            return false;
        }

        if (Volatile.Read(ref _heldFor) is { } reason)
        {
            client.Fail(new ConnectionEnd(ConnectionCause.Demoted, 0, reason));
            return false;
        }

        Counters.ThreadAllocatedBytes = GC.GetAllocatedBytesForCurrentThread();
        TakeChanges();
        if (!_book.Pump(nowNs, _send))
        {
            client.Fail(new ConnectionEnd(ConnectionCause.AckTimeout, 0, "a request was not answered"));
            return false;
        }

        Volatile.Write(ref _active, _book.Active);
        Volatile.Write(ref _isSettled, _book.IsSettled);
        if (!_watchesSlots || !_slots.IsSilent(nowNs)) return true;
        client.Fail(new ConnectionEnd(ConnectionCause.SlotSilence, 0, "no slot for too many slot times"));
        return false;
    }

    private void Change(SubscriptionSpec spec, bool isWanted)
    {
        _changes.Enqueue((spec, isWanted));
        Interlocked.Increment(ref _changesMade);
    }

    private void TakeChanges()
    {
        while (_changes.TryDequeue(out (SubscriptionSpec Spec, bool IsWanted) change))
        {
            if (change.Spec.Topic == SubscriptionTopic.Slot) _watchesSlots = change.IsWanted;
            if (change.IsWanted) _book.Want(change.Spec);
            else _book.Unwant(change.Spec);
            Volatile.Write(ref _isSettled, false);
            Volatile.Write(ref _changesTaken, _changesTaken + 1);
        }
    }

    /// <summary>The request goes into the inbox before it goes out: its answer can only come behind it.</summary>
    private bool SendRequest(ReadOnlyMemory<byte> request)
    {
        if (!_inbox.TryWrite(CaptureFrameKind.Request, _clock.NowNs, _clock.UtcNs, request.Span))
        {
            _client!.Fail(new ConnectionEnd(ConnectionCause.InboxFull, 0, "the inbox is full"));
            return false;
        }

        _client!.Send(request.Span);
        return true;
    }

    private void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            Volatile.Write(ref _state, (int)ConnectionState.Waiting);
            if (!_inbox.HasRoomToOpen || Volatile.Read(ref _heldFor) is not null)
            {
                _stop.Token.WaitHandle.WaitOne(LongestWaitMs);
                continue;
            }

            long beganNs = _clock.NowNs;
            ConnectionEnd end;
            try
            {
                end = RunOnce();
            }
            catch (Exception e)
            {
                // A fault of ours on this connection: reported and counted like every other end.
                end = new ConnectionEnd(
                    ConnectionCause.InternalError, 0, EndpointAddress.RedactIn(e.Message, _address));
            }

            Counters.Count(end.Cause);
            Volatile.Write(ref _lastEnd, new ConnectionEndBox(end));
            Volatile.Write(ref _isSettled, false);
            if (_stop.IsCancellationRequested) break;
            Volatile.Write(ref _state, (int)ConnectionState.Waiting);
            _backoff.OnLifetime(_clock.NowNs - beganNs);
            long waitNs = _backoff.NextNs(end.RetryAfterNs);
            _stop.Token.WaitHandle.WaitOne((int)((waitNs + NanosecondsPerMillisecond - 1) / NanosecondsPerMillisecond));
        }

        Volatile.Write(ref _state, (int)ConnectionState.Stopped);
    }

    private ConnectionEnd RunOnce()
    {
        Volatile.Write(ref _state, (int)ConnectionState.Connecting);
        Counters.Attempts++;
        WebSocketConnector connector = new(_options.WebSocket, _clock, Counters, _stop.Token)
        {
            OnSpin = _inbox.Spin,
        };
        OpenedConnection? opened = connector.TryOpen(_address, out ConnectionEnd end);
        if (opened is null) return end;
        using WebSocketClient client = new(opened, _options.WebSocket, _clock, this, Counters);
        _client = client;
        if (!_inbox.TryWrite(CaptureFrameKind.Open, _clock.NowNs, _clock.UtcNs, ConnectionDetails.Open(Name)))
            return new ConnectionEnd(ConnectionCause.InboxFull, 0, "no room to open");
        try
        {
            Counters.Opens++;
            TakeChanges();
            _book.OnOpen(_clock.NowNs);
            _slots.OnOpen(_clock.NowNs);
            Volatile.Write(ref _isSettled, false);
            Volatile.Write(ref _state, (int)ConnectionState.Open);
            end = client.Run();
        }
        catch (Exception e)
        {
            end = new ConnectionEnd(ConnectionCause.InternalError, 0, EndpointAddress.RedactIn(e.Message, _address));
        }

        _inbox.TryWrite(CaptureFrameKind.Close, _clock.NowNs, _clock.UtcNs, ConnectionDetails.Close(end));
        _client = null;
        Volatile.Write(ref _active, 0);
        return end;
    }

    private sealed record ConnectionEndBox(ConnectionEnd End);
}
