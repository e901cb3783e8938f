using System;
using System.Linq;
using System.Threading.Tasks;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Live;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Geyser;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>
/// Two endpoints that tell blockhashes, one of which may make them up. Nothing is built on a hash that one of them only
/// knows; where that is switched off, the same lie gets into a message.
/// </summary>
public sealed class BlockhashAgreementTests
{
    private const int AlwaysLies = 1 << 20;

    private static ChainWatchOptions Quick { get; } = new()
    {
        BlockhashEveryMs = 40,
        FeesEveryMs = 0,
        TimeLimitMs = 300,
        RetryMs = 10,
        LeaveMs = 20,
    };

    [Fact]
    public async Task Live_TwoHonestNodes_EveryHashIsAgreedOnAndUsed()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        using LiveHarness live = new(node, chain: Quick);
        live.StepUntil(() => Hashes(live) >= 5, "five blockhashes in messages");
        live.Settle();
        LiveChainTests.AssertBlockhashesAreRecent(node, live);
        BlockhashVoices voices = live.Pipeline.Chain.Voices;
        BlockhashRing ring = live.Pipeline.Instructions.Blockhashes;
        string counted = $"{voices.Told} told, {voices.Agreed} agreed on, {voices.TakenAlone} taken alone, "
            + $"{voices.Denials} denied, {voices.Contradictions} contradicted, {ring.Taken} in the ring, "
            + $"{ring.Implausible} implausible, {ring.ExpiredCount} expired, {live.Messages.WithoutBlockhash} without";
        Assert.True((voices.Denials, voices.Contradictions, ring.Implausible) == (0, 0, 0), counted);
        Assert.True(ring.Taken == voices.Agreed, counted);
        Assert.True(live.Chain!.BlockhashChecks.Answers > 0);
        Assert.Equal(0, live.Messages.WithoutBlockhash);
        live.AssertReplaysEqually();
    }

    [Theory]
    [InlineData(0)] // made up
    [InlineData(5000)] // true, with a height that would make every other one look wrong
    public async Task Live_OneNodeLiesFromTheBeginning_NothingIsBuiltOnItUntilItTellsTheTruth(int heightTooLow)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        node.Inject(new FaultStep(0, 0, FaultKind.BogusBlockhash, AlwaysLies, heightTooLow));
        using LiveHarness live = new(node, chain: Quick);
        BlockhashVoices voices = live.Pipeline.Chain.Voices;
        live.StepUntil(() => voices.Told >= 20 && live.Messages.Taken.Count >= 5, "lies and decisions");
        Assert.True(heightTooLow == 0 ? voices.Denials >= 3 : voices.Contradictions >= 3);
        node.EndFaults();
        live.StepUntil(() => Hashes(live) >= 5, "five blockhashes in messages");
        live.Settle();
        LiveChainTests.AssertBlockhashesAreRecent(node, live);
        Assert.Equal(0, live.Pipeline.Instructions.Blockhashes.Implausible);
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_OneOfThreeNodesLies_TheOtherTwoAreEnough()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 3 });
        node.Inject(new FaultStep(0, 1, FaultKind.BogusBlockhash, AlwaysLies));
        using LiveHarness live = new(node, chain: Quick);
        BlockhashVoices voices = live.Pipeline.Chain.Voices;
        live.StepUntil(() => Hashes(live) >= 5 && voices.Denials >= 5, "blockhashes in messages, and lies");
        live.Settle();
        Assert.True(node.FaultLog.Count(FaultKind.BogusBlockhash, 1) >= 3);
        LiveChainTests.AssertBlockhashesAreRecent(node, live);
        Assert.Equal(0, live.Messages.WithoutBlockhash);
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_AgreementIsOff_TheLieIsBuiltOn()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        node.Inject(new FaultStep(0, 0, FaultKind.BogusBlockhash, AlwaysLies));
        using LiveHarness live = new(node, chain: Quick with { AgreesOnBlockhashes = false });
        live.StepUntil(() => live.Messages.Taken.Any(t => IsUntrue(node, t.Decision, t.Blockhash)), "a lie built on");
        live.Settle();
        Assert.Equal(0, live.Pipeline.Chain.Voices.Told);
        Assert.Equal(0, live.Chain!.BlockhashChecks.Requests);
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_OneOfTwoStreamsLies_BlocksThatBothTellAreBuiltOn()
    {
        GeyserPlugin[] geysers = [new(), new()];
        await using SolanaNode node = await SolanaNode.StartAsync(
            new SolanaNodeOptions { Endpoints = 2, Plugins = geysers });
        using LiveHarness live = new(node, geysers: geysers);
        BlockhashVoices voices = live.Pipeline.Chain.Voices;
        live.StepUntil(() => Hashes(live) >= 3, "blockhashes in messages");
        Assert.Equal(0, voices.Contradictions);
        node.Inject(new FaultStep(0, 3, FaultKind.BogusBlockhash, 40));
        live.StepUntil(() => node.FaultLog.Count(FaultKind.BogusBlockhash) == 40, "lies");
        int before = Hashes(live);
        live.StepUntil(() => Hashes(live) >= before + 3, "more blockhashes in messages");
        live.Settle();
        Assert.True(voices.Contradictions >= 30); // those of confirmed blocks, while no other block was told last
        LiveChainTests.AssertBlockhashesAreRecent(node, live);
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_AStreamAndAnothersNode_AgreeOnWhatTheNodeTells()
    {
        GeyserPlugin[] geysers = [new()];
        await using SolanaNode node = await SolanaNode.StartAsync(
            new SolanaNodeOptions { Endpoints = 2, Plugins = geysers });
        using LiveHarness live = new(node, geysers: geysers, chain: Quick);
        live.StepUntil(() => Hashes(live) >= 5, "five blockhashes in messages");
        live.Settle();
        LiveChainTests.AssertBlockhashesAreRecent(node, live);
        Assert.Equal(0, live.Pipeline.Chain.Voices.Contradictions);
        Assert.Equal(0, live.Messages.WithoutBlockhash);
        live.AssertReplaysEqually();
    }

    private static int Hashes(LiveHarness live) => live.Messages.Taken.Count(t => !t.Blockhash.IsZero);

    private static bool IsUntrue(SolanaNode node, Opportunity decision, Pubkey blockhash)
    {
        if (blockhash.IsZero) return false;
        string text = blockhash.ToString();
        for (ulong slot = Math.Max(decision.Slot, 300) - 300; slot <= decision.Slot; slot++)
        {
            if (node.Ledger.BankOf(slot)?.UntrueBlockhash == text) return true;
        }

        return false;
    }
}
