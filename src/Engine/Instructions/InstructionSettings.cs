using System.Collections.Generic;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>What a transaction needs to know about its sender; fixed at start.</summary>
public sealed record InstructionSettings
{
    /// <summary>
    /// Address that pays and owns the token accounts. Building needs no key; without one the transaction cannot be
    /// signed.
    /// </summary>
    public Pubkey Wallet { get; init; }

    /// <summary>Token accounts by mint; for a mint not listed the wallet's associated token account is used.</summary>
    public IReadOnlyDictionary<Pubkey, Pubkey> TokenAccounts { get; init; } = new Dictionary<Pubkey, Pubkey>();

    /// <summary>Raydium AMM v4's legacy instruction (tags 9 and 11) instead of V2 (16 and 17).</summary>
    public bool RaydiumAmmLegacy { get; init; }

    /// <summary>Messages kept for patching, see <see cref="TemplateCache"/>; 0 builds every message afresh.</summary>
    public int TemplateCapacity { get; init; } = 128;

    /// <summary>Most bytes of messages waiting for the sinks: a power of two.</summary>
    public int MessageRingBytes { get; init; } = 1 << 20;
}
