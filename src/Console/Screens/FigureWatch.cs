using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline.View;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>
/// Writes to the log what changed between two looks at the published figures: connections, gaps, faults, and each kind
/// of loss when it first happens and at every tenfold of it.
/// </summary>
internal sealed class FigureWatch(RunLog log)
{
    private static readonly string[] DropNames = Enum.GetNames<DropCause>();
    private readonly long[] _told = new long[DropCounts.Length + 8];
    private uint _openMask;
    private bool _hasFault;

    public void Look(Model model)
    {
        if (model.Run is not { } run || !model.HasDedup || !model.HasMarket) return;
        ulong slot = model.Slot;
        uint changed = model.Dedup.OpenMask ^ _openMask;
        for (int i = 0; changed != 0; i++, changed >>= 1)
        {
            if ((changed & 1) == 0) continue;
            bool isOpen = (model.Dedup.OpenMask & (1u << i)) != 0;
            log.Add(
                isOpen ? LogLevel.Info : LogLevel.Warning, "feeds",
                $"endpoint {i} {(isOpen ? "is open" : "lost its connection")}: {run.AddressOf(i)}", slot);
        }

        _openMask = model.Dedup.OpenMask;
        for (int i = 1; i < DropCounts.Length; i++)
        {
            bool isUsual = (DropCause)i is DropCause.Duplicate or DropCause.UnwatchedAccount or DropCause.Stale;
            Tell(i, model.Dropped((DropCause)i), isUsual, "dropped", DropNames[i], slot);
        }

        MarketFigures market = model.Market;
        int at = DropCounts.Length;
        Tell(at++, market.Gaps, isUsual: false, "feeds", "times that all feeds were down at once", slot);
        Tell(at++, market.StaleTimes, isUsual: false, "graph", "times that all pools were stale", slot);
        Tell(at++, market.Refused, isUsual: false, "graph", "accounts refused by their venue", slot);
        Tell(at++, market.TableFull, isUsual: false, "graph", "pools or links refused: a table is full", slot);
        Tell(
            at++, market.OpportunityRingFull, isUsual: false, "cycles", "opportunities lost: their ring is full", slot);
        Tell(at++, market.MessageRingFull, isUsual: false, "message", "messages lost: their ring is full", slot);
        Tell(at++, market.WorkBound, isUsual: true, "cycles", "searches cut by their bound", slot);
        Tell(at, run.View.Refused, isUsual: false, "ring", "events refused: the ring is full", slot);
        if (_hasFault || run.View.Fault is not { } fault) return;
        _hasFault = true;
        log.Add(LogLevel.Error, "engine", $"halted in {fault.Where}: {fault.Cause.Message}", slot);
    }

    private void Tell(int index, long count, bool isUsual, string area, string what, ulong slot)
    {
        if (count == 0 || (_told[index] != 0 && count < 10 * _told[index])) return;
        _told[index] = count;
        log.Add(isUsual ? LogLevel.Debug : LogLevel.Warning, area, $"{count:N0} {what}", slot);
    }
}
