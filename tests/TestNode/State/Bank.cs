using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Security.Cryptography;
using LowLatency.Engine.Solana;

namespace LowLatency.TestNode.State;

/// <summary>How far the cluster agrees on a bank.</summary>
public enum Commitment
{
    Processed = 0,
    Confirmed = 1,
    Finalized = 2,
}

/// <summary>One write of an account; several of a slot are possible, pubsub shows only the last.</summary>
public readonly record struct AccountWrite(AccountState State, ulong WriteVersion);

/// <summary>A transaction that landed in a bank, as far as subscriptions and statuses show it.</summary>
/// <param name="Signature">Base58.</param>
/// <param name="Mentions">Account keys of the message.</param>
/// <param name="ErrorJson">TransactionError as JSON; null if it succeeded.</param>
/// <param name="Logs">Log lines.</param>
/// <param name="IsVote">Left out of logsSubscribe "all".</param>
public sealed record LandedTransaction(
    string Signature, IReadOnlyList<Pubkey> Mentions, string? ErrorJson, IReadOnlyList<string> Logs,
    bool IsVote = false);

/// <summary>One slot's block while it is made and after; changed under the ledger's lock only.</summary>
public sealed class Bank
{
    private readonly List<AccountWrite> _writes = [];
    private readonly List<LandedTransaction> _transactions = [];

    internal Bank(ulong slot, Bank? parent, ulong parentSlot)
    {
        Slot = slot;
        Parent = parent;
        ParentSlot = parentSlot;
        BlockHeight = parent is null ? BlockHeightOfSlot(slot) : parent.BlockHeight + 1;
        Blockhash = HashOfSlot(slot);
    }

    public ulong Slot { get; }

    /// <summary>Null for the first bank and for banks whose parent was rooted long ago.</summary>
    public Bank? Parent { get; internal set; }

    public ulong ParentSlot { get; }

    public ulong BlockHeight { get; }

    /// <summary>Base58; SHA-256 of the slot, so that a run repeats.</summary>
    public string Blockhash { get; }

    /// <summary>A hash that is no bank's, told in this one's place.</summary>
    public string UntrueBlockhash => HashOfSlot(~Slot);

    public bool IsFrozen { get; internal set; }

    public bool IsRooted { get; internal set; }

    /// <summary>Another fork won.</summary>
    public bool IsAbandoned { get; internal set; }

    public IReadOnlyList<AccountWrite> Writes => _writes;

    public IReadOnlyList<LandedTransaction> Transactions => _transactions;

    /// <summary>True if this bank is <paramref name="other"/> or comes after it on one fork.</summary>
    public bool Contains(Bank other)
    {
        if (other.IsRooted) return other.Slot <= Slot;
        Bank? bank = this;
        while (bank is not null && bank.Slot > other.Slot) bank = bank.Parent;
        return ReferenceEquals(bank, other);
    }

    internal void Add(AccountWrite write) => _writes.Add(write);

    internal void Add(LandedTransaction transaction) => _transactions.Add(transaction);

    /// <summary>A chain some percent of whose slots were skipped before the capture began.</summary>
    private static ulong BlockHeightOfSlot(ulong slot) => slot - (slot / 12);

    private static string HashOfSlot(ulong slot)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, slot);
        return Base58.Encode(SHA256.HashData(bytes));
    }
}
