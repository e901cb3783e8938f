using System.Threading.Tasks;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Live;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Geyser;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>The live machine over a Yellowstone stream alone: what a break loses is replayed, or fetched.</summary>
public sealed class LiveYellowstoneTests
{
    private const int Plugin = 1; // after the one endpoint

    [Theory]
    [InlineData(FaultKind.Disconnect, 100, true)]
    [InlineData(FaultKind.Close, 100, true)]
    [InlineData(FaultKind.Disconnect, 5, false)]
    public async Task Live_StreamBreaks_IsReplayedFromTheLastWholeSlotOrFetched(
        FaultKind kind, int keptSlots, bool isReplayed)
    {
        GeyserPlugin geyser = new() { KeptSlots = keptSlots };
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Plugins = [geyser] });
        using LiveHarness live = new(node, geysers: [geyser]);
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        live.AwaitArrival();
        Assert.Empty(geyser.ReplaysAsked);
        ulong lastSlot = node.Ledger.Processed.Slot;
        node.Inject(new FaultStep(0, Plugin, kind));
        node.Step(12);
        live.StepUntil(() => live.Feed.Coverage!.Losses != 0 && live.IsWhole, "whole again");
        live.Settle();
        live.AssertTruth();
        Assert.Equal(lastSlot - 4, Assert.Single(geyser.ReplaysAsked));
        ConnectionStatus status = live.Pool.GetStatus()[0];
        Assert.Equal(isReplayed ? 1 : 0, status.Replays);
        Assert.Equal(isReplayed ? 0 : 1, status.ReplaysRefused);
        Assert.Equal(status.ReplaysRefused, geyser.ReplaysRefused);
        Assert.Equal(live.Feed.Coverage!.Losses, live.Feed.Coverage.Repairs);
        Assert.True(live.Doubts.Decisions > 0);
        Assert.Empty(live.Doubts.Violations);
        live.AssertReplaysEqually();
    }

    /// <summary>A stream does not tell again what a fork had changed that the chain then left.</summary>
    [Theory]
    [InlineData(FaultKind.Fork)]
    [InlineData(FaultKind.DeadFork)]
    public async Task Live_ChainLeavesAFork_ItsAccountsAreInDoubtAndReadAgainWithoutAnyAudit(FaultKind kind)
    {
        GeyserPlugin geyser = new();
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Plugins = [geyser] });
        BootstrapOptions bootstrap = new() { RetryMs = 60, AuditMs = 0, DemoteMs = 20, TickMs = 5 };
        using LiveHarness live = new(node, bootstrap: bootstrap, geysers: [geyser]);
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        live.AwaitArrival();
        CoverageTable coverage = live.Feed.Coverage!;
        long before = coverage.ForkLosses;
        for (int i = 0; i < 5; i++)
        {
            node.Inject(new FaultStep(0, 0, kind, 20));
            live.Step(3);
        }

        live.ArriveWhole();
        live.Stop();
        live.AssertTruth();
        Assert.Equal(5, node.FaultLog.Count(kind));
        Assert.InRange(coverage.ForkLosses - before, 20, 5 * 40); // these, and what the tape's own forks had changed
        Assert.Equal((coverage.ForkLosses, coverage.ForkLosses), (coverage.Losses, coverage.Repairs));
        Assert.Equal(0, live.Bootstrap.Counters.Audited);
        Assert.Empty(live.Doubts.Violations);
        live.AssertReplaysEqually();
    }
}
