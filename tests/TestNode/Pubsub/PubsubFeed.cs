using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.Rpc;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Pubsub;

/// <summary>
/// What one endpoint notifies when the chain moves. Rules that clients trip over, all as on the node: an account comes
/// once a slot with its last state, and again when a fork is given up; a closed account comes as zeros; programs are
/// never told of a fork's end; a signature's subscription ends with its notification.
/// Source: agave rpc/src/rpc_subscriptions.rs.
/// </summary>
internal sealed class PubsubFeed : ILedgerObserver
{
    private readonly Ledger _ledger;
    private readonly SubscriptionTable _table;
    private readonly PubsubSender _sender;

    public PubsubFeed(Ledger ledger, SubscriptionTable table, PubsubSender sender)
    {
        _ledger = ledger;
        _table = table;
        _sender = sender;
    }

    public void OnBankCreated(Bank bank)
    {
        _sender.OnSlot();
        byte[] slot = Json($"{{\"slot\":{bank.Slot},\"parent\":{bank.ParentSlot},\"root\":{_ledger.Finalized.Slot}}}");
        foreach (Subscription s in _table.Of(SubscriptionKind.Slot)) _sender.Send(s, slot);
        Update("firstShredReceived", bank.Slot, string.Empty);
        Update("createdBank", bank.Slot, $",\"parent\":{bank.ParentSlot}");
    }

    public void OnAccountWritten(Bank bank, in AccountWrite write)
    {
        // Pubsub shows no state inside a slot.
    }

    public void OnBankFrozen(Bank bank)
    {
        int failed = 0;
        foreach (LandedTransaction transaction in bank.Transactions)
        {
            if (transaction.ErrorJson is not null) failed++;
        }

        int count = bank.Transactions.Count;
        Update("completed", bank.Slot, string.Empty);
        Update(
            "frozen", bank.Slot,
            $",\"stats\":{{\"numTransactionEntries\":{count},\"numSuccessfulTransactions\":{count - failed},"
            + $"\"numFailedTransactions\":{failed},\"maxTransactionsPerEntry\":{Math.Min(1, count)}}}");
    }

    public void OnBankDead(Bank bank, string error) =>
        Update("dead", bank.Slot, $",\"err\":\"{JsonEncodedText.Encode(error)}\"");

    public void OnHeadMoved(Commitment commitment, Bank from, Bank to)
    {
        foreach (Pubkey key in _ledger.Between(from, to)) NotifyAccount(commitment, key, to);
        NotifyPrograms(commitment, to);
        foreach (Bank bank in Ledger.NewBanks(from, to))
        {
            foreach (LandedTransaction transaction in bank.Transactions)
            {
                NotifyLogs(commitment, transaction, bank);
                NotifySignature(commitment, transaction, bank);
            }

            if (commitment == Commitment.Confirmed) Update("optimisticConfirmation", bank.Slot, string.Empty);
            if (commitment != Commitment.Finalized) continue;
            Update("root", bank.Slot, string.Empty);
            byte[] root = Json($"{bank.Slot}");
            foreach (Subscription s in _table.Of(SubscriptionKind.Root)) _sender.Send(s, root);
        }

        _sender.OnSlotComplete(commitment);
    }

    /// <summary>A signature that is there already is notified at once.</summary>
    public void Subscribed(PubsubConnection connection)
    {
        foreach (Subscription s in Snapshot(SubscriptionKind.Signature))
        {
            if (s.Connection != connection || _ledger.FindTransaction(s.Signature) is not { } found) continue;
            if (!_ledger.Head(s.Commitment).Contains(found.Bank)) continue;
            NotifySignature(s.Commitment, found.Transaction, found.Bank);
        }
    }

    public void NotifyReceived(string signature)
    {
        byte[] result = WithContext(_ledger.Processed.Slot, "\"receivedSignature\""u8);
        foreach (Subscription s in _table.Of(SubscriptionKind.Signature))
        {
            if (s.WantsReceived && s.Signature == signature) _sender.Send(s, result);
        }
    }

