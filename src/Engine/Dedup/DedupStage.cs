using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Dedup;

/// <summary>
/// First of N endpoints wins. Key of an update: (account, slot) from pubsub, which sends one final state a slot;
/// (account, slot, write version) where the source has one (Geyser). An older slot is stale unless what is known was
/// written on a fork that the chain has left: then it is the rollback and passes (protocols.md 2.1, points 1 and 2).
/// A snapshot loses against a pushed update of the same slot, because its bank may have been read half-way.
/// Also keeps the fork tree and the endpoints' race table. Owner thread: its stage group's.
/// </summary>
public sealed class DedupStage : IStage
{
    /// <summary>
    /// Slots by which one endpoint may lead all others and still be believed: above any real lag (a stalled endpoint
    /// is minutes behind), far below a bogus number. Applies only while two or more endpoints are open.
    /// </summary>
    public const ulong SlotLeadMax = 4096;

    private readonly ArrivalTable _table;
    private readonly long[] _drops = new long[Enum.GetValues<DropCause>().Length];

    /// <summary>A stage for at most <paramref name="maxAccounts"/> accounts.</summary>
    public DedupStage(int maxAccounts) => _table = new ArrivalTable(maxAccounts);

    /// <inheritdoc/>
    public string Name => "dedup";

    /// <summary>The fork tree as announced so far.</summary>
    public SlotTree Slots { get; } = new();

    /// <summary>Race table of the endpoints.</summary>
    public EndpointRace Race { get; } = new();

    /// <summary>Accounts in the table.</summary>
    public int AccountCount => _table.Count;

    /// <summary>Updates accepted because the chain left the fork of what was known.</summary>
    public long Rollbacks { get; private set; }

    /// <summary>Updates passed on.</summary>
    public long Accepted { get; private set; }

