using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Gateway;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Time;
using Xunit;

namespace LowLatency.Console.Tests.Gateway;

/// <summary><c>run --metrics</c>: the text, and the server that hands it out.</summary>
public sealed class MetricsTests
{
    [Fact]
    public void Text_OfTheBundledCapture_IsPrometheusAndEqualsTheRun()
    {
        TradingGate gate = new();
        MetricsText? text = null;
        ReplaySettings settings = new()
        {
            CapturePath = BundledCapture.FilePath,
            CaptureName = "market-small",
            Pipeline = new PipelineSettings(),
            Gate = gate,
            OnView = view => text = new MetricsText(
                view, gate, id => $"wss://\"{id}\"", () => null, () => 1_500_000_000),
        };
        ReplayRun run = new(settings, null);
        Assert.Null(run.Execute());
        Assert.True(run.Decisions.By(DecisionReason.Go) > 100);
        Dictionary<string, double> rows = Parse(text!.Write());
        foreach (DecisionReason reason in Enum.GetValues<DecisionReason>())
        {
            if (reason == DecisionReason.None) continue;
            Assert.Equal(run.Decisions.By(reason), rows[$"lowlatency_decisions_total{{reason=\"{reason}\"}}"]);
        }

        Assert.Equal(run.Pipeline!.Dedup.Accepted, rows["lowlatency_feed_accepted_total"]);
        string first = """lowlatency_feed_first_total{endpoint="1",address="wss://\"1\""}""";
        Assert.Equal(run.Pipeline.Dedup.Race[1].Wins, rows[first]);
        Assert.Equal(run.Pipeline.Graph.Market.PoolCount, rows["lowlatency_pools"]);
        Assert.Equal(run.Decisions.By(DecisionReason.Go), rows["lowlatency_messages_built_total"]);
        Assert.DoesNotContain("lowlatency_accounts_in_doubt", rows.Keys);
        Assert.Equal(1.5, rows["lowlatency_head_slot_age_seconds"]);
        string whole = "{stage=\"whole: decided\"";
        Assert.Equal(
            run.Pipeline.Sinks.Latency!.Decided.Count, rows["lowlatency_stage_latency_seconds_count" + whole + "}"]);
        Assert.Equal(
            run.Pipeline.Sinks.Latency.Decided.MaxNs / 1e9,
            rows["lowlatency_stage_latency_seconds" + whole + ",quantile=\"1\"}"]);
    }

    [Fact]
    public async Task Server_AnswersMetricsAndHealth_AndOutlivesBadClients()
    {
        string? metrics = null, unwell = "no connection is open", dead = null;
        using MetricsServer server = new(0, () => metrics, () => unwell, () => dead);
        using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/metrics")).StatusCode);
        HttpResponseMessage ill = await client.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ill.StatusCode);
        Assert.Equal("no connection is open\n", await ill.Content.ReadAsStringAsync());
        Assert.Equal("ok\n", await client.GetStringAsync("/livez")); // what comes back by itself needs no restart
        dead = "halted by a fault of the engine";
        HttpResponseMessage halted = await client.GetAsync("/livez");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, halted.StatusCode);
        Assert.Equal(dead + "\n", await halted.Content.ReadAsStringAsync());
        (metrics, unwell) = ("a 1\n", null);
        using (TcpClient silent = new("127.0.0.1", server.Port))
        using (TcpClient rude = new("127.0.0.1", server.Port))
        {
            await rude.GetStream().WriteAsync(new byte[100_000]);
            Assert.Equal("a 1\n", await client.GetStringAsync("/metrics"));
        }

        Assert.Equal("ok\n", await client.GetStringAsync("/healthz"));
        Assert.Equal("ok\n", await client.GetStringAsync("/readyz"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/other")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PostAsync("/metrics", null)).StatusCode);
        CommandException taken =
            Assert.Throws<CommandException>(() => new MetricsServer(server.Port, () => null, () => null, () => null));
        Assert.Equal(ExitCodes.CannotCreate, taken.ExitCode);
    }

    [Fact]
    public void SlotAge_CountsFromTheLastMoveOfTheHead_BackwardsToo()
    {
        ReplayClock clock = new();
        using SlotAge age = new(clock);
        clock.AdvanceTo(1_000_000_000, 1);
        age.Look(0);
        Assert.Null(age.Ns);
        Assert.Equal("no slot has come yet", RunMetrics.Silence(age.Ns, 5_000_000_000));
        age.Look(100);
        Assert.Equal(0, age.Ns);
        clock.AdvanceTo(6_000_000_000, 2);
        age.Look(100);
        Assert.Equal(5_000_000_000, age.Ns);
        Assert.Null(RunMetrics.Silence(age.Ns, 5_000_000_000));
        clock.AdvanceTo(6_200_000_000, 3);
        Assert.Equal("no new slot for 5.2 s", RunMetrics.Silence(age.Ns, 5_000_000_000));
        age.Look(99);
        Assert.Equal(0, age.Ns);
    }

    /// <summary>Every line must be of the format; values by name and labels.</summary>
    private static Dictionary<string, double> Parse(string text)
    {
        Dictionary<string, double> rows = [];
        HashSet<string> declared = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Regex.Match(line, "^# TYPE (lowlatency_[a-z_]+) (counter|gauge|summary)$") is { Success: true } type)
            {
                Assert.True(declared.Add(type.Groups[1].Value), line);
                Assert.Equal(type.Groups[2].Value == "counter", type.Groups[1].Value.EndsWith("_total"));
                continue;
            }

            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            Match row = Regex.Match(line, "^((lowlatency_[a-z_]+?)(_sum|_count)?({.*})?) ([0-9.E+-]+)$");
            Assert.True(row.Success && declared.Contains(row.Groups[2].Value), line);
            rows.Add(row.Groups[1].Value, double.Parse(row.Groups[5].Value, CultureInfo.InvariantCulture));
        }

        return rows;
    }
}
