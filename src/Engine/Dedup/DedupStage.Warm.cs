using System;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Dedup;

/// <summary>Keeping warm: the rows of the accounts that were updated last, found as an arrival finds them.</summary>
public sealed partial class DedupStage
{
    private const int RowsPerSlice = 4;

    private readonly RecentIds _recent = new();
    private ulong _warmed; // keeps the work from being optimized away

    /// <inheritdoc/>
    public void Warm()
    {
        for (int i = 0; i < RowsPerSlice; i++) Touch(_recent.Next());
        _warmed += Slots.Head + (ulong)Accepted;
    }

    private void Touch(int id)
    {
        if (id < 0) return;
        ref ArrivalRow row = ref _table.Find(in _table[id].Account); // it is there: a row is never given up
        ReadOnlySpan<Arrival> earlier = _table.EarlierOf(in row);
        bool isTold = Race.Count > row.Newest.FirstEndpoint && Race[row.Newest.FirstEndpoint].SlotMax >= row.SlotMax;
        _warmed += earlier[0].Slot + earlier[1].Slot + (isTold ? 1UL : 0);
    }

    private void NoteRecent(ref ArrivalRow row)
    {
        row.IsRecent = true;
        int gone = _recent.Add(_table.IdOf(ref row));
        if (gone >= 0) _table[gone].IsRecent = false;
    }
}
