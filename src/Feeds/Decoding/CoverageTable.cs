using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>Who wants to know what became of accounts' cover; called on the feed thread, seldom.</summary>
public interface ICoverageListener
{
    /// <summary>
    /// The account is followed, but its state is in doubt: a snapshot of a slot after <paramref name="coverSlot"/>,
    /// asked for from now on, would prove it.
    /// </summary>
    void OnDoubt(in Pubkey account, ulong coverSlot);

    /// <summary>Nobody follows the account any more.</summary>
    void OnUncovered(in Pubkey account);

    /// <summary>The account is whole.</summary>
    void OnWhole(in Pubkey account);
}

/// <summary>
/// Which connections follow which account, and whether its state can be trusted. Everything here follows from recorded
/// frames, so a replay comes to the same events as the live run: <see cref="EventKind.CoverLost"/> when the last open
/// subscription of an account ends or one of its updates may be lost, <see cref="EventKind.CoverWhole"/> once it is
/// followed again and its state was read after that began.
/// A node sends a new subscription nothing that was written up to its slot in progress, and nobody here knows how far
/// that slot is: other connections may be behind, and one that was away knows only the past. So the first slot that a
/// connection announces after the acknowledgement settles the cover's slot. The subscription is older than that slot,
/// so a state of it or of a later one proves the account; a snapshot must also have been asked for after the
/// acknowledgement.
/// Likewise a connection that joins others can stand in for them only once one of them has passed its first slot; if
/// they end before, the account is in doubt.
/// When the chain leaves a fork, a node sends its subscriptions again what the fork had changed; a stream does not. An
/// account that only streams follow is therefore in doubt once the chain leaves the slot of its last write or snapshot.
/// Owner: the feed thread. Allocates for new accounts only. Bound: connections 0 to 31.
/// Source: agave b64857b5 rpc/src/rpc_subscriptions.rs (a rollback is notified, a reconnect replays nothing), agave#569
/// (notifications are lost when a node catches up).
/// </summary>
public sealed partial class CoverageTable
{
    /// <summary>Most connections: one bit each.</summary>
    public const int MaxConnections = 32;

    /// <summary>In place of an account's number: it is not known which.</summary>
    internal const int Anyone = -1;

    /// <summary>A slot that is still to be announced; no state is of a later one.</summary>
    private const ulong Unknown = ulong.MaxValue;

    private const int PageEntries = 1024;

    private readonly SlotBelief _belief = new();
    private readonly SlotTree _slots = new();
    private readonly ICoverageListener? _listener;
    private Entry[][] _pages = []; // never moved: a table that doubled left as much behind
    private int[] _cells = new int[2 * PageEntries]; // number + 1 by key, open addressing, half full at most
    private int _count;
    private uint _open;
    private uint _tellsSlots;
    private uint _streams;
    private RecentWrites? _writes;
    private int _unsettled;

    /// <summary>An empty table.</summary>
    public CoverageTable(ICoverageListener? listener = null) => _listener = listener;

    /// <summary>Accounts that were ever followed.</summary>
    public int Count => _count;

    /// <summary>Times an account's state came into doubt after it had been followed.</summary>
    public long Losses { get; private set; }

    /// <summary>Times an account was proven whole after that.</summary>
    public long Repairs { get; private set; }

    /// <summary>Accounts in doubt now.</summary>
    public int Doubtful { get; private set; }

    /// <summary>
    /// Accounts whose cover waits for a slot: to know from where on it is sure, or that who joined stands for all.
    /// </summary>
    internal int Unsettled => _unsettled;

    /// <summary>Times that accounts came into doubt because the chain left the fork of their last state.</summary>
    public long ForkLosses { get; private set; }

    /// <summary>Newest slot that is believed.</summary>
    public ulong Head => _belief.Head;

    /// <summary>The connection opened.</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="isStream">It does not tell again what a fork that was left had changed.</param>
    internal void OnOpen(byte connection, bool isStream = false)
    {
        _open |= Bit(connection);
        _tellsSlots &= ~Bit(connection);
        if (!isStream) return;
        _streams |= Bit(connection);
        _writes ??= new RecentWrites();
    }

    /// <summary>The connection announced a slot, and its parent; 0 if it did not say.</summary>
    internal void OnSlot(byte connection, ulong slot, ulong parent, EventWriter writer, in FrameStamp stamp)
    {
        ulong before = _belief.Head;
        if (!_belief.Accept(connection, slot)) return;
        uint bit = Bit(connection);
        _tellsSlots |= bit;
        long forks = _slots.ForkCount;
        ulong left = _slots.Head;
        _slots.Add(slot, parent);
        if (_slots.ForkCount != forks) OnForkLeft(left, writer, stamp);
        if (_belief.Head < before) Unsettle(slot); // what was believed before was no slot
        if (_unsettled == 0) return;
        for (int i = 0; i < _count; i++)
        {
            ref Entry entry = ref At(i);
            if ((entry.Mask & bit) == 0 || !entry.IsUnsettled) continue;
            if ((entry.Joined & bit) == 0) OnFirmSlot(ref entry, slot);
            else if ((entry.Awaited & bit) != 0) OnJoinersSlot(ref entry, bit, slot);
            Recount(ref entry);
        }
    }