    /// <summary>Events dropped here, by cause.</summary>
    public long Dropped(DropCause cause) => _drops[(int)cause];

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        foreach (ref MarketEvent e in batch)
        {
            switch (e.Kind)
            {
                case EventKind.Account:
                case EventKind.AccountSnapshot:
                    OnAccount(ref e);
                    work++;
                    break;
                case EventKind.Slot:
                    OnSlot(ref e);
                    break;
                case EventKind.SlotDead:
                    Slots.MarkDead(e.Slot);
                    break;
                case EventKind.FeedOpen:
                case EventKind.FeedClose:
                    OnConnection(in e);
                    break;
                case EventKind.EndOfFeed:
                    CountOutstanding();
                    break;
            }
        }

        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }

    private void OnAccount(ref MarketEvent e)
    {
        if (IsImplausible(in e))
        {
            Drop(ref e, DropCause.ImplausibleSlot);
            return;
        }

        ref ArrivalRow row = ref _table.FindOrAdd(in e.Account);
        if (Unsafe.IsNullRef(ref row))
        {
            Drop(ref e, DropCause.TableFull);
            return;
        }

        bool pushed = e.Kind == EventKind.Account;
        if (pushed) NoteDelivery(in e);
        int known = FindArrival(ref row, in e);
        if (known >= 0)
        {
            if (pushed) NoteDuplicate(ref row.History[known], in e);
            Drop(ref e, DropCause.Duplicate);
            return;
        }

        if (row.Count != 0 && IsOlder(in row.History[0], in e))
        {
            if (!Slots.IsAbandoned(row.History[0].Slot) || Slots.IsAbandoned(e.Slot))
            {
                Drop(ref e, Slots.IsAbandoned(e.Slot) ? DropCause.DeadFork : DropCause.Stale);
                return;
            }

            Rollbacks++;
        }
        else if (Slots.IsDead(e.Slot))
        {
            Drop(ref e, DropCause.DeadFork);
            return;
        }

        Remember(ref row, in e, pushed);
        Accepted++;
        if (pushed) Race[e.EndpointId].Wins++;
    }

    private static bool IsOlder(in Arrival known, in MarketEvent e)
    {
        if (e.Slot != known.Slot) return e.Slot < known.Slot;
        return (e.Flags & EventFlags.HasWriteVersion) != 0 && e.WriteVersion < known.WriteVersion;
    }

    private static int FindArrival(ref ArrivalRow row, in MarketEvent e)
    {
        bool versioned = (e.Flags & EventFlags.HasWriteVersion) != 0;
        for (int i = 0; i < row.Count; i++)
        {
            ref Arrival a = ref row.History[i];
            if (a.Slot == e.Slot && (!versioned || a.WriteVersion == e.WriteVersion)) return i;
        }

        return -1;
    }

    private void Remember(ref ArrivalRow row, in MarketEvent e, bool pushed)
    {
        if (row.Count == ArrivalTable.HistoryCount) CountMissed(in row.History[ArrivalTable.HistoryCount - 1]);
        else row.Count++;
        for (int i = row.Count - 1; i > 0; i--) row.History[i] = row.History[i - 1];
        ref Arrival newest = ref row.History[0];
        newest.Slot = e.Slot;
        newest.WriteVersion = e.WriteVersion;
        newest.FirstNs = e.ReceiveNs;
        newest.FirstEndpoint = e.EndpointId;
        newest.EndpointMask = pushed ? 1u << (e.EndpointId & 31) : 0;
        newest.OpenMask = pushed ? Race.OpenMask : 0;
    }

    private void NoteDelivery(in MarketEvent e)
    {
        EndpointRow row = Race[e.EndpointId];
        row.Delivered++;
        if (e.Slot > row.SlotMax) row.SlotMax = e.Slot;
        if (e.EndpointId >= Race.Count) Race.Count = e.EndpointId + 1;
        if (e.Slot > Slots.Head) Slots.Add(e.Slot, 0); // a feed without slot notifications still moves the head
    }

    private void NoteDuplicate(ref Arrival arrival, in MarketEvent e)
    {
        uint bit = 1u << (e.EndpointId & 31);
        EndpointRow row = Race[e.EndpointId];
        row.Duplicates++;
        bool firstRepeat = arrival.EndpointMask == 1u << (arrival.FirstEndpoint & 31);
        if ((arrival.EndpointMask & bit) == 0 && arrival.EndpointMask != 0)
        {
            long lagNs = Math.Max(0, e.ReceiveNs - arrival.FirstNs);
            row.LagNs.Record(lagNs);
            if (firstRepeat) Race[arrival.FirstEndpoint].LeadNs.Record(lagNs);
        }

        arrival.EndpointMask |= bit;
    }

    private void CountMissed(in Arrival arrival)
    {
        // Open when the update came, open still, and never delivered it.
        uint missed = arrival.OpenMask & Race.OpenMask & ~arrival.EndpointMask;
        for (; missed != 0; missed &= missed - 1) Race[BitOperations.TrailingZeroCount(missed)].Missed++;
    }

    private void CountOutstanding()
    {
        foreach (ref ArrivalRow row in _table.Rows)
        {
            for (int i = 0; i < row.Count; i++)
            {
                CountMissed(in row.History[i]);
                row.History[i].OpenMask = 0; // counted once
            }
        }
    }

    private void OnSlot(ref MarketEvent e)
    {
        if (IsImplausible(in e))
        {
            Drop(ref e, DropCause.ImplausibleSlot);
            return;
        }

        Slots.Add(e.Slot, e.ParentSlot);
    }

    private bool IsImplausible(in MarketEvent e)
    {
        if (e.Slot <= Slots.Head + SlotLeadMax || Slots.Head == 0) return false;
        return BitOperations.PopCount(Race.OpenMask) > 1;
    }

    private void OnConnection(in MarketEvent e)
    {
        EndpointRow row = Race[e.EndpointId];
        uint bit = 1u << (e.EndpointId & 31);
        if (e.EndpointId >= Race.Count) Race.Count = e.EndpointId + 1;
        if (e.Kind == EventKind.FeedOpen)
        {
            row.Opened++;
            Race.OpenMask |= bit;
        }
        else
        {
            row.Closed++;
            Race.OpenMask &= ~bit;
        }
    }

    private void Drop(ref MarketEvent e, DropCause cause)
    {
        e.Drop = cause;
        _drops[(int)cause]++;
    }
}
