using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>What a message is made of. Borrowed spans: valid only during the call.</summary>
public ref struct MessageRequest
{
    /// <summary>Wire form.</summary>
    public MessageVersion Version;

    /// <summary>Fee payer: first signer, writable.</summary>
    public Pubkey Payer;

    /// <summary>Recent blockhash (32 bytes, same shape as a key).</summary>
    public Pubkey Blockhash;

    /// <summary>Instructions in order.</summary>
    public ReadOnlySpan<InstructionBuffer> Instructions;

    /// <summary>
    /// Lookup tables in order; version 0 only. Every table that holds an account of the message is used.
    /// </summary>
    public ReadOnlySpan<LookupTable> Tables;

    /// <summary>
    /// True if the writer's last message was of the same payer and instructions and not of version 1: their accounts
    /// are not collected again. Not for version 1.
    /// </summary>
    internal bool IsSameRoute;

    /// <summary>Compute budget; version 1 only.</summary>
    public MessageConfig Config;
}
