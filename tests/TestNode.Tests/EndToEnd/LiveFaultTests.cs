using System.Threading.Tasks;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>
/// Live runs through faults: the last state of every account is the truth, every loss that can be seen was counted and
/// repaired, no decision stood on an account in doubt, and the recording decides the same again.
/// </summary>
public sealed class LiveFaultTests
{
    [Theory]
    [InlineData(FaultKind.Disconnect, 1)]
    [InlineData(FaultKind.Close, 1)]
    [InlineData(FaultKind.HalfOpen, 1)]
    [InlineData(FaultKind.HugeFrame, 1)]
    [InlineData(FaultKind.MalformedJson, 5)]
    [InlineData(FaultKind.IgnorePings, 1)]
    public async Task Live_OneEndpointLosesItsConnectionOrAMessage_RepairsExactlyWhatWasInDoubt(
        FaultKind kind, int count)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using LiveHarness live = new(node, pongTimeoutMs: kind == FaultKind.IgnorePings ? 1500 : 5000);
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        Assert.Equal(0, live.Feed.Coverage!.Losses);
        node.Inject(new FaultStep(0, 0, kind, count, kind == FaultKind.IgnorePings ? 200 : 0));
        // The chain stands still meanwhile: any byte is life.
        if (kind == FaultKind.IgnorePings) live.Await(() => live.Feed.Coverage.Losses != 0, "a loss");
        else live.StepUntil(() => live.Feed.Coverage.Losses != 0, "a loss");
        live.Settle();
        live.AssertTruth();
        Assert.True(live.Feed.Coverage.Losses >= node.Tape.SubscribedKeys.Count);
        Assert.Equal(live.Feed.Coverage.Losses, live.Feed.Coverage.Repairs);
        Assert.Equal(live.Feed.Coverage.Losses, live.Pipeline.Graph.CoverLosses);
        Assert.Equal(0, live.Pipeline.Graph.UncoveredAccounts);
        Assert.True(live.Doubts.Decisions > 0);
        Assert.Empty(live.Doubts.Violations);
        live.AssertReplaysEqually();
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests, 2, 1)]
    [InlineData(FaultKind.MinContextSlot, 3, 0)]
    [InlineData(FaultKind.Unhealthy, 3, 0)]
    [InlineData(FaultKind.HttpMalformed, 3, 0)]
    [InlineData(FaultKind.HttpStall, 2, 100)]
    [InlineData(FaultKind.HttpAbort, 3, 0)]
    [InlineData(FaultKind.StaleRead, 3, 0)]
    public async Task Live_SnapshotsFailAfterAReconnect_AsksUntilEveryAccountIsProven(
        FaultKind kind, int count, int value)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using LiveHarness live = new(node);
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        node.Inject(new FaultStep(0, 0, kind, count, value));
        node.Inject(new FaultStep(0, 0, FaultKind.Disconnect));
        live.StepUntil(() => live.Feed.Coverage!.Losses != 0, "a loss");
        live.StepUntil(() => live.IsWhole, "whole again");
        live.Settle();
        live.AssertTruth();
        Assert.Equal(live.Feed.Coverage!.Losses, live.Feed.Coverage.Repairs);
        Assert.Empty(live.Doubts.Violations);
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_OneEndpointLosesNotificationsUnseen_AuditRepairsThem()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using LiveHarness live = new(node);
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        node.Inject(new FaultStep(0, 0, FaultKind.Lose, 150));
        live.StepUntil(() => node.FaultLog.Count(FaultKind.Lose) == 150, "all losses");
        live.Settle();
        live.AssertTruth();
        Assert.True(live.Pipeline.Graph.SnapshotRepairs > 0);
        live.AssertReplaysEqually();
    }

    [Theory]
    [InlineData(FaultKind.Disconnect, 1)]
    [InlineData(FaultKind.Lose, 40)]
    [InlineData(FaultKind.MalformedJson, 10)]
    [InlineData(FaultKind.Stall, 1)]
    [InlineData(FaultKind.LateAcks, 20)]
    public async Task Live_OneOfTwoEndpointsFails_NothingIsInDoubt(FaultKind kind, int count)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        using LiveHarness live = new(node, shards: 2);
        if (kind == FaultKind.LateAcks) node.Inject(new FaultStep(0, 0, kind, count));
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        live.StepUntil(() => live.AreAllSubscribed, "both endpoints follow all");
        live.AwaitArrival();
        live.StepUntil(() => live.Feed.Coverage!.Unsettled == 0, "each has come past the other's first slot");
        node.Inject(new FaultStep(0, 0, kind, count));
        live.Step(20);
        live.Settle();
        live.AssertTruth();
        Assert.Equal(0, live.Feed.Coverage!.Losses);
        Assert.Empty(live.Doubts.Violations);
        if (kind == FaultKind.Lose) Assert.True(live.Pipeline.Dedup.Race[0].Missed > 0);
        live.AssertReplaysEqually();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Live_EndpointTellsABogusSlot_ClockStaysAndPoolsQuote(int endpoints)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = endpoints });
        using LiveHarness live = new(node);
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        node.Inject(new FaultStep(0, 0, FaultKind.BogusSlot));
        node.Inject(new FaultStep(0, 0, FaultKind.BogusSlot, 1, 1000));
        live.Settle();
        live.AssertTruth();
        Assert.True(live.Pipeline.Dedup.Belief.Refused > 0);
        Assert.InRange(
            live.Pipeline.Dedup.Slots.Head, node.Ledger.Processed.Slot - 2, node.Ledger.Processed.Slot);
        Assert.Equal(0, live.Pipeline.Graph.StaleTimes);
        live.AssertReplaysEqually();
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public async Task Live_ThroughASeededScript_EndsWithTheTruthAndReplaysEqually(ulong seed)
    {
        FaultScript script = FaultScript.FromSeed(seed, 10, 60, 12, 2);
        await using SolanaNode node = await SolanaNode.StartAsync(
            new SolanaNodeOptions { Endpoints = 2, Faults = script });
        using LiveHarness live = new(node, shards: 2);
        live.Step(70);
        live.StepUntil(() => node.FaultLog.Occurrences.Count > 0, "a fault, which waits for what it spoils");
        live.Settle();
        live.AssertTruth();
        Assert.Equal(live.Feed.Coverage!.Losses, live.Feed.Coverage.Repairs);
        Assert.Empty(live.Doubts.Violations);
        live.AssertReplaysEqually();
    }
}