    /// <summary>A subscription of the account is in force; the entry's number for pushes.</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="account">Account.</param>
    /// <param name="stamp">When it was seen.</param>
    /// <param name="leadSlots">
    /// Slots that the connection may still tell before it is in force, where a server does not acknowledge.
    /// </param>
    internal int Cover(byte connection, in Pubkey account, in FrameStamp stamp, byte leadSlots = 0)
    {
        int index = _cells[CellOf(account)] - 1;
        if (index < 0) index = Add(account);
        ref Entry entry = ref At(index);
        uint bit = Bit(connection);
        if ((entry.Mask & bit) != 0) return index; // acknowledged twice
        bool isFirst = entry.Mask == 0;
        entry.LeadSlots = isFirst ? leadSlots : Math.Max(entry.LeadSlots, leadSlots);
        entry.Mask |= bit;
        if (isFirst)
        {
            Doubt(ref entry, stamp);
            return index;
        }

        entry.Joined |= bit;
        entry.Awaited |= bit;
        Recount(ref entry);
        return index;
    }

    /// <summary>A subscription ended at our wish.</summary>
    internal void Uncover(byte connection, int index, EventWriter writer, in FrameStamp stamp)
    {
        ref Entry entry = ref At(index);
        uint bit = Bit(connection);
        entry.Mask &= ~bit;
        entry.Joined &= ~bit;
        entry.Awaited &= ~bit;
        bool isBroken = entry.Mask == entry.Joined; // nobody is left, or only some that began after what was reported
        if (isBroken) Lose(ref entry, writer, stamp);
        if (isBroken && entry.Mask != 0) Doubt(ref entry, stamp);
        Recount(ref entry);
    }

    /// <summary>The connection broke, or opened again: its subscriptions are gone.</summary>
    internal void Drop(byte connection, EventWriter writer, in FrameStamp stamp)
    {
        uint bit = Bit(connection);
        _open &= ~bit;
        if (_open == 0) _belief.OnAllClosed();
        for (int i = 0; i < _count; i++)
        {
            if ((At(i).Mask & bit) != 0) Uncover(connection, i, writer, stamp);
        }
    }

    /// <summary>
    /// A message of the connection could not be read: the account that it was about may have lost an update by it, if
    /// only this connection follows it; any such account, if <paramref name="index"/> is <see cref="Anyone"/>.
    /// </summary>
    internal void OnUnreadable(byte connection, int index, EventWriter writer, in FrameStamp stamp)
    {
        uint bit = Bit(connection);
        int end = index == Anyone ? _count : index + 1;
        for (int i = index == Anyone ? 0 : index; i < end; i++)
        {
            ref Entry entry = ref At(i);
            if ((entry.Mask & ~entry.Joined) != bit) continue;
            Lose(ref entry, writer, stamp);
            Doubt(ref entry, stamp);
        }
    }

