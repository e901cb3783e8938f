using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Feeds.Decoding;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>Why something went no further, and how often.</summary>
internal sealed record FunnelDrop(string Cause, long Count);

/// <summary>
/// One step from message to transaction. If <see cref="IsContinued"/>, the next step's count is this one's less the
/// drops; else the next step counts something else.
/// </summary>
internal sealed record FunnelStep(
    string Name, string Unit, long Count, bool IsContinued, IReadOnlyList<FunnelDrop> Drops);

/// <summary>The way from messages to transactions, every loss by cause. Causes that never struck are absent.</summary>
internal static class FunnelReport
{
    public static IReadOnlyList<FunnelStep> Of(
        MarketPipeline pipeline, DecodeCounters feed, DecisionStatistics decisions)
    {
        List<FunnelStep> steps = [];
        List<FunnelDrop> refused = [];
        foreach ((string cause, long count) in ReplayTables.Refusals(feed))
            refused.Add(new FunnelDrop(cause, count));
        steps.Add(new FunnelStep("Messages received", "messages", feed.Messages, false, refused));
        AddUpdates(steps, pipeline);
        steps.Add(new FunnelStep(
            "Searches for cycles", "searches", pipeline.Cycles.SearchCount, false,
            Drops(("Ended early by price bounds", pipeline.Cycles.RejectedCount))));
        AddDecisions(steps, pipeline.Cycles.RingFullCount, decisions);
        return steps;
    }

    private static void AddUpdates(List<FunnelStep> steps, MarketPipeline pipeline)
    {
        List<FunnelDrop> first = [];
        List<FunnelDrop> second = [];
        long dropped = 0;
        foreach (DropCause cause in Enum.GetValues<DropCause>())
        {
            if (cause == DropCause.None) continue;
            Add(first, cause.ToString(), pipeline.Dedup.Dropped(cause));
            Add(second, cause.ToString(), pipeline.Graph.Dropped(cause));
            dropped += pipeline.Dedup.Dropped(cause);
        }

        long accepted = pipeline.Dedup.Accepted;
        steps.Add(new FunnelStep("Account updates", "updates", accepted + dropped, true, first));
        steps.Add(new FunnelStep("First to arrive", "updates", accepted, true, second));
        steps.Add(new FunnelStep("Applied to pools", "updates", accepted - Sum(second), false, []));
    }

    private static void AddDecisions(List<FunnelStep> steps, long ringFull, DecisionStatistics decisions)
    {
        (string Name, List<FunnelDrop> Drops)[] rows =
        [
            ("Candidate cycles", []), ("Sized or bounded", []), ("With gross profit", []),
            ("Worth their costs", []), ("Best of their event", []),
        ];
        Add(rows[0].Drops, "Opportunity ring full", ringFull);
        foreach (DecisionReason reason in Enum.GetValues<DecisionReason>())
        {
            if (reason != DecisionReason.Go) Add(rows[StepOf(reason)].Drops, reason.ToString(), decisions.By(reason));
        }

        long count = decisions.Count + ringFull;
        foreach ((string name, List<FunnelDrop> drops) in rows)
        {
            steps.Add(new FunnelStep(name, "cycles", count, true, drops));
            count -= Sum(drops);
        }

        steps.Add(new FunnelStep(
            "Go", "cycles", count, true, Drops(("Message lost, ring full", count - decisions.Messages))));
        steps.Add(new FunnelStep("Unsigned transactions built", "cycles", decisions.Messages, false, []));
    }

    /// <summary>At which step a reason ends a cycle; what ends it before it is sized is at step 0.</summary>
    private static int StepOf(DecisionReason reason) => reason switch
    {
        DecisionReason.NoGrossProfit or DecisionReason.SizeTooSmall => 1,
        DecisionReason.BelowMinimumProfit or DecisionReason.AwaitingAgreement => 2,
        DecisionReason.Dominated => 3,
        DecisionReason.TransactionTooLarge or DecisionReason.InstructionFailed
            or DecisionReason.NoBlockhash => 4,
        _ => 0,
    };

    private static long Sum(List<FunnelDrop> drops)
    {
        long sum = 0;
        foreach (FunnelDrop drop in drops) sum += drop.Count;
        return sum;
    }

    private static List<FunnelDrop> Drops((string Cause, long Count) one)
    {
        List<FunnelDrop> drops = [];
        Add(drops, one.Cause, one.Count);
        return drops;
    }

    private static void Add(List<FunnelDrop> drops, string cause, long count)
    {
        if (count != 0) drops.Add(new FunnelDrop(cause, count));
    }
}
