using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;

namespace LowLatency.Soak;

/// <summary>
/// The child: a test node at a rate, with faults from a seed. Says its addresses and accounts on stdout; `end` on stdin
/// ends the faults, `stop` the pace (the chain then stands still), the end of stdin everything.
/// </summary>
internal static class NodeProcess
{
    /// <summary>Everything that loses something on connections or in answers, and what only disturbs.</summary>
    private static readonly FaultKind[] Kinds =
    [
        FaultKind.Disconnect, FaultKind.Close, FaultKind.MalformedJson, FaultKind.Lose, FaultKind.HugeFrame,
        FaultKind.Duplicate, FaultKind.Reorder, FaultKind.FragmentWrites, FaultKind.Stall, FaultKind.BogusSlot,
        FaultKind.MinContextSlot, FaultKind.HttpMalformed, FaultKind.HttpAbort, FaultKind.Unhealthy, FaultKind.DeadFork,
        FaultKind.LateAcks,
    ];

    public static async Task<int> RunAsync(SoakOptions options)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions
        {
            Endpoints = options.Endpoints,
            Ledger = new LedgerOptions { KeepHistory = false },
        });
        foreach (SolanaEndpoint endpoint in node.Endpoints)
            Console.WriteLine($"endpoint {endpoint.RpcUrl} {endpoint.WebSocketUrl}");
        foreach (Pubkey key in node.Tape.SubscribedKeys) Console.WriteLine($"account {key}");
        Console.WriteLine("ready");
        using CancellationTokenSource stop = new();
        List<string> injected = [];
        using CancellationTokenSource calm = new();
        Task pace = node.RunAsync(
            new NodePace { NotificationsPerSecond = options.Rate, TouchesPerSlot = options.Touches, Laps = 0 },
            stop.Token);
        Task faults = options.FaultEverySeconds > 0
            ? FaultAsync(node, options, injected, calm.Token)
            : Task.CompletedTask;
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "end")
            {
                await calm.CancelAsync();
                await faults;
                node.EndFaults();
            }

            if (line != "stop") continue;
            await stop.CancelAsync();
            await pace;
            double readMs = await AwaitReadersAsync(node);
            string what = string.Join(' ', injected);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"stopped {node.Ledger.Processed.Slot} {node.Endpoints.Sum(e => e.Counters.ConnectionsOpened)} "
                + $"{node.FaultLog.Count(FaultKind.MalformedJson)} {readMs:F0} {injected.Count} {what}"));
        }

        await calm.CancelAsync();
        await stop.CancelAsync();
        await Task.WhenAll(pace, faults);
        return 0;
    }

    /// <summary>
    /// Waits until every client has answered a ping that was sent behind the last slot; how long that took, ms, or -1
    /// after a minute.
    /// </summary>
    private static async Task<double> AwaitReadersAsync(SolanaNode node)
    {
        Stopwatch waited = Stopwatch.StartNew();
        long[] due = new long[node.Endpoints.Count];
        for (int i = 0; i < due.Length; i++)
        {
            long before = node.Endpoints[i].Counters.Pongs;
            due[i] = before + node.PingClients(i);
        }

        while (node.Endpoints.Any(e => e.Counters.Pongs < due[e.Index]))
        {
            if (waited.Elapsed > TimeSpan.FromMinutes(1)) return -1;
            await Task.Delay(1);
        }

        return waited.Elapsed.TotalMilliseconds;
    }

    private static async Task FaultAsync(
        SolanaNode node, SoakOptions options, List<string> injected, CancellationToken calm)
    {
        Prng random = new(options.Seed);
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(options.FaultEverySeconds), calm);
                FaultKind kind = Kinds[random.NextInt32(Kinds.Length)];
                FaultStep step = new(0, random.NextInt32(options.Endpoints), kind, 1 + random.NextInt32(5));
                node.Inject(step);
                injected.Add($"{kind}x{step.Count}");
            }
        }
        catch (OperationCanceledException)
        {
            // the parent wants calm
        }
    }
}
