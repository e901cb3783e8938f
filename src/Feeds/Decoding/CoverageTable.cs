using System.Collections.Generic;
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
/// A state proves an account if it is of a slot after the newest slot known when the cover began (the node marks the
/// slot in progress as already told, so only a later one is sure), and a snapshot if it was asked for after that too.
/// Owner: the feed thread. Allocates for new accounts only. Bound: connections 0 to 31.
/// Source: protocols.md 2.1, points 6 to 9 (no replay after a reconnect, lost notifications).
/// </summary>
public sealed class CoverageTable
{
    /// <summary>Most connections: one bit each.</summary>
    public const int MaxConnections = 32;

    private readonly Dictionary<Pubkey, int> _index = [];
    private readonly SlotBelief _belief = new();
    private readonly ICoverageListener? _listener;
    private Entry[] _entries = new Entry[1024];
    private int _count;
    private uint _open;

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

    /// <summary>Newest slot that is believed.</summary>
    public ulong Head => _belief.Head;

    internal void OnOpen(byte connection) => _open |= Bit(connection);

    internal void OnSlot(byte connection, ulong slot) => _belief.Accept(connection, slot);

    /// <summary>A subscription of the account is acknowledged; the entry's number for pushes.</summary>
    internal int Cover(byte connection, in Pubkey account, in FrameStamp stamp)
    {
        if (!_index.TryGetValue(account, out int index)) index = Add(account);
        ref Entry entry = ref _entries[index];
        bool wasCovered = entry.Mask != 0;
        entry.Mask |= Bit(connection);
        if (!wasCovered) Doubt(ref entry, stamp);
        return index;
    }

    /// <summary>A subscription ended at our wish.</summary>
    internal void Uncover(byte connection, int index, EventWriter writer, in FrameStamp stamp)
    {
        ref Entry entry = ref _entries[index];
        entry.Mask &= ~Bit(connection);
        if (entry.Mask == 0) Lose(ref entry, writer, stamp);
    }

    /// <summary>The connection broke, or opened anew: its subscriptions are gone.</summary>
    internal void Drop(byte connection, EventWriter writer, in FrameStamp stamp)
    {
        uint bit = Bit(connection);
        _open &= ~bit;
        if (_open == 0) _belief.OnAllClosed();
        for (int i = 0; i < _count; i++)
        {
            if ((_entries[i].Mask & bit) != 0) Uncover(connection, i, writer, stamp);
        }
    }

    /// <summary>
    /// A message of the connection could not be read: any account that only this connection follows may have lost an
    /// update by it.
    /// </summary>
    internal void OnUnreadable(byte connection, EventWriter writer, in FrameStamp stamp)
    {
        uint bit = Bit(connection);
        for (int i = 0; i < _count; i++)
        {
            ref Entry entry = ref _entries[i];
            if (entry.Mask != bit) continue;
            Lose(ref entry, writer, stamp);
            Doubt(ref entry, stamp);
        }
    }

    /// <summary>A subscription delivered the account.</summary>
    internal void OnPush(int index, ulong slot, EventWriter writer, in FrameStamp stamp)
    {
        ref Entry entry = ref _entries[index];
        if (entry.IsWhole || slot <= entry.CoverSlot) return;
        Prove(ref entry, writer, slot, stamp);
    }

    /// <summary>An HTTP answer told the account.</summary>
    internal void OnSnapshot(in Pubkey account, ulong slot, in FrameStamp stamp, EventWriter writer)
    {
        if (!_index.TryGetValue(account, out int index)) return;
        ref Entry entry = ref _entries[index];
        bool isLater = slot > entry.CoverSlot && stamp.AskedUtcNs >= entry.CoverUtcNs;
        if (entry.IsWhole || entry.Mask == 0 || !isLater) return;
        Prove(ref entry, writer, slot, stamp);
    }

    private static uint Bit(byte connection) => 1u << (connection & (MaxConnections - 1));

    private int Add(in Pubkey account)
    {
        if (_count == _entries.Length) System.Array.Resize(ref _entries, _count * 2);
        _entries[_count].Key = account;
        _index[account] = _count;
        Doubtful++;
        return _count++;
    }

    private void Doubt(ref Entry entry, in FrameStamp stamp)
    {
        entry.CoverSlot = _belief.Head;
        entry.CoverUtcNs = stamp.ReceiveUtcNs;
        _listener?.OnDoubt(in entry.Key, entry.CoverSlot);
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
        public ulong CoverSlot;
        public long CoverUtcNs;
        public uint Mask;
        public bool IsWhole;
        public bool IsLost;
    }
}
