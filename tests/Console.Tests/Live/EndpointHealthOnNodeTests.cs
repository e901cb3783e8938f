using System.IO;
using System.Linq;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Live;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Feeds.Live;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Geyser;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.Console.Tests.Live;

/// <summary>
/// <c>run</c> over several endpoints some of which get bad: they are left alone, tried again and raced again once they
/// are well; accounts end as the ledger has them, and the recording decides the same.
/// </summary>
public sealed class EndpointHealthOnNodeTests
{
    private static readonly EndpointHealthOptions Quick = new()
    {
        WindowNs = 1_500_000_000,
        LeastUpdates = 20,
        FirstWaitNs = 500_000_000,
        LongestWaitNs = 2_000_000_000,
    };

    [Fact]
    public async Task Run_OneEndpointLagsAndOneLoses_BothAreDemotedTriedAndReadmitted()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 3 });
        string endpoints = string.Join(',', node.Endpoints.Select(WebSocket));
        using NodeRun run = new(node, endpoints, slotMs: 200, Quick);
        run.StepUntil(() => run.IsWhole, "the first snapshot");
        node.Inject(new FaultStep(0, 1, FaultKind.Lag, 1, 600));
        node.Inject(new FaultStep(0, 2, FaultKind.LoseShare, 1, 20));
        run.StepUntil(() => Status(run, 1).Demotions > 0 && Status(run, 2).Demotions > 0, "both demoted");
        run.StepUntil(() => Status(run, 1).Retries > 0 && Status(run, 2).Retries > 0, "both tried again");
        run.StepUntil(() => Status(run, 1).Demotions > 1 && Status(run, 2).Demotions > 1, "both demoted again");
        node.EndFaults();
        run.StepUntil(
            () => run.Live.Health!.Status.All(s => s.State == HealthState.Raced), "all are raced again");
        Assert.Equal(0, Status(run, 0).Demotions);
        Assert.True(Status(run, 1).Late > 0, $"{Status(run, 1)}");
        Assert.True(Status(run, 2).Loss > 0, $"{Status(run, 2)}");
        Assert.Equal(0, Status(run, 1).Breaks + Status(run, 2).Breaks);
        ReplayReport report = run.End();
        run.AssertTruth();
        Assert.Equal(report.Live!.CoverLost, report.Live.CoverRestored);
        Assert.All(report.Live.Health.Skip(1), h => Assert.True(h.Readmissions > 0));
        Assert.Contains(report.Endpoints, e => e.LossPercent > 1);
        Assert.All(report.Endpoints.Take(3), e => Assert.NotNull(e.ForkAccuracyPercent));
        StringWriter text = new();
        report.WriteText(text);
        Assert.Contains("Endpoints' data", text.ToString());
        run.AssertReplaysEqually();
    }

    [Fact]
    public async Task Run_TheOnlyOtherEndpointIsBadToo_NoneIsDemoted()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        string endpoints = string.Join(',', node.Endpoints.Select(WebSocket));
        using NodeRun run = new(node, endpoints, slotMs: 150, Quick);
        run.StepUntil(() => run.IsWhole, "the first snapshot");
        node.Inject(new FaultStep(0, 0, FaultKind.LoseShare, 1, 40));
        node.Inject(new FaultStep(0, 1, FaultKind.LoseShare, 1, 40));
        run.StepUntil(() => Status(run, 0).Kept > 1 && Status(run, 1).Kept > 1, "both bad and kept");
        Assert.All(run.Live.Health!.Status, s => Assert.Equal(0, s.Demotions));
        node.EndFaults();
        run.End();
        run.AssertTruth();
        run.AssertReplaysEqually();
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(2, true)]
    public async Task Run_StreamBesideWebSocketIsCut_ReplaysAreAskedForAndReported(int keptSlots, bool isRefused)
    {
        GeyserPlugin geyser = new() { KeptSlots = keptSlots };
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Plugins = [geyser] });
        string stream = $$"""{ "name": "stream", "kind": "yellowstone", "grpc": "{{node.PluginUrls[0]}}" }""";
        using NodeRun run = new(
            node, $"{WebSocket(node.Endpoints[0])},{stream}", slotMs: 40, Quick, geyser);
        run.StepUntil(() => run.IsWhole && run.Live.Pool.GetStatus().All(c => c.IsOpen), "whole over both");
        node.Inject(new FaultStep(0, 1, FaultKind.Disconnect));
        run.StepUntil(
            () => run.Live.Pool.GetStatus().Single(c => c.IsStream) is { IsOpen: true, Opens: > 1 }, "open again");
        run.StepUntil(() => run.IsWhole, "whole again");
        ReplayReport report = run.End();
        run.AssertTruth();
        ReplaysReport replays = report.Live!.Connections.Single(c => c.Replays is not null).Replays!;
        Assert.Equal(geyser.ReplaysAsked.Count, replays.Asked);
        Assert.Equal(geyser.ReplaysRefused, replays.Refused);
        Assert.True(replays.Asked > 0);
        Assert.Equal(isRefused, replays.Refused > 0);
        StringWriter text = new();
        report.WriteText(text);
        Assert.Contains($"replays: asked {replays.Asked}, refused {replays.Refused}", text.ToString());
        Assert.All(report.Live.Health, h => Assert.Equal(0, h.Loss)); // kinds that tell slots differently lose nothing
        run.AssertReplaysEqually();
    }

    private static EndpointHealthStatus Status(NodeRun run, int endpoint) => run.Live.Health!.Status[endpoint];

    internal static string WebSocket(SolanaEndpoint endpoint) =>
        $$"""{ "name": "node {{endpoint.Index}}", "http": "{{endpoint.RpcUrl}}", "ws": "{{endpoint.WebSocketUrl}}" }""";
}
