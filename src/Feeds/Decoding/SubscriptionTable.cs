using System;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>What a subscription or an open request is about.</summary>
internal enum SubscriptionKind : byte
{
    /// <summary>Empty cell.</summary>
    None = 0,

    /// <summary>accountSubscribe: the key is the account.</summary>
    Account = 1,

    /// <summary>Any other subscription: notifications say themselves what they are about.</summary>
    Other = 2,

    /// <summary>An unsubscribe request: the target is the subscription.</summary>
    Unsubscribe = 3,

    /// <summary>A request whose answer is no subscription.</summary>
    Call = 4,
}

/// <summary>
/// Number -> subscription or open request of one connection. Open addressing with linear probing, backward-shift
/// deletion. One feed thread owns it. Grows fourfold while subscriptions are made, at half load, up to the stated
/// capacity, where full is a result (providers cap subscriptions a connection at 50-1000): most connections have few
/// requests open. The accounts' keys are here only where nobody else holds them: they are more than half of an entry.
/// </summary>
internal sealed class SubscriptionTable
{
    private const int FirstCells = 512;
    private const int TouchedCells = 64; // all of the first table in eight slices

    private readonly int _cellsMax;
    private readonly bool _holdsKeys;
    private Entry[] _entries;
    private Pubkey[] _keys = []; // by cell, if they are held
    private int _shift;
    private int _turn;

    /// <summary>A table for <paramref name="capacity"/> entries, rounded up to a power of two.</summary>
    /// <param name="capacity">Most entries.</param>
    /// <param name="holdsKeys">False if <see cref="Entry.Target"/> says where an account's key is.</param>
    public SubscriptionTable(int capacity, bool holdsKeys)
    {
        _holdsKeys = holdsKeys;
        _cellsMax = (int)BitOperations.RoundUpToPowerOf2((uint)capacity) * 2;
        Allocate(Math.Min(_cellsMax, FirstCells));
    }

    /// <summary>Entries in the table.</summary>
    public int Count { get; private set; }

    /// <summary>Adds or replaces; false if the table is full.</summary>
    public bool TrySet(ulong id, SubscriptionKind kind, in Pubkey key, ulong target)
    {
        int index = IndexOf(id);
        if (_entries[index].Kind == SubscriptionKind.None)
        {
            if (Count >= _entries.Length / 2)
            {
                if (_entries.Length == _cellsMax) return false;
                Grow();
                index = IndexOf(id);
            }

            Count++;
        }

        _entries[index] = new Entry { Id = id, Kind = kind, Target = target };
        if (_holdsKeys) _keys[index] = key;
        return true;
    }

    /// <summary>Looks an id up; the result's kind is None if it is unknown.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly Entry Find(ulong id) => ref _entries[IndexOf(id)];

    /// <summary>Key of a known id; only if the table holds keys.</summary>
    public ref readonly Pubkey KeyOf(ulong id) => ref _keys[IndexOf(id)];

    /// <summary>
    /// Reads the next cells and where the keys of accounts there are held, and says nothing of use.
    /// </summary>
    public int Touch(CoverageTable? coverage)
    {
        int cells = Math.Min(TouchedCells, _entries.Length);
        _turn = (_turn + cells) & (_entries.Length - 1);
        int sum = 0;
        for (int i = _turn; i < _turn + cells; i++)
        {
            if (_entries[i].Kind != SubscriptionKind.Account) continue;
            sum += coverage is null ? (int)_keys[i].Tag : coverage.Touch((int)_entries[i].Target);
        }

        return sum;
    }

    /// <summary>Forgets an id; false if it is unknown.</summary>
    public bool Remove(ulong id)
    {
        int mask = _entries.Length - 1;
        int hole = IndexOf(id);
        if (_entries[hole].Kind == SubscriptionKind.None) return false;
        for (int next = (hole + 1) & mask; _entries[next].Kind != SubscriptionKind.None; next = (next + 1) & mask)
        {
            int home = Home(_entries[next].Id);
            if (((next - home) & mask) < ((next - hole) & mask)) continue;
            Move(next, hole);
            hole = next;
        }

        _entries[hole] = default;
        Count--;
        return true;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_entries);
        Count = 0;
    }

    private void Move(int from, int to)
    {
        _entries[to] = _entries[from];
        if (_holdsKeys) _keys[to] = _keys[from];
    }

    private void Grow()
    {
        Entry[] old = _entries;
        Pubkey[] oldKeys = _keys;
        Allocate(Math.Min(old.Length * 4, _cellsMax));
        for (int i = 0; i < old.Length; i++)
        {
            if (old[i].Kind == SubscriptionKind.None) continue;
            int index = IndexOf(old[i].Id);
            _entries[index] = old[i];
            if (_holdsKeys) _keys[index] = oldKeys[i];
        }
    }

    [MemberNotNull(nameof(_entries))]
    private void Allocate(int cells)
    {
        _entries = new Entry[cells];
        if (_holdsKeys) _keys = new Pubkey[cells];
        _shift = 64 - BitOperations.Log2((uint)cells);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Home(ulong id) => (int)((id * 0x9E3779B97F4A7C15UL) >> _shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int IndexOf(ulong id)
    {
        Entry[] entries = _entries;
        int index = Home(id);
        while (entries[index].Kind != SubscriptionKind.None && entries[index].Id != id)
        {
            index = (index + 1) & (entries.Length - 1);
        }

        return index;
    }

    /// <summary>A cell of the table: 20 bytes, of which each connection has twice as many as subscriptions.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = sizeof(int))]
    internal struct Entry
    {
        public ulong Id;
        public ulong Target;
        public SubscriptionKind Kind;
    }
}
