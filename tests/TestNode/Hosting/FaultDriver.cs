using System;
using System.Collections.Generic;
using System.Text;
using LowLatency.Engine.Numerics;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Pubsub;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Hosting;

/// <summary>Carries out a script: at each slot the steps that are due. One thread, the player's.</summary>
internal sealed class FaultDriver
{
    private const ushort GoingAway = 1001;
    private const int DefaultStallSlots = 3;
    private const int DefaultPingSlots = 10;
    private const int DefaultBogusSlots = 1_000_000;
    private const int DefaultLagMs = 600;
    private const int DefaultLosePercent = 20;
    private const int LastingSlots = 1 << 30;
    private readonly SolanaNode _node;
    private readonly Queue<FaultStep> _steps;
    private readonly List<(int AtSlot, Action Do)> _ends = [];
    private readonly Prng _random = new(1);

    public FaultDriver(SolanaNode node, FaultScript script)
    {
        _node = node;
        _steps = new Queue<FaultStep>(script.Steps);
    }

    /// <summary>Before a slot is played.</summary>
    public void BeforeSlot()
    {
        int slot = _node.Player.SlotsPlayed;
        for (int i = _ends.Count - 1; i >= 0; i--)
        {
            if (_ends[i].AtSlot > slot) continue;
            _ends[i].Do();
            _ends.RemoveAt(i);
        }

        while (_steps.TryPeek(out FaultStep? step) && step.AtSlot <= slot)
        {
            _steps.Dequeue();
            Apply(step);
        }
    }

    /// <summary>Ends everything that lasts: held connections go on, pings are answered, nothing stays armed.</summary>
    public void EndAll()
    {
        foreach ((int _, Action end) in _ends) end();
        _ends.Clear();
        foreach (SolanaEndpoint endpoint in _node.Endpoints)
        {
            foreach (FaultKind kind in FaultScript.AllKinds) endpoint.Faults.Disarm(kind);
        }
    }

    /// <summary>Does a step now.</summary>
    public void Apply(FaultStep step)
    {
        if (step.Kind is FaultKind.Fork or FaultKind.DeadFork)
        {
            Bank bank = _node.Player.Fork(_random, step.Count, step.Kind == FaultKind.DeadFork);
            _node.Endpoints[0].Faults.Happened(step.Kind, $"slot {bank.Slot}, {bank.Writes.Count} accounts");
            return;
        }

        if (step.Endpoint >= _node.Endpoints.Count)
        {
            if (!_node.TryApplyToPlugin(step)) throw new InvalidOperationException($"'{step}': no such endpoint");
            return;
        }

        SolanaEndpoint endpoint = _node.Endpoints[step.Endpoint];
        PubsubServer pubsub = endpoint.Pubsub;
        switch (step.Kind)
        {
            case FaultKind.Disconnect:
                ForEach(endpoint, step.Kind, c => c.Abort());
                break;
            case FaultKind.Close:
                ForEach(endpoint, step.Kind, c => c.Close(step.Value == 0 ? GoingAway : (ushort)step.Value));
                break;
            case FaultKind.HalfOpen:
                ForEach(endpoint, step.Kind, c => c.Outbox.Mute());
                break;
            case FaultKind.HugeFrame:
                // A final text frame with a 64-bit length of one terabyte.
                byte[] head = [0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0];
                ForEach(endpoint, step.Kind, c => c.Outbox.AppendRaw(head));
                break;
            case FaultKind.ServerPing:
                ForEach(endpoint, step.Kind, c => c.Outbox.TryAppend(Opcode.Ping, "node"u8));
                break;
            case FaultKind.Stall:
                IReadOnlyList<PubsubConnection> held = pubsub.Connections;
                ForEach(endpoint, step.Kind, c => c.Outbox.Hold());
                EndLater(step.Value == 0 ? DefaultStallSlots : step.Value, () => Release(held));
                break;
            case FaultKind.IgnorePings:
                pubsub.AnswersPings = false;
                EndLater(step.Value == 0 ? DefaultPingSlots : step.Value, () => pubsub.AnswersPings = true);
                break;
            case FaultKind.Lag:
                pubsub.LagMs = step.Value == 0 ? DefaultLagMs : step.Value;
                EndLater(LastingSlots, () => pubsub.LagMs = 0);
                endpoint.Faults.Happened(step.Kind, $"{pubsub.LagMs} ms");
                break;
            case FaultKind.LoseShare:
                pubsub.Sender.LosePercent = step.Value == 0 ? DefaultLosePercent : step.Value;
                EndLater(LastingSlots, () => pubsub.Sender.LosePercent = 0);
                break;
            case FaultKind.BogusSlot:
                SendBogusSlot(endpoint, step.Value == 0 ? DefaultBogusSlots : step.Value);
                break;
            default:
                endpoint.Faults.Arm(step.Kind, step.Count, step.Value);
                break;
        }
    }

    private static void Release(IReadOnlyList<PubsubConnection> connections)
    {
        foreach (PubsubConnection connection in connections) connection.Outbox.Release();
    }

    private static void ForEach(SolanaEndpoint endpoint, FaultKind kind, Action<PubsubConnection> act)
    {
        foreach (PubsubConnection connection in endpoint.Pubsub.Connections)
        {
            act(connection);
            endpoint.Faults.Happened(kind, $"connection {connection.Number}");
        }
    }

    private void EndLater(int slots, Action end) => _ends.Add((_node.Player.SlotsPlayed + slots, end));

    private void SendBogusSlot(SolanaEndpoint endpoint, int ahead)
    {
        lock (_node.Ledger.Gate)
        {
            ulong slot = _node.Ledger.Processed.Slot + (ulong)ahead;
            ulong root = _node.Ledger.Finalized.Slot;
            byte[] info = Encoding.ASCII.GetBytes($"{{\"slot\":{slot},\"parent\":{slot - 1},\"root\":{root}}}");
            foreach (Subscription s in endpoint.Pubsub.Table.Of(SubscriptionKind.Slot))
                endpoint.Pubsub.Sender.Send(s, info);
            long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            byte[] update = Encoding.ASCII.GetBytes(
                $"{{\"type\":\"createdBank\",\"slot\":{slot},\"parent\":{slot - 1},\"timestamp\":{now}}}");
            foreach (Subscription s in endpoint.Pubsub.Table.Of(SubscriptionKind.SlotsUpdates))
                endpoint.Pubsub.Sender.Send(s, update);
            endpoint.Faults.Happened(FaultKind.BogusSlot, $"slot {slot}");
        }
    }
}
