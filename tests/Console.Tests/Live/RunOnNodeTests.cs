using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Live;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;
using Xunit;

namespace LowLatency.Console.Tests.Live;

/// <summary>
/// <c>run</c> as configured, against a node: what it learns of the chain, pools that leave the watch list and come
/// back, and that a replay of its recording with the same configuration decides the same.
/// </summary>
public sealed class RunOnNodeTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-run-").FullName;
    private readonly CancellationTokenSource _stopNode = new();
    private readonly List<string> _pools = [];
    private SolanaNode _node = null!;
    private Task _played = Task.CompletedTask;

    private string Config => Path.Combine(_folder, "my.json");

    private string Watch => Path.Combine(_folder, "watch.json");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        _node.Transactions.PrioritizationFee = (_, _) => 2_000;
        foreach (AccountState account in _node.Ledger.Truth().Values.OrderBy(a => a.Key.ToString()))
        {
            AccountView view = new(account.Key, account.Owner, account.Lamports, account.Data);
            if (!VenueRegistry.TryClassify(in view, out AccountClass kind) || kind.Role != AccountRole.Pool) continue;
            Pool pool = VenueRegistry.Create(kind.Venue, account.Key)!;
            Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.Pool, in view));
            _pools.Add($$"""
                { "address": "{{pool.Address}}", "venue": "{{kind.Venue}}",
                  "mintA": "{{pool.MintA}}", "mintB": "{{pool.MintB}}" }
                """);
        }

        Assert.True(_pools.Count > 10);
        WriteWatch(_pools);
        _played = _node.RunAsync(new NodePace { Laps = 0, Speed = 3 }, _stopNode.Token);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _stopNode.CancelAsync();
        await _played;
        await _node.DisposeAsync();
        _stopNode.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Run_Configured_LearnsOfTheChainAndItsRecordingDecidesTheSame()
    {
        WriteConfig("\"simulate\": true, \"blockhashEveryMs\": 100, \"priorityFeesEveryMs\": 100,");
        (_, LiveReport report) = Run(
            (live, run) => run.Pipeline!.Chain.Counters[SimulationEnd.Ok] >= 3
                && live.Chain.Fees.Answers >= 3 && live.Chain.Blockhashes.Answers >= 3,
            "simulations, fees and blockhashes");
        ChainReport chain = report.Chain;
        Assert.True(chain.Blockhashes > 0);
        Assert.InRange(chain.BlocksLeft, 100, BlockhashRing.LifeBlocks);
        Assert.True(chain.FeeAccounts >= _pools.Count);
        Assert.Equal((3_000UL, "Computed"), (chain.MicroLamportsPerCu, chain.PriceRule)); // 2,000 times 1.5
        Assert.True(chain.Simulation!.Ends["Ok"] >= 3);
        Assert.Equal(0, chain.Simulation.Unmatched);
        Assert.Empty(_node.Transactions.Sent);
        StringWriter text = new();
        LiveText.Write(text, report);
        Assert.Contains("Simulations (nothing is sent)", text.ToString());
    }

    [Fact]
    public void Run_PoolLeavesTheListAndComesBack_ItsAccountsAreUnwatchedAndWatchedAgain()
    {
        WriteConfig(string.Empty);
        int before = 0;
        int step = 0;
        (_, LiveReport report) = Run(
            (live, _) =>
            {
                switch (step)
                {
                    case 0 when live.Feed?.Coverage is { Doubtful: 0, Count: > 100 } && live.Bootstrap.Pending == 0:
                        before = live.Pool.Watched;
                        WriteWatch(_pools[5..]);
                        step = 1;
                        break;
                    case 1 when live.Reloads == 1 && live.AccountsDropped > 5 && live.Pool.Watched < before - 5:
                        WriteWatch(_pools);
                        step = 2;
                        break;
                    case 2 when live.Reloads == 2 && live.Pool.Watched >= before && live.Feed?.Coverage?.Doubtful == 0:
                        step = 3;
                        break;
                }

                return step == 3;
            },
            "unwatched and watched again");
        Assert.True(report.AccountsDropped > 5);
        Assert.Equal(0, report.InDoubt);
    }

    [Fact]
    public void Run_ListsAndFloor_KeepPoolsOutThatAreGivenByAddressOnly()
    {
        string addresses = string.Join(',', _pools.Select(p => p.Split('"')[3]).Select(a => $"\"{a}\""));
        File.WriteAllText(
            Config,
            $$"""
            { "endpoints": [{ "http": "{{_node.Endpoints[0].RpcUrl}}", "ws": "{{_node.Endpoints[0].WebSocketUrl}}" }],
              "watch": { "pools": [{{addresses}}], "deny": ["OrcaWhirlpool"],
                "liquidityFloorRaw": { "orcaEKTdK7LKz57vaAYr9QeNsVEPfiu6QeMU1kektZE": 9000000000000000 } } }
            """);
        (ReplayRun run, LiveReport report) = Run(
            (_, live) => live.Pipeline!.Graph.RefusedPools > 0 && live.Pipeline.Graph.Floor!.BelowCount > 0
                && live.Decisions.Count > 0, // so that the replay has something to decide the same
            "kept out, and decisions on the rest");
        for (int i = 0; i < run.Pipeline!.Graph.Market.PoolCount; i++)
            Assert.NotEqual(VenueId.OrcaWhirlpool, run.Pipeline.Graph.Market.Pool(i).Venue);
        Assert.True(report.PoolsBelowFloor > 0);
    }

    /// <summary>Runs until something is so; a replay of the recording then decides the same.</summary>
    private (ReplayRun Run, LiveReport Report) Run(Func<LiveRun, ReplayRun, bool> isDone, string what)
    {
        using ConfiguredRun run = new(_folder);
        Stopwatch waited = Stopwatch.StartNew();
        while ((run.Run.Pipeline is null || !isDone(run.Live, run.Run)) && waited.Elapsed < Limit) Thread.Sleep(20);
        bool isInTime = waited.Elapsed < Limit;
        LiveReport report = run.End().Live!;
        Assert.True(isInTime, $"not in {Limit.TotalSeconds} s: {what}; {report}");
        run.AssertReplaysEqually();
        return (run.Run, report);
    }

    private void WriteConfig(string more) => File.WriteAllText(
        Config,
        $$"""
        { "endpoints": [{ "http": "{{_node.Endpoints[0].RpcUrl}}", "ws": "{{_node.Endpoints[0].WebSocketUrl}}" }],
          {{more}} "watch": { "file": "watch.json" } }
        """);

    private void WriteWatch(IReadOnlyList<string> pools)
    {
        string next = Watch + ".new";
        File.WriteAllText(next, $$"""{ "format": "lowlatency-watch-1", "pools": [{{string.Join(',', pools)}}] }""");
        File.Move(next, Watch, overwrite: true);
    }
}
