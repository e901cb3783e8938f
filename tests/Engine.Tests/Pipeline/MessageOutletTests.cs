using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using Xunit;

namespace LowLatency.Engine.Tests.Pipeline;

public sealed class MessageOutletTests
{
    [Fact]
    public void OnDecision_StateOfTheGate_MarksMessagesAndChangesNothingElse()
    {
        TradingGate gate = new();
        Receiver receiver = new();
        MessageOutlet outlet = new(gate, receiver);
        Opportunity taken = new() { Reason = DecisionReason.Go };
        outlet.OnDecision(in taken, [1, 2]);
        gate.TogglePause();
        outlet.OnDecision(in taken, [3]);
        gate.TogglePause();
        outlet.OnDecision(in taken, [4]);
        gate.Halt();
        gate.TogglePause();
        outlet.OnDecision(in taken, [5]);
        Assert.Equal("2,1 withheld,1,1 withheld,", receiver.Text);
        Assert.Equal((2L, 2L), (gate.PassedCount, gate.WithheldCount));
    }

    [Fact]
    public void OnDecision_NotTakenOrWithoutMessage_AsksNobody()
    {
        TradingGate gate = new();
        MessageOutlet outlet = new(gate, null);
        Opportunity refused = new() { Reason = DecisionReason.NoGrossProfit };
        Opportunity taken = new() { Reason = DecisionReason.Go };
        outlet.OnDecision(in refused, [1]);
        outlet.OnDecision(in taken, default);
        Assert.Equal(0, gate.PassedCount + gate.WithheldCount);
        outlet.OnDecision(in taken, [1]);
        Assert.Equal(1, gate.PassedCount);
    }

    private sealed class Receiver : IMessageReceiver
    {
        public string Text { get; private set; } = string.Empty;

        public void OnMessage(in Opportunity decision, ReadOnlySpan<byte> message, bool isWithheld) =>
            Text += message.Length + (isWithheld ? " withheld," : ",");
    }
}
