using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using LowLatency.TestNode.Faults;

namespace LowLatency.TestNode.Pubsub;

/// <summary>
/// The server's side of one WebSocket: reads requests (4,096 bytes at most, as the node's soketto does), answers pings,
/// writes what the outbox holds. Nothing here knows of accounts.
/// </summary>
internal sealed class PubsubConnection
{
    /// <summary>Source: agave rpc/src/rpc_pubsub_service.rs set_max_message_size, set_max_frame_size.</summary>
    public const int MaxInboundBytes = 4096;

    private const int SlowChunkBytes = 64;
    private const int DrainMs = 1000;
    private readonly Stream _stream;
    private readonly Action _abort;
    private readonly PubsubServer _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _cutGate = new();
    private readonly byte[] _inbound = new byte[MaxInboundBytes];
    private readonly byte[] _payload = new byte[MaxInboundBytes];
    private int _inboundLength;
    private bool _inMessage;
    private bool _closeSent;
    private bool _isOver;
    private Channel<(long DueMs, byte[] Bytes)>? _late;

    public PubsubConnection(int number, Stream stream, Action abort, PubsubServer server, int limitBytes)
    {
        Number = number;
        _stream = stream;
        _abort = abort;
        _server = server;
        Outbox = new Outbox(limitBytes);
    }

    /// <summary>Number of the connection at its endpoint, from 1.</summary>
    public int Number { get; }

    public Outbox Outbox { get; }

    /// <summary>Subscriptions by id; under the ledger's lock.</summary>
    public Dictionary<ulong, Subscription> Subscriptions { get; } = [];

    /// <summary>Pongs received.</summary>
    public int Pongs { get; private set; }

    /// <summary>
    /// Cuts the connection without a word. On another thread, because what waits for the end runs at once and the
    /// caller may be going through the tables that it then changes.
    /// </summary>
    public void Abort() => ThreadPool.QueueUserWorkItem(_ =>
    {
        _stop.Cancel();
        Cut();
    });

    /// <summary>Closes properly: a close frame, then the end once the client has answered.</summary>
    public void Close(ushort code)
    {
        Span<byte> payload = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(payload, code);
        _closeSent = true;
        Outbox.TryAppend(Opcode.Close, payload);
    }

    public async Task RunAsync()
    {
        Task writing = WriteAsync();
        bool isClosed = false;
        try
        {
            isClosed = await ReadAsync();
            Outbox.Complete();
            if (isClosed) await Task.WhenAny(writing, Task.Delay(DrainMs));
            isClosed &= writing.IsCompleted;
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away or a fault cut the line: both are the end of this connection and nothing else.
        }

        _stop.Cancel();
        await writing;
        if (!isClosed) Cut(); // after a proper close the server ends the connection by itself
        lock (_cutGate) _isOver = true;
    }

