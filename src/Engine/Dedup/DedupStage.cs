using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Dedup;

/// <summary>
/// Passes the first copy of each update and drops the others. An update is identified by (account, slot) from pubsub,
/// which sends one final state a slot, and by (account, slot, transaction) from Geyser, which sends every write.
/// Write versions order the writes of one node only. So an unknown update of the newest slot is newer if its endpoint
/// has delivered the newest known one (an endpoint sends in order); otherwise that endpoint is behind and the update is
/// stale. A closed connection loses this credit.
/// An update of an older slot is stale, unless the known one was written on a fork that the chain has left: then it is
/// the rollback and passes (agave b64857b5 rpc/src/rpc_subscriptions.rs). A snapshot loses against a pushed update of
/// its slot, whichever comes first, because its bank may have been read half-way.
/// Also keeps the fork tree and the endpoints' race table. Owner thread: its stage group's.
/// </summary>
public sealed partial class DedupStage : IStage, IWarmable
{
    /// <summary>Most accounts that a stage can be made for.</summary>
    public const int AccountsLimit = ArrivalTable.MaxAccounts;

    /// <summary>
    /// Slots by which one endpoint may lead all others and still be believed: above any real lag (a stalled endpoint
    /// is minutes behind), far below a bogus number. Applies only while two or more endpoints are open.
    /// </summary>
    public const ulong SlotLeadMax = 4096;

    private readonly ArrivalTable _table;
    private readonly bool _passesCopies;
    private readonly ForkScore _forks;
    private readonly long[] _drops = new long[Enum.GetValues<DropCause>().Length];

    /// <summary>
    /// A stage for at most <paramref name="maxAccounts"/> accounts. With <paramref name="passesCopies"/> another
    /// endpoint's copy of an account's newest state goes on as a <see cref="EventKind.Copy"/>.
    /// </summary>
    public DedupStage(int maxAccounts, bool passesCopies = false)
    {
        _table = new ArrivalTable(maxAccounts);
        _passesCopies = passesCopies;
        _forks = new ForkScore(Slots, Race);
    }

    /// <inheritdoc/>
    public string Name => "dedup";

    /// <summary>The fork tree as announced so far.</summary>
    public SlotTree Slots { get; } = new();

    /// <summary>Which slot numbers are believed: one wrong number from one endpoint moves nothing.</summary>
    public SlotBelief Belief { get; } = new();

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
            if (e.Kind is not (EventKind.Account or EventKind.AccountSnapshot))
            {
                OnOther(ref e);
                continue;
            }

