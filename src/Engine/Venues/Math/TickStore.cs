using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.Math;

/// <summary>What is known of a tick array account.</summary>
internal enum ArrayKnowledge : byte
{
    /// <summary>Never seen.</summary>
    Unknown = 0,

    /// <summary>Known not to exist.</summary>
    Absent = 1,

    /// <summary>Decoded.</summary>
    Present = 2,
}

/// <summary>
/// A pool's initialized ticks, ascending, and which arrays they come from. A quote walks plain parallel arrays; the
/// accounts' layouts are gone after decoding. Owner: the pool's thread.
/// Bounds, allocated at once: 64 arrays (a swap can name at most 10, so three times both directions around the price)
/// and
/// 512 initialized ticks (36 bytes each; the busiest pools keep about 20 initialized ticks an array near the price).
/// Beyond either, decoding says Full and the array stays unknown.
/// </summary>
internal sealed class TickStore
{
    /// <summary>Most arrays known at a time.</summary>
    internal const int MaxArrays = 64;

    /// <summary>Most initialized ticks held at a time.</summary>
    internal const int MaxTicks = 512;

    /// <summary>Tick indexes, ascending; the first <see cref="Count"/> are valid.</summary>
    internal readonly int[] Tick = new int[MaxTicks];

    /// <summary>Sqrt price of each tick by the program's own conversion, Q64.64.</summary>
    internal readonly UInt128[] SqrtPriceX64 = new UInt128[MaxTicks];

    /// <summary>Net liquidity added when the price passes the tick upward.</summary>
    internal readonly Int128[] LiquidityNet = new Int128[MaxTicks];

    private readonly ArraySlot[] _slots = new ArraySlot[MaxArrays];
    private int _slotCount;

    /// <summary>Number of initialized ticks.</summary>
    internal int Count { get; private set; }

    /// <summary>True if arrays not seen are known not to exist.</summary>
    internal bool IsComplete { get; set; }

    /// <summary>What is known of the array that starts at a tick.</summary>
    internal ArrayKnowledge Knowledge(int start)
    {
        int slot = FindSlot(start);
        if (slot < 0) return IsComplete ? ArrayKnowledge.Absent : ArrayKnowledge.Unknown;
        return _slots[slot].IsPresent ? ArrayKnowledge.Present : ArrayKnowledge.Absent;
    }

    /// <summary>True if the array that starts at a tick exists, at that address.</summary>
    internal bool Holds(int start, in Pubkey key)
    {
        int slot = FindSlot(start);
        return slot >= 0 && _slots[slot].IsPresent && _slots[slot].Key == key;
    }

    /// <summary>Takes a tick's net liquidity; false if it had that.</summary>
    internal bool TrySetNet(int position, Int128 net)
    {
        ref Int128 known = ref LiquidityNet[position];
        bool isNew = known != net;
        known = net;
        return isNew;
    }

    /// <summary>Address of a known array.</summary>
    internal bool TryGetKey(int start, out Pubkey key)
    {
        int slot = FindSlot(start);
        key = slot < 0 ? default : _slots[slot].Key;
        return slot >= 0;
    }

    /// <summary>Start of the array with an address, if it was ever applied.</summary>
    internal bool TryFindStart(in Pubkey key, out int start)
    {
        for (int i = 0; i < _slotCount; i++)
        {
            if (_slots[i].Key != key) continue;
            start = _slots[i].Start;
            return true;
        }

        start = 0;
        return false;
    }

    /// <summary>Forgets everything (the pool account changed into another kind of pool).</summary>
    internal void Clear()
    {
        Count = 0;
        _slotCount = 0;
    }

    /// <summary>Position of the greatest tick not above <paramref name="tick"/>; -1 if there is none.</summary>
    internal int FindAtOrBelow(int tick)
    {
        int low = 0;
        int high = Count;
        int[] ticks = Tick;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (ticks[middle] <= tick) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }

    /// <summary>As the other, for a position that is probably still the answer.</summary>
    internal int FindAtOrBelow(int tick, int probable)
    {
        bool isIt = probable >= -1 && probable < Count
            && (probable < 0 || Tick[probable] <= tick) && (probable + 1 == Count || Tick[probable + 1] > tick);
        return isIt ? probable : FindAtOrBelow(tick);
    }

    /// <summary>
    /// Makes room for an array's ticks in place of those it had.
    /// </summary>
    /// <returns>False if there is no room; nothing is changed then.</returns>
    internal bool TryReplace(int start, int span, in Pubkey key, bool isPresent, int tickCount, out int first)
    {
        first = FindAtOrBelow(start - 1) + 1;
        int end = FindAtOrBelow(start + span - 1) + 1;
        int change = tickCount - (end - first);
        int slot = FindSlot(start);
        if (Count + change > MaxTicks || (slot < 0 && _slotCount == MaxArrays)) return false;

        if (change != 0)
        {
            int tail = Count - end;
            Array.Copy(Tick, end, Tick, end + change, tail);
            Array.Copy(SqrtPriceX64, end, SqrtPriceX64, end + change, tail);
            Array.Copy(LiquidityNet, end, LiquidityNet, end + change, tail);
            TicksMoved(end, change, tail);
            Count += change;
        }

        if (slot < 0)
        {
            slot = ~slot;
            Array.Copy(_slots, slot, _slots, slot + 1, _slotCount - slot);
            _slotCount++;
        }

        _slots[slot] = new ArraySlot(start, isPresent, key);
        return true;
    }

    /// <summary>Takes a tick out that is no longer initialized; its array stays known.</summary>
    internal void RemoveAt(int position)
    {
        int tail = Count - position - 1;
        Array.Copy(Tick, position + 1, Tick, position, tail);
        Array.Copy(SqrtPriceX64, position + 1, SqrtPriceX64, position, tail);
        Array.Copy(LiquidityNet, position + 1, LiquidityNet, position, tail);
        TicksMoved(position + 1, -1, tail);
        Count--;
    }

    /// <summary>Values per tick that only one venue has (limit orders); null elsewhere.</summary>
    internal TickOrders? Orders { get; init; }

    private void TicksMoved(int end, int change, int tail) => Orders?.Move(end, change, tail);

    // Position of a slot, or the complement of where it would be inserted.
    private int FindSlot(int start)
    {
        int low = 0;
        int high = _slotCount - 1;
        ArraySlot[] slots = _slots;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            int value = slots[middle].Start;
            if (value == start) return middle;
            if (value < start) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    private readonly record struct ArraySlot(int Start, bool IsPresent, Pubkey Key);
}

/// <summary>Limit orders resting on ticks, parallel to a <see cref="TickStore"/>'s ticks.</summary>
internal sealed class TickOrders
{
    /// <summary>Amount of orders never matched, base units of the token they sell.</summary>
    internal readonly ulong[] Untouched = new ulong[TickStore.MaxTicks];

    /// <summary>What remains of partly filled orders, base units.</summary>
    internal readonly ulong[] PartFilled = new ulong[TickStore.MaxTicks];

    /// <summary>True if positions have liquidity at the tick (else only orders made it initialized).</summary>
    internal readonly bool[] HasLiquidity = new bool[TickStore.MaxTicks];

    /// <summary>Moves the entries after a replaced array.</summary>
    internal void Move(int end, int change, int tail)
    {
        Array.Copy(Untouched, end, Untouched, end + change, tail);
        Array.Copy(PartFilled, end, PartFilled, end + change, tail);
        Array.Copy(HasLiquidity, end, HasLiquidity, end + change, tail);
    }
}
