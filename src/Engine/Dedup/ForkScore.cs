using System;
using System.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Dedup;

/// <summary>
/// Which endpoints announced which slot, until it is settled whether the chain kept it. Then each of them has announced
/// one more kept, or one more abandoned, slot. One bit an endpoint and slot; a slot is settled once <see
/// cref="SettledSlots"/> later ones have come, so the newest are never judged. Decides nothing. Owner thread: the dedup
/// stage's.
/// </summary>
internal sealed class ForkScore(SlotTree slots, EndpointRace race)
{
    /// <summary>
    /// Depth at which the chain gives up no slot any more. Source: agave vote program, MAX_LOCKOUT_HISTORY = 31 votes,
    /// the 32nd roots.
    /// </summary>
    public const ulong SettledSlots = 32;

    private const int Mask = SlotTree.CapacitySlots - 1;

    private readonly ulong[] _slot = new ulong[SlotTree.CapacitySlots];
    private readonly uint[] _toldBy = new uint[SlotTree.CapacitySlots];
    private ulong _settledTo;

    /// <summary>An endpoint announced a slot: that it began, or an account written in it.</summary>
    public void Told(int endpointId, ulong slot)
    {
        if (slot <= _settledTo) return;
        int i = (int)(slot & Mask);
        if (_slot[i] > slot) return;
        if (_slot[i] != slot)
        {
            _slot[i] = slot;
            _toldBy[i] = 0;
        }

        _toldBy[i] |= 1u << (endpointId & (EndpointRace.MaxEndpoints - 1));
    }

    /// <summary>Judges what lies deep enough below the head.</summary>
    public void Settle()
    {
        if (slots.Head < _settledTo) _settledTo = Math.Max(slots.Head, SettledSlots) - SettledSlots; // it was no slot
        if (slots.Head <= _settledTo + SettledSlots) return;
        ulong last = slots.Head - SettledSlots;
        ulong first = Math.Max(_settledTo + 1, last > SlotTree.CapacitySlots ? last - SlotTree.CapacitySlots : 1);
        for (ulong slot = first; slot <= last; slot++)
        {
            int i = (int)(slot & Mask);
            if (_slot[i] != slot) continue;
            bool isAbandoned = slots.IsAbandoned(slot);
            for (uint left = _toldBy[i]; left != 0; left &= left - 1)
            {
                EndpointRow row = race[BitOperations.TrailingZeroCount(left)];
                row.SlotsTold++;
                if (isAbandoned) row.SlotsAbandoned++;
            }

            _toldBy[i] = 0;
        }

        _settledTo = last;
    }
}
