namespace LowLatency.Engine.Venues;

/// <summary>
/// Outcome of a quote. Zero is the only success: a quote is a status first, a number second.
/// Each value is counted and shown; one cause, one value.
/// </summary>
public enum QuoteStatus : byte
{
    /// <summary>The swap would succeed with the quoted amounts.</summary>
    Ok = 0,

    /// <summary>Not every account the quote needs is known yet.</summary>
    Incomplete = 1,

    /// <summary>A tick array on the swap's way is not known.</summary>
    MissingTickArray = 2,

    /// <summary>A bin array on the swap's way is not known.</summary>
    MissingBinArray = 3,

    /// <summary>Swaps are switched off in the pool's status.</summary>
    SwapDisabled = 4,

    /// <summary>The pool's opening or activation time has not come.</summary>
    NotOpenYet = 5,

    /// <summary>The amount in (or out) is zero or below the program's minimum.</summary>
    ZeroAmount = 6,

    /// <summary>The output rounds to zero where the program refuses that.</summary>
    ZeroOutput = 7,

    /// <summary>The pool cannot fill the amount.</summary>
    InsufficientLiquidity = 8,

    /// <summary>The price limit is invalid or was reached before the amount was filled.</summary>
    PriceLimit = 9,

    /// <summary>Output below the minimum, or input above the maximum, of the request.</summary>
    SlippageExceeded = 10,

    /// <summary>Arithmetic of the program would overflow.</summary>
    Overflow = 11,

    /// <summary>
    /// The mint has an extension this engine refuses (transfer hook, frozen by default, paused, non-transferable).
    /// </summary>
    UnsupportedMint = 12,

    /// <summary>A vault or user token account is frozen or paused.</summary>
    Frozen = 13,

    /// <summary>The clock given is older than the fee state it must be applied to.</summary>
    StaleFeeClock = 14,

    /// <summary>The pool's bytes are not a supported layout, type or version.</summary>
    UnsupportedPool = 15,

    /// <summary>The venue has no such swap mode.</summary>
    UnsupportedMode = 16,

    /// <summary>The swap would need more arrays than one instruction can name.</summary>
    TooManyArrays = 17,

    /// <summary>The pool's state violates an invariant of its program (the program would abort).</summary>
    InvalidState = 18,

    /// <summary>The program's fee consumes the whole amount.</summary>
    FeeExceedsAmount = 19,
}

/// <summary>Outcome of applying account bytes to a pool.</summary>
public enum DecodeStatus : byte
{
    /// <summary>Applied.</summary>
    Ok = 0,

    /// <summary>Data shorter or longer than the layout.</summary>
    WrongSize = 1,

    /// <summary>Discriminator of another account type.</summary>
    WrongDiscriminator = 2,

    /// <summary>Owned by another program.</summary>
    WrongOwner = 3,

    /// <summary>Belongs to another pool.</summary>
    WrongPool = 4,

    /// <summary>A member holds a value the layout does not allow.</summary>
    InvalidValue = 5,

    /// <summary>This pool does not use such an account.</summary>
    UnknownRole = 6,

    /// <summary>No room for another array; counted, the pool stays incomplete.</summary>
    Full = 7,
}
