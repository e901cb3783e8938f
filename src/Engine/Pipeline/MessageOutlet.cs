using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;

namespace LowLatency.Engine.Pipeline;

/// <summary>
/// Where messages leave the engine: asks the gate for each one, then hands it to whoever emits it with the answer. It
/// runs behind the journal and the hash, which never see the answer. Without a receiver (a dry run) the answer is
/// counted and nothing else happens. Owner thread: the sinks'.
/// </summary>
/// <param name="gate">The switch.</param>
/// <param name="receiver">Gets every taken decision, its message, and true if it is withheld; may be null.</param>
public sealed class MessageOutlet(TradingGate gate, IMessageReceiver? receiver) : IDecisionSink
{
    /// <inheritdoc/>
    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
        if (decision.Reason != DecisionReason.Go || message.IsEmpty) return;
        bool isWithheld = !gate.TryPass();
        receiver?.OnMessage(in decision, message, isWithheld);
    }
}

/// <summary>What emits messages: a file writer, a sender.</summary>
public interface IMessageReceiver
{
    /// <summary>A taken decision's unsigned message; one that is withheld must not leave the machine.</summary>
    void OnMessage(in Opportunity decision, ReadOnlySpan<byte> message, bool isWithheld);
}
