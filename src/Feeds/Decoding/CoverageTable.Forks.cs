using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>What happens to cover when the chain leaves a fork.</summary>
public sealed partial class CoverageTable
{
    /// <summary>A slot was given up.</summary>
    internal void OnDead(ulong slot, EventWriter writer, in FrameStamp stamp)
    {
        if (_slots.IsDead(slot)) return; // another connection has said so
        _slots.MarkDead(slot);
        OnForkLeft(slot, writer, stamp);
    }

    /// <summary>A stream reported an account as written.</summary>
    internal void OnStreamed(in Pubkey account, ulong slot) => _writes?.Note(in account, slot);

    /// <summary>
    /// The chain left the fork that ends in <paramref name="slot"/>: what only streams follow and was written or read
    /// there last is in doubt.
    /// </summary>
    private void OnForkLeft(ulong slot, EventWriter writer, in FrameStamp stamp)
    {
        if (_writes is null) return;
        while (slot != 0 && _slots.IsAbandoned(slot)) slot = _slots.Parent(slot);
        ulong kept = slot; // the last slot that both have, 0 if it is not known
        bool isForgotten = _writes.ForgottenSlotMax > kept;
        for (int i = 0; i < _count; i++) At(i).KeptSlot = 0;
        for (int age = 0; age < _writes.Count; age++)
        {
            ref readonly Pubkey account = ref _writes.AccountAt(age, out ulong written);
            int index = _cells[CellOf(account)] - 1;
            if (written <= kept || index < 0) continue;
            ref Entry entry = ref At(index);
            if (!_slots.IsAbandoned(written)) entry.KeptSlot = Math.Max(entry.KeptSlot, written);
            else if (written > entry.KeptSlot) entry.IsLeft = true; // no later write stands
        }

        for (int i = 0; i < _count; i++)
        {
            ref Entry entry = ref At(i);
            bool isLeft = entry.IsLeft || isForgotten;
            entry.IsLeft = false;
            if (entry.Mask == 0 || (entry.Mask & ~entry.Joined & ~_streams) != 0) continue;
            ulong read = entry.SnapshotSlot;
            isLeft |= read > kept && read > entry.KeptSlot && _slots.IsAbandoned(read);
            if (!isLeft) continue;
            if (entry.IsWhole) entry.LeadSlots = 0; // it is long in force
            if (!entry.IsLost) ForkLosses++;
            Lose(ref entry, writer, stamp);
            Doubt(ref entry, stamp);
        }
    }
}
