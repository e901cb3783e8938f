using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Commands;
using LowLatency.ConsoleHost.Config;
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

    private string Capture => Path.Combine(_folder, "day.llcap");

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
        Result result = Run(
            (live, run) => run.Pipeline!.Chain.Counters[SimulationEnd.Ok] >= 3
                && live.Chain.Fees.Answers >= 3 && live.Chain.Blockhashes.Answers >= 3,
            "simulations, fees and blockhashes");
        ChainReport chain = result.Report.Chain;
        Assert.True(chain.Blockhashes > 0);
        Assert.InRange(chain.BlocksLeft, 100, BlockhashRing.LifeBlocks);
        Assert.True(chain.FeeAccounts >= _pools.Count);
        Assert.Equal((3_000UL, "Computed"), (chain.MicroLamportsPerCu, chain.PriceRule)); // 2,000 times 1.5
        Assert.True(chain.Simulation!.Ends["Ok"] >= 3);
        Assert.Equal(0, chain.Simulation.Unmatched);
        Assert.Empty(_node.Transactions.Sent);
        StringWriter text = new();
        LiveText.Write(text, result.Report);
        Assert.Contains("Simulations (nothing is sent)", text.ToString());
        Assert.Equal(result.Hash, Replay());
    }

    [Fact]
    public void Run_PoolLeavesTheListAndComesBack_ItsAccountsAreUnwatchedAndWatchedAgain()
    {
        WriteConfig(string.Empty);
        int before = 0;
        int step = 0;
        Result result = Run(
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
        Assert.True(result.Report.AccountsDropped > 5);
        Assert.Equal(0, result.Report.InDoubt);
        Assert.Equal(result.Hash, Replay());
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
                "liquidityFloorRaw": { "So11111111111111111111111111111111111111112": 9000000000000000 } } }
            """);
        Result result = Run(
            (_, run) => run.Pipeline!.Graph.RefusedPools > 0 && run.Pipeline.Graph.Floor!.BelowCount > 0, "kept out");
        for (int i = 0; i < result.Run.Pipeline!.Graph.Market.PoolCount; i++)
            Assert.NotEqual(VenueId.OrcaWhirlpool, result.Run.Pipeline.Graph.Market.Pool(i).Venue);
        Assert.True(result.Report.PoolsBelowFloor > 0);
        Assert.Equal(result.Hash, Replay());
    }

    private Result Run(Func<LiveRun, ReplayRun, bool> isDone, string what)
    {
        RunOptionSet options = new(isConfigRequired: true);
        Command command = new("run");
        options.AddTo(command);
        ParseResult parsed = command.Parse(["--config", Config, "--record", Capture]);
        Dictionary<string, string> none = [];
        EngineConfig config = options.ReadConfig(parsed, none);
        LiveSettings asked = options.ReadLive(parsed, config, none);
        using CancellationTokenSource stop = new();
        using LiveRun live = new(asked);
        ReplaySettings settings = options.Read(parsed, config, live, "run") with
        {
            Cancellation = stop.Token,
            RecordPath = asked.RecordPath,
        };
        ReplayRun run = new(settings, null);
        Thread thread = new(() => run.Execute());
        thread.Start();
        Stopwatch waited = Stopwatch.StartNew();
        while ((run.Pipeline is null || !isDone(live, run)) && waited.Elapsed < Limit) Thread.Sleep(20);
        bool isInTime = waited.Elapsed < Limit;
        stop.Cancel();
        thread.Join();
        live.Recorder!.Dispose();
        ReplayReport report = ReplayReport.From(settings, run);
        Assert.True(isInTime, $"not in {Limit.TotalSeconds} s: {what}; {report.Live}");
        Assert.True(live.Recorder.IsComplete);
        return new Result(run, report.Live!, run.Hash.Value);
    }

    private ulong Replay()
    {
        ReplayOptionSet options = new();
        Command command = new("replay");
        options.AddTo(command);
        ParseResult parsed = command.Parse([Capture, "--config", Config]);
        ReplayRun run = new(options.Read(parsed, new Dictionary<string, string>()), null);
        Assert.Null(run.Execute());
        return run.Hash.Value;
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

    private sealed record Result(ReplayRun Run, LiveReport Report, ulong Hash);
}