    private static byte[] Json(FormattableString text) =>
        Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture));

    private static byte[] WithContext(ulong slot, ReadOnlySpan<byte> value)
    {
        byte[] head = Json($"{{\"context\":{{\"slot\":{slot}}},\"value\":");
        byte[] result = new byte[head.Length + value.Length + 1];
        head.CopyTo(result, 0);
        value.CopyTo(result.AsSpan(head.Length));
        result[^1] = (byte)'}';
        return result;
    }

    private void NotifyAccount(Commitment commitment, Pubkey key, Bank head)
    {
        IReadOnlyList<Subscription> subscriptions = _table.Accounts(commitment, key);
        if (subscriptions.Count == 0) return;
        ulong written = _ledger.LastWritten(key, head);
        AccountState state = _ledger.Get(key, head);
        byte[]? base64 = null;
        for (int i = 0; i < subscriptions.Count; i++)
        {
            Subscription s = subscriptions[i];
            if (s.LastNotifiedSlot == written) continue;
            s.LastNotifiedSlot = written;
            byte[] result = s.DataEncoding == "base64"
                ? base64 ??= WithContext(head.Slot, state.PubsubJson)
                : WithContext(head.Slot, AccountEncoding.Pubsub(state, s.DataEncoding));
            _sender.SendAccount(s, result, key, head.Slot);
        }
    }

    private void NotifyPrograms(Commitment commitment, Bank head)
    {
        if (_table.Of(SubscriptionKind.Program).Count == 0) return;
        HashSet<Pubkey> seen = [];
        foreach (AccountWrite write in head.Writes)
        {
            if (!seen.Add(write.State.Key)) continue;
            AccountState state = _ledger.Get(write.State.Key, head);
            foreach (Subscription s in _table.Of(SubscriptionKind.Program))
            {
                if (s.Commitment != commitment || s.Key != state.Owner || !state.Exists) continue;
                if (!AccountFilter.MatchesAll(s.Filters, state)) continue;
                string account = Encoding.ASCII.GetString(AccountEncoding.Pubsub(state, s.DataEncoding));
                byte[] value = Encoding.ASCII.GetBytes($"{{\"pubkey\":\"{state.Key}\",\"account\":{account}}}");
                _sender.SendAccount(s, WithContext(head.Slot, value), state.Key, head.Slot);
            }
        }
    }

    private void NotifyLogs(Commitment commitment, LandedTransaction transaction, Bank bank)
    {
        foreach (Subscription s in _table.Of(SubscriptionKind.Logs))
        {
            bool wanted = s.LogsFilter switch
            {
                "all" => !transaction.IsVote,
                "allWithVotes" => true,
                _ => Mentions(transaction, s.Key),
            };
            if (s.Commitment != commitment || !wanted) continue;
            string value = $"{{\"signature\":\"{transaction.Signature}\",\"err\":{transaction.ErrorJson ?? "null"},"
                + $"\"logs\":{JsonSerializer.Serialize(transaction.Logs)}}}";
            _sender.Send(s, WithContext(bank.Slot, Encoding.UTF8.GetBytes(value)));
        }
    }

    private static bool Mentions(LandedTransaction transaction, Pubkey key)
    {
        foreach (Pubkey mentioned in transaction.Mentions)
        {
            if (mentioned == key) return true;
        }

        return false;
    }

    private void NotifySignature(Commitment commitment, LandedTransaction transaction, Bank bank)
    {
        foreach (Subscription s in Snapshot(SubscriptionKind.Signature))
        {
            if (s.Commitment != commitment || s.Signature != transaction.Signature) continue;
            byte[] value = Encoding.UTF8.GetBytes($"{{\"err\":{transaction.ErrorJson ?? "null"}}}");
            _sender.Send(s, WithContext(bank.Slot, value));
            s.Connection.Subscriptions.Remove(s.Id);
            _table.Remove(s);
        }
    }

    private List<Subscription> Snapshot(SubscriptionKind kind) => [.. _table.Of(kind)];

    private void Update(string type, ulong slot, string more)
    {
        IReadOnlyList<Subscription> subscriptions = _table.Of(SubscriptionKind.SlotsUpdates);
        if (subscriptions.Count == 0) return;
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        byte[] update = Json($"{{\"type\":\"{type}\",\"slot\":{slot}{more},\"timestamp\":{now}}}");
        foreach (Subscription s in subscriptions) _sender.Send(s, update);
    }
}
