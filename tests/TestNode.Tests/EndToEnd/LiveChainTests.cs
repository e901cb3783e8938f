using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Submission;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Geyser;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.Rpc;
using LowLatency.TestNode.State;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>
/// What a run learns of the chain besides accounts: blockhashes in messages, priority fees in decisions, simulations in
/// compute units and quarantine. All of it through recorded frames, so every recording decides the same again.
/// </summary>
public sealed class LiveChainTests
{
    private static ChainWatchOptions Quick { get; } = new()
    {
        BlockhashEveryMs = 40,
        FeesEveryMs = 40,
        TimeLimitMs = 300,
        RetryMs = 10,
        LeaveMs = 20,
    };

    [Fact]
    public async Task Live_MessagesOfTakenDecisions_CarryABlockhashThatTheNodeStillAccepts()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using LiveHarness live = new(node, chain: Quick);
        live.StepUntil(() => live.Messages.Taken.Count(t => !t.Blockhash.IsZero) >= 5, "five blockhashes in messages");
        live.Settle();
        AssertBlockhashesAreRecent(node, live);
        Assert.Equal(0, live.Messages.WithoutBlockhash);
        Assert.Equal(0, live.Pipeline.Instructions.Blockhashes.Implausible);
        Assert.True(live.Chain!.Blockhashes.Answers > 0);
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_OnlyAStreamTellsBlocks_MessagesCarryTheHashOfTheNewestConfirmedOne()
    {
        GeyserPlugin geyser = new();
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Plugins = [geyser] });
        using LiveHarness live = new(node, geysers: [geyser]);
        live.StepUntil(() => live.Messages.Taken.Count(t => !t.Blockhash.IsZero) >= 5, "five blockhashes in messages");
        node.Inject(new FaultStep(0, 0, FaultKind.Fork, 20));
        node.Inject(new FaultStep(0, 1, FaultKind.Disconnect));
        live.StepUntil(() => live.Pool.GetStatus()[0].Opens > 1, "the stream again");
        live.Settle();
        AssertBlockhashesAreRecent(node, live);
        Assert.Equal(0, live.Messages.WithoutBlockhash);
        BlockhashRing ring = live.Pipeline.Instructions.Blockhashes;
        Assert.Equal((0, node.Ledger.Confirmed.BlockHeight), (ring.Implausible, ring.Height));
        live.AssertReplaysEqually();
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests, 3, 1)]
    [InlineData(FaultKind.MinContextSlot, 5, 0)]
    [InlineData(FaultKind.Unhealthy, 5, 0)]
    [InlineData(FaultKind.HttpMalformed, 5, 0)]
    [InlineData(FaultKind.HttpStall, 3, 1000)]
    [InlineData(FaultKind.HttpAbort, 5, 0)]
    public async Task Live_OneOfTwoNodesRefusesBlockhashes_TheOtherIsAskedAndMessagesStayValid(
        FaultKind kind, int count, int value)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        using LiveHarness live = new(node, chain: Quick);
        live.StepUntil(() => live.Pipeline.Instructions.Blockhashes.Taken > 2, "blockhashes");
        node.Inject(new FaultStep(0, 0, kind, count, value));
        live.StepUntil(() => node.FaultLog.Count(kind) == count, "all faults");
        long taken = live.Pipeline.Instructions.Blockhashes.Taken;
        live.StepUntil(() => live.Pipeline.Instructions.Blockhashes.Taken > taken + 2, "newer blockhashes");
        live.StepUntil(() => live.Messages.Taken.Any(t => !t.Blockhash.IsZero), "a message with a blockhash");
        live.Settle();
        AssertBlockhashesAreRecent(node, live);
        Assert.Equal(0, live.Messages.WithoutBlockhash);
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_NodesTellNoNewerBlockhash_ExpiredOnesAreNeverUsed()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using LiveHarness live = new(node, chain: new ChainWatchOptions { BlockhashEveryMs = 60_000, FeesEveryMs = 0 });
        live.StepUntil(() => live.Messages.WithoutBlockhash >= 3, "decisions without a blockhash");
        live.Settle();
        Assert.Contains(live.Messages.Taken, t => !t.Blockhash.IsZero);
        AssertBlockhashesAreRecent(node, live);
        Assert.Equal(1, live.Pipeline.Instructions.Blockhashes.Taken);
        Assert.Equal(live.Messages.WithoutBlockhash, live.Pipeline.Instructions.Blockhashes.ExpiredCount);
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_SlotsBecomeContested_DecisionsPayTheRaisedPriceAndSayWhy()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        node.Transactions.PrioritizationFee = (_, keys) => keys.Count == 0 ? 0UL : 20_000;
        using LiveHarness live = new(node, chain: Quick);
        live.StepUntil(
            () => live.Messages.Taken.Any(t => t.Decision.FeeOrigin.PriceRule == FeeRule.Computed), "a computed price");
        live.Settle();
        Opportunity paid = live.Messages.Taken.Last(t => t.Decision.FeeOrigin.PriceRule == FeeRule.Computed).Decision;
        Assert.Equal(30_000UL, paid.FeeOrigin.MicroLamportsPerCu); // the minimum that landed, times 1.5
        Assert.Equal((10_000, 9_000), (paid.FeeOrigin.CongestionBps, paid.FeeOrigin.PercentileBps));
        Assert.Equal(((paid.ComputeUnitLimit * 30_000UL) + 999_999) / 1_000_000, paid.PriorityFeeLamports);
        Assert.True(live.Chain!.Fees.Answers > 0);
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_SimulationsSucceed_UnitsAreLearnedFromTheLogs()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        node.Transactions.OnSimulate = bytes => Executed(bytes, failAt: -1, errorJson: null);
        using LiveHarness live = new(node, chain: Quick, simulation: Often);
        live.StepUntil(() => live.Pipeline.Scoring.Fees.Units.Samples >= 60, "learned swaps");
        live.StepUntil(() => live.Messages.Taken.Any(t => IsLearned(t.Decision)), "a decision with learned units");
        live.Settle();
        Opportunity learned = live.Messages.Taken.Last(t => IsLearned(t.Decision)).Decision;
        for (int i = 0; i < learned.LegCount; i++)
        {
            Leg leg = learned.Legs[i];
            if (leg.AreUnitsLearned) Assert.Equal(21_000U, leg.ComputeUnits);
        }

        Assert.True(live.Pipeline.Chain.Counters[SimulationEnd.Ok] > 0);
        Assert.Equal(0, live.Pipeline.Chain.Counters.Unmatched);
        Assert.Equal(0, live.Pipeline.Scoring.LandingQuarantine.FailureCount);
        Assert.Equal(live.Simulator!.Offered, live.Simulator.Asked + live.Simulator.Skipped + live.Simulator.Overflows);
        Assert.Empty(node.Transactions.Sent);
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_SimulationsOfALegFail_TheRouteGoesIntoQuarantine()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        node.Transactions.OnSimulate = bytes =>
        {
            int leg = LegsOf(bytes).Last();
            return Executed(bytes, leg, $"{{\"InstructionError\":[{leg},{{\"Custom\":6001}}]}}");
        };
        using LiveHarness live = new(node, chain: Quick, simulation: Often);
        live.StepUntil(
            () => live.Pipeline.Scoring.CountOf(DecisionReason.Quarantined) > 0, "a quarantined route");
        live.Settle();
        Assert.True(live.Pipeline.Chain.Counters[SimulationEnd.ProgramError] >= 3);
        Assert.True(live.Pipeline.Scoring.LandingQuarantine.QuarantineCount > 0);
        live.AssertReplaysEqually();
    }

    [Fact]
    public async Task Live_PayerIsMissing_SaysNothingOfTheRoute()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        node.Transactions.OnSimulate = _ => new SimulationAnswer { ErrorJson = "\"AccountNotFound\"" };
        using LiveHarness live = new(node, chain: Quick, simulation: Often);
        live.StepUntil(() => live.Pipeline.Chain.Counters[SimulationEnd.Payer] >= 5, "five simulations");
        live.Settle();
        Assert.Equal(0, live.Pipeline.Scoring.LandingQuarantine.FailureCount);
        Assert.Equal(0, live.Pipeline.Scoring.Fees.Units.Samples);
        live.AssertReplaysEqually();
    }

    private static SimulatorOptions Often { get; } = new() { PerSecond = 200, Burst = 50 };

    private static bool IsLearned(Opportunity decision)
    {
        for (int i = 0; i < decision.LegCount; i++)
        {
            if (decision.Legs[i].AreUnitsLearned) return true;
        }

        return false;
    }

    /// <summary>A log of the runtime's lines: 21,000 units a swap, the rest by builtin programs.</summary>
    private static SimulationAnswer Executed(byte[] transaction, int failAt, string? errorJson)
    {
        List<string> logs = [];
        ulong units = 0;
        HashSet<int> legs = [.. LegsOf(transaction)];
        List<Pubkey> programs = ProgramsOf(transaction);
        for (int i = 0; i < programs.Count; i++)
        {
            logs.Add($"Program {programs[i]} invoke [1]");
            if (legs.Contains(i))
            {
                units += 21_000;
                logs.Add("Program log: Instruction: \"swap\"");
                logs.Add($"Program {programs[i]} consumed 21000 of {900_000 - units} compute units");
            }

            if (i == failAt)
            {
                logs.Add($"Program {programs[i]} failed: custom program error: 0x1771");
                break;
            }

            logs.Add($"Program {programs[i]} success");
        }

        return new SimulationAnswer { ErrorJson = errorJson, Logs = logs, UnitsConsumed = units };
    }

    /// <summary>The instructions that are no builtin programs'.</summary>
    private static List<int> LegsOf(byte[] transaction)
    {
        List<Pubkey> programs = ProgramsOf(transaction);
        return [.. Enumerable.Range(0, programs.Count).Where(
            i => programs[i] != ProgramIds.System && programs[i] != ProgramIds.ComputeBudget)];
    }

    private static List<Pubkey> ProgramsOf(byte[] transaction)
    {
        Assert.Equal(TransactionReadStatus.Ok, TransactionReader.TryRead(transaction, out TransactionView view));
        List<Pubkey> programs = [];
        foreach (InstructionView one in view.Instructions) programs.Add(view.StaticKey(one.ProgramIndex));
        return programs;
    }

    /// <summary>Each hash is of a bank that was at most the life of a blockhash old when it was decided.</summary>
    internal static void AssertBlockhashesAreRecent(SolanaNode node, LiveHarness live)
    {
        Dictionary<string, Bank> banks = [];
        ulong first = node.Tape.Slots[0].Slot - 100; // the bank that the tape begins on is before its slots
        for (ulong slot = first; slot <= node.Ledger.Processed.Slot; slot++)
        {
            if (node.Ledger.BankOf(slot) is { } bank) banks[bank.Blockhash] = bank;
        }

        int checkedCount = 0;
        foreach ((Opportunity decision, Pubkey blockhash) in live.Messages.Taken)
        {
            if (blockhash.IsZero) continue; // before the first answer
            Bank bank = banks[blockhash.ToString()];
            ulong height = node.Ledger.BankOf(decision.Slot)!.BlockHeight;
            Assert.True(height <= bank.BlockHeight + BlockhashRing.LifeBlocks, $"{blockhash} in slot {decision.Slot}");
            Assert.True(node.Ledger.Processed.Contains(bank), $"{blockhash} is of a fork");
            checkedCount++;
        }

        Assert.True(checkedCount > 0);
    }
}
