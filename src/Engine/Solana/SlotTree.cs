using System;

namespace LowLatency.Engine.Solana;

/// <summary>
/// The recent part of the chain's fork tree: slot, parent, dead or not. Answers one question: is the state written in
/// slot X still part of the chain that ends in slot Y? Nodes announce slots at bank creation and may announce several
/// children of one parent; skipped slots have no node at all (solana#18204). Owner thread: that of
/// the stage holding it. Bound: <see cref="CapacitySlots"/> recent slots, about 14 minutes at 200 ms a slot, far beyond
/// the 32 slots after which the chain roots a fork. 0 bytes allocated after construction.
/// </summary>
public sealed class SlotTree
{
    /// <summary>Slots remembered; a power of two.</summary>
    public const int CapacitySlots = 4096;

    private const int Mask = CapacitySlots - 1;

    private readonly ulong[] _slot = new ulong[CapacitySlots];
    private readonly ulong[] _parent = new ulong[CapacitySlots];
    private readonly bool[] _dead = new bool[CapacitySlots];
    private SlotLag _lag;
    private ulong _highestDead;

    /// <summary>
    /// Highest slot announced and not dead; 0 before the first. Falls back if slots go on far below it, see
    /// <see cref="SlotBelief"/>.
    /// </summary>
    public ulong Head { get; private set; }

    /// <summary>Number of forks seen: slots announced with a parent that already had another child above it.</summary>
    public long ForkCount { get; private set; }

    /// <summary>Takes a slot announcement. A parent of 0 means unknown.</summary>
    public void Add(ulong slot, ulong parent)
    {
        if (slot == 0 || (parent >= slot && parent != 0)) return; // a parent is always older; hostile input is ignored
        int i = (int)(slot & Mask);
        if (_slot[i] == slot)
        {
            if (_parent[i] == 0) _parent[i] = parent; // a second endpoint may know more
            return;
        }

        if (_slot[i] > slot) return; // older than the window
        _slot[i] = slot;
        _parent[i] = parent;
        _dead[i] = false;
        if (parent != 0 && Head > parent && slot > Head && !IsAncestorOrSelf(Head, slot)) ForkCount++;
        if (_lag.Counts(slot, Head)) FallBackTo(slot);
        else if (slot > Head) Head = slot;
    }

    /// <summary>Marks a slot dead: the cluster rejected it.</summary>
    public void MarkDead(ulong slot)
    {
        int i = (int)(slot & Mask);
        if (_slot[i] != slot) return;
        _dead[i] = true;
        if (slot > _highestDead) _highestDead = slot;
        while (Head != 0 && Contains(Head) && _dead[(int)(Head & Mask)]) Head = _parent[(int)(Head & Mask)];
    }

    /// <summary>True if the slot was reported dead.</summary>
    // PERF: of a slot above all dead ones, as nearly every event's is, no table is asked.
    public bool IsDead(ulong slot) => slot <= _highestDead && Contains(slot) && _dead[(int)(slot & Mask)];

    /// <summary>True if the slot has been announced and is still in the window.</summary>
    public bool Contains(ulong slot) => slot != 0 && _slot[(int)(slot & Mask)] == slot;

    /// <summary>Parent of an announced slot; 0 if unknown.</summary>
    public ulong Parent(ulong slot) => Contains(slot) ? _parent[(int)(slot & Mask)] : 0;

    /// <summary>
    /// True unless it is known that <paramref name="ancestor"/> is not on the chain that ends in
    /// <paramref name="descendant"/>. Unknown links count as "still part": only proof of a fork says otherwise.
    /// </summary>
    public bool IsAncestorOrSelf(ulong ancestor, ulong descendant)
    {
        ulong slot = descendant;
        while (slot > ancestor)
        {
            if (!Contains(slot)) return true;
            ulong parent = _parent[(int)(slot & Mask)];
            if (parent == 0) return true;
            slot = parent;
        }

        return slot == ancestor;
    }

    /// <summary>
    /// True if state written in <paramref name="slot"/> is known to be off the chain of the newest slot: reported dead,
    /// or skipped by the parent links from <see cref="Head"/>.
    /// </summary>
    public bool IsAbandoned(ulong slot) =>
        slot != 0 && (IsDead(slot) || (slot < Head && Contains(slot) && !IsAncestorOrSelf(slot, Head)));

    /// <summary>Forgets all slots, as before the first; the count of forks stays.</summary>
    public void Clear()
    {
        Array.Clear(_slot);
        Array.Clear(_parent);
        Array.Clear(_dead);
        _lag = default;
        _highestDead = 0;
        Head = 0;
    }

    /// <summary>The head was no slot: what is above is forgotten, so that it is in no real slot's place.</summary>
    private void FallBackTo(ulong slot)
    {
        Head = slot;
        for (int i = 0; i < CapacitySlots; i++)
        {
            if (_slot[i] > slot) _slot[i] = 0;
        }
    }
}
