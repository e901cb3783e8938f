using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Chooses the lookup tables that shorten a message most: repeatedly the table that carries most accounts not yet
/// carried, while it saves bytes. A table costs 34 bytes (key and two counts) and saves 31 for each account, so it pays
/// from two accounts on. The greedy choice is not always the smallest set but never makes a message longer; ties go to
/// the earlier table, so a run is repeatable. Time: rounds * candidates * accounts lookups. Owner: one thread.
/// </summary>
public sealed class LookupTableChooser
{
    private const int TableCostBytes = Pubkey.SizeBytes + 2;
    private const int AccountGainBytes = Pubkey.SizeBytes - 1;

    private readonly MessageKeys _keys = new();
    private readonly bool[] _carried = new bool[MessageKeys.Max];
    private readonly byte[] _ordinals = new byte[InstructionBuffer.MaxAccounts];

    /// <summary>Bytes that the last choice saves against a message without tables.</summary>
    public int SavedBytes { get; private set; }

    /// <summary>
    /// Writes the chosen tables, best first, to <paramref name="chosen"/>; returns how many. Tables that are
    /// deactivated,
    /// not decoded or without usable entries are passed over.
    /// </summary>
    public int Choose(
        ReadOnlySpan<InstructionBuffer> instructions,
        in Pubkey payer,
        ReadOnlySpan<LookupTable> candidates,
        Span<LookupTable> chosen)
    {
        SavedBytes = 0;
        if (!Collect(instructions, payer)) return 0;
        int count = 0;
        while (count < chosen.Length && count < MessageWriter.MaxTables)
        {
            LookupTable? best = null;
            int bestAccounts = 0;
            foreach (LookupTable table in candidates)
            {
                if (table.Status != LookupTableStatus.Ok || table.UsableCount == 0) continue;
                int accounts = CountNew(table);
                if (accounts <= bestAccounts) continue;
                best = table;
                bestAccounts = accounts;
            }

            int gain = (bestAccounts * AccountGainBytes) - TableCostBytes;
            if (best is null || gain <= 0) break;
            Carry(best);
            SavedBytes += gain;
            chosen[count++] = best;
        }

        return count;
    }

    private bool Collect(ReadOnlySpan<InstructionBuffer> instructions, in Pubkey payer)
    {
        _keys.Reset();
        _ = _keys.Add(payer, AccountFlags.Signer | AccountFlags.Writable);
        foreach (InstructionBuffer instruction in instructions)
        {
            if (_keys.Add(instruction.ProgramId, MessageKeys.Invoked) < 0) return false;
            if (!_keys.TryAdd(instruction.Accounts, _ordinals)) return false;
        }

        for (int i = 0; i < _keys.Count; i++) _carried[i] = !MessageWriter.CanLookUp(_keys, i);
        return true;
    }

    private int CountNew(LookupTable table)
    {
        int accounts = 0;
        for (int i = 0; i < _keys.Count; i++)
        {
            if (!_carried[i] && table.TryFind(_keys[i], _keys.Tag(i), out _)) accounts++;
        }

        return accounts;
    }

    private void Carry(LookupTable table)
    {
        for (int i = 0; i < _keys.Count; i++)
        {
            if (!_carried[i]) _carried[i] = table.TryFind(_keys[i], _keys.Tag(i), out _);
        }
    }
}
