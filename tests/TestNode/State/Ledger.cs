using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using LowLatency.Engine.Solana;

namespace LowLatency.TestNode.State;

/// <summary>
/// The node's own truth: banks with parents, every account's states by bank, and one head per commitment. All changes
/// and reads happen under <see cref="Gate"/>, so an answer is of one moment and notifications are in chain order.
/// </summary>
public sealed class Ledger
{
    private readonly Dictionary<Pubkey, List<Version>> _accounts = [];
    private readonly Dictionary<ulong, Bank> _banks = [];
    private readonly List<ILedgerObserver> _observers = [];
    private readonly Bank[] _heads = new Bank[3];
    private readonly Queue<Bank> _rooted = new();
    private readonly LedgerOptions _options;
    private ulong _writeVersion;

    public Ledger(ulong firstSlot, IEnumerable<AccountState> accounts, LedgerOptions options)
    {
        _options = options;
        Bank first = new(firstSlot, null, firstSlot - 1) { IsFrozen = true, IsRooted = true };
        _banks[firstSlot] = first;
        Array.Fill(_heads, first);
        foreach (AccountState account in accounts)
        {
            if (account.Exists) Remember(first, account);
        }
    }

    public Lock Gate { get; } = new();

    public Bank Processed => _heads[(int)Commitment.Processed];

    public Bank Confirmed => _heads[(int)Commitment.Confirmed];

    public Bank Finalized => _heads[(int)Commitment.Finalized];

    /// <summary>Every key that ever had a state.</summary>
    public IReadOnlyCollection<Pubkey> Keys => _accounts.Keys;

    public Bank Head(Commitment commitment) => _heads[(int)commitment];

    public void Observe(ILedgerObserver observer)
    {
        lock (Gate) _observers.Add(observer);
    }

    /// <summary>Opens a bank on a parent that must be known.</summary>
    public Bank Create(ulong slot, Bank parent)
    {
        lock (Gate)
        {
            Bank bank = new(slot, parent, parent.Slot);
            _banks[slot] = bank;
            foreach (ILedgerObserver observer in _observers) observer.OnBankCreated(bank);
            return bank;
        }
    }

    public void Write(Bank bank, AccountState state)
    {
        lock (Gate)
        {
            AccountWrite write = Remember(bank, state);
            foreach (ILedgerObserver observer in _observers) observer.OnAccountWritten(bank, in write);
        }
    }

    public void Land(Bank bank, LandedTransaction transaction)
    {
        lock (Gate) bank.Add(transaction);
    }

    /// <summary>Completes a bank; it becomes the processed head, and the heads behind it follow.</summary>
    public void Freeze(Bank bank)
    {
        lock (Gate)
        {
            bank.IsFrozen = true;
            foreach (ILedgerObserver observer in _observers) observer.OnBankFrozen(bank);
            Move(Commitment.Processed, bank);
            Bank? confirmed = Ancestor(bank, _options.ConfirmedLag);
            if (confirmed is not null && confirmed.Slot > Confirmed.Slot) Move(Commitment.Confirmed, confirmed);
            Root(Ancestor(bank, _options.RootLag));
        }
    }

    /// <summary>
    /// Gives a bank up: its slot's fork lost. Dead ones are also announced as such. The head goes back to the parent
    /// only when a sibling is frozen, as on a node, which keeps showing a fork until it has a better one.
    /// </summary>
    public void Abandon(Bank bank, string? deadError)
    {
        lock (Gate)
        {
            bank.IsAbandoned = true;
            if (deadError is null) return;
            foreach (ILedgerObserver observer in _observers) observer.OnBankDead(bank, deadError);
        }
    }

    /// <summary>State of an account as a bank sees it; a missing account if there is none.</summary>
    public AccountState Get(Pubkey key, Bank bank)
    {
        lock (Gate) return Find(key, bank)?.State ?? AccountState.Missing(key);
    }

    /// <summary>Slot in which the account was last written, as a bank sees it; 0 if never.</summary>
    public ulong LastWritten(Pubkey key, Bank bank)
    {
        lock (Gate) return Find(key, bank)?.Bank.Slot ?? 0;
    }

    /// <summary>Existing accounts of an owner as a bank sees them, in order of their keys' text.</summary>
    public IReadOnlyList<AccountState> OwnedBy(Pubkey owner, Bank bank)
    {
        lock (Gate)
        {
            List<AccountState> owned = [];
            foreach (Pubkey key in _accounts.Keys)
            {
                AccountState? state = Find(key, bank)?.State;
                if (state is { Exists: true } && state.Owner == owner) owned.Add(state);
            }

            return [.. owned.OrderBy(a => a.Key.ToString(), StringComparer.Ordinal)];
        }
    }

    /// <summary>The bank of a slot; null if there was none or it is forgotten.</summary>
    public Bank? BankOf(ulong slot)
    {
        lock (Gate) return _banks.GetValueOrDefault(slot);
    }

    /// <summary>All accounts' states at the processed head: what every client must end up with.</summary>
    public IReadOnlyDictionary<Pubkey, AccountState> Truth()
    {
        lock (Gate) return _accounts.Keys.ToDictionary(k => k, k => Get(k, Processed));
    }

