namespace LowLatency.TestNode.State;

/// <summary>
/// What the ledger tells its endpoints (pubsub, Geyser). Every call comes under <see cref="Ledger.Gate"/>, in chain
/// order, and must only queue: no waiting, no sockets.
/// </summary>
public interface ILedgerObserver
{
    /// <summary>A bank was opened: pubsub's slotNotification, Geyser's CREATED_BANK.</summary>
    void OnBankCreated(Bank bank);

    /// <summary>One write inside an open bank, before anybody knows whether it stays.</summary>
    void OnAccountWritten(Bank bank, in AccountWrite write);

    /// <summary>The bank is complete; heads move only after it.</summary>
    void OnBankFrozen(Bank bank);

    /// <summary>
    /// The newest bank of a commitment is another one. The two may be on different forks: whoever showed
    /// <paramref name="from"/> must show what is different in <paramref name="to"/>, reverted accounts included.
    /// </summary>
    void OnHeadMoved(Commitment commitment, Bank from, Bank to);

    /// <summary>The block failed to replay and will never be part of the chain.</summary>
    void OnBankDead(Bank bank, string error);
}