    /// <summary>A subscription delivered the account.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void OnPush(int index, ulong slot, EventWriter writer, in FrameStamp stamp)
    {
        ref Entry entry = ref At(index);
        if (!entry.IsWhole) OnDoubtfulPush(ref entry, slot, writer, stamp);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OnDoubtfulPush(ref Entry entry, ulong slot, EventWriter writer, in FrameStamp stamp)
    {
        if (entry.CoverSlot == Unknown)
        {
            if ((entry.Mask & _tellsSlots) != 0) return; // the next slot will say it
            Settle(ref entry, slot + entry.LeadSlots); // no slots are announced here: a later update proves
        }
        else if (slot > entry.CoverSlot)
        {
            Prove(ref entry, writer, slot, stamp);
        }

        Recount(ref entry);
    }

    /// <summary>An HTTP answer held the account.</summary>
    internal void OnSnapshot(in Pubkey account, ulong slot, in FrameStamp stamp, EventWriter writer)
    {
        int index = _cells[CellOf(account)] - 1;
        if (index < 0) return;
        ref Entry entry = ref At(index);
        entry.SnapshotSlot = Math.Max(entry.SnapshotSlot, slot);
        bool isLater = slot > entry.CoverSlot && stamp.AskedUtcNs >= entry.CoverUtcNs;
        if (entry.IsWhole || entry.Mask == 0 || !isLater) return;
        Prove(ref entry, writer, slot, stamp);
        Recount(ref entry);
    }

    private static uint Bit(byte connection) => 1u << (connection & (MaxConnections - 1));

    /// <summary>A connection that stands for the account announced a slot.</summary>
    private void OnFirmSlot(ref Entry entry, ulong slot)
    {
        // The head, not the slot: a stream that is replayed begins in the past, and its states of then prove nothing.
        if (entry.CoverSlot == Unknown) Settle(ref entry, _belief.Head - 1 + entry.LeadSlots);
        // All that was written before the joining is known when the slot after the next begins.
        if (entry.Awaited != 0 || slot <= entry.JoinSlot + 1) return;
        entry.Joined = 0;
        entry.JoinSlot = 0;
    }

    /// <summary>The first slot of a connection that joined.</summary>
    private static void OnJoinersSlot(ref Entry entry, uint bit, ulong slot)
    {
        entry.Awaited &= ~bit;
        entry.JoinSlot = Math.Max(entry.JoinSlot, slot + entry.LeadSlots);
    }

    private void Settle(ref Entry entry, ulong coverSlot)
    {
        entry.CoverSlot = coverSlot;
        _listener?.OnDoubt(in entry.Key, coverSlot);
    }

    /// <summary>Slots were believed that are none: what they settled is open again.</summary>
    private void Unsettle(ulong head)
    {
        for (int i = 0; i < _count; i++)
        {
            ref Entry entry = ref At(i);
            if (!entry.IsWhole && entry.CoverSlot > head) entry.CoverSlot = Unknown;
            if (entry.JoinSlot > head) AwaitJoined(ref entry);
            Recount(ref entry);
        }
    }

    private void Recount(ref Entry entry)
    {
        bool isUnsettled = entry.Mask != 0
            && (entry.Joined != 0 || (!entry.IsWhole && entry.CoverSlot == Unknown));
        if (isUnsettled == entry.IsUnsettled) return;
        entry.IsUnsettled = isUnsettled;
        _unsettled += isUnsettled ? 1 : -1;
    }

    private int Add(in Pubkey account)
    {
        int index = _count++;
        if (index / PageEntries == _pages.Length) _pages = [.. _pages, new Entry[PageEntries]];
        At(index).Key = account;
        if (_count * 2 > _cells.Length) Rehash();
        else _cells[CellOf(account)] = index + 1;
        Doubtful++;
        return index;
    }

    private void Rehash()
    {
        _cells = new int[_cells.Length * 2];
        for (int i = 0; i < _count; i++) _cells[CellOf(At(i).Key)] = i + 1;
    }

    /// <summary>Account of an entry's number, as <see cref="Cover"/> gave it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref readonly Pubkey KeyOf(int index) => ref At(index).Key;

    /// <summary>Reads what a push of the account will, and says nothing of use.</summary>
    internal int Touch(int index)
    {
        ref readonly Entry entry = ref At(index);
        return (int)entry.Key.Tag + (entry.IsWhole ? 1 : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Entry At(int index) => ref _pages[(uint)index / PageEntries][(uint)index % PageEntries];

    /// <summary>The cell that names the account, or the empty one in which it would be named.</summary>
    private int CellOf(in Pubkey account)
    {
        int mask = _cells.Length - 1;
        int cell = (int)account.Tag & mask;
        while (_cells[cell] != 0 && At(_cells[cell] - 1).Key != account) cell = (cell + 1) & mask;
        return cell;
    }

    private void Doubt(ref Entry entry, in FrameStamp stamp)
    {
        if (entry.Mask == entry.Joined)
        {
            entry.Joined &= entry.Joined - 1; // one of them is the first, the others join it
            AwaitJoined(ref entry);
        }

        entry.CoverSlot = Unknown;
        entry.CoverUtcNs = stamp.ReceiveUtcNs;
        Recount(ref entry);
    }

    private static void AwaitJoined(ref Entry entry)
    {
        entry.Awaited = entry.Joined;
        entry.JoinSlot = 0;
    }

    private void Lose(ref Entry entry, EventWriter writer, in FrameStamp stamp)
    {
        if (entry.IsWhole) Doubtful++;
        entry.IsWhole = false;
        if (entry.Mask == 0) _listener?.OnUncovered(in entry.Key);
        if (entry.IsLost) return;
        entry.IsLost = true;
        Losses++;
        _ = writer.PublishCover(EventKind.CoverLost, in entry.Key, _belief.Head, stamp);
    }

    private void Prove(ref Entry entry, EventWriter writer, ulong slot, in FrameStamp stamp)
    {
        entry.IsWhole = true;
        Doubtful--;
        _listener?.OnWhole(in entry.Key);
        if (!entry.IsLost) return; // never announced as lost: nothing to take back
        entry.IsLost = false;
        Repairs++;
        _ = writer.PublishCover(EventKind.CoverWhole, in entry.Key, slot, stamp);
    }

    private struct Entry
    {
        public Pubkey Key;
        public ulong CoverSlot; // a state of a later slot proves the account; Unknown until a slot settles it
        public long CoverUtcNs; // when that began: a snapshot has to be asked for after it
        public ulong JoinSlot; // highest first slot of the connections that joined
        public ulong SnapshotSlot; // newest that an HTTP answer had
        public ulong KeptSlot; // OnForkLeft's: the last write that the chain kept
        public uint Mask; // connections that follow it
        public uint Joined; // those of them that cannot stand in for the others yet
        public uint Awaited; // those of Joined whose first slot is still to come
        public byte LeadSlots; // that a connection may tell before its subscription is in force
        public bool IsWhole;
        public bool IsLost; // announced as lost, and not as whole since
        public bool IsUnsettled; // counted as such
        public bool IsLeft; // OnForkLeft's: the last write was on the fork
    }
}
