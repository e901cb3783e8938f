using System;

namespace LowLatency.Engine.Solana;

/// <summary>
/// One account as a program would load it, over borrowed bytes (valid only during the call). An account that does not
/// exist on chain has zero lamports, the System program as owner and no data.
/// </summary>
public readonly ref struct AccountView
{
    /// <summary>Address of the account.</summary>
    public readonly Pubkey Key;

    /// <summary>Program that owns it.</summary>
    public readonly Pubkey Owner;

    /// <summary>Balance in lamports.</summary>
    public readonly ulong Lamports;

    /// <summary>Account data.</summary>
    public readonly ReadOnlySpan<byte> Data;

    /// <summary>Slot of this state; 0 where all accounts are of one moment and slots do not matter.</summary>
    public readonly ulong Slot;

    /// <summary>A view over <paramref name="data"/>.</summary>
    public AccountView(
        scoped in Pubkey key, scoped in Pubkey owner, ulong lamports, ReadOnlySpan<byte> data, ulong slot = 0)
    {
        Slot = slot;
        Key = key;
        Owner = owner;
        Lamports = lamports;
        Data = data;
    }

    /// <summary>True if the chain knows the account; a closed or never created account is absent.</summary>
    public bool Exists => Lamports != 0 || Data.Length != 0;
}