    /// <summary>The landed transaction of a signature on the processed fork, and its bank.</summary>
    public (LandedTransaction Transaction, Bank Bank)? FindTransaction(string signature)
    {
        lock (Gate)
        {
            foreach (Bank bank in _banks.Values)
            {
                if (!Processed.Contains(bank)) continue;
                foreach (LandedTransaction t in bank.Transactions)
                {
                    if (t.Signature == signature) return (t, bank);
                }
            }

            return null;
        }
    }

    /// <summary>Keys whose state may differ between two banks: written after their common ancestor on a side.</summary>
    public IReadOnlyList<Pubkey> Between(Bank from, Bank to)
    {
        List<Pubkey> keys = [];
        HashSet<Pubkey> seen = [];
        foreach (Bank bank in Path(from, to))
        {
            foreach (AccountWrite write in bank.Writes)
            {
                if (seen.Add(write.State.Key)) keys.Add(write.State.Key);
            }
        }

        return keys;
    }

    /// <summary>Banks on <paramref name="to"/>'s side after the common ancestor, oldest first.</summary>
    public static IReadOnlyList<Bank> NewBanks(Bank from, Bank to)
    {
        List<Bank> banks = [];
        for (Bank? bank = to; bank is not null && !from.Contains(bank); bank = bank.Parent) banks.Add(bank);
        banks.Reverse();
        return banks;
    }

    private static IEnumerable<Bank> Path(Bank from, Bank to) => NewBanks(from, to).Concat(NewBanks(to, from));

    private static Bank? Ancestor(Bank bank, int generations)
    {
        Bank? ancestor = bank;
        for (int i = 0; i < generations && ancestor is not null; i++) ancestor = ancestor.Parent;
        return ancestor;
    }

    private void Move(Commitment commitment, Bank to)
    {
        Bank from = _heads[(int)commitment];
        if (ReferenceEquals(from, to)) return;
        _heads[(int)commitment] = to;
        foreach (ILedgerObserver observer in _observers) observer.OnHeadMoved(commitment, from, to);
    }

    private void Root(Bank? root)
    {
        if (root is null || root.Slot <= Finalized.Slot) return;
        IReadOnlyList<Bank> banks = NewBanks(Finalized, root);
        foreach (Bank bank in banks) bank.IsRooted = true;
        Move(Commitment.Finalized, root);
        if (_options.KeepHistory) return;
        foreach (Bank bank in banks)
        {
            foreach (AccountWrite write in bank.Writes) Forget(write.State.Key, root);
            bank.Parent = null;
            _rooted.Enqueue(bank);
        }

        while (_rooted.Count > LedgerOptions.BankHistory) _banks.Remove(_rooted.Dequeue().Slot);
        foreach (Bank fork in _banks.Values.Where(b => b.IsAbandoned && b.Slot < root.Slot).ToList())
        {
            foreach (AccountWrite write in fork.Writes) Forget(write.State.Key, root);
            _banks.Remove(fork.Slot);
        }
    }

    /// <summary>Drops what no bank from the root on can see.</summary>
    private void Forget(Pubkey key, Bank root)
    {
        List<Version> versions = _accounts[key];
        int keep = versions.FindLastIndex(v => v.Bank.IsRooted);
        versions.RemoveAll(v => v.Bank.IsAbandoned && v.Bank.Slot < root.Slot);
        keep = Math.Min(keep, versions.FindLastIndex(v => v.Bank.IsRooted));
        if (keep > 0) versions.RemoveRange(0, keep);
    }

    private AccountWrite Remember(Bank bank, AccountState state)
    {
        if (!_accounts.TryGetValue(state.Key, out List<Version>? versions)) _accounts[state.Key] = versions = [];
        AccountWrite write = new(state, ++_writeVersion);
        versions.Add(new Version(bank, state));
        if (bank.Parent is not null) bank.Add(write);
        return write;
    }

    private Version? Find(Pubkey key, Bank bank)
    {
        if (!_accounts.TryGetValue(key, out List<Version>? versions)) return null;
        for (int i = versions.Count - 1; i >= 0; i--)
        {
            if (bank.Contains(versions[i].Bank)) return versions[i];
        }

        return null;
    }

    private sealed record Version(Bank Bank, AccountState State);
}

/// <summary>Settings of a <see cref="Ledger"/>.</summary>
public sealed class LedgerOptions
{
    /// <summary>Rooted banks remembered when history is not kept: the life of a blockhash and some more.</summary>
    public const int BankHistory = 512;

    /// <summary>Blocks the confirmed head is behind.</summary>
    public int ConfirmedLag { get; init; } = 1;

    /// <summary>
    /// Blocks the root is behind. Source: a vote tower's 31 confirmations; market-small's slotNotifications agree.
    /// </summary>
    public int RootLag { get; init; } = 31;

    /// <summary>Every state of every slot stays readable; off for runs without end.</summary>
    public bool KeepHistory { get; init; } = true;
}
