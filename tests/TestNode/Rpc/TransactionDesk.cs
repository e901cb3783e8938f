using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Rpc;

/// <summary>A transaction that came by sendTransaction.</summary>
/// <param name="Endpoint">Endpoint that took it.</param>
/// <param name="Slot">Processed slot then.</param>
/// <param name="Signature">First signature, base58.</param>
/// <param name="Bytes">The transaction.</param>
/// <param name="Keys">Listed accounts.</param>
/// <param name="Blockhash">Recent blockhash.</param>
/// <param name="SkipPreflight">As asked.</param>
/// <param name="MaxRetries">As asked.</param>
public sealed record SentTransaction(
    int Endpoint, ulong Slot, string Signature, byte[] Bytes, IReadOnlyList<Pubkey> Keys, string Blockhash,
    bool SkipPreflight, ulong? MaxRetries);

/// <summary>What a simulation answers; the node executes nothing, tests say what comes out.</summary>
public sealed record SimulationAnswer
{
    /// <summary>TransactionError as JSON; null is success.</summary>
    public string? ErrorJson { get; init; }

    public IReadOnlyList<string> Logs { get; init; } = [];

    public ulong UnitsConsumed { get; init; }

    public uint LoadedAccountsDataSize { get; init; }

    /// <summary>States of accounts after the simulation; others come as they are.</summary>
    public IReadOnlyList<AccountState> Accounts { get; init; } = [];

    /// <summary>Further members of the answer as `"name":json`, such as pre and post token balances.</summary>
    public IReadOnlyList<string> MoreMembers { get; init; } = [];
}

/// <summary>Transactions of the whole node: what came, what happens to it. Scripts are set before the run.</summary>
public sealed class TransactionDesk
{
    private readonly Lock _gate = new();
    private readonly List<SentTransaction> _sent = [];
    private readonly List<(SentTransaction Transaction, int SlotsLeft, string? ErrorJson, string[] Logs)> _landing = [];

    /// <summary>Answers simulations; success without logs by default.</summary>
    public Func<byte[], SimulationAnswer> OnSimulate { get; set; } = _ => new SimulationAnswer();

    /// <summary>Refuses a transaction that came by sendTransaction; null takes it.</summary>
    public Func<SentTransaction, RpcError?> OnSend { get; set; } = _ => null;

    /// <summary>Slots until a taken transaction lands; negative never lands by itself.</summary>
    public int LandsAfterSlots { get; set; } = -1;

    /// <summary>TransactionError as JSON that landing transactions get; null is success.</summary>
    public Func<SentTransaction, string?> LandsWithError { get; set; } = _ => null;

    /// <summary>Micro-lamports per compute unit of a slot for some accounts.</summary>
    public Func<ulong, IReadOnlyList<Pubkey>, ulong> PrioritizationFee { get; set; } = (_, _) => 0;

    public IReadOnlyList<SentTransaction> Sent
    {
        get
        {
            lock (_gate) return [.. _sent];
        }
    }

    /// <summary>Lands a transaction in the next slot, whoever sent it.</summary>
    public void LandNext(SentTransaction transaction, string? errorJson = null, params string[] logs)
    {
        lock (_gate) _landing.Add((transaction, 0, errorJson, logs));
    }

    /// <summary>Decodes a transaction.</summary>
    /// <exception cref="RpcException">It is none.</exception>
    internal static SentTransaction Decode(
        byte[] bytes, int endpoint, ulong slot, bool skipPreflight, ulong? maxRetries)
    {
        TransactionReadStatus status = TransactionReader.TryRead(bytes, out TransactionView view);
        if (status != TransactionReadStatus.Ok)
        {
            throw new RpcException(RpcError.InvalidParams(
                $"failed to deserialize solana_transaction::versioned::VersionedTransaction: {status}"));
        }

        List<Pubkey> keys = [];
        for (int i = 0; i < view.Facts.StaticKeyCount; i++) keys.Add(view.StaticKey(i));
        string signature = Base58.Encode(view.Signatures[..64]);
        string blockhash = view.Facts.Blockhash.ToString();
        return new(endpoint, slot, signature, bytes, keys, blockhash, skipPreflight, maxRetries);
    }

    /// <summary>Takes a transaction; sending the same one again is no second transaction.</summary>
    internal void Take(SentTransaction transaction)
    {
        lock (_gate)
        {
            bool isNew = _sent.All(s => s.Signature != transaction.Signature);
            _sent.Add(transaction);
            if (isNew && LandsAfterSlots >= 0)
                _landing.Add((transaction, LandsAfterSlots, LandsWithError(transaction), []));
        }
    }

    /// <summary>Lands what is due in a bank that is being made.</summary>
    internal void LandDue(Ledger ledger, Bank bank)
    {
        lock (_gate)
        {
            for (int i = 0; i < _landing.Count;)
            {
                (SentTransaction t, int slots, string? error, string[] logs) = _landing[i];
                _landing[i] = (t, slots - 1, error, logs);
                if (slots > 0)
                {
                    i++;
                    continue;
                }

                ledger.Land(bank, new LandedTransaction(t.Signature, t.Keys, error, logs));
                _landing.RemoveAt(i);
            }
        }
    }
}
