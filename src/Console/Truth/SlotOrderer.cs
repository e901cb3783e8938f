using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Truth;

/// <summary>
/// Puts what the engine accepted into slot order, so that "the state after slot S" is exact although endpoints lag,
/// stall and overtake each other: updates are held until <see cref="WindowSlots"/> newer slots were seen, then handed
/// over slot by slot. It stands behind Dedup in the pipeline and copies account bytes: a check for captures, not a
/// part of live running.
/// </summary>
internal sealed class SlotOrderer : IStage
{
    /// <summary>Slots held back: more than any endpoint of a capture lags behind another.</summary>
    public const int WindowSlots = 32;

    private readonly PayloadRing _payloads;
    private readonly Action<CompleteSlot> _onSlot;
    private readonly SortedDictionary<ulong, List<AccountUpdate>> _held = [];
    private readonly Dictionary<ulong, ulong> _parents = [];
    private readonly HashSet<Pubkey> _pushed = [];
    private ulong _head;
    private ulong _released;
    private ulong _firstSlot;

    public SlotOrderer(PayloadRing payloads, Action<CompleteSlot> onSlot)
    {
        _payloads = payloads;
        _onSlot = onSlot;
    }

    public string Name => "slot-orderer";

    /// <summary>Updates that came after their slot had been handed over; the checks cannot see them.</summary>
    public long TooLate { get; private set; }

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        foreach (ref MarketEvent e in batch)
        {
            switch (e.Kind)
            {
                case EventKind.Slot:
                    _parents[e.Slot] = e.ParentSlot;
                    break;
                case EventKind.Account or EventKind.AccountSnapshot
                    when e.Drop is DropCause.None or DropCause.UnwatchedAccount or DropCause.Undecodable:
                    Hold(in e);
                    break;
                case EventKind.EndOfFeed:
                    ReleaseBefore(ulong.MaxValue);
                    break;
            }
        }

        return batch.Length;
    }

    public void OnHousekeeping(long nowNs)
    {
    }

    private void Hold(in MarketEvent e)
    {
        bool isSnapshot = e.Kind == EventKind.AccountSnapshot;
        AccountUpdate update = new(
            e.Slot, e.Account, e.Owner, e.Lamports, e.Flags, isSnapshot,
            _payloads.Span(e.PayloadPosition, e.PayloadLengthBytes).ToArray());
        if (isSnapshot)
        {
            HoldSnapshot(update);
            return;
        }

        _pushed.Add(update.Key);
        if (_firstSlot == 0) _firstSlot = update.Slot;
        Add(update.Slot, update);
        if (update.Slot <= _head) return;
        _head = update.Slot;
        if (_head > WindowSlots) ReleaseBefore(_head - WindowSlots);
    }

    /// <summary>
    /// A snapshot of context slot C shows an account as it was after its last write at or before C. An account that was
    /// subscribed and never pushed has not changed since the first slot, so its snapshot counts from there.
    /// </summary>
    private void HoldSnapshot(AccountUpdate update)
    {
        bool known = _pushed.Contains(update.Key) || _released != 0;
        if (known || _firstSlot == 0 || _firstSlot > update.Slot) Add(update.Slot, update);
        else Add(_firstSlot, update);
    }

    private void Add(ulong slot, AccountUpdate update)
    {
        if (slot <= _released)
        {
            if (!update.IsSnapshot)
            {
                TooLate++;
                return;
            }

            slot = _released + 1; // a re-snapshot repeats what is known: it belongs to the present
        }

        if (!_held.TryGetValue(slot, out List<AccountUpdate>? updates)) _held[slot] = updates = [];
        updates.Add(update);
    }

    private void ReleaseBefore(ulong slot)
    {
        while (_held.Count != 0)
        {
            using SortedDictionary<ulong, List<AccountUpdate>>.Enumerator first = _held.GetEnumerator();
            first.MoveNext();
            (ulong oldest, List<AccountUpdate> updates) = first.Current;
            if (oldest >= slot) return;
            _held.Remove(oldest);
            _released = oldest;
            _onSlot(new CompleteSlot(oldest, _parents.GetValueOrDefault(oldest), updates));
        }
    }
}
