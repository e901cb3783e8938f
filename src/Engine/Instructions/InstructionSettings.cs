using System;
using System.Collections.Generic;
using System.Text;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>Whether a route's transaction creates the wallet's token accounts.</summary>
public enum TokenAccountCreation : byte
{
    /// <summary>Never: the accounts must exist, or the transaction fails.</summary>
    Off = 0,

    /// <summary>
    /// An idempotent creation for each mint of the route; the rent of those not known to exist counts as a cost.
    /// </summary>
    Always = 1,
}

/// <summary>Which wire form messages get.</summary>
public enum MessageVersionChoice : byte
{
    /// <summary>
    /// The shortest that fits: legacy, then version 0 with lookup tables, then version 1 where it is switched on.
    /// </summary>
    Auto = 0,

    /// <summary>Legacy only.</summary>
    Legacy = 1,

    /// <summary>Version 0 only.</summary>
    V0 = 2,

    /// <summary>Version 1 only; needs the switch.</summary>
    V1 = 3,
}

/// <summary>What a transaction needs to know about its sender; fixed at start.</summary>
public sealed record InstructionSettings
{
    /// <summary>Longest memo in bytes: more would not fit a packet beside the shortest route.</summary>
    public const int MaxMemoBytes = 256;

    /// <summary>
    /// Address that pays and owns the token accounts. Building needs no key; without one the transaction cannot be
    /// signed.
    /// </summary>
    public Pubkey Wallet { get; init; }

    /// <summary>
    /// Token accounts by mint, which exist; for a mint not listed the wallet's associated token account is used.
    /// </summary>
    public IReadOnlyDictionary<Pubkey, Pubkey> TokenAccounts { get; init; } = new Dictionary<Pubkey, Pubkey>();

    /// <summary>Whether the associated token accounts of the route's mints are created.</summary>
    public TokenAccountCreation CreateTokenAccounts { get; init; }

    /// <summary>
    /// True wraps the input of a route that starts with wrapped SOL out of the wallet's lamports, and closes the
    /// wrapped account at the end, so that the result is lamports again.
    /// </summary>
    public bool WrapSol { get; init; }

    /// <summary>Text of a memo instruction; empty for none.</summary>
    public string Memo { get; init; } = string.Empty;

    /// <summary>Wire form of the messages.</summary>
    public MessageVersionChoice MessageVersion { get; init; }

    /// <summary>
    /// The switch of version 1: a cluster without SIMD-0385 refuses such a transaction, so it is off by default.
    /// </summary>
    public bool AllowV1 { get; init; }

    /// <summary>
    /// Rent-exempt lamports per byte of an account. The default is twice 3,480, the rate since genesis; ask the node
    /// (getMinimumBalanceForRentExemption), since SIMD-0437 lowers it in steps. Source: agave b64857b5 feature-set.
    /// </summary>
    public ulong RentLamportsPerByte { get; init; } = 6_960;

    /// <summary>Raydium AMM v4's legacy instruction (tags 9 and 11) instead of V2 (16 and 17).</summary>
    public bool RaydiumAmmLegacy { get; init; }

    /// <summary>
    /// Messages kept for patching, see <see cref="TemplateCache"/>; 0 builds every message afresh. The bundled market
    /// of 28 pools needs 256 in 52 seconds.
    /// </summary>
    public int TemplateCapacity { get; init; } = 512;

    /// <summary>Most bytes of messages waiting for the sinks: a power of two.</summary>
    public int MessageRingBytes { get; init; } = 1 << 20;

    /// <summary>Checks what contradicts itself; once, at start-up.</summary>
    /// <exception cref="ArgumentException">Two settings contradict each other, or one is out of range.</exception>
    public void Validate()
    {
        if (MessageVersion == MessageVersionChoice.V1 && !AllowV1)
            throw new ArgumentException("messages of version 1 are asked for and version 1 is switched off");
        if (WrapSol && TokenAccounts.ContainsKey(ProgramIds.WrappedSolMint))
            throw new ArgumentException("wrapping closes the wrapped SOL account; a configured one would be lost");
        if (Encoding.UTF8.GetByteCount(Memo) > MaxMemoBytes)
            throw new ArgumentException($"the memo is longer than {MaxMemoBytes} bytes");
    }
}