    /// <summary>Cuts the transport, but never that of a request that is over: it may serve another by now.</summary>
    private void Cut()
    {
        lock (_cutGate)
        {
            if (!_isOver) _abort();
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                OutboxBatch batch = await Outbox.TakeAsync(_stop.Token);
                if (_late is not null || _server.LagMs != 0)
                {
                    WriteLater(batch);
                    continue;
                }

                int at = 0;
                foreach (WriteMark mark in batch.Marks)
                {
                    await WriteAsync(batch.Buffer.AsMemory(at, mark.Start - at));
                    await WriteMarkedAsync(batch.Buffer.AsMemory(mark.Start, mark.End - mark.Start), mark);
                    at = mark.End;
                }

                await WriteAsync(batch.Buffer.AsMemory(at, batch.Length - at));
            }
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            // The outbox was completed and is empty.
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Cut(); // the reader ends with the connection
        }
    }

    /// <summary>
    /// Once one batch was late all go the same way, so that none overtakes another. Marks are not minded here.
    /// </summary>
    private void WriteLater(OutboxBatch batch)
    {
        if (_late is null)
        {
            _late = Channel.CreateUnbounded<(long DueMs, byte[] Bytes)>();
            _ = WriteLateAsync(_late.Reader);
        }

        long dueMs = Environment.TickCount64 + _server.LagMs;
        _late.Writer.TryWrite((dueMs, batch.Buffer.AsSpan(0, batch.Length).ToArray()));
    }

    private async Task WriteLateAsync(ChannelReader<(long DueMs, byte[] Bytes)> late)
    {
        try
        {
            await foreach ((long dueMs, byte[] bytes) in late.ReadAllAsync(_stop.Token))
            {
                long waitMs = dueMs - Environment.TickCount64;
                if (waitMs > 0) await Task.Delay((int)waitMs, _stop.Token);
                await WriteAsync(bytes);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Cut();
        }
    }

    private async Task WriteMarkedAsync(ReadOnlyMemory<byte> bytes, WriteMark mark)
    {
        int step = mark.Mode == WriteMode.Slow ? SlowChunkBytes : 1;
        for (int at = 0; at < bytes.Length; at += step)
        {
            await WriteAsync(bytes.Slice(at, Math.Min(step, bytes.Length - at)));
            if (mark.PauseMs > 0) await Task.Delay(mark.PauseMs, _stop.Token);
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty || Outbox.IsMuted) return;
        await _stream.WriteAsync(bytes, _stop.Token);
        await _stream.FlushAsync(_stop.Token);
    }

    /// <returns>True after a proper close, false if the client broke a rule.</returns>
    private async Task<bool> ReadAsync()
    {
        byte[] head = new byte[14];
        while (true)
        {
            await _stream.ReadExactlyAsync(head.AsMemory(0, 2), _stop.Token);
            bool isMasked = (head[1] & 0x80) != 0;
            int length = head[1] & 0x7F;
            int extra = (length == 126 ? 2 : length == 127 ? 8 : 0) + 4;
            if (!isMasked) return false; // RFC 6455 section 5.1: a client's frame must be masked
            await _stream.ReadExactlyAsync(head.AsMemory(2, extra), _stop.Token);
            ulong payloadLength = length == 126 ? BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(2))
                : length == 127 ? BinaryPrimitives.ReadUInt64BigEndian(head.AsSpan(2)) : (ulong)length;
            if (payloadLength > MaxInboundBytes)
            {
                _server.CountOversized();
                return false;
            }

            Memory<byte> payload = _payload.AsMemory(0, (int)payloadLength);
            await _stream.ReadExactlyAsync(payload, _stop.Token);
            for (int i = 0; i < payload.Length; i++) _payload[i] ^= head[2 + extra - 4 + (i & 3)];
            if (Outbox.IsMuted) continue;
            bool isFinal = (head[0] & 0x80) != 0;
            Opcode opcode = (Opcode)(head[0] & 0x0F);
            if ((head[0] & 0x70) != 0 || !OnFrame(opcode, isFinal, payload.Span)) return opcode == Opcode.Close;
        }
    }

    /// <returns>False when the connection ends.</returns>
    private bool OnFrame(Opcode opcode, bool isFinal, ReadOnlySpan<byte> payload)
    {
        switch (opcode)
        {
            case Opcode.Ping:
                if (_server.AnswersPings) Outbox.TryAppend(Opcode.Pong, payload);
                else _server.Faults.Happened(FaultKind.IgnorePings, $"connection {Number}");
                return true;
            case Opcode.Pong:
                Pongs++;
                _server.CountPong();
                return true;
            case Opcode.Close:
                if (!_closeSent) Outbox.TryAppend(Opcode.Close, payload);
                _server.CountClose();
                return false;
            case Opcode.Text or Opcode.Binary when !_inMessage:
                _inboundLength = 0;
                break;
            case Opcode.Continuation when _inMessage:
                break;
            default:
                return false;
        }

        if (_inboundLength + payload.Length > MaxInboundBytes)
        {
            _server.CountOversized();
            return false;
        }

        payload.CopyTo(_inbound.AsSpan(_inboundLength));
        _inboundLength += payload.Length;
        _inMessage = !isFinal;
        if (isFinal) _server.OnMessage(this, _inbound.AsMemory(0, _inboundLength));
        return true;
    }
}
