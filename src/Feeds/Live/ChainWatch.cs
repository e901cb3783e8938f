using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Live;

/// <summary>How often the chain itself is asked about.</summary>
public sealed record ChainWatchOptions
{
    /// <summary>Milliseconds between blockhashes; 0 = none are fetched.</summary>
    public int BlockhashEveryMs { get; init; } = 1000;

    /// <summary>Milliseconds between requests for recent priority fees; 0 = none are fetched.</summary>
    public int FeesEveryMs { get; init; } = 2000;

    /// <summary>A node that has not answered after so many milliseconds is given up; another is asked.</summary>
    public int TimeLimitMs { get; init; } = 2000;

    /// <summary>Milliseconds until the next node is asked after a failure.</summary>
    public int RetryMs { get; init; } = 100;

    /// <summary>A node that failed is left alone for so long, milliseconds, doubled up to eight times.</summary>
    public int LeaveMs { get; init; } = 500;

    /// <summary>True if a blockhash waits for the word of a second endpoint where there is one.</summary>
    public bool AgreesOnBlockhashes { get; init; } = true;

    /// <summary>True if nodes are asked for blockhashes.</summary>
    public bool AsksBlockhashes => BlockhashEveryMs != 0;
}

/// <summary>What became of one kind of request; one writer, read late by others.</summary>
public sealed class ChainRequestCounters
{
    /// <summary>Requests.</summary>
    public long Requests { get; internal set; }

    /// <summary>Of these, answered.</summary>
    public long Answers { get; internal set; }

    /// <summary>Of these, refused because of the rate (429).</summary>
    public long RateLimited { get; internal set; }

    /// <summary>Of these, refused because the node is behind (-32016, -32005).</summary>
    public long Behind { get; internal set; }

    /// <summary>Of these, failed otherwise: no answer in time, no connection, a broken answer.</summary>
    public long Failures { get; internal set; }

    internal void Count(RpcErrorKind error)
    {
        if (error == RpcErrorKind.None) Answers++;
        else if (error == RpcErrorKind.RateLimited) RateLimited++;
        else if (error is RpcErrorKind.MinContextSlotNotReached or RpcErrorKind.NodeUnhealthy) Behind++;
        else Failures++;
    }
}

/// <summary>
/// Asks nodes at a steady pace for what a run must know besides accounts: the latest confirmed blockhash, whose fork
/// stands, and the compute unit prices that recent slots took from transactions that write the watched pools' accounts.
/// The answers go to the feed like every frame; nothing is used here. Nodes are asked in turn; one that fails is left
/// alone for a while and the next is asked at once. Each kind of question has its own loop, so neither waits for the
/// other's node. Where endpoints have to agree on blockhashes, another node is asked at once whether the hash is valid,
/// in the slot of the answer or later. A node that is behind is asked again; after a "no" a third node is asked.
/// Fees are asked for up to 128 accounts at a time, all in turn, and the engine keeps the largest of a slot.
/// Owner: its own tasks. Source: agave b64857b5 rpc/src/rpc.rs (at most 128 accounts a call).
/// </summary>
public sealed class ChainWatch : NodeWork
{
    /// <summary>Questions about one blockhash: two of each node that is usual.</summary>
    private const int CheckTries = 4;

    private readonly ChainWatchOptions _options;
    private readonly HashSet<Pubkey> _feeAccounts = [];
    private readonly List<Pubkey> _feeOrder = [];
    private readonly NodeTurn _checks;
    private (int Node, Pubkey Hash, ulong Slot) _told;
    private bool _isValid;
    private int _feeAt;

    /// <summary>A watch over <paramref name="nodes"/>, whose answers must go to the feed.</summary>
    public ChainWatch(IReadOnlyList<SolanaRpc> nodes, ChainWatchOptions options, IClock clock)
        : base(nodes, clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _checks = new NodeTurn(nodes, options.LeaveMs, clock);
    }

    /// <summary>Requests for blockhashes.</summary>
    public ChainRequestCounters Blockhashes { get; } = new();

    /// <summary>Questions whether another node's blockhash is valid.</summary>
    public ChainRequestCounters BlockhashChecks { get; } = new();

    /// <summary>Requests for fees.</summary>
    public ChainRequestCounters Fees { get; } = new();

    /// <summary>Accounts whose fees are asked for. Any thread.</summary>
    public int FeeAccounts
    {
        get
        {
            lock (_feeAccounts) return _feeAccounts.Count;
        }
    }

    /// <summary>Asks for the fees of an account too. Any thread.</summary>
    public void AddFeeAccount(in Pubkey account)
    {
        lock (_feeAccounts)
        {
            if (_feeAccounts.Add(account)) _feeOrder.Add(account);
        }
    }

