using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Hosting;

/// <summary>How fast a node plays its tape.</summary>
public sealed class NodePace
{
    /// <summary>Recorded times divided by this; used if <see cref="NotificationsPerSecond"/> is 0.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>
    /// Accounts written a second, whatever was recorded: what one client that subscribed to all of them gets. Slots
    /// become as short as that takes; <see cref="TouchesPerSlot"/> makes them longer at the same rate.
    /// </summary>
    public double NotificationsPerSecond { get; init; }

    /// <summary>Accounts written again in every slot besides the tape's own, see the player.</summary>
    public int TouchesPerSlot { get; init; }

    /// <summary>Laps over the tape; 0 plays until stopped.</summary>
    public int Laps { get; init; } = 1;
}

/// <summary>
/// Plays a node's tape against the clock. A slot's time is fixed beforehand, so that a late slot is followed by
/// shorter pauses and the rate holds on average.
/// </summary>
internal sealed class NodeRunner
{
    private readonly SolanaNode _node;
    private long _lapStartNs;
    private readonly long _lapDurationNs;

    public NodeRunner(SolanaNode node)
    {
        _node = node;
        TapeSlot last = node.Tape.Slots[^1];
        _lapDurationNs = last.FrozenNs - node.Tape.Slots[0].CreatedNs + 400_000_000;
    }

    public async Task RunAsync(NodePace pace, CancellationToken stop)
    {
        await Task.Yield();
        _node.Player.TouchesPerSlot = pace.TouchesPerSlot;
        int lastLap = _node.Player.Laps + pace.Laps;
        long startNs = Now();
        _lapStartNs = -_node.Tape.Slots[0].CreatedNs;
        int lap = _node.Player.Laps;
        double dueNs = 0;
        while (!stop.IsCancellationRequested && (pace.Laps == 0 || _node.Player.Laps < lastLap))
        {
            if (_node.Player.Laps != lap)
            {
                lap = _node.Player.Laps;
                _lapStartNs += _lapDurationNs;
            }

            TapeSlot next = _node.Player.Next;
            bool isRated = pace.NotificationsPerSecond > 0;
            await WaitUntilAsync(startNs, isRated ? dueNs : (_lapStartNs + next.CreatedNs) / pace.Speed, stop);
            if (stop.IsCancellationRequested) break;
            Bank bank = _node.Begin();
            if (!isRated) await WaitUntilAsync(startNs, (_lapStartNs + next.FrozenNs) / pace.Speed, stop);
            _node.Finish(bank);
            if (isRated) dueNs += bank.Writes.Count * 1e9 / pace.NotificationsPerSecond;
        }
    }

    private static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>Waits in whole milliseconds; shorter times add up until one is due.</summary>
    private static async Task WaitUntilAsync(long startNs, double dueNs, CancellationToken stop)
    {
        double waitNs = dueNs - (Now() - startNs);
        if (waitNs < 1_000_000) return;
        try
        {
            await Task.Delay((int)(waitNs / 1_000_000), stop);
        }
        catch (OperationCanceledException)
        {
            // Stopped: the caller looks at the token.
        }
    }
}
