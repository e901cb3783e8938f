using System.Threading.Tasks;
using LowLatency.Feeds.Rpc;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>
/// The project's WebSocket client against the node's faults: what hurts no delivery leaves the last state of every
/// account right, what ends a connection is noticed for its cause and followed by a new one.
/// </summary>
public sealed class ClientFaultTests
{
    [Theory]
    [InlineData(FaultKind.FragmentFrames, 30)]
    [InlineData(FaultKind.FragmentWrites, 5)]
    [InlineData(FaultKind.SlowWrites, 10)]
    [InlineData(FaultKind.Duplicate, 30)]
    [InlineData(FaultKind.Reorder, 60)]
    [InlineData(FaultKind.Stall, 1)]
    [InlineData(FaultKind.ServerPing, 1)]
    [InlineData(FaultKind.Fork, 8)]
    [InlineData(FaultKind.DeadFork, 8)]
    public async Task Client_ThroughFaultsThatLoseNothing_EndsWithTheTruth(FaultKind kind, int count)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using ClientHarness client = new(node);
        client.AwaitSettled(1);
        for (int i = 0; i < 30; i++)
        {
            if (i % 10 == 3) node.Inject(new FaultStep(0, 0, kind, count));
            node.Step();
        }

        node.EndFaults();
        NodeCounters counters = node.Endpoints[0].Counters;
        int doubled = node.FaultLog.Count(FaultKind.Duplicate);
        client.Await(
            () => client.AccountNotifications >= counters.AccountNotifications + doubled, "every notification");
        Assert.Equal(counters.AccountNotifications + doubled, client.AccountNotifications);
        client.AssertTruth(node);
        Assert.NotEmpty(node.FaultLog.Occurrences);
        Assert.Equal((1, 0, 0), (client.Opens, client.Closes.Count, client.Malformed));
        if (kind == FaultKind.FragmentFrames)
            Assert.Equal(node.FaultLog.Count(kind), client.Connection.Counters.FragmentedMessages);
    }

    [Theory]
    [InlineData(FaultKind.Disconnect, ConnectionCause.None)]
    [InlineData(FaultKind.Close, ConnectionCause.ClosedByServer)]
    [InlineData(FaultKind.HalfOpen, ConnectionCause.PingTimeout)]
    [InlineData(FaultKind.HugeFrame, ConnectionCause.MessageTooLong)]
    public async Task Client_WhoseConnectionEnds_KnowsWhyAndIsBackOnAll(FaultKind kind, ConnectionCause cause)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using ClientHarness client = new(node);
        client.AwaitSettled(1);
        node.Step(5);
        node.Inject(new FaultStep(0, 0, kind));
        client.AwaitSettled(2);
        client.Await(() => node.Endpoints[0].OpenConnections == 1, "the node's end of the old connection");
        Assert.Equal(1, node.FaultLog.Count(kind));
        Assert.Single(client.Closes);
        Assert.Equal(client.Connection.WantedSubscriptions, client.Connection.ActiveSubscriptions);
        // A cut line is an end of stream or a reset, whichever the systems' buffers make of it.
        ConnectionCounters counters = client.Connection.Counters;
        long seen = cause == ConnectionCause.None
            ? counters[ConnectionCause.EndOfStream] + counters[ConnectionCause.SocketError]
            : counters[cause];
        Assert.Equal(1, seen);
        client.States.Clear();
        long before = client.AccountNotifications;
        long sent = node.Endpoints[0].Counters.AccountNotifications;
        node.Step(10);
        long expected = before + node.Endpoints[0].Counters.AccountNotifications - sent;
        client.Await(() => client.AccountNotifications >= expected, "every notification after the return");
        client.AssertTruth(node);
    }

    [Theory]
    [InlineData(FaultKind.WrongAccept, ConnectionCause.BadHandshake)]
    [InlineData(FaultKind.RefuseUpgrade, ConnectionCause.ServerUnavailable)]
    public async Task Client_WhoseHandshakeFails_CountsTheCauseAndTriesAgain(FaultKind kind, ConnectionCause cause)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        node.Inject(new FaultStep(0, 0, kind, 2));
        using ClientHarness client = new(node);
        client.AwaitSettled(1);
        Assert.Equal(2, client.Connection.Counters[cause]);
        Assert.Equal(2, node.FaultLog.Count(kind));
        Assert.Equal(3, client.Connection.Counters.Attempts);
    }
}
