using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Soak;

/// <summary>One soak: the live machine against the node's process, measured every few seconds.</summary>
internal sealed class SoakRun
{
    private const int ReportSeconds = 10;

    private readonly SoakOptions _options;
    private readonly Process _node;
    private readonly List<LiveEndpointOptions> _endpoints = [];
    private readonly List<Pubkey> _accounts = [];
    private readonly WireLatency _latency = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SoakJudge _judge = new();
    private long _nodeOpened;

    public SoakRun(SoakOptions options, Process node)
    {
        _options = options;
        _node = node;
        for (string? line = node.StandardOutput.ReadLine(); line != "ready"; line = node.StandardOutput.ReadLine())
        {
            string[] words = (line ?? throw new InvalidOperationException("the node ended")).Split(' ');
            if (words[0] == "account") _accounts.Add(Pubkey.Parse(words[1]));
            else _endpoints.Add(Endpoint(words));
        }
    }

    /// <summary>Runs to the end; the exit code.</summary>
    public int Run()
    {
        using MemoryKeeper memory = new();
        using EndpointPool pool = new(_endpoints, SystemClock.Instance);
        using Bootstrap bootstrap = new(
            pool.Http, new BootstrapOptions { AuditMs = 5000, RetryMs = 100, DemoteMs = 50 }, SystemClock.Instance);
        MarketPipeline pipeline = new(
            new PipelineSettings { TakeStamps = false }, null, null, _ => [_latency]);
        LiveFeed feed = new(pool.Inboxes, pool.Signal, new LiveFeedOptions
        {
            Dispatcher = new FrameDispatcherOptions { Addresses = pool.Addresses, Listener = bootstrap },
            Cancellation = _stop.Token,
            OnIdle = pipeline.OnFeedIdle,
            OnBegin = () =>
            {
                pool.Watch(_accounts);
                pool.Start();
                bootstrap.Start();
            },
        });
        Thread thread = new(() => feed.Run(pipeline.Publisher, new ReplayClock())) { Name = "feed" };
        thread.Start();
        Measure(pool, feed);
        bool isRepaired = Calm(pool, feed);
        _stop.Cancel();
        thread.Join();
        bool isTrue = Compare(pool, pipeline);
        Report(pool, feed, bootstrap, pipeline);
        long opens = SoakSample.Take(pool, feed).Opens;
        bool isNoticed = opens == _nodeOpened;
        isRepaired &= feed.Coverage!.Losses == feed.Coverage.Repairs && feed.Coverage.Doubtful == 0;
        Line(_judge.Describe());
        Print($"collections {GC.CollectionCount(0)}, all threads stopped {Pauses():F1} ms; trims {memory.Trims}");
        Print($"the last collection of the young stopped them {LastYoungPause():F2} ms");
        bool isFlat = Verdict($"RSS flat: {SoakJudge.FlatRule}", _judge.IsFlat);
        bool isQuiet = Verdict($"no allocation: {SoakJudge.QuietRule}", _judge.IsFree);
        Verdict($"every connection the node took was counted: {_nodeOpened} and {opens}", isNoticed);
        Verdict($"every loss of cover was repaired: {feed.Coverage.Losses} and {feed.Coverage.Repairs}", isRepaired);
        Verdict("accounts equal the node's at the end", isTrue);
        return isFlat && isQuiet && isNoticed && isRepaired && isTrue ? 0 : 1;
    }

    private static LiveEndpointOptions Endpoint(string[] words) => new()
    {
        Name = words[1],
        Http = new Uri(words[1]),
        WebSocket = new Uri(words[2]),
        Connection = new SubscriptionConnectionOptions
        {
            Subscriptions = new SubscriptionOptions { RequestsPerSecond = 20_000, AckTimeoutNs = 1_000_000_000 },
            Backoff = new BackoffOptions { FirstNs = 50_000_000, LongestNs = 500_000_000 },
        },
        Rpc = new SolanaRpcOptions { MaxAttempts = 1, CallsPerSecond = 200 },
    };

