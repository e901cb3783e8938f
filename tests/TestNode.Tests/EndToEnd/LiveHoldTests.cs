using System.Linq;
using System.Threading.Tasks;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Rpc;
using LowLatency.TestNode.Geyser;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>A held endpoint is closed and stays so; what it alone covered is in doubt until it is back.</summary>
public sealed class LiveHoldTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Live_TheOnlyEndpointIsHeldAndReleased_LosesAllCoverAndRepairsIt(bool isStream)
    {
        GeyserPlugin[] geysers = isStream ? [new()] : [];
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Plugins = geysers });
        using LiveHarness live = new(node, shards: isStream ? 1 : 2, geysers: geysers);
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        PooledEndpoint endpoint = Assert.Single(live.Pool.Endpoints);
        endpoint.Hold("a test");
        live.StepUntil(() => live.Pool.GetStatus().TrueForAll(c => !c.IsOpen), "closed");
        long[] opens = [.. live.Pool.GetStatus().Select(c => c.Opens)]; // a busy machine may have lost some before
        live.StepUntil(
            () => live.Feed.Coverage!.Doubtful == node.Tape.SubscribedKeys.Count, "all in doubt");
        live.Step(40); // longer than any wait of the connections' own
        Assert.All(live.Pool.GetStatus(), (c, i) => Assert.Equal((false, opens[i]), (c.IsOpen, c.Opens)));
        Assert.All(
            live.Pool.GetStatus(),
            c => Assert.Equal((ConnectionCause.Demoted, "a test"), (c.LastEnd.Cause, c.LastEnd.Detail)));
        endpoint.Release();
        live.Settle();
        live.AssertTruth();
        Assert.All(live.Pool.GetStatus(), (c, i) => Assert.True(c.Opens > opens[i], $"{c}"));
        Assert.True(live.Feed.Coverage!.Losses >= node.Tape.SubscribedKeys.Count);
        Assert.Equal(live.Feed.Coverage.Losses, live.Feed.Coverage.Repairs);
        Assert.Empty(live.Doubts.Violations);
        live.AssertReplaysEqually();
    }
}
