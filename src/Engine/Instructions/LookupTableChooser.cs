using System;
using System.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Chooses the lookup tables that shorten a message most: repeatedly the table that carries most accounts not yet
/// carried, while it saves bytes. A table costs 34 bytes (key and two counts) and saves 31 for each account, so it pays
/// from two accounts on. The greedy choice is not always the smallest set but never makes a message longer; ties go to
/// the earlier table, so a run is repeatable. Time: candidates * accounts lookups, then rounds of a few words a
/// candidate. Owner: one thread.
/// </summary>
public sealed class LookupTableChooser
{
    private const int TableCostBytes = Pubkey.SizeBytes + 2;
    private const int AccountGainBytes = Pubkey.SizeBytes - 1;

    /// <summary>Words that have a bit for each account of a message.</summary>
    private const int Words = MessageKeys.Words;

    private readonly MessageKeys _keys = new();
    private readonly ulong[] _open = new ulong[Words]; // accounts that a table may carry and none does yet
    private readonly byte[] _entries = new byte[MessageKeys.Max];
    private readonly ulong[] _held; // of each candidate, the accounts it holds

    /// <summary>A chooser among at most so many tables.</summary>
    public LookupTableChooser(int candidatesMax = LookupTableSet.Max) => _held = new ulong[candidatesMax * Words];

    /// <summary>Bytes that the last choice saves against a message without tables.</summary>
    public int SavedBytes { get; private set; }

    /// <summary>
    /// Writes the chosen tables, best first, to <paramref name="chosen"/>; returns how many. Tables that are
    /// deactivated, not decoded or without usable entries are passed over.
    /// </summary>
    public int Choose(
        ReadOnlySpan<InstructionBuffer> instructions,
        in Pubkey payer,
        ReadOnlySpan<LookupTable> candidates,
        Span<LookupTable> chosen)
    {
        SavedBytes = 0;
        return TryCollect(instructions, payer) ? Choose(_keys, candidates, chosen) : 0;
    }

    /// <summary>The same for accounts that were collected already.</summary>
    internal int Choose(MessageKeys keys, ReadOnlySpan<LookupTable> candidates, Span<LookupTable> chosen)
    {
        SavedBytes = 0;
        FindHeld(keys, candidates);
        int count = 0;
        while (count < chosen.Length && count < MessageWriter.MaxTables)
        {
            int best = -1;
            int bestAccounts = 0;
            for (int i = 0; i < candidates.Length; i++)
            {
                int accounts = 0;
                for (int w = 0; w < keys.WordsInUse; w++)
                    accounts += BitOperations.PopCount(_held[(i * Words) + w] & _open[w]);
                if (accounts <= bestAccounts) continue;
                best = i;
                bestAccounts = accounts;
            }

            int gain = (bestAccounts * AccountGainBytes) - TableCostBytes;
            if (best < 0 || gain <= 0) break;
            for (int w = 0; w < keys.WordsInUse; w++) _open[w] &= ~_held[(best * Words) + w];
            SavedBytes += gain;
            chosen[count++] = candidates[best];
        }

        return count;
    }

    private bool TryCollect(ReadOnlySpan<InstructionBuffer> instructions, in Pubkey payer)
    {
        _keys.Reset(in payer);
        return _keys.TryAdd(instructions);
    }

    /// <summary>
    /// PERF: each account is looked up once a table, whatever the rounds (TransactionBench.ChooseTables).
    /// </summary>
    private void FindHeld(MessageKeys keys, ReadOnlySpan<LookupTable> candidates)
    {
        int words = keys.WordsInUse;
        for (int w = 0; w < words; w++) _open[w] = keys.MayBeLookedUp(w);
        for (int t = 0; t < candidates.Length; t++)
        {
            LookupTable table = candidates[t];
            bool isUsable = table.Status == LookupTableStatus.Ok && table.UsableCount != 0;
            for (int w = 0; w < words; w++)
                _held[(t * Words) + w] = isUsable ? table.Find(keys, w, _open[w], _entries) : 0;
        }
    }
}
