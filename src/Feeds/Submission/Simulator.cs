using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Submission;

/// <summary>How messages are simulated.</summary>
public sealed record SimulatorOptions
{
    /// <summary>Simulations a second.</summary>
    public double PerSecond { get; init; } = 5;

    /// <summary>Simulations at once after a pause.</summary>
    public int Burst { get; init; } = 5;

    /// <summary>Messages that may wait for a node; a power of two.</summary>
    public int QueueCapacity { get; init; } = 16;

    /// <summary>A node that has not answered after so many milliseconds is given up.</summary>
    public int TimeLimitMs { get; init; } = 5000;
}

/// <summary>
/// Runs unsigned messages on a node without sending them: simulateTransaction, signatures not checked, the node's own
/// blockhash. It can send nothing: it knows no other method. The answer goes to the feed as a recorded frame, where the
/// engine learns from it; here only what never got an answer is counted. What is beyond the rate is skipped when it is
/// offered, so that a message that waits is a fresh one; a full queue drops the newest.
/// Owners: one offering thread (the sinks'), one task of its own. Bound: the queue, one call at a time.
/// </summary>
public sealed class Simulator : NodeWork
{
    private readonly SimulatorOptions _options;
    private readonly TokenBucket _bucket;
    private readonly Waiting[] _queue;
    private readonly SemaphoreSlim _offered = new(0);
    private readonly long[] _failures = new long[(int)RpcErrorKind.Other + 1];
    private long _written;
    private long _read;

    /// <summary>A simulator over <paramref name="nodes"/>, whose answers must go to the feed.</summary>
    public Simulator(IReadOnlyList<SolanaRpc> nodes, SimulatorOptions options, IClock clock)
        : base(nodes, clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _bucket = new TokenBucket(options.PerSecond, options.Burst, clock.NowNs);
        _queue = new Waiting[options.QueueCapacity];
        for (int i = 0; i < _queue.Length; i++) _queue[i] = new Waiting();
    }

    /// <summary>Messages offered.</summary>
    public long Offered { get; private set; }

    /// <summary>Of these, beyond the rate.</summary>
    public long Skipped { get; private set; }

    /// <summary>Of these, dropped because the queue was full: the nodes are slow.</summary>
    public long Overflows { get; private set; }

    /// <summary>Of these, no messages at all (a wallet that is a program, for example).</summary>
    public long Unreadable { get; private set; }

    /// <summary>Simulations asked for.</summary>
    public long Asked { get; private set; }

    /// <summary>Of these, answered.</summary>
    public long Answered { get; private set; }

    /// <summary>Calls that failed of a kind.</summary>
    public long FailedOf(RpcErrorKind kind) => Volatile.Read(ref _failures[(int)kind]);

    /// <summary>Offers a message; never waits, allocates nothing. One thread.</summary>
    /// <param name="message">The unsigned message.</param>
    /// <param name="slot">Slot that it was decided in; the node must have come so far.</param>
    /// <returns>False if it is not simulated.</returns>
    public bool TryOffer(ReadOnlySpan<byte> message, ulong slot)
    {
        Offered++;
        if (!_bucket.TryTake(Clock.NowNs, out _))
        {
            Skipped++;
            return false;
        }

        Waiting place = _queue[(int)(_written & (_queue.Length - 1))];
        if (_written - Volatile.Read(ref _read) == _queue.Length)
        {
            Overflows++;
            return false;
        }

        if (!place.TryPut(message, slot))
        {
            Unreadable++;
            return false;
        }

        Volatile.Write(ref _written, _written + 1);
        _offered.Release();
        return true;
    }

    private protected override async Task WorkAsync()
    {
        NodeTurn turn = new(Nodes, leaveMs: 500, Clock);
        while (true)
        {
            await _offered.WaitAsync(Stopping).ConfigureAwait(false);
            RpcErrorKind? end = await turn.AskAsync(_options.TimeLimitMs, SimulateAsync, Stopping)
                .ConfigureAwait(false);
            Volatile.Write(ref _read, _read + 1);
            if (end is null or RpcErrorKind.None) Answered++;
            else Volatile.Write(ref _failures[(int)end], _failures[(int)end] + 1);
        }
    }

    private protected override void Release() => _offered.Dispose();

    /// <summary>The message that waits longest.</summary>
    private async Task<RpcErrorKind?> SimulateAsync(int node, CancellationToken cancellation)
    {
        Waiting waiting = _queue[(int)(_read & (_queue.Length - 1))];
        SimulationRequest request = new() { MinContextSlot = waiting.Slot };
        Asked++;
        RpcResult<SimulationResult> result = await Nodes[node]
            .SimulateTransactionAsync(waiting.Transaction, request, cancellation).ConfigureAwait(false);
        return result.Error?.Kind ?? RpcErrorKind.None;
    }

    /// <summary>A place of the queue: a transaction with empty signatures.</summary>
    private sealed class Waiting
    {
        private readonly byte[] _bytes = new byte[MessageLimits.V1Bytes];
        private int _length;

        public ulong Slot { get; private set; }

        public ReadOnlyMemory<byte> Transaction => _bytes.AsMemory(0, _length);

        /// <summary>False if the message is none, or too long.</summary>
        public bool TryPut(ReadOnlySpan<byte> message, ulong slot)
        {
            Slot = slot;
            _length = UnsignedTransaction.Write(message, _bytes);
            return _length != 0;
        }
    }
}
