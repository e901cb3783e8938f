using System;
using System.IO;
using System.Net.Sockets;
using LowLatency.Engine.Time;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// A connected socket as a synchronous stream for one thread, below TLS or alone. While a read waits, the owner's idle
/// callback runs every tick on the same thread, so one thread reads, pings, subscribes and notices silence; writes
/// inside the callback are allowed. A write that the peer does not take keeps reading meanwhile, so two sides that
/// both write never block each other. Nothing is allocated unless a write has to wait.
/// </summary>
/// <remarks>
/// The socket is non-blocking and waits are poll calls: the blocking calls of a socket that was connected
/// asynchronously allocate a wait object each time.
/// </remarks>
internal sealed class SocketStream : Stream
{
    private const int MicrosecondsPerMillisecond = 1000;
    private const int WriteSliceMs = 5;
    private const int ReadAheadBytes = 64 << 10;

    /// <summary>More than a server sends while it does not read: then it is broken.</summary>
    private const int MaxReadAheadBytes = 64 << 20;

    private readonly Socket _socket;
    private readonly IClock _clock;
    private readonly SocketStreamOptions _options;
    private readonly Func<bool> _onIdle;
    private byte[] _ahead = [];
    private int _aheadStart;
    private int _aheadEnd;

    /// <summary>Takes over a connected socket.</summary>
    /// <param name="socket">Closed with the stream.</param>
    /// <param name="clock">For the timeouts.</param>
    /// <param name="options">Tick and timeouts.</param>
    /// <param name="onIdle">Called every tick while a read waits; false gives up.</param>
    public SocketStream(Socket socket, IClock clock, SocketStreamOptions options, Func<bool> onIdle)
    {
        _socket = socket;
        _clock = clock;
        _options = options;
        _onIdle = onIdle;
        socket.Blocking = false;
    }

    /// <summary>True once the idle callback gave up: the end of the stream is ours, not the peer's.</summary>
    public bool GaveUp { get; private set; }

    /// <summary>True once a write was not taken within its timeout.</summary>
    public bool WriteTimedOut { get; private set; }

    /// <summary>Times that a write had to wait for the peer.</summary>
    public long WriteWaits { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        long spinUntilNs = _options.SpinNs > 0 ? _clock.NowNs + _options.SpinNs : 0;
        while (true)
        {
            // Asked each time: a write inside a callback below may have read ahead, and those bytes came first.
            if (_aheadStart < _aheadEnd) return TakeAhead(buffer);
            int count = _socket.Receive(buffer, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success) return count;
            if (error != SocketError.WouldBlock) throw new IOException(Describe(error));
            if (spinUntilNs != 0 && _clock.NowNs < spinUntilNs)
            {
                _options.OnSpin?.Invoke();
                continue;
            }

            if (_socket.Poll(_options.TickMs * MicrosecondsPerMillisecond, SelectMode.SelectRead)) continue;
            if (_onIdle()) continue;
            GaveUp = true;
            return 0;
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        long deadlineNs = 0;
        while (!buffer.IsEmpty)
        {
            int count = _socket.Send(buffer, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
            {
                buffer = buffer[count..];
                deadlineNs = 0;
                continue;
            }

            if (error != SocketError.WouldBlock) throw new IOException(Describe(error));
            long nowNs = _clock.NowNs;
            if (deadlineNs == 0)
            {
                deadlineNs = nowNs + _options.WriteTimeoutNs;
                WriteWaits++;
            }

            if (nowNs >= deadlineNs)
            {
                WriteTimedOut = true;
                throw new IOException("the peer took no bytes within the write timeout");
            }

            ReadAhead();
            _ = _socket.Poll(WriteSliceMs * MicrosecondsPerMillisecond, SelectMode.SelectWrite);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _socket.Dispose();
        base.Dispose(disposing);
    }

    private static string Describe(SocketError error) => $"socket: {error}";

    private int TakeAhead(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _aheadEnd - _aheadStart);
        _ahead.AsSpan(_aheadStart, count).CopyTo(buffer);
        _aheadStart += count;
        if (_aheadStart < _aheadEnd) return count;
        _aheadStart = 0;
        _aheadEnd = 0;
        if (_ahead.Length > ReadAheadBytes) _ahead = [];
        return count;
    }

    /// <summary>Keeps what the peer sends while it does not take our bytes.</summary>
    private void ReadAhead()
    {
        while (true)
        {
            if (_ahead.Length - _aheadEnd < ReadAheadBytes)
            {
                if (_aheadEnd >= MaxReadAheadBytes) return;
                Array.Resize(ref _ahead, Math.Max(_ahead.Length * 2, 2 * ReadAheadBytes));
            }

            int count = _socket.Receive(
                _ahead.AsSpan(_aheadEnd, ReadAheadBytes), SocketFlags.None, out SocketError error);
            // An end or error is met again by the next read, behind these bytes.
            if (error != SocketError.Success || count == 0) return;
            _aheadEnd += count;
        }
    }
}

/// <summary>Times of a <see cref="SocketStream"/>.</summary>
internal sealed record SocketStreamOptions
{
    /// <summary>Milliseconds between idle callbacks of a waiting read.</summary>
    public int TickMs { get; init; } = 25;

    /// <summary>Nanoseconds that a read tries again before it sleeps; 0 sleeps at once.</summary>
    public long SpinNs { get; init; }

    /// <summary>Called between two tries of a read that spins.</summary>
    public Action? OnSpin { get; init; }

    /// <summary>Nanoseconds without progress after which a write fails.</summary>
    public long WriteTimeoutNs { get; init; } = 5_000_000_000;
}
