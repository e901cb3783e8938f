using System.Collections.Generic;
using LowLatency.Engine.Events;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>One Go as the ledger keeps it.</summary>
internal readonly record struct GoEntry(long Sequence, ulong Slot, long NetProfitLamports);

/// <summary>
/// Adds up the Gos of a journal: each one, and the first one of every followed life. A journal tells an event's
/// decisions before the lives that ended with it, so a Go of the event that ended a life belongs to the next one,
/// unless the life ended in the very event that began it.
/// </summary>
internal sealed class GoLedger
{
    private readonly Dictionary<ulong, (GoEntry First, GoEntry Last)> _open = [];
    private long _gos;
    private long _every;
    private long _signatures;
    private long _priority;
    private long _tips;
    private (long Count, long Lamports) _there;
    private (long Count, long Lamports) _notThere;
    private (long Count, long Lamports) _notFollowed;

    /// <summary>Takes a decision.</summary>
    public void Add(in Opportunity decision)
    {
        if (decision.Reason != DecisionReason.Go) return;
        _gos++;
        _every += decision.NetProfitLamports;
        _signatures += (long)decision.SignatureFeeLamports;
        _priority += (long)decision.PriorityFeeLamports;
        _tips += (long)decision.TipLamports;
        ulong key = CycleKey.Of(in decision);
        GoEntry entry = new(decision.Sequence, decision.Slot, decision.NetProfitLamports);
        _open[key] = _open.TryGetValue(key, out (GoEntry First, GoEntry Last) known)
            ? (known.First, known.Last.Sequence == entry.Sequence ? known.Last : entry)
            : (entry, entry);
    }

    /// <summary>Takes the end of a life; the first Go of a life that was there, or null.</summary>
    public GoEntry? End(in LifeRecord life)
    {
        if (!_open.Remove(life.CycleKey, out (GoEntry First, GoEntry Last) gos)) return null;
        bool endedAtOnce = life.Sequence == life.EndSequence;
        if (gos.Last.Sequence == life.EndSequence && !endedAtOnce) _open[life.CycleKey] = (gos.Last, gos.Last);
        if (gos.First.Sequence < life.Sequence)
        {
            Count(ref _notFollowed, gos.First);
            return null;
        }

        if (gos.First.Sequence == life.EndSequence && !endedAtOnce) return null;
        bool wasThere = life.Label is LifeLabel.Alive or LifeLabel.Captured or LifeLabel.Evaporated;
        if (wasThere) Count(ref _there, gos.First);
        else Count(ref _notThere, gos.First);
        return wasThere ? gos.First : null;
    }

    /// <summary>The sums; Gos whose life never ended are not followed ones.</summary>
    public DryRunProfit Close()
    {
        foreach ((GoEntry First, GoEntry Last) gos in _open.Values) Count(ref _notFollowed, gos.First);
        _open.Clear();
        return new DryRunProfit(
            _gos, _every, _there.Count, _there.Lamports, _notThere.Count, _notThere.Lamports, _notFollowed.Count,
            _notFollowed.Lamports, _signatures, _priority, _tips);
    }

    private static void Count(ref (long Count, long Lamports) sum, GoEntry entry) =>
        sum = (sum.Count + 1, sum.Lamports + entry.NetProfitLamports);
}
