using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Dedup;

/// <summary>The endpoints' race: who delivered, how late, and what never came.</summary>
public sealed partial class DedupStage
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteDelivery(EndpointRow row, in MarketEvent e)
    {
        row.Delivered++;
        if (e.Slot > row.SlotMax || e.Slot > Slots.Head || e.EndpointId >= Race.Count) NoteSlot(row, in e);
    }

    /// <summary>A slot, or an endpoint, that is announced for the first time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteSlot(EndpointRow row, in MarketEvent e)
    {
        if (e.EndpointId >= Race.Count) Race.Count = e.EndpointId + 1;
        if (e.Slot > row.SlotMax)
        {
            row.SlotMax = e.Slot;
            _forks.Told(e.EndpointId, e.Slot);
            if ((e.Flags & EventFlags.HasWriteVersion) != 0) Race.TellsWrites |= 1u << (e.EndpointId & 31);
        }

        if (e.Slot <= Slots.Head || !Belief.Accept(e.EndpointId, e.Slot)) return;
        Slots.Add(e.Slot, 0); // a feed without slot notifications still moves the head
        _forks.Settle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteDuplicate(EndpointRow row, ref Arrival arrival, in MarketEvent e)
    {
        uint bit = 1u << (e.EndpointId & 31);
        row.Duplicates++;
        bool firstRepeat = arrival.EndpointMask == 1u << (arrival.FirstEndpoint & 31);
        if ((arrival.EndpointMask & bit) == 0 && arrival.EndpointMask != 0)
        {
            long lagNs = Math.Max(0, e.ReceiveNs - arrival.FirstNs);
            row.LagNs.Record(lagNs);
            if (firstRepeat) Race[arrival.FirstEndpoint].LeadNs.Record(lagNs);
        }

        arrival.EndpointMask |= bit;
    }

    /// <summary>
    /// Too late to be told apart from what is known of the slot: another kind of endpoint was first. It was not missed.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteLate(ref ArrivalRow row, in MarketEvent e)
    {
        uint shards = Race.ShardsOf(e.EndpointId);
        if (row.Newest.Slot == e.Slot) row.Newest.OpenMask &= ~shards;
        Span<Arrival> earlier = _table.EarlierOf(in row);
        for (int i = 0; i < row.Count - 1; i++)
        {
            if (earlier[i].Slot == e.Slot) earlier[i].OpenMask &= ~shards;
        }
    }

    private void CountMissed(in Arrival arrival)
    {
        // Open when the update came, open still, and never delivered it.
        uint missed = arrival.OpenMask & Race.OpenMask & ~arrival.EndpointMask;
        while (missed != 0)
        {
            int id = BitOperations.TrailingZeroCount(missed);
            uint shards = Race.ShardsOf(id);
            missed &= ~shards;
            if ((arrival.EndpointMask & shards) == 0) Race[id].Missed++;
        }
    }

    private void CountOutstanding()
    {
        for (int id = 0; id < _table.Count; id++)
        {
            ref ArrivalRow row = ref _table[id];
            if (row.Count != 0) CountOnce(ref row.Newest);
            Span<Arrival> earlier = _table.EarlierOf(in row);
            for (int i = 0; i < row.Count - 1; i++) CountOnce(ref earlier[i]);
        }
    }

    /// <summary>A connection's order ends with it: behind its URL may be another node the next time.</summary>
    private void ForgetDeliveries(uint endpointBit, uint shards)
    {
        for (int id = 0; id < _table.Count; id++)
        {
            ref ArrivalRow row = ref _table[id];
            row.Newest.EndpointMask &= ~endpointBit;
            row.Newest.OpenMask &= ~shards;
            foreach (ref Arrival earlier in (Span<Arrival>)_table.EarlierOf(in row)) earlier.OpenMask &= ~shards;
        }
    }

    private void CountOnce(ref Arrival arrival)
    {
        CountMissed(in arrival);
        arrival.OpenMask = 0;
    }
}