            OnAccount(ref e);
            work++;
        }

        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }

    private void OnOther(ref MarketEvent e)
    {
        switch (e.Kind)
        {
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
            case EventKind.CoverLost:
                Race[e.EndpointId].Gaps++;
                break;
            case EventKind.EndOfFeed:
                CountOutstanding();
                break;
        }
    }

    /// <summary>
    /// PERF: nearly all events are pushed updates of known accounts, in a slot that their endpoint announced before. Of
    /// those, a copy of the newest update and one of a slot above all known need none of the questions that
    /// <see cref="OnUnusual"/> asks (DedupBenchmark.Arrival).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a batch has one event in every layout
    private void OnAccount(ref MarketEvent e)
    {
        ref ArrivalRow row = ref _table.Find(in e.Account);
        ulong slot = e.Slot;
        // SAFETY: the null reference is a result code and is handed on as one.
        if (!Unsafe.IsNullRef(ref row) && e.Kind == EventKind.Account && slot <= Slots.Head)
        {
            EndpointRow endpoint = Race[e.EndpointId];
            if (slot - 1 < endpoint.SlotMax) // and not 0
            {
                if (IsSame(in row.Newest, in e))
                {
                    endpoint.Delivered++;
                    OnRepeat(endpoint, ref row.Newest, ref e, isOfNewest: true);
                    return;
                }

                if (slot > row.SlotMax && !Slots.IsDead(slot))
                {
                    endpoint.Delivered++;
                    Accept(endpoint, ref row, in e, isPushed: true);
                    return;
                }
            }
        }

        OnUnusual(ref e, ref row);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OnUnusual(ref MarketEvent e, ref ArrivalRow row)
    {
        if (IsImplausible(in e))
        {
            Drop(ref e, DropCause.ImplausibleSlot);
            return;
        }

        // SAFETY: a null reference is no row: the account is new, or the table is full.
        if (Unsafe.IsNullRef(ref row)) row = ref _table.Add(in e.Account);
        if (Unsafe.IsNullRef(ref row))
        {
            Drop(ref e, DropCause.TableFull);
            return;
        }

        bool pushed = e.Kind == EventKind.Account;
        EndpointRow? endpoint = pushed ? Race[e.EndpointId] : null; // who answers only has no part in the race
        if (endpoint is not null) NoteDelivery(endpoint, in e);
        ref Arrival known = ref FindArrival(ref row, in e);
        // SAFETY: FindArrival says with a null reference that there is none.
        if (!Unsafe.IsNullRef(ref known) && (pushed || !IsRollback(in row, in e)))
        {
            OnRepeat(endpoint, ref known, ref e, Unsafe.AreSame(ref known, ref row.Newest));
            return;
        }

        if (row.Count != 0 && IsOlder(in row.Newest, in e))
        {
            if (!IsRollback(in row, in e))
            {
                if (pushed) NoteLate(ref row, in e);
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

        Accept(endpoint, ref row, in e, pushed);
    }

    /// <summary>
    /// Whoever holds the bytes compares them. A connection never confirms what it reported first itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void OnRepeat(EndpointRow? endpoint, ref Arrival known, ref MarketEvent e, bool isOfNewest)
    {
        if (endpoint is not null) NoteDuplicate(endpoint, ref known, in e);
        if (_passesCopies && endpoint is not null && isOfNewest && known.FirstEndpoint != e.EndpointId)
            e.Kind = EventKind.Copy;
        else
            Drop(ref e, DropCause.Duplicate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Accept(EndpointRow? endpoint, ref ArrivalRow row, in MarketEvent e, bool isPushed)
    {
        Remember(ref row, in e, isPushed);
        Accepted++;
        if (endpoint is not null) endpoint.Wins++;
    }

    /// <summary>
    /// True if the newest update is off the chain and the event tells to what the account went back. A snapshot may say
    /// so a second time, with a slot it was read at before; but one of an earlier bank than that of an update which
    /// stands says nothing.
    /// </summary>
    private bool IsRollback(in ArrivalRow row, in MarketEvent e)
    {
        if (!Slots.IsAbandoned(row.Newest.Slot) || Slots.IsAbandoned(e.Slot)) return false;
        if (e.Kind == EventKind.Account) return true;
        ReadOnlySpan<Arrival> earlier = _table.EarlierOf(in row);
        for (int i = 0; i < row.Count - 1; i++)
        {
            if (earlier[i].Slot > e.Slot && !Slots.IsAbandoned(earlier[i].Slot)) return false;
        }

        return true;
    }

    private static bool IsOlder(in Arrival known, in MarketEvent e)
    {
        if (e.Slot != known.Slot) return e.Slot < known.Slot;
        if (known.IsSnapshot) return false;
        if ((known.EndpointMask & (1u << (e.EndpointId & 31))) == 0) return true;
        return known.FirstEndpoint == e.EndpointId && e.WriteVersion < known.WriteVersion;
    }

    /// <summary>The update that the event repeats; a null reference if it is a new one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Arrival FindArrival(ref ArrivalRow row, in MarketEvent e)
    {
        if (row.Count != 0 && IsSame(in row.Newest, in e)) return ref row.Newest;
        // SAFETY: the null reference is a result code; the only caller tests it with Unsafe.IsNullRef before any use.
        if (row.Count <= 1 || e.Slot > row.SlotMax) return ref Unsafe.NullRef<Arrival>();
        return ref FindEarlier(ref row, in e);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref Arrival FindEarlier(ref ArrivalRow row, in MarketEvent e)
    {
        Span<Arrival> earlier = _table.EarlierOf(in row);
        for (int i = 0; i < row.Count - 1; i++)
        {
            if (IsSame(in earlier[i], in e)) return ref earlier[i];
        }

        // SAFETY: as in FindArrival.
        return ref Unsafe.NullRef<Arrival>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSame(in Arrival known, in MarketEvent e)
    {
        if (known.Slot != e.Slot) return false;
        if (known.IsSnapshot) return e.Kind == EventKind.AccountSnapshot;
        if ((e.Flags & EventFlags.HasWriteVersion) == 0) return true;
        if (known.FirstEndpoint == e.EndpointId && known.WriteVersion == e.WriteVersion) return true;
        return known.TransactionTag == e.TransactionTag && e.TransactionTag != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Remember(ref ArrivalRow row, in MarketEvent e, bool isPushed)
    {
        if (!row.IsRecent) NoteRecent(ref row);
        if (row.Count == 0) row.Count = 1;
        else
        {
            // A write in the middle of a slot is missed by none that tells the slot's last state only.
            if (row.Newest.Slot == e.Slot) row.Newest.OpenMask &= Race.TellsWrites;
            KeepEarlier(ref row);
        }

        if (e.Slot > row.SlotMax) row.SlotMax = e.Slot; // after a rollback the newest is not the highest
        ref Arrival newest = ref row.Newest;
        newest.Slot = e.Slot;
        newest.WriteVersion = e.WriteVersion;
        newest.TransactionTag = e.TransactionTag;
        newest.IsSnapshot = !isPushed;
        newest.FirstNs = e.ReceiveNs;
        newest.FirstEndpoint = e.EndpointId;
        newest.EndpointMask = isPushed ? 1u << (e.EndpointId & 31) : 0;
        newest.OpenMask = isPushed ? Race.OpenMask : 0;
    }

    /// <summary>Moves the newest update into the place of the oldest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void KeepEarlier(ref ArrivalRow row)
    {
        ref Arrival place = ref _table.EarlierFor(ref row)[row.OldestAt];
        if (row.Count != ArrivalTable.HistoryCount) row.Count++;
        else if (place.OpenMask != 0) CountMissed(in place);
        place = row.Newest;
        row.OldestAt = (byte)(row.OldestAt == ArrivalTable.HistoryCount - 2 ? 0 : row.OldestAt + 1);
    }

    private void OnSlot(ref MarketEvent e)
    {
        if (!Belief.Accept(e.EndpointId, e.Slot))
        {
            Drop(ref e, DropCause.ImplausibleSlot);
            return;
        }

        Slots.Add(e.Slot, e.ParentSlot);
        _forks.Told(e.EndpointId, e.Slot);
        _forks.Settle();
    }

    private bool IsImplausible(in MarketEvent e)
    {
        if (e.Slot > SlotBelief.SlotMax) return true; // one such update would be the account's newest for ever
        if (e.Slot <= Slots.Head || e.Slot - Slots.Head <= SlotLeadMax || Slots.Head == 0) return false;
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
            if (e.ParentSlot != 0) Race.Join(e.EndpointId, (int)(e.ParentSlot - 1) & (EndpointRace.MaxEndpoints - 1));
            Race.OpenMask |= bit;
        }
        else
        {
            row.Closed++;
            Race.OpenMask &= ~bit;
            ForgetDeliveries(bit, Race.ShardsOf(e.EndpointId));
            if (Race.OpenMask == 0) Belief.OnAllClosed();
        }
    }

    private void Drop(ref MarketEvent e, DropCause cause)
    {
        e.Drop = cause;
        _drops[(int)cause]++;
    }
}
