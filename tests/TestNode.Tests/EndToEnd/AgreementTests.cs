using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>
/// Two endpoints, one of which may lie. Where agreement is asked for, no decision is taken on a state that only one of
/// them told; where it is not, the first copy is acted on, and the same watch sees the lie taken.
/// </summary>
public sealed class AgreementTests
{
    private const int Lies = 20_000;

    [Fact]
    public async Task Live_TwoHonestEndpoints_DecisionsWaitForTheSecondCopyAndAreThenTaken()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        using LiveHarness live = new(node, settings: Settings(0));
        live.StepUntil(() => live.Messages.Taken.Count >= 10, "ten taken decisions");
        live.Settle();
        AgreementTable agreement = live.Pipeline.Graph.Agreement!;
        Assert.True(agreement.Confirmed > 0);
        Assert.Equal((0, 0), (agreement.Conflicts, agreement.InConflict));
        Assert.True(live.Pipeline.Scoring.CountOf(DecisionReason.AwaitingAgreement) > 0);
        live.AssertTruth();
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_OneEndpointLies_NothingIsTakenOnTheLieAndItsPoolsAreGapped()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        LieWatch? watch = null;
        using LiveHarness live = new(node, settings: Settings(0), observe: p => watch = new LieWatch(p, node));
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        live.StepUntil(() => live.Messages.Taken.Count >= 1, "a taken decision");
        node.Inject(new FaultStep(0, 0, FaultKind.Lie, Lies));
        live.StepUntil(() => live.Pipeline.Graph.Agreement!.Conflicts >= 20, "conflicts");
        live.Step(30);
        live.Settle();
        Assert.True(watch!.Taken > 0);
        Assert.Empty(watch.Violations);
        Assert.Equal(0, live.Pipeline.Graph.Agreement!.InConflict); // the audit read them anew
        live.AssertTruth();
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_FirstCopyDecides_ALieIsTaken()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        LieWatch? watch = null;
        using LiveHarness live = new(node, settings: Settings(null), observe: p => watch = new LieWatch(p, node));
        live.StepUntil(() => live.IsWhole, "the first snapshot");
        node.Inject(new FaultStep(0, 0, FaultKind.Lie, Lies));
        live.StepUntil(() => watch!.Violations.Count > 0, "a decision taken on a lie");
        Assert.Null(live.Pipeline.Graph.Agreement);
        Assert.Equal(0, live.Pipeline.Scoring.CountOf(DecisionReason.AwaitingAgreement));
    }

    [Fact]
    public async Task Live_BelowTheValue_TheFirstCopyDecides()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 1 });
        using LiveHarness live = new(node, settings: Settings(ulong.MaxValue));
        live.StepUntil(() => live.Messages.Taken.Count >= 5, "five taken decisions");
        live.Settle();
        Assert.Equal(0, live.Pipeline.Scoring.CountOf(DecisionReason.AwaitingAgreement));
        live.AssertReplaysEqually();
    }

    private static PipelineSettings Settings(ulong? agreementAboveLamports) => new()
    {
        TakeStamps = false,
        Search = new SearchSettings { AgreementAboveLamports = agreementAboveLamports },
        Instructions = new InstructionSettings { Wallet = Pubkey.Parse(LiveHarness.Wallet) },
    };

    /// <summary>Holds every state that a taken decision stands on against the node's ledger.</summary>
    private sealed class LieWatch(MarketPipeline pipeline, SolanaNode node) : IDecisionSink
    {
        private readonly AccountDependency[] _dependencies = new AccountDependency[64];

        public int Taken { get; private set; }

        public List<string> Violations { get; } = [];

        public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
        {
            if (decision.Reason != DecisionReason.Go) return;
            Taken++;
            for (int i = 0; i < decision.LegCount; i++)
            {
                Pool pool = pipeline.Graph.Market.Pool(decision.Legs[i].PoolId);
                Check(pool.Address);
                int count = pool.CopyDependencies(_dependencies);
                foreach (AccountDependency needed in _dependencies.Take(count)) Check(needed.Key);
            }
        }

        private void Check(Pubkey key)
        {
            int id = pipeline.Graph.Accounts.Find(in key);
            if (id < 0) return;
            AccountEntry entry = pipeline.Graph.Accounts[id];
            if (entry.Knowledge != AccountKnowledge.Present || node.Ledger.BankOf(entry.Slot) is not { } bank) return;
            AccountState state = node.Ledger.Get(key, bank);
            if (!state.Data.AsSpan().SequenceEqual(entry.Data.AsSpan(0, entry.DataLength)))
                Violations.Add($"{key} of slot {entry.Slot}");
        }
    }
}
