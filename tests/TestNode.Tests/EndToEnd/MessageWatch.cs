using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>
/// Keeps the decisions that were taken or had no blockhash, with their message's blockhash, and offers the messages.
/// </summary>
internal sealed class MessageWatch(Simulator? simulator) : IDecisionSink
{
    private readonly ConcurrentQueue<(Opportunity Decision, Pubkey Blockhash)> _taken = new();

    public IReadOnlyCollection<(Opportunity Decision, Pubkey Blockhash)> Taken => _taken;

    /// <summary>Decisions without a message because every blockhash had expired.</summary>
    public int WithoutBlockhash { get; private set; }

    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
        if (decision.Reason == DecisionReason.NoBlockhash) WithoutBlockhash++;
        if (decision.Reason != DecisionReason.Go || message.IsEmpty) return;
        if (TransactionReader.TryReadMessage(message, out TransactionView view) != TransactionReadStatus.Ok)
            throw new InvalidOperationException("a message that is none");
        _taken.Enqueue((decision, view.Facts.Blockhash));
        simulator?.TryOffer(message, decision.Slot);
    }
}
