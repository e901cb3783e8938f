using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// The members of one account as they stand in a message, before anything is claimed in the ring.
/// </summary>
internal ref struct AccountFields
{
    /// <summary>Base64 text of the data, escapes not resolved.</summary>
    public JsonText Data;

    /// <summary>Owner program.</summary>
    public Pubkey Owner;

    /// <summary>Balance in lamports.</summary>
    public ulong Lamports;

    /// <summary>
    /// Rent epoch; a number above 64 bits (JavaScript proxies round u64::MAX up) is held as u64::MAX.
    /// </summary>
    public ulong RentEpoch;

    /// <summary>Length of the account's data in bytes, if <see cref="HasSpace"/>.</summary>
    public ulong Space;

    /// <summary>True if the message stated <see cref="Space"/>.</summary>
    public bool HasSpace;

    /// <summary>True if the bytes of <see cref="Data"/> are a Zstandard frame (base64+zstd).</summary>
    public bool IsCompressed;

    /// <summary>True if the account is executable.</summary>
    public bool IsExecutable;

    /// <summary>True if the value was null: no such account.</summary>
    public bool IsNull;
}
