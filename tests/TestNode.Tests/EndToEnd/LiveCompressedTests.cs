using System.Threading.Tasks;
using LowLatency.Feeds.Decoding;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>Live runs that ask for base64+zstd, in subscriptions and in snapshots.</summary>
public sealed class LiveCompressedTests
{
    [Fact]
    public async Task Live_CompressedAccounts_AreTheTruthThroughALossAndReplayEqually()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        using LiveHarness live = new(node, compresses: true);
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        live.Step(30);
        node.Inject(new FaultStep(0, 0, FaultKind.Disconnect));
        node.Inject(new FaultStep(0, 1, FaultKind.Disconnect));
        live.StepUntil(() => live.Feed.Coverage!.Losses != 0, "a loss");
        live.Settle();
        live.AssertTruth();
        Assert.True(live.Doubts.Decisions > 0);
        Assert.Empty(live.Doubts.Violations);
        DecodeCounters counters = live.Feed.GetStatistics().Total;
        Assert.Equal((0L, 0L, 0L), (
            counters[DecodeCause.BadZstd], counters[DecodeCause.WrongEncoding], counters[DecodeCause.SizeMismatch]));
        Assert.True(counters.FastPath > 0);
        live.AssertReplaysEqually();
        (int plain, int compressed) = live.CountEncodings();
        Assert.Equal(0, plain);
        Assert.True(compressed > 100, $"{compressed}");
    }
}
