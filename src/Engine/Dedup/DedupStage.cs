using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Dedup;

/// <summary>
/// First of N endpoints wins. Key of an update: (account, slot) from pubsub, which sends one final state a slot; where
/// every write is sent (Geyser), (account, slot, transaction). Write versions order the writes of one node only: an
/// update of the newest slot that is not known is newer if its endpoint has delivered the newest known one before (an
/// endpoint sends in order), else the endpoint is behind and the update is stale; a close ends what was delivered.
/// An older slot is stale unless what is known was written on a fork that the chain has left: then it is the rollback
/// and passes (protocols.md 2.1, points 1 and 2). A snapshot loses against a pushed update of the same slot, whichever
/// comes first, because its bank may have been read half-way.
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
                case EventKind.CoverLost:
                    Race[e.EndpointId].Gaps++;
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

        int id = _table.FindOrAdd(in e.Account);
        if (id < 0)
        {
            Drop(ref e, DropCause.TableFull);
            return;
        }

        bool pushed = e.Kind == EventKind.Account;
        EndpointRow? endpoint = pushed ? Race[e.EndpointId] : null; // who answers only has no part in the race
        if (endpoint is not null) NoteDelivery(endpoint, in e);
        ref ArrivalRow row = ref _table[id];
        if (!row.IsRecent) NoteRecent(id);
        ref Arrival known = ref FindArrival(ref row, id, in e);
        if (!Unsafe.IsNullRef(ref known) && (pushed || !IsRollback(in row, id, in e)))
        {
            // Equal or not is for who holds the bytes; a connection never confirms what it told first itself.
            bool isCopy = _passesCopies && pushed && known.FirstEndpoint != e.EndpointId
                && Unsafe.AreSame(ref known, ref row.Newest);
            if (endpoint is not null) NoteDuplicate(endpoint, ref known, in e);
            if (isCopy) e.Kind = EventKind.Copy;
            else Drop(ref e, DropCause.Duplicate);
            return;
        }

        if (row.Count != 0 && IsOlder(in row.Newest, in e))
        {
            if (!IsRollback(in row, id, in e))
            {
                if (pushed) NoteLate(ref row, id, in e);
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

        Remember(ref row, id, in e, pushed);
        Accepted++;
        if (endpoint is not null) endpoint.Wins++;
    }

    /// <summary>
    /// True if the newest update is off the chain and the event tells to what the account went back. A snapshot may say
    /// so a second time, with a slot it was read at before; but one of an earlier bank than that of an update which
    /// stands says nothing.
    /// </summary>
    private bool IsRollback(in ArrivalRow row, int id, in MarketEvent e)
    {
        if (!Slots.IsAbandoned(row.Newest.Slot) || Slots.IsAbandoned(e.Slot)) return false;
        if (e.Kind == EventKind.Account) return true;
        ReadOnlySpan<Arrival> earlier = _table.EarlierOf(id);
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
    private ref Arrival FindArrival(ref ArrivalRow row, int id, in MarketEvent e)
    {
        if (row.Count != 0 && IsSame(in row.Newest, in e)) return ref row.Newest;
        // SAFETY: the null reference is a result code; the only caller tests it with Unsafe.IsNullRef before any use.
        if (row.Count <= 1 || e.Slot > row.SlotMax) return ref Unsafe.NullRef<Arrival>();
        return ref FindEarlier(ref row, id, in e);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref Arrival FindEarlier(ref ArrivalRow row, int id, in MarketEvent e)
    {
        Span<Arrival> earlier = _table.EarlierOf(id);
        for (int i = 0; i < row.Count - 1; i++)
        {
            if (IsSame(in earlier[i], in e)) return ref earlier[i];
        }

        // SAFETY: as in FindArrival.
        return ref Unsafe.NullRef<Arrival>();
    }

    private static bool IsSame(in Arrival known, in MarketEvent e)
    {
        if (known.Slot != e.Slot) return false;
        if (known.IsSnapshot) return e.Kind == EventKind.AccountSnapshot;
        if ((e.Flags & EventFlags.HasWriteVersion) == 0) return true;
        if (known.FirstEndpoint == e.EndpointId && known.WriteVersion == e.WriteVersion) return true;
        return known.TransactionTag == e.TransactionTag && e.TransactionTag != 0;
    }

    private void Remember(ref ArrivalRow row, int id, in MarketEvent e, bool pushed)
    {
        if (row.Count == 0) row.Count = 1;
        else
        {
            // A write in the middle of a slot is missed by none that tells the slot's last state only.
            if (row.Newest.Slot == e.Slot) row.Newest.OpenMask &= Race.TellsWrites;
            KeepEarlier(ref row, id);
        }

        if (e.Slot > row.SlotMax) row.SlotMax = e.Slot; // after a rollback the newest is not the highest
        ref Arrival newest = ref row.Newest;
        newest.Slot = e.Slot;
        newest.WriteVersion = e.WriteVersion;
        newest.TransactionTag = e.TransactionTag;
        newest.IsSnapshot = !pushed;
        newest.FirstNs = e.ReceiveNs;
        newest.FirstEndpoint = e.EndpointId;
        newest.EndpointMask = pushed ? 1u << (e.EndpointId & 31) : 0;
        newest.OpenMask = pushed ? Race.OpenMask : 0;
    }

    /// <summary>Moves the newest update into the place of the oldest.</summary>
    private void KeepEarlier(ref ArrivalRow row, int id)
    {
        ref Arrival place = ref _table.EarlierOf(id)[row.OldestAt];
        if (row.Count == ArrivalTable.HistoryCount) CountMissed(in place);
        else row.Count++;
        place = row.Newest;
        row.OldestAt = (byte)(row.OldestAt == ArrivalTable.HistoryCount - 2 ? 0 : row.OldestAt + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteDelivery(EndpointRow row, in MarketEvent e)
    {
        row.Delivered++;
        if (e.Slot > row.SlotMax || e.Slot > Slots.Head || e.EndpointId >= Race.Count) NoteSlot(row, in e);
    }

    /// <summary>A slot, or an endpoint, that is told of for the first time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteSlot(EndpointRow row, in MarketEvent e)
    {
        if (e.EndpointId >= Race.Count) Race.Count = e.EndpointId + 1;
        if (e.Slot > row.SlotMax)
        {
            row.SlotMax = e.Slot;
            _forks.Told(e.EndpointId, e.Slot);
            if ((e.Flags & EventFlags.HasWriteVersion) != 0) Race.TellsWrites |= 1u << (e.EndpointId & 31);
        }

        if (e.Slot <= Slots.Head || !Belief.Accept(e.EndpointId, e.Slot)) return;
        Slots.Add(e.Slot, 0); // a feed without slot notifications still moves the head
        _forks.Settle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteDuplicate(EndpointRow row, ref Arrival arrival, in MarketEvent e)
    {
        uint bit = 1u << (e.EndpointId & 31);
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

    /// <summary>
    /// Too late to be told apart from what is known of the slot: another kind of endpoint was first. It was not missed.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteLate(ref ArrivalRow row, int id, in MarketEvent e)
    {
        uint shards = Race.ShardsOf(e.EndpointId);
        if (row.Newest.Slot == e.Slot) row.Newest.OpenMask &= ~shards;
        Span<Arrival> earlier = _table.EarlierOf(id);
        for (int i = 0; i < row.Count - 1; i++)
        {
            if (earlier[i].Slot == e.Slot) earlier[i].OpenMask &= ~shards;
        }
    }

    private void CountMissed(in Arrival arrival)
    {
        // Open when the update came, open still, and never delivered it.
        uint missed = arrival.OpenMask & Race.OpenMask & ~arrival.EndpointMask;
        while (missed != 0)
        {
            int id = BitOperations.TrailingZeroCount(missed);
            uint shards = Race.ShardsOf(id);
            missed &= ~shards;
            if ((arrival.EndpointMask & shards) == 0) Race[id].Missed++;
        }
    }

    private void CountOutstanding()
    {
        for (int id = 0; id < _table.Count; id++)
        {
            ref ArrivalRow row = ref _table[id];
            if (row.Count != 0) CountOnce(ref row.Newest);
            Span<Arrival> earlier = _table.EarlierOf(id);
            for (int i = 0; i < row.Count - 1; i++) CountOnce(ref earlier[i]);
        }
    }

    /// <summary>A connection's order ends with it: behind its URL may be another node the next time.</summary>
    private void ForgetDeliveries(uint endpointBit, uint shards)
    {
        for (int id = 0; id < _table.Count; id++)
        {
            ref Arrival newest = ref _table[id].Newest;
            newest.EndpointMask &= ~endpointBit;
            newest.OpenMask &= ~shards;
            foreach (ref Arrival earlier in (Span<Arrival>)_table.EarlierOf(id)) earlier.OpenMask &= ~shards;
        }
    }

    private void CountOnce(ref Arrival arrival)
    {
        CountMissed(in arrival);
        arrival.OpenMask = 0;
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
