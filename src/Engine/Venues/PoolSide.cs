using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues;

/// <summary>
/// One side of a pool whose reserves are two token accounts: its vault and what is known of it and of its mint, whose
/// address the pool has. Part of the pool's decoded state, same owner thread.
/// </summary>
internal struct PoolSide
{
    /// <summary>Vault of the side.</summary>
    internal Pubkey Vault;

    /// <summary>
    /// True if the mint's bytes decide about a transfer fee or a refusal (Token-2022); SPL Token mints have neither.
    /// </summary>
    internal bool NeedsMint;

    /// <summary>Vault's state; unknown until applied.</summary>
    internal VaultBalance VaultState;

    /// <summary>Mint's state; unknown until applied.</summary>
    internal SideMint MintState;

    private bool _isAbsent;

    /// <summary>
    /// Why this side cannot be swapped, or Ok. A vault or mint that was closed is an invalid state: the program would
    /// abort.
    /// </summary>
    internal readonly QuoteStatus Readiness
    {
        get
        {
            if (_isAbsent) return QuoteStatus.InvalidState;
            if (!VaultState.IsKnown || (NeedsMint && !MintState.IsKnown)) return QuoteStatus.Incomplete;
            if (MintState.IsRefused) return QuoteStatus.UnsupportedMint;
            return VaultState.IsFrozen ? QuoteStatus.Frozen : QuoteStatus.Ok;
        }
    }

    /// <summary>Sets the keys read from the pool account; forgets what was known if they changed.</summary>
    internal void SetKeys(bool isOtherMint, in Pubkey vault, bool needsMint)
    {
        if (isOtherMint) MintState = default;
        if (vault != Vault) VaultState = default;
        if (isOtherMint || vault != Vault) _isAbsent = false;
        Vault = vault;
        NeedsMint = needsMint;
    }

    /// <summary>Takes the vault's new bytes.</summary>
    internal DecodeStatus ApplyVault(in AccountView account, in Pubkey mint)
    {
        if (!Pubkey.AreSame(in account.Key, in Vault) || Vault.IsZero) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            VaultState = default;
            _isAbsent = true;
            return DecodeStatus.Ok;
        }

        if (!TokenAccountInfo.TryDecode(in account, out TokenAccountInfo state)) return FaultOf(in account);
        if (!Pubkey.AreSame(in state.Mint, in mint)) return DecodeStatus.WrongPool;
        VaultState = new VaultBalance(in state);
        _isAbsent = false;
        return DecodeStatus.Ok;
    }

    /// <summary>Why an account is no token account.</summary>
    private static DecodeStatus FaultOf(in AccountView account)
    {
        if (account.Owner != ProgramIds.Token && account.Owner != ProgramIds.Token2022) return DecodeStatus.WrongOwner;
        return account.Data.Length < TokenAccountInfo.BaseSizeBytes
            ? DecodeStatus.WrongSize
            : DecodeStatus.InvalidValue;
    }

    /// <summary>Takes the mint's new bytes.</summary>
    internal DecodeStatus ApplyMint(in AccountView account, in Pubkey mint)
    {
        if (account.Key != mint || mint.IsZero) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            MintState = default;
            _isAbsent = true;
            return DecodeStatus.Ok;
        }

        if (account.Owner != ProgramIds.Token && account.Owner != ProgramIds.Token2022) return DecodeStatus.WrongOwner;
        if (account.Data.Length < MintInfo.BaseSizeBytes) return DecodeStatus.WrongSize;
        if (!MintInfo.TryDecode(in account, out MintInfo state)) return DecodeStatus.InvalidValue;
        MintState.Set(in state);
        if (VaultState.IsKnown) _isAbsent = false;
        return DecodeStatus.Ok;
    }

    /// <summary>True if the vault can take <paramref name="amountRaw"/> without passing 64 bits.</summary>
    internal readonly bool CanReceive(ulong amountRaw) => amountRaw <= ReceivableRaw;

    /// <summary>Most that the vault can take.</summary>
    internal readonly ulong ReceivableRaw => ulong.MaxValue - VaultState.AmountRaw;

    /// <summary>Moves a transfer into the vault; the transfer fee is withheld there.</summary>
    internal void Receive(ulong amountRaw, ulong transferFeeRaw)
    {
        VaultState.AmountRaw += amountRaw - transferFeeRaw;
        VaultState.WithheldRaw += transferFeeRaw;
    }

    /// <summary>Moves a transfer out of the vault; a transfer fee is withheld at the destination.</summary>
    internal void Send(ulong amountRaw) => VaultState.AmountRaw -= amountRaw;

    /// <summary>Share of a transfer that arrives, for search (the fee's cap is ignored).</summary>
    internal readonly double KeptShare(ulong epoch) => 1.0 - (MintState.FeeAt(epoch).FeeBps / 10_000.0);

    /// <summary>What the user's account receives of <paramref name="amountRaw"/> sent by the vault.</summary>
    internal readonly ulong AfterTransferFee(ulong amountRaw, ulong epoch) =>
        NeedsMint ? TransferFee.AmountAfterFee(MintState.FeeAt(epoch), amountRaw) : amountRaw;
}
