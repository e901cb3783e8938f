namespace LowLatency.Engine.Events;

/// <summary>
/// Why an opportunity was taken or not. Exactly one for each; each is a counter. Part of the journal format.
/// </summary>
public enum DecisionReason : byte
{
    /// <summary>Not decided (never journalled).</summary>
    None = 0,

    /// <summary>Taken: transaction built.</summary>
    Go = 1,

    /// <summary>The exact integer quote shows no gross profit.</summary>
    NoGrossProfit = 2,

    /// <summary>Gross profit does not cover fees, tip and the required minimum.</summary>
    BelowMinimumProfit = 3,

    /// <summary>A pool on the route is torn: its accounts are of different slots.</summary>
    TornPool = 4,

    /// <summary>A pool on the route has a gap: an update may be lost.</summary>
    GappedPool = 5,

    /// <summary>A pool on the route is older than the staleness limit.</summary>
    StalePool = 6,

    /// <summary>A leg's exact quote failed; the leg's status says why.</summary>
    QuoteFailed = 7,

    /// <summary>The best size is below the smallest sensible input.</summary>
    SizeTooSmall = 8,

    /// <summary>Another opportunity of the same event uses the same pool and earns more.</summary>
    Dominated = 9,

    /// <summary>The route failed before and is in quarantine.</summary>
    Quarantined = 10,

    /// <summary>The transaction would exceed the size limit.</summary>
    TransactionTooLarge = 11,

    /// <summary>No swap instruction can be written for a leg.</summary>
    InstructionFailed = 12,

    /// <summary>Search work bound was reached before this route was sized.</summary>
    WorkBound = 13,

    /// <summary>What is to be expected, the probability of landing counted in, is below the required minimum.</summary>
    BelowExpectedValue = 14,

    /// <summary>Every blockhash that is known has expired or is about to.</summary>
    NoBlockhash = 15,

    /// <summary>
    /// So much is at risk that a second endpoint must have delivered every state on the route, and has not yet.
    /// </summary>
    AwaitingAgreement = 16,
}