    private void Measure(EndpointPool pool, LiveFeed feed)
    {
        Stopwatch elapsed = Stopwatch.StartNew();
        SoakSample last = SoakSample.Take(pool, feed);
        SoakSample reported = last;
        long allocated = GC.GetTotalAllocatedBytes();
        int looks = 0;
        for (int second = 1; elapsed.Elapsed.TotalSeconds < _options.Seconds; second++)
        {
            double wait = Math.Min(second, _options.Seconds) - elapsed.Elapsed.TotalSeconds;
            if (wait > 0) Thread.Sleep(TimeSpan.FromSeconds(wait));
            SoakSample now = SoakSample.Take(pool, feed);
            double seconds = elapsed.Elapsed.TotalSeconds;
            if (seconds >= _options.WarmUpSeconds) _judge.Add(last, now);
            last = now;
            if (looks == 0 ? seconds >= _options.WarmUpSeconds : looks == 1 && seconds >= _options.Seconds / 2)
            {
                _judge.LookAtRetained();
                looks++;
            }

            if (second % ReportSeconds != 0) continue;
            Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{elapsed.Elapsed.TotalSeconds,6:F0} s  {(now.Frames - reported.Frames) / (double)ReportSeconds,8:F0}"
                + $" frames/s  RSS {now.RssMebibytes,6:F1} MiB, managed {GC.GetTotalMemory(false) / 1048576.0,6:F1} of "
                + $"{GC.GetGCMemoryInfo().TotalCommittedBytes / 1048576.0,6:F1} committed"
                + $", process {(GC.GetTotalAllocatedBytes() - allocated) / 1024.0 / ReportSeconds:F1} KiB/s, GCs "
                + $"{GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}"
                + $"  B/frame feed {now.FeedBytesPerFrame(reported):F3} reading {now.ReadBytesPerFrame(reported):F3}"
                + $"  opens {now.Opens}  losses {now.Losses}  in doubt {now.Doubtful}"));
            reported = now;
            allocated = GC.GetTotalAllocatedBytes();
        }

        _judge.LookAtRetained();
    }

    /// <summary>
    /// Ends the faults, waits until all is whole and was audited, stops the chain and waits for what is on its way.
    /// </summary>
    private bool Calm(EndpointPool pool, LiveFeed feed)
    {
        _node.StandardInput.WriteLine("end");
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < TimeSpan.FromSeconds(12) || feed.Coverage!.Doubtful != 0)
        {
            if (waited.Elapsed > TimeSpan.FromSeconds(60)) return false;
            Thread.Sleep(100);
        }

        _node.StandardInput.WriteLine("stop");
        string[] words = (_node.StandardOutput.ReadLine() ?? string.Empty).Split(' ', 6);
        if (words.Length < 6 || words[0] != "stopped") return false;
        Print($"node: {words[5]}");
        Print($"the last slot, {words[1]}, was read {words[4]} ms after the chain stopped");
        bool isRead = words[4] != "-1";
        for (int calm = 0; calm < 10 && waited.Elapsed < TimeSpan.FromSeconds(60);)
        {
            bool isEmpty = true;
            foreach (MessageInbox inbox in pool.Inboxes) isEmpty &= inbox.IsEmpty;
            calm = isEmpty ? calm + 1 : 0;
            Thread.Sleep(10);
        }

        DecodeCounters total = feed.GetStatistics().Total;
        Print($"notifications damaged {words[3]}, refused here for any cause (also answers) {total.Refused}");
        _nodeOpened = long.Parse(words[2], CultureInfo.InvariantCulture);
        return isRead;
    }

    private bool Compare(EndpointPool pool, MarketPipeline pipeline)
    {
        using SolanaRpc node = new(_endpoints[0].Http!, new SolanaRpcOptions(), SystemClock.Instance);
        RpcResult<RpcAccount?[]> truth = node.GetMultipleAccountsAsync(_accounts.ToArray()).GetAwaiter().GetResult();
        if (!truth.IsOk)
        {
            Print($"truth: {truth.Error}");
            return false;
        }

        int different = 0;
        for (int i = 0; i < _accounts.Count; i++)
        {
            int id = pipeline.Graph.Accounts.Find(_accounts[i]);
            AccountEntry entry = id < 0 ? default : pipeline.Graph.Accounts[id];
            bool isEqual = truth.Value[i] is { } account
                ? entry.Knowledge == AccountKnowledge.Present && entry.Lamports == account.Lamports
                    && account.Data.AsSpan().SequenceEqual(entry.Data.AsSpan(0, entry.DataLength))
                : entry.Knowledge != AccountKnowledge.Present;
            if (isEqual) continue;
            different++;
            Print($"differs: {_accounts[i]}, known of slot {entry.Slot}, node at {truth.ContextSlot}");
        }

        Print($"truth: {_accounts.Count} accounts of {pool.Watched} watched compared, {different} different");
        return different == 0;
    }

    private void Report(EndpointPool pool, LiveFeed feed, Bootstrap bootstrap, MarketPipeline pipeline)
    {
        foreach (ConnectionStatus c in pool.GetStatus())
            Print($"{c.Name}: {c.Opens} opens, {c.DroppedFrames} frames refused by its inbox");
        Line(string.Create(
            CultureInfo.InvariantCulture,
            $"cover lost {feed.Coverage!.Losses}, restored {feed.Coverage.Repairs}; snapshot requests "
            + $"{bootstrap.Counters.Requests}, failed {bootstrap.Counters.Failures}, node behind "
            + $"{bootstrap.Counters.MinContextSlot}; audited {bootstrap.Counters.Audited}, differences repaired "
            + $"{pipeline.Graph.SnapshotRepairs}; slots not believed {pipeline.Dedup.Belief.Refused}"));
        Row("socket to dropped", _latency.Dropped);
        Row("socket to no opportunity", _latency.NoOpportunity);
        Row("socket to decided", _latency.Decided);
    }

    private static double LastYoungPause() =>
        GC.GetGCMemoryInfo(GCKind.Ephemeral).PauseDurations[0].TotalMilliseconds;

    private static double Pauses() => GC.GetTotalPauseDuration().TotalMilliseconds;

    private static void Row(string name, LatencyHistogram h)
    {
        if (h.Count == 0) return;
        Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-26} count {h.Count,10} p50 {h.ValueAtPercentile(50),9} p90 {h.ValueAtPercentile(90),9} "
            + $"p99 {h.ValueAtPercentile(99),10} p99.9 {h.ValueAtPercentile(99.9),10} max {h.MaxNs,11} ns"));
    }

    private static bool Verdict(string what, bool held)
    {
        Print($"{(held ? "PASS" : "FAIL")} {what}");
        return held;
    }

    private static void Print(FormattableString text) => Line(text.ToString(CultureInfo.InvariantCulture));

    private static void Line(string text) => Console.WriteLine(text);
}
