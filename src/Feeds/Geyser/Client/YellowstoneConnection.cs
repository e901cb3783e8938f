using System;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Framing;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Geyser.Client;

/// <summary>
/// One Subscribe call from its connecting to its end. Its reading task is the only writer of the inbox; its watch
/// sends pings and notices silence. The inbox hears of it with the first message, so an endpoint that accepts and then
/// refuses never counts as open.
/// </summary>
internal sealed class YellowstoneConnection : IDisposable
{
    private const int WatchMs = 100;

    /// <summary>A ping or pong is shorter than this: filter names and the server's time.</summary>
    private const int LongestPingBytes = 512;

    /// <summary>
    /// So many bytes of a message that is not whole yet are a sign of life: 5 KB/s at the default silence. Without it a
    /// server that sends a byte now and then would count as alive for ever.
    /// </summary>
    private const int AliveBytes = 1 << 16;

    private readonly YellowstoneOptions _options;
    private readonly MessageInbox _inbox;
    private readonly IClock _clock;
    private readonly GrpcFramer _framer;
    private readonly ConnectionCounters _counters;
    private readonly GrpcRequestStream _requests = new();
    private readonly byte[] _request;
    private readonly ulong _fromSlot;
    private byte[]? _newRequest;
    private long _lastReceiveNs;
    private long _partBytes; // since the last sign of life
    private bool _isSilent;
    private volatile bool _isStuck;
    private string? _heldFor;

    /// <summary>A connection that will ask for <paramref name="subscription"/>.</summary>
    public YellowstoneConnection(
        YellowstoneOptions options,
        YellowstoneSubscription subscription,
        ulong fromSlot,
        MessageInbox inbox,
        IClock clock,
        GrpcFramer framer,
        ConnectionCounters counters)
    {
        _options = options;
        _inbox = inbox;
        _clock = clock;
        _framer = framer;
        _counters = counters;
        _fromSlot = fromSlot;
        _request = subscription.ToRequest(fromSlot);
        framer.Reset();
    }

    /// <summary>True from the first message to the end. Any thread.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>True if an update (no ping, no pong) came.</summary>
    public bool HasUpdates { get; private set; }

    /// <summary>Connects, subscribes and reads until the end, which it returns. Throws nothing.</summary>
    public async Task<ConnectionEnd> RunAsync(CancellationToken stop)
    {
        using CancellationTokenSource life = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using GrpcChannel channel = new(
            _options.Address, _options.Token, TimeSpan.FromTicks(_options.ConnectTimeoutNs / 100), _options.Tls);
        _counters.Attempts++;
        _requests.TrySend(_request);
        Volatile.Write(ref _lastReceiveNs, _clock.NowNs);
        Task watch = WatchAsync(life);
        ConnectionEnd end;
        try
        {
            using HttpResponseMessage response =
                await channel.SendAsync("Subscribe", _requests, life.Token).ConfigureAwait(false);
            end = GrpcChannel.Judge(response) ?? await ReadAsync(response, life.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            end = GrpcChannel.FromException(error);
        }

        _requests.Complete();
        await life.CancelAsync().ConfigureAwait(false);
        await watch.ConfigureAwait(false);
        if (stop.IsCancellationRequested) end = new ConnectionEnd(ConnectionCause.Stopped);
        else if (_heldFor is { } reason) end = new ConnectionEnd(ConnectionCause.Demoted, 0, reason);
        else if (_isSilent) end = new ConnectionEnd(ConnectionCause.PingTimeout, 0, "no message and no pong in time");
        else if (_isStuck) end = new ConnectionEnd(ConnectionCause.SocketError, 0, "the server reads no requests");
        else if (end.Cause == ConnectionCause.Stopped) end = CancelledByServer();
        end = end with { Detail = EndpointAddress.RedactIn(end.Detail, _options.Address) };
        if (!IsOpen) return end;
        IsOpen = false;
        byte[] details = CaptureDetails.WriteClose(end.Code, $"{end.Cause}: {end.Detail}");
        _inbox.TryWrite(CaptureFrameKind.Close, _clock.NowNs, _clock.UtcNs, details);
        return end;
    }

    /// <summary>
    /// Replaces the subscription, or ends the call if the server has read none of the last requests: the next one asks
    /// for the newest. Any thread.
    /// </summary>
    public void Update(YellowstoneSubscription subscription)
    {
        byte[] request = subscription.ToRequest();
        Volatile.Write(ref _newRequest, request); // before it is sent: what answers it is recorded behind it
        if (!_requests.TrySend(request)) _isStuck = true;
    }

    /// <summary>Ends the call because its endpoint is left alone for a while. Any thread.</summary>
    public void Hold(string reason) => Volatile.Write(ref _heldFor, reason);

    /// <inheritdoc/>
    public void Dispose() => _requests.Dispose();

    private async Task<ConnectionEnd> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        while (true)
        {
            int read = await stream.ReadAsync(_framer.GetRoom(), cancellation).ConfigureAwait(false);
            if (read == 0) break;
            _framer.Advance(read);
            _counters.Reads++;
            _counters.BytesRead += read;
            _partBytes += read;
            ConnectionEnd end = TakeMessages();
            if (end.Cause != ConnectionCause.None) return end;
        }

        GrpcStatus? status = GrpcStatus.Read(response.TrailingHeaders);
        if (!_framer.IsAtBoundary && status is not { Code: not GrpcCode.Ok })
        {
            return new ConnectionEnd(ConnectionCause.ProtocolViolation, 0, "the stream ends inside a message");
        }

        return status is null
            ? new ConnectionEnd(ConnectionCause.EndOfStream, 0, "the stream ends without a gRPC status")
            : GrpcChannel.FromStatus(status.Value);
    }