    /// <summary>Asks for the fees of an account no more. Any thread.</summary>
    public void RemoveFeeAccount(in Pubkey account)
    {
        lock (_feeAccounts)
        {
            if (_feeAccounts.Remove(account)) _feeOrder.Remove(account);
        }
    }

    private protected override Task WorkAsync() => Task.WhenAll(
        AskAllTheTimeAsync(_options.BlockhashEveryMs, Blockhashes, AskBlockhashAsync, CheckBlockhashAsync),
        AskAllTheTimeAsync(_options.FeesEveryMs, Fees, AskFeesAsync, null));

    private async Task AskAllTheTimeAsync(
        int everyMs, ChainRequestCounters counters, Func<int, CancellationToken, Task<RpcErrorKind?>> askAsync,
        Func<Task<bool>>? thenAsync)
    {
        if (everyMs == 0) return;
        NodeTurn turn = new(Nodes, _options.LeaveMs, Clock);
        int untilAllTold = Nodes.Count - 1;
        while (true)
        {
            long dueNs = Clock.NowNs + (everyMs * 1_000_000L);
            RpcErrorKind? end = await turn.AskAsync(_options.TimeLimitMs, askAsync, Stopping).ConfigureAwait(false);
            if (end is { } kind)
            {
                counters.Requests++;
                counters.Count(kind);
            }

            bool isFailed = end is not (null or RpcErrorKind.None);
            if (!isFailed && thenAsync is not null && await thenAsync().ConfigureAwait(false) && untilAllTold-- > 0)
                continue; // none is believed before two have said how high the chain is
            int restMs = (int)Math.Max(0, (dueNs - Clock.NowNs) / 1_000_000);
            await Task.Delay(isFailed ? Math.Min(_options.RetryMs, everyMs) : restMs, Stopping).ConfigureAwait(false);
        }
    }

    private async Task<RpcErrorKind?> AskBlockhashAsync(int node, CancellationToken cancellation)
    {
        RpcResult<LatestBlockhash> result = await Nodes[node]
            .GetLatestBlockhashAsync(Commitment.Confirmed, null, cancellation).ConfigureAwait(false);
        _told = (node, result.Value.Blockhash, result.ContextSlot);
        return result.Error?.Kind ?? RpcErrorKind.None;
    }

    /// <summary>Asks other nodes about the hash that one reported last; false if none has to be asked.</summary>
    private async Task<bool> CheckBlockhashAsync()
    {
        if (Nodes.Count < 2 || Nodes[_told.Node].BlockhashSource == 0) return false;
        int answers = 0;
        for (int i = 0; i < CheckTries && answers < Nodes.Count - 1; i++)
        {
            RpcErrorKind? end = await _checks
                .AskAsync(_options.TimeLimitMs, IsBlockhashValidAsync, Stopping, _told.Node).ConfigureAwait(false);
            BlockhashChecks.Requests++;
            BlockhashChecks.Count(end!.Value);
            if (end != RpcErrorKind.None)
            {
                await Task.Delay(_options.RetryMs, Stopping).ConfigureAwait(false);
                continue;
            }

            if (_isValid) break;
            answers++;
        }

        return true;
    }

    private async Task<RpcErrorKind?> IsBlockhashValidAsync(int node, CancellationToken cancellation)
    {
        RpcResult<bool> result = await Nodes[node]
            .IsBlockhashValidAsync(_told.Hash, Commitment.Confirmed, _told.Slot, cancellation).ConfigureAwait(false);
        _isValid = result.IsOk && result.Value;
        return result.Error?.Kind ?? RpcErrorKind.None;
    }

    /// <summary>Null if there is no account to ask for yet.</summary>
    private async Task<RpcErrorKind?> AskFeesAsync(int node, CancellationToken cancellation)
    {
        Pubkey[] accounts = TakeFeeAccounts();
        if (accounts.Length == 0) return null;
        RpcResult<PrioritizationFee[]> result =
            await Nodes[node].GetRecentPrioritizationFeesAsync(accounts, cancellation).ConfigureAwait(false);
        return result.Error?.Kind ?? RpcErrorKind.None;
    }

    private Pubkey[] TakeFeeAccounts()
    {
        lock (_feeAccounts)
        {
            if (_feeAt >= _feeOrder.Count) _feeAt = 0;
            int count = Math.Min(SolanaRpc.MaxFeeKeys, _feeOrder.Count - _feeAt);
            Pubkey[] accounts = [.. _feeOrder.GetRange(_feeAt, count)];
            _feeAt += count;
            return accounts;
        }
    }
}
