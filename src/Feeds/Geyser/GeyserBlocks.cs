using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Geyser;

/// <summary>
/// The newest blocks that one stream reported. A block's hash is handed on once both are known, in either order: its
/// meta, and that its slot is confirmed, so that its fork stands; that is once a block. A block without a height gives
/// nothing, since the age of a hash is counted in blocks. Owner: the stream's decoder. Bound: <see cref="Capacity"/>
/// blocks; confirmation comes within 32 slots or never.
/// </summary>
internal sealed class GeyserBlocks(EventWriter writer, DecodeCounters counters, int source)
{
    /// <summary>Blocks kept.</summary>
    public const int Capacity = 256;

    private readonly Block[] _blocks = new Block[Capacity];

    /// <summary>Takes a block's meta.</summary>
    public DecodeCause OnMeta(in GeyserBlockMeta meta, in FrameStamp stamp)
    {
        if (meta.BlockHeight == 0)
        {
            counters.BlocksWithoutHeight++;
            return DecodeCause.None;
        }

        ref Block block = ref Find(meta.Slot);
        block.Meta = meta;
        return Tell(ref block, stamp);
    }

    /// <summary>Takes that a slot is confirmed or finalized.</summary>
    public DecodeCause OnConfirmed(ulong slot, in FrameStamp stamp)
    {
        ref Block block = ref Find(slot);
        block.IsConfirmed = true;
        return Tell(ref block, stamp);
    }

    /// <summary>Forgets all: the stream began again.</summary>
    public void Clear() => Array.Clear(_blocks);

    private DecodeCause Tell(ref Block block, in FrameStamp stamp)
    {
        if (block.IsTold || !block.IsConfirmed || block.Meta.Slot == 0) return DecodeCause.None;
        ulong lastValidHeight = block.Meta.BlockHeight + BlockhashRing.LifeBlocks;
        DecodeCause cause = writer.PublishBlockhash(
            EventKind.Blockhash, block.Slot, lastValidHeight, block.Meta.Blockhash, source, stamp);
        if (cause != DecodeCause.None) return cause;
        block.IsTold = true;
        counters.BlockhashesTold++;
        return DecodeCause.None;
    }

    /// <summary>The slot's place; the slot that was spoken of last has it, so that no wrong one holds it.</summary>
    private ref Block Find(ulong slot)
    {
        ref Block block = ref _blocks[(int)(slot % Capacity)];
        if (block.Slot != slot) block = new Block { Slot = slot };
        return ref block;
    }

    private struct Block
    {
        public ulong Slot;
        public GeyserBlockMeta Meta;
        public bool IsConfirmed;
        public bool IsTold;
    }
}
