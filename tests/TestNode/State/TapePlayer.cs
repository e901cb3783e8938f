using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.TestNode.State;

/// <summary>
/// Plays a tape into a ledger slot by slot, lap after lap. Slot numbers of later laps (and after a fork that was put
/// in) are moved forward, and the Clock sysvar with them, so that the chain never goes back. One thread at a time.
/// </summary>
public sealed class TapePlayer
{
    private const int ClockTimestampOffset = 32; // Source: solana-sdk Clock: slot u64, i64, epoch u64, u64, i64

    private readonly MarketTape _tape;
    private readonly Ledger _ledger;
    private readonly Pubkey[] _touchable;
    private readonly ulong _span;
    private readonly long _lapSeconds;
    private ulong _slotOffset;
    private int _touched;

    public TapePlayer(MarketTape tape, Ledger ledger)
    {
        _tape = tape;
        _ledger = ledger;
        _span = tape.Slots[^1].Slot - tape.Slots[0].Slot + 1;
        _lapSeconds = ((tape.Slots[^1].FrozenNs - tape.Slots[0].CreatedNs) / 1_000_000_000) + 1;
        _touchable = [.. tape.SubscribedKeys.Where(k => k != ProgramIds.ClockSysvar)];
    }

    /// <summary>Slots played, also those of forks; faults are scripted by this number.</summary>
    public int SlotsPlayed { get; private set; }

    /// <summary>Laps finished.</summary>
    public int Laps { get; private set; }

    /// <summary>Place of the next slot on the tape.</summary>
    public int NextIndex { get; private set; }

    /// <summary>
    /// Accounts written again, unchanged, in every slot besides the tape's own writes: a node also notifies accounts
    /// that a transaction locked for writing and left as they were. Gives a load of many notifications a slot.
    /// </summary>
    public int TouchesPerSlot { get; set; }

    /// <summary>The recorded slot that is played next.</summary>
    public TapeSlot Next => _tape.Slots[NextIndex];

    /// <summary>Plays the next slot in one go.</summary>
    public Bank Step() => Finish(Begin());

    /// <summary>Opens the next slot's bank.</summary>
    public Bank Begin()
    {
        ulong slot = Next.Slot + _slotOffset;
        return _ledger.Create(slot, ParentOf(Next));
    }

    /// <summary>Writes the slot's accounts and completes it; the tape moves on.</summary>
    public Bank Finish(Bank bank)
    {
        TapeSlot slot = Next;
        lock (_ledger.Gate)
        {
            foreach (AccountState write in slot.Writes) _ledger.Write(bank, Moved(write, bank));
            Touch(bank, slot);
            _ledger.Freeze(bank);
            if (slot.IsAbandoned) _ledger.Abandon(bank, null);
        }

        SlotsPlayed++;
        NextIndex++;
        if (NextIndex == _tape.Slots.Count)
        {
            NextIndex = 0;
            Laps++;
            _slotOffset += _span;
        }

        return bank;
    }

    /// <summary>
    /// Puts in a slot that the chain gives up: some accounts are written back to what they were two versions ago or
    /// given other lamports, everybody sees it, and the slot played next has the same parent.
    /// </summary>
    /// <returns>The abandoned bank; its writes are what clients must take back.</returns>
    public Bank Fork(Prng random, int accounts, bool isDead)
    {
        lock (_ledger.Gate)
        {
            Bank parent = ParentOf(Next);
            Bank bank = _ledger.Create(Next.Slot + _slotOffset, parent);
            _slotOffset++;
            HashSet<Pubkey> chosen = [];
            for (int i = 0; i < accounts; i++) chosen.Add(_touchable[random.NextInt32(_touchable.Length)]);
            foreach (Pubkey key in chosen)
            {
                AccountState now = _ledger.Get(key, parent);
                if (!now.Exists) continue;
                _ledger.Write(bank, Changed(now, random));
            }

            _ledger.Freeze(bank);
            _ledger.Abandon(bank, isDead ? "BlockError(InvalidEntryHash)" : null);
            SlotsPlayed++;
            return bank;
        }
    }

    /// <summary>
    /// Another valid state: a token account's amount moves a little (offset 64 of 165 bytes); any other account only
    /// gets lamports, so that no pool turns into bytes that no program could have written.
    /// </summary>
    private static AccountState Changed(AccountState now, Prng random)
    {
        ulong delta = 1 + random.NextUInt64(1000);
        byte[] data = now.Data;
        if (now.Owner == ProgramIds.Token && data.Length == 165)
        {
            data = [.. data];
            ulong amount = BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(64));
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(64), amount + delta);
        }

        return new AccountState(now.Key, now.Lamports + delta, now.Owner, data, now.Executable, now.RentEpoch);
    }

    private Bank ParentOf(TapeSlot slot)
    {
        Bank? parent = _ledger.BankOf(slot.ParentSlot + _slotOffset);
        if (parent is null || parent.IsAbandoned) parent = BestHead();
        return parent;
    }

    /// <summary>Newest bank on the fork that stays.</summary>
    private Bank BestHead()
    {
        Bank head = _ledger.Processed;
        while (head.IsAbandoned) head = head.Parent!;
        return head;
    }

    private void Touch(Bank bank, TapeSlot slot)
    {
        for (int i = 0; i < TouchesPerSlot; i++)
        {
            Pubkey key = _touchable[_touched++ % _touchable.Length];
            AccountState state = _ledger.Get(key, bank);
            if (state.Exists && !Writes(slot, key)) _ledger.Write(bank, state);
        }
    }

    private static bool Writes(TapeSlot slot, Pubkey key)
    {
        foreach (AccountState write in slot.Writes)
        {
            if (write.Key == key) return true;
        }

        return false;
    }

    private AccountState Moved(AccountState state, Bank bank)
    {
        if (state.Key != ProgramIds.ClockSysvar || _slotOffset == 0) return state;
        byte[] data = [.. state.Data];
        BinaryPrimitives.WriteUInt64LittleEndian(data, bank.Slot);
        long time = BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(ClockTimestampOffset));
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(ClockTimestampOffset), time + (Laps * _lapSeconds));
        return new(state.Key, state.Lamports, state.Owner, data, state.Executable, state.RentEpoch);
    }
}
