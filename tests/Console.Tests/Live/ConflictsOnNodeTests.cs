using System.Threading.Tasks;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Graph;
using LowLatency.Feeds.Live;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.Console.Tests.Live;

/// <summary>What two endpoints contradict each other about is read anew at once, without any audit.</summary>
public sealed class ConflictsOnNodeTests
{
    [Fact]
    public async Task Run_OneOfTwoEndpointsLied_ConflictsEndWithoutAuditAndWithoutNewWrites()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        string endpoints = string.Join(
            ',', EndpointHealthOnNodeTests.WebSocket(node.Endpoints[0]),
            EndpointHealthOnNodeTests.WebSocket(node.Endpoints[1]));
        using NodeRun run = new(
            node, endpoints, slotMs: 25, new EndpointHealthOptions(), more: "\"agreementAboveLamports\": 0,",
            auditMs: 0);
        run.StepUntil(() => run.IsWhole && run.Live.Pool.GetStatus().TrueForAll(c => c.IsOpen), "whole");
        AgreementTable agreement = run.Run.Pipeline!.Graph.Agreement!;
        node.Inject(new FaultStep(0, 0, FaultKind.Lie, 20_000));
        run.StepUntil(() => agreement.Conflicts >= 20, "conflicts");
        node.EndFaults();
        node.Step(); // nodes answer for the slot after the lie
        node.Step();
        run.Await(() => agreement.InConflict == 0 && run.Live.Bootstrap.Pending == 0, "no conflict any more");
        ReplayReport report = run.End();
        run.AssertTruth();
        Assert.True(report.Live!.ConflictsRead > 0);
        Assert.Equal((0, 0), (report.Live.ConflictsDropped, report.Live.AccountsAudited));
        run.AssertReplaysEqually();
    }
}
