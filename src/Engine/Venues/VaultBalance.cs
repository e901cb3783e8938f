using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues;

/// <summary>
/// What a pool keeps of its vault: of a token account's members those that a swap asks for or changes. Its mint is that
/// of the side.
/// </summary>
internal struct VaultBalance
{
    /// <summary>Balance in base units.</summary>
    internal ulong AmountRaw;

    /// <summary>Transfer fees withheld in the vault, base units.</summary>
    internal ulong WithheldRaw;

    /// <summary>True if the vault is frozen.</summary>
    internal readonly bool IsFrozen;

    /// <summary>True once taken from an existing account.</summary>
    internal readonly bool IsKnown;

    private readonly int _withheldOffset;

    /// <summary>Of a decoded account.</summary>
    internal VaultBalance(in TokenAccountInfo account)
    {
        AmountRaw = account.AmountRaw;
        WithheldRaw = account.WithheldRaw;
        IsFrozen = account.IsFrozen;
        IsKnown = account.IsKnown;
        _withheldOffset = account.WithheldOffset;
    }

    /// <summary>As <see cref="TokenAccountInfo.TryWrite"/>.</summary>
    internal readonly bool TryWrite(Span<byte> data) => Account.TryWrite(data);

    /// <summary>As <see cref="TokenAccountInfo.IsTransferState"/>.</summary>
    internal readonly bool IsTransferState(int offset) => Account.IsTransferState(offset);

    private readonly TokenAccountInfo Account =>
        new() { AmountRaw = AmountRaw, WithheldRaw = WithheldRaw, WithheldOffset = _withheldOffset };
}
