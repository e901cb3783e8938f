using System;
using System.Threading.Tasks;
using LowLatency.Feeds.Live;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.Console.Tests.Live;

/// <summary>What <c>run --metrics</c> answers for a node that is there and says nothing.</summary>
public sealed class HealthOnNodeTests
{
    [Fact]
    public async Task Run_SocketsOpenButSilent_IsNotReadyUntilTheNextSlotAndNeverDead()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using NodeRun run = new(
            node, EndpointHealthOnNodeTests.WebSocket(node.Endpoints[0]), slotMs: 25, new EndpointHealthOptions(),
            more: "\"silentMs\": 1500,");
        run.StepUntil(() => run.IsWhole && run.Metrics.Unwell() is null, "whole and ready");
        long answers = run.Live.Bootstrap.Counters.Answers;
        run.Await(
            () => run.Metrics.Unwell() is { } wrong
                && wrong.StartsWith("no new slot for ", StringComparison.Ordinal),
            "silence");
        run.Await(() => run.Live.Bootstrap.Counters.Answers > answers, "an audit of the node that stands still");
        Assert.StartsWith("no new slot for ", run.Metrics.Unwell());
        Assert.True(run.Live.Pool.GetStatus().TrueForAll(c => c.IsOpen));
        Assert.Contains("lowlatency_feed_open{", run.Metrics.Text());
        Assert.Null(run.Metrics.Dead());
        run.StepUntil(() => run.Metrics.Unwell() is null, "ready again");
        run.End();
        run.AssertReplaysEqually();
    }
}
