using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Feeds.Submission;

namespace LowLatency.ConsoleHost.Live;

/// <summary>Hands taken decisions to the simulator; what the gate withholds does not leave the machine.</summary>
internal sealed class SimulationOutlet(Simulator simulator) : IMessageReceiver
{
    public void OnMessage(in Opportunity decision, ReadOnlySpan<byte> message, bool isWithheld)
    {
        if (!isWithheld) _ = simulator.TryOffer(message, decision.Slot);
    }
}
