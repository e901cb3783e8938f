using System;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// One account of a binary message over the message's own bytes, before anything is claimed in the ring.
/// </summary>
internal ref struct BinaryAccount
{
    /// <summary>Address, 32 bytes.</summary>
    public ReadOnlySpan<byte> Key;

    /// <summary>Owner program, 32 bytes.</summary>
    public ReadOnlySpan<byte> Owner;

    /// <summary>Account data.</summary>
    public ReadOnlySpan<byte> Data;

    /// <summary>Slot of the state.</summary>
    public ulong Slot;

    /// <summary>Balance in lamports; 0 = the account does not exist.</summary>
    public ulong Lamports;

    /// <summary>Rent epoch.</summary>
    public ulong RentEpoch;

    /// <summary>Order of writes on the node that sent it.</summary>
    public ulong WriteVersion;

    /// <summary>Mix of the writing transaction's signature; 0 if none is stated.</summary>
    public ulong TransactionTag;

    /// <summary>True if the account is executable.</summary>
    public bool IsExecutable;

    /// <summary>True if the node read it from its snapshot at its own start.</summary>
    public bool IsStartup;
}
