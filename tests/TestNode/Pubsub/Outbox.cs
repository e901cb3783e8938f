using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace LowLatency.TestNode.Pubsub;

/// <summary>How a frame is put on the wire.</summary>
internal enum WriteMode
{
    Plain = 0,

    /// <summary>A write a byte.</summary>
    ByteByByte = 1,

    /// <summary>64 bytes at a time with pauses.</summary>
    Slow = 2,
}

/// <summary>A stretch of a batch that is written in a mode of its own.</summary>
internal readonly record struct WriteMark(int Start, int End, WriteMode Mode, int PauseMs);

/// <summary>What one take of the outbox holds; valid until the next take.</summary>
internal readonly record struct OutboxBatch(byte[] Buffer, int Length, IReadOnlyList<WriteMark> Marks);

/// <summary>
/// Frames on their way to one connection. Many threads append, one writer takes everything there is at once, so a slow
/// client costs memory only up to the limit and never holds up the ledger.
/// </summary>
internal sealed class Outbox
{
    private const byte FinalFragment = 0x80;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly int _limitBytes;
    private byte[] _filling = new byte[1 << 16];
    private byte[] _draining = new byte[1 << 16];
    private List<WriteMark> _marks = [];
    private List<WriteMark> _drainingMarks = [];
    private int _length;
    private bool _isHeld;
    private bool _isMuted;
    private bool _isComplete;

    public Outbox(int limitBytes) => _limitBytes = limitBytes;

    /// <summary>Frames put in so far.</summary>
    public long Frames { get; private set; }

    /// <summary>Nothing more leaves, for ever: a half-open connection.</summary>
    public bool IsMuted
    {
        get
        {
            lock (_gate) return _isMuted;
        }
    }

    /// <summary>Puts a message in as one frame; false if the client has lagged behind too far.</summary>
    public bool TryAppend(Opcode opcode, ReadOnlySpan<byte> payload, WriteMode mode = WriteMode.Plain, int pauseMs = 0)
    {
        lock (_gate)
        {
            if (_isMuted) return true;
            if (_length + payload.Length + 10 > _limitBytes) return false;
            int start = _length;
            Reserve(payload.Length + 10);
            WriteFrame((byte)(FinalFragment | (byte)opcode), payload);
            if (mode != WriteMode.Plain) _marks.Add(new WriteMark(start, _length, mode, pauseMs));
            Signal();
            return true;
        }
    }

    /// <summary>Puts a message in as one frame a byte, with a ping after the first half.</summary>
    public bool TryAppendInPieces(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            if (_isMuted) return true;
            if (_length + (payload.Length * 3) + 16 > _limitBytes) return false;
            Reserve((payload.Length * 3) + 16);
            for (int i = 0; i < payload.Length; i++)
            {
                byte code = i == 0 ? (byte)opcode : (byte)Opcode.Continuation;
                if (i == payload.Length - 1) code |= FinalFragment;
                WriteFrame(code, payload.Slice(i, 1));
                if (i == payload.Length / 2) WriteFrame(FinalFragment | (byte)Opcode.Ping, "mid"u8);
            }

            Signal();
            return true;
        }
    }

    /// <summary>Puts bytes in as they are.</summary>
    public void AppendRaw(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            Reserve(bytes.Length);
            bytes.CopyTo(_filling.AsSpan(_length));
            _length += bytes.Length;
            Signal();
        }
    }

    public void Mute()
    {
        lock (_gate)
        {
            _isMuted = true;
            _length = 0;
            _marks.Clear();
        }
    }

    /// <summary>Lets what is in leave; then <see cref="TakeAsync"/> is cancelled.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            Signal();
        }
    }

    /// <summary>Holds everything back until <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (_gate) _isHeld = true;
    }

    public void Release()
    {
        lock (_gate)
        {
            _isHeld = false;
            Signal();
        }
    }

    /// <summary>Waits for frames and takes all of them.</summary>
    public async ValueTask<OutboxBatch> TakeAsync(CancellationToken stop)
    {
        while (true)
        {
            await _signal.WaitAsync(stop);
            lock (_gate)
            {
                if (_isComplete && (_isHeld || _length == 0)) throw new OperationCanceledException();
                if (_isHeld || _length == 0) continue;
                if (_isComplete) Signal();
                (_filling, _draining) = (_draining, _filling);
                (_marks, _drainingMarks) = (_drainingMarks, _marks);
                OutboxBatch batch = new(_draining, _length, _drainingMarks);
                _marks.Clear();
                _length = 0;
                return batch;
            }
        }
    }

    private void Signal()
    {
        if (_signal.CurrentCount == 0) _signal.Release();
    }

    private void Reserve(int bytes)
    {
        if (_length + bytes > _filling.Length)
            Array.Resize(ref _filling, Math.Max(_filling.Length * 2, _length + bytes));
    }

    /// <summary>Server frames are not masked. Source: RFC 6455 section 5.2.</summary>
    private void WriteFrame(byte code, ReadOnlySpan<byte> payload)
    {
        Span<byte> to = _filling.AsSpan(_length);
        to[0] = code;
        int head = 2;
        if (payload.Length < 126)
        {
            to[1] = (byte)payload.Length;
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            to[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)payload.Length);
            head = 4;
        }
        else
        {
            to[1] = 127;
            BinaryPrimitives.WriteUInt64BigEndian(to[2..], (ulong)payload.Length);
            head = 10;
        }

        payload.CopyTo(to[head..]);
        _length += head + payload.Length;
        Frames++;
    }
}
