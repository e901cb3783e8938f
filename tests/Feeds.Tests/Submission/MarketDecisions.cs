using System;
using System.Collections.Generic;
using System.IO;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Submission;

/// <summary>An account as the feed showed it.</summary>
internal sealed record SeenAccount(ulong Slot, ulong Lamports, Pubkey Owner, byte[] Data);

/// <summary>A decision that was taken, its message, and every account as it was at that moment.</summary>
internal sealed record TakenDecision(
    Opportunity Decision, byte[] Message, Dictionary<Pubkey, SeenAccount> Accounts, PoolDescription[] Pools,
    SwapWork[] Works);

/// <summary>
/// Replays the bundled market for a wallet and keeps what was decided, with the state it was decided on.
/// </summary>
internal sealed class MarketDecisions : IStage, IDecisionSink
{
    private readonly Dictionary<Pubkey, SeenAccount> _accounts = [];
    private MarketPipeline? _pipeline;

    public string Name => "market-decisions";

    public List<TakenDecision> Taken { get; } = [];

    /// <summary>Every account as it was last shown.</summary>
    public IReadOnlyDictionary<Pubkey, SeenAccount> Accounts => _accounts;

    /// <summary>The chain's clock by slot.</summary>
    public SortedList<ulong, ChainClock> Clocks { get; } = [];

    /// <summary>
    /// The clock a program would have seen right after the newest state the decision was made on: that slot's own, or
    /// the next known one. The engine may have decided before it arrived.
    /// </summary>
    public ChainClock ClockOf(TakenDecision taken)
    {
        ulong newest = 0;
        foreach (PoolDescription pool in taken.Pools) newest = Math.Max(newest, taken.Accounts[pool.Address].Slot);
        foreach ((ulong slot, ChainClock clock) in Clocks)
        {
            if (slot >= newest) return clock;
        }

        throw new InvalidDataException($"no clock of slot {newest} or later");
    }

    public static MarketDecisions Replay(in Pubkey wallet, InstructionSettings? instructions = null)
    {
        instructions ??= new InstructionSettings();
        MarketDecisions decisions = new();
        PipelineSettings settings = new()
        {
            Search = new SearchSettings { BaseMints = [ProgramIds.WrappedSolMint, OrderBooks.UsdcMint] },
            Instructions = instructions with { Wallet = wallet, RaydiumAmmLegacy = true },
        };
        decisions._pipeline = new MarketPipeline(settings, _ => [decisions], null, _ => [decisions]);
        OrderBooks.Publish(decisions._pipeline.Publisher);
        using ReplayFeed feed = ReplayFeed.Open(TestData.MarketSmall, new ReplayOptions(), out _)!;
        Assert.Equal(FeedOutcome.Completed, feed.Run(decisions._pipeline.Publisher, new ReplayClock()));
        return decisions;
    }

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        foreach (ref MarketEvent e in batch)
        {
            bool isAccount = e.Kind is EventKind.Account or EventKind.AccountSnapshot;
            if (!isAccount || e.Drop is not (DropCause.None or DropCause.UnwatchedAccount)) continue;
            byte[] data = _pipeline!.Payloads.Span(e.PayloadPosition, e.PayloadLengthBytes).ToArray();
            _accounts[e.Account] = new SeenAccount(e.Slot, e.Lamports, e.Owner, data);
            if (e.Account == ProgramIds.ClockSysvar && ChainClock.TryDecode(data, out ChainClock clock))
                Clocks[e.Slot] = clock;
        }

        return 0;
    }

    public void OnHousekeeping(long nowNs)
    {
    }

    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
        if (decision.Reason != DecisionReason.Go || message.IsEmpty) return;
        PoolDescription[] pools = new PoolDescription[decision.LegCount];
        for (int i = 0; i < pools.Length; i++) pools[i] = _pipeline!.Describe(decision.Legs[i].PoolId);
        SwapWork[] works = new SwapWork[decision.LegCount];
        for (int i = 0; i < works.Length; i++)
            works[i] = SwapWork.Of(_pipeline!.Graph.Market.Pool(decision.Legs[i].PoolId), decision.Legs[i]);
        Taken.Add(new TakenDecision(decision, message.ToArray(), new(_accounts), pools, works));
    }
}