    /// <summary>Pushes every whole message; one receive time for all that came in one read.</summary>
    private ConnectionEnd TakeMessages()
    {
        long nowNs = _clock.NowNs;
        long utcNs = _clock.UtcNs;
        if (_partBytes >= AliveBytes) NoteLife(nowNs);
        while (true)
        {
            FrameStatus status = _framer.TryRead(out ReadOnlySpan<byte> message);
            if (status == FrameStatus.NeedMore) return default;
            if (status != FrameStatus.Frame) return Refuse(status);
            _counters.Messages++;
            NoteLife(nowNs);
            if (!IsOpen && !TryOpen(nowNs, utcNs)) return InboxFull();
            if (Volatile.Read(ref _newRequest) is not null) RecordNewRequest(nowNs, utcNs);
            if (message.Length > LongestPingBytes || !IsPing(message)) HasUpdates = true;
            if (!_inbox.TryWrite(CaptureFrameKind.Message, nowNs, utcNs, message)) return InboxFull();
        }
    }

    private void NoteLife(long nowNs)
    {
        Volatile.Write(ref _lastReceiveNs, nowNs);
        _partBytes = 0;
    }

    /// <summary>
    /// Nobody here cancelled: the platform gives a reset with NO_ERROR or CANCEL as a cancellation, and now and then
    /// the end of a connection that it gave up itself.
    /// </summary>
    private static ConnectionEnd CancelledByServer() =>
        new(ConnectionCause.SocketError, 0, "the call was cancelled by the server or with its connection");

    private static ConnectionEnd InboxFull() =>
        new(ConnectionCause.InboxFull, 0, "the engine fell behind; what came since is lost");

    private static ConnectionEnd Refuse(FrameStatus status) => status switch
    {
        FrameStatus.TooLong => new ConnectionEnd(ConnectionCause.MessageTooLong, 0, "a message above the limit"),
        FrameStatus.Compressed => new ConnectionEnd(
            ConnectionCause.CompressedMessage, 0, "a compressed message, although we accept identity only"),
        _ => new ConnectionEnd(ConnectionCause.ProtocolViolation, 0, "a message prefix with an unknown flag"),
    };

    private bool TryOpen(long nowNs, long utcNs)
    {
        byte[] details = CaptureDetails.WriteOpen(
            EndpointAddress.Redact(_options.Address), FeedProtocol.Yellowstone, _fromSlot, _options.BlockhashSource);
        if (!_inbox.TryWrite(CaptureFrameKind.Open, nowNs, utcNs, details)) return false;
        IsOpen = true;
        _counters.Opens++;
        if (_fromSlot != 0) _counters.Replays++;
        return _inbox.TryWrite(CaptureFrameKind.Request, nowNs, utcNs, _request);
    }

    private void RecordNewRequest(long nowNs, long utcNs)
    {
        byte[]? request = Interlocked.Exchange(ref _newRequest, null);
        if (request is not null) _inbox.TryWrite(CaptureFrameKind.Request, nowNs, utcNs, request);
    }

    /// <summary>True for a ping, which is answered at once, and for a pong.</summary>
    private bool IsPing(ReadOnlySpan<byte> message)
    {
        if (GeyserEnvelope.TryRead(message, out GeyserEnvelope envelope) != EnvelopeStatus.Ok) return false;
        if (envelope.Field == UpdateField.Pong)
        {
            _counters.PongsReceived++;
            return true;
        }

        if (envelope.Field != UpdateField.Ping) return false;
        _counters.PingsReceived++;
        _requests.TrySend(YellowstoneSubscription.Ping(1));
        return true;
    }

    private async Task WatchAsync(CancellationTokenSource life)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(WatchMs));
        long pingNs = 0; // the first ping goes at once: its pong shows that the server listens
        try
        {
            do
            {
                long nowNs = _clock.NowNs;
                bool isHeld = Volatile.Read(ref _heldFor) is not null;
                bool isSilent = nowNs - Volatile.Read(ref _lastReceiveNs) > _options.SilenceNs;
                if (isHeld || isSilent || _isStuck)
                {
                    _isSilent = isSilent && !isHeld;
                    await life.CancelAsync().ConfigureAwait(false);
                    return;
                }

                if (pingNs != 0 && nowNs - pingNs < _options.PingIntervalNs) continue;
                pingNs = nowNs;
                _counters.PingsSent++;
                _requests.TrySend(YellowstoneSubscription.Ping((int)(_counters.PingsSent & int.MaxValue)));
            }
            while (await timer.WaitForNextTickAsync(life.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // the connection ended
        }
    }
}
