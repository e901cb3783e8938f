using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// The accounts that streams reported as written last, and the slot: when the chain leaves a fork, this says whose
/// state went with it. A note is two stores. Owner: the feed thread. Bound: <see cref="Capacity"/> writes, ten slots of
/// 3,000 and more; what was forgotten is known by its highest slot.
/// </summary>
internal sealed class RecentWrites
{
    /// <summary>Writes remembered; a power of two.</summary>
    public const int Capacity = 1 << 15;

    private readonly Pubkey[] _account = new Pubkey[Capacity];
    private readonly ulong[] _slot = new ulong[Capacity];
    private long _count;

    /// <summary>Writes remembered now.</summary>
    public int Count => (int)Math.Min(_count, Capacity);

    /// <summary>Highest slot of a write that is remembered no more; 0 if there is none.</summary>
    public ulong ForgottenSlotMax { get; private set; }

    /// <summary>Remembers a write; the oldest makes room.</summary>
    public void Note(in Pubkey account, ulong slot)
    {
        int at = (int)(_count++ & (Capacity - 1));
        if (_slot[at] > ForgottenSlotMax) ForgottenSlotMax = _slot[at];
        _account[at] = account;
        _slot[at] = slot;
    }

    /// <summary>Forgets all writes.</summary>
    public void Clear()
    {
        Array.Clear(_slot);
        _count = 0;
        ForgottenSlotMax = 0;
    }

    /// <summary>A write by its age, 0 for the newest.</summary>
    public ref readonly Pubkey AccountAt(int age, out ulong slot)
    {
        int at = (int)((_count - 1 - age) & (Capacity - 1));
        slot = _slot[at];
        return ref _account[at];
    }
}
