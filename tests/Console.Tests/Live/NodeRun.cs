using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using LowLatency.ConsoleHost.Gateway;
using LowLatency.ConsoleHost.Live;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Rpc;
using LowLatency.TestNode.Geyser;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;
using Xunit;

namespace LowLatency.Console.Tests.Live;

/// <summary>
/// <c>run</c> at a node whose slots are played by hand: starts it, waits for things, ends it when all that was sent has
/// come and was audited, then holds its accounts against the node's ledger and replays its recording.
/// </summary>
internal sealed class NodeRun : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>The node stands still now and then, which is no silence.</summary>
    private static readonly SlotWatchOptions Patient = new()
    {
        LeastSilenceNs = 60_000_000_000,
        FirstSlotNs = 60_000_000_000,
    };

    private static readonly BackoffOptions Soon = new() { FirstNs = 20_000_000, LongestNs = 100_000_000 };

    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-node-").FullName;
    private readonly SolanaNode _node;
    private readonly GeyserPlugin? _geyser;
    private readonly int _slotMs;
    private readonly int _auditMs;
    private readonly ConfiguredRun _run;

    public NodeRun(
        SolanaNode node, string endpoints, int slotMs, EndpointHealthOptions health, GeyserPlugin? geyser = null,
        string more = "", int auditMs = 1000)
    {
        _node = node;
        _geyser = geyser;
        _slotMs = slotMs;
        _auditMs = auditMs;
        string pools = string.Join(',', PoolsOf(node).Select(p => $"\"{p}\""));
        File.WriteAllText(
            Path.Combine(_folder, "my.json"),
            $$"""{ {{more}} "endpoints": [{{endpoints}}], "watch": { "pools": [{{pools}}] } }""");
        _run = new ConfiguredRun(_folder, asked => asked with
        {
            Health = health,
            Bootstrap = new() { RetryMs = 100, AuditMs = auditMs, DemoteMs = 50 },
            Endpoints = [.. asked.Endpoints.Select(e => e with
            {
                Connection = e.Connection with { Slots = Patient, Backoff = Soon },
            })],
        });
    }

    public LiveRun Live => _run.Live;

    public ReplayRun Run => _run.Run;

    public RunMetrics Metrics => _run.Metrics;

    /// <summary>True while all that is watched is followed and proven.</summary>
    public bool IsWhole => Live.Feed?.Coverage is { Doubtful: 0, Count: > 50 } && Live.Bootstrap.Pending == 0;

    /// <summary>Plays slots until something is so.</summary>
    public void StepUntil(Func<bool> condition, string what)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < Limit, $"not in {Limit.TotalSeconds} s: {what}; {State()}");
            _node.Step();
            Thread.Sleep(_slotMs);
        }
    }

    /// <summary>Waits until something is so while the chain stands still.</summary>
    public void Await(Func<bool> condition, string what)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < Limit, $"not in {Limit.TotalSeconds} s: {what}; {State()}");
            Thread.Sleep(5);
        }
    }

    /// <summary>
    /// Ends the run once every account was audited twice, if there is an audit, and all that was sent has come.
    /// </summary>
    public ReplayReport End()
    {
        long audited = _auditMs == 0 ? 0 : Live.Bootstrap.Counters.Audited + (2 * Live.Pool.Watched) + 200;
        StepUntil(() => IsWhole && Live.Bootstrap.Counters.Audited >= audited, "audited twice");
        Await(IsAllRead, "all has come");
        while (!IsWhole) // the last slot may have left a fork, which a stream's client reads anew
        {
            StepUntil(() => IsWhole, "whole");
            Await(IsAllRead, "all has come");
        }

        return _run.End();
    }

    /// <summary>What the engine knows of accounts is what the node's ledger says.</summary>
    public void AssertTruth()
    {
        IReadOnlyDictionary<Pubkey, AccountState> truth = _node.Ledger.Truth();
        AccountTable accounts = Run.Pipeline!.Graph.Accounts;
        int compared = 0;
        foreach ((Pubkey key, AccountState state) in truth)
        {
            int id = accounts.Find(in key);
            if (id < 0 || accounts[id].Knowledge != AccountKnowledge.Present) continue;
            AccountEntry entry = accounts[id];
            Assert.Equal(state.Lamports, entry.Lamports);
            Assert.True(
                state.Data.AsSpan().SequenceEqual(entry.Data.AsSpan(0, entry.DataLength)),
                $"{key} differs, engine's state is of slot {entry.Slot}");
            compared++;
        }

        Assert.True(compared > 50, $"{compared} accounts");
    }

    public void AssertReplaysEqually() => _run.AssertReplaysEqually();

    public void Dispose()
    {
        _run.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>
    /// Pings every connection behind the last slot; false if one does not answer soon, since it may have ended.
    /// </summary>
    private bool IsAllRead()
    {
        long streamPongs = (_geyser?.Pongs ?? 0) + (_geyser?.PingClients() ?? 0);
        long[] pongs = [.. _node.Endpoints.Select(e => e.Counters.Pongs)];
        for (int i = 0; i < pongs.Length; i++) pongs[i] += _node.PingClients(i);
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < TimeSpan.FromSeconds(2))
        {
            bool isAnswered = (_geyser?.Pongs ?? 0) >= streamPongs
                && _node.Endpoints.All(e => e.Counters.Pongs >= pongs[e.Index]);
            if (isAnswered && Live.Pool.Inboxes.All(inbox => inbox.IsEmpty)) return true;
            Thread.Sleep(5);
        }

        return false;
    }

    private static List<Pubkey> PoolsOf(SolanaNode node)
    {
        List<Pubkey> pools = [];
        foreach (AccountState account in node.Ledger.Truth().Values)
        {
            AccountView view = new(account.Key, account.Owner, account.Lamports, account.Data);
            if (VenueRegistry.TryClassify(in view, out AccountClass kind) && kind.Role == AccountRole.Pool)
                pools.Add(account.Key);
        }

        return pools;
    }

    private string State() =>
        $"{string.Join("; ", Live.Health?.Status ?? [])}; {string.Join("; ", Live.Pool.GetStatus())}; "
        + $"doubtful {Live.Feed?.Coverage?.Doubtful} of {Live.Feed?.Coverage?.Count}";
}
