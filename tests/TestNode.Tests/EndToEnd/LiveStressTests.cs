using System.Threading.Tasks;
using LowLatency.Feeds.Live;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>
/// Dense scripts of faults that can be seen, without any audit: nothing but the repair of what was in doubt may bring
/// the accounts to the truth. With the audit a missed repair would be put right behind the test's back.
/// </summary>
public sealed class LiveStressTests
{
    private const int FaultSlots = 60;

    /// <summary>All that disturbs, but for losses without a trace (Lose) and what lasts for a second.</summary>
    private static readonly FaultKind[] Seen =
    [
        FaultKind.Disconnect, FaultKind.Disconnect, FaultKind.Disconnect, FaultKind.Close, FaultKind.MalformedJson,
        FaultKind.MalformedJson, FaultKind.HugeFrame, FaultKind.Duplicate, FaultKind.Reorder, FaultKind.FragmentWrites,
        FaultKind.FragmentFrames, FaultKind.Stall, FaultKind.StaleRead, FaultKind.StaleRead, FaultKind.MinContextSlot,
        FaultKind.HttpMalformed, FaultKind.HttpAbort, FaultKind.HttpStall, FaultKind.Unhealthy, FaultKind.Fork,
        FaultKind.DeadFork, FaultKind.LateAcks, FaultKind.RefuseUpgrade, FaultKind.BogusSlot,
    ];

    public static TheoryData<ulong, int, int> Scripts()
    {
        TheoryData<ulong, int, int> scripts = [];
        for (ulong seed = 1; seed <= 8; seed++)
        {
            scripts.Add(seed, 1, 1 + (int)(seed % 2));
            scripts.Add(seed, 2, 1 + (int)(seed / 2 % 2));
        }

        return scripts;
    }

    /// <summary>
    /// A client that comes back does not know how far the node has gone on; an answer of a slower node is newer than
    /// all that the client knows, and still older than its new subscriptions.
    /// </summary>
    [Fact]
    public async Task Live_SlowerNodeAnswersAfterAReconnect_IsNoProof()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        BootstrapOptions bootstrap = new() { RetryMs = 60, AuditMs = 0, DemoteMs = 20, TickMs = 5 };
        using LiveHarness live = new(node, bootstrap: bootstrap);
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        live.AwaitArrival();
        node.Inject(new FaultStep(0, 0, FaultKind.StaleRead, 4, 8));
        node.Inject(new FaultStep(0, 0, FaultKind.Disconnect));
        node.Step(16); // the client waits before it comes back
        live.StepUntil(() => live.Feed.Coverage!.Losses != 0 && live.IsWhole, "whole again");
        live.Stop();
        live.AssertTruth();
        Assert.Equal(4, node.FaultLog.Count(FaultKind.StaleRead));
        live.AssertReplaysEqually();
    }

    /// <summary>After a time without any connection the first number has to be believed; it may be no slot.</summary>
    [Fact]
    public async Task Live_FirstSlotAfterAReconnectIsBogus_IsWholeAgain()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using LiveHarness live = new(node);
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        node.Inject(new FaultStep(0, 0, FaultKind.Disconnect));
        live.Await(() => live.Feed.Coverage!.Losses != 0 && live.AreAllSubscribed, "the return");
        node.Inject(new FaultStep(0, 0, FaultKind.BogusSlot));
        live.AwaitArrival();
        Assert.True(live.Feed.Coverage!.Head > node.Ledger.Processed.Slot);
        live.Settle();
        live.AssertTruth();
        Assert.Equal(live.Feed.Coverage.Losses, live.Feed.Coverage.Repairs);
        Assert.Equal(node.Ledger.Processed.Slot, live.Pipeline.Graph.Slots.Head);
        live.AssertReplaysEqually();
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Live_ThroughSeenFaultsWithoutAudit_RepairsAloneLeadToTheTruth(
        ulong seed, int endpoints, int shards)
    {
        FaultScript script = FaultScript.FromSeed(seed, 5, FaultSlots, 2, endpoints, Seen);
        await using SolanaNode node = await SolanaNode.StartAsync(
            new SolanaNodeOptions { Endpoints = endpoints, Faults = script });
        BootstrapOptions bootstrap = new() { RetryMs = 60, AuditMs = 0, DemoteMs = 20, TickMs = 5 };
        using LiveHarness live = new(node, shards, bootstrap, slotMs: 8);
        live.Step(FaultSlots + 10);
        node.EndFaults();
        live.ArriveWhole(); // what is noticed while the last slot arrives is repaired, too
        live.Stop();
        live.AssertTruth();
        Assert.Equal(0, live.Bootstrap.Counters.Audited);
        Assert.Equal(live.Feed.Coverage!.Losses, live.Feed.Coverage.Repairs);
        Assert.Equal(live.Feed.Coverage.Losses, live.Pipeline.Graph.CoverLosses);
        Assert.NotEmpty(node.FaultLog.Occurrences);
        Assert.Empty(live.Doubts.Violations);
        live.AssertReplaysEqually();
    }
}
