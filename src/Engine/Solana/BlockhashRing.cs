using System;

namespace LowLatency.Engine.Solana;

/// <summary>What became of a blockhash that a node reported.</summary>
public enum BlockhashNews : byte
{
    /// <summary>New and kept.</summary>
    Kept = 0,

    /// <summary>Known already.</summary>
    Known = 1,

    /// <summary>Older than all that are kept, and there is no room.</summary>
    TooOld = 2,

    /// <summary>Numbers that cannot be: a height above its slot, a slot far ahead of the chain.</summary>
    Implausible = 3,
}

/// <summary>
/// The recent blockhashes that nodes reported, newest last, each with the last block height it is valid at. A
/// transaction is refused once the chain's height is above it, so the age is counted in blocks, never in slots or time.
/// The height now does not come with every slot; it is at most the newest known one plus the slots since, since a slot
/// has at most one block, and that bound is used: a hash is given up a little early rather than late. One whose slot
/// the chain has left is passed over. Owner thread: the market group's. Bound: <see cref="Capacity"/> hashes. Source:
/// agave b64857b5 MAX_PROCESSING_AGE: valid for 150 blocks, compared with the block height.
/// </summary>
public sealed class BlockhashRing
{
    /// <summary>Hashes kept: more than one a block for a hash's whole life are of no use.</summary>
    public const int Capacity = 160;

    /// <summary>Blocks for which a hash is valid. Source: solana-clock MAX_PROCESSING_AGE.</summary>
    public const int LifeBlocks = 150;

    /// <summary>Blocks that must be left when a message is built: it has to be signed, sent and to land.</summary>
    public const int SafetyBlocks = 20;

    /// <summary>Slots that a node's answer may be ahead of the slots announced.</summary>
    public const int LeadSlotsMax = 64;

    private readonly SlotTree _slots;
    private readonly Entry[] _entries = new Entry[Capacity];
    private ulong _height;
    private ulong _heightSlot;

    /// <summary>An empty ring that judges forks and the newest slot by <paramref name="slots"/>.</summary>
    public BlockhashRing(SlotTree slots)
    {
        ArgumentNullException.ThrowIfNull(slots);
        _slots = slots;
    }

    /// <summary>Hashes kept.</summary>
    public int Count { get; private set; }

    /// <summary>Hashes taken in.</summary>
    public long Taken { get; private set; }

    /// <summary>Hashes refused because their numbers cannot be.</summary>
    public long Implausible { get; private set; }

    /// <summary>Times that no hash was left although some were known.</summary>
    public long ExpiredCount { get; private set; }

    /// <summary>Least blocks that a hash had left when it was used; <see cref="LifeBlocks"/> if none was.</summary>
    public int LeastBlocksLeft { get; private set; } = LifeBlocks;

    /// <summary>Height of the newest block that is known.</summary>
    public ulong Height => _height;

    /// <summary>Takes a node's answer.</summary>
    public BlockhashNews Take(in Pubkey hash, ulong lastValidHeight, ulong slot)
    {
        if (hash.IsZero || !IsPlausible(lastValidHeight, slot))
        {
            Implausible++;
            return BlockhashNews.Implausible;
        }

        ulong height = lastValidHeight - LifeBlocks;
        if (height > _height) (_height, _heightSlot) = (height, slot);
        int at = Count;
        while (at > 0 && _entries[at - 1].LastValidHeight > lastValidHeight) at--;
        for (int i = at - 1; i >= 0 && _entries[i].LastValidHeight == lastValidHeight; i--)
        {
            if (_entries[i].Hash == hash) return BlockhashNews.Known;
        }

        if (Count == Capacity)
        {
            if (at == 0) return BlockhashNews.TooOld;
            Array.Copy(_entries, 1, _entries, 0, Count - 1);
            Count--;
            at--;
        }

        Array.Copy(_entries, at, _entries, at + 1, Count - at);
        _entries[at] = new Entry(hash, lastValidHeight, slot);
        Count++;
        Taken++;
        return BlockhashNews.Kept;
    }

    /// <summary>
    /// The newest hash that is safe to build on in a slot: not of a fork that the chain left, and with
    /// <see cref="SafetyBlocks"/> or more left. Zero before the first one: whoever signs then has to find one.
    /// </summary>
    /// <returns>False if hashes are known and none is safe.</returns>
    public bool TryNewest(ulong slot, out Pubkey hash)
    {
        hash = default;
        if (Count == 0) return true;
        ulong most = MostHeight(slot);
        for (int i = Count - 1; i >= 0; i--)
        {
            ref Entry entry = ref _entries[i];
            if (entry.LastValidHeight < most + SafetyBlocks) break; // all before it are older still
            if (_slots.IsAbandoned(entry.Slot)) continue;
            hash = entry.Hash;
            LeastBlocksLeft = Math.Min(LeastBlocksLeft, (int)(entry.LastValidHeight - most));
            return true;
        }

        ExpiredCount++;
        return false;
    }

    /// <summary>Blocks that the newest hash is surely valid for in a slot; 0 if it is not, or none is known.</summary>
    public int BlocksLeft(ulong slot)
    {
        if (Count == 0) return 0;
        ulong most = MostHeight(slot);
        ulong last = _entries[Count - 1].LastValidHeight;
        return last > most ? (int)Math.Min(last - most, LifeBlocks) : 0;
    }

    /// <summary>A height is below its slot, and grows by at most one a slot from the one that is known.</summary>
    private bool IsPlausible(ulong lastValidHeight, ulong slot)
    {
        if (lastValidHeight < LifeBlocks || lastValidHeight - LifeBlocks > slot) return false;
        ulong head = Math.Max(_slots.Head, _heightSlot);
        if (head != 0 && slot > head + LeadSlotsMax) return false;
        ulong slots = slot > _heightSlot ? slot - _heightSlot : 0;
        return Count == 0 || lastValidHeight - LifeBlocks <= _height + slots;
    }

    /// <summary>The height cannot be above this: each slot since the newest known block made one at most.</summary>
    private ulong MostHeight(ulong slot)
    {
        ulong newest = Math.Max(slot, _slots.Head);
        return newest > _heightSlot ? _height + (newest - _heightSlot) : _height;
    }

    private readonly record struct Entry(Pubkey Hash, ulong LastValidHeight, ulong Slot);
}
