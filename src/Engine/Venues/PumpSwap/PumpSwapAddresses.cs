using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.PumpSwap;

/// <summary>
/// Addresses a swap names that are derived from keys: found when a key changes, not per swap (a derivation costs
/// microseconds).
/// Source: pump-swap-sdk 2.1 src/sdk/pda.ts.
/// </summary>
internal sealed class PumpSwapAddresses
{
    private Pubkey _baseMint;
    private Pubkey _coinCreator;
    private Pubkey _quoteMint;
    private Pubkey _quoteProgram;
    private Pubkey _user;
    private bool _isStale = true;
    private bool _isUserStale = true;

    /// <summary>
    /// Creator that makes a pool canonical: PDA of "pool-authority" and the base mint under the Pump program.
    /// </summary>
    internal Pubkey PoolAuthority { get; private set; }

    /// <summary>PDA of "pool-v2" and the base mint.</summary>
    internal Pubkey PoolV2 { get; private set; }

    /// <summary>PDA of "creator_vault" and the coin creator.</summary>
    internal Pubkey CreatorVaultAuthority { get; private set; }

    /// <summary>Quote account of the creator vault.</summary>
    internal Pubkey CreatorVault { get; private set; }

    /// <summary>First protocol fee recipient.</summary>
    internal Pubkey ProtocolRecipient { get; private set; }

    /// <summary>Quote account of <see cref="ProtocolRecipient"/>.</summary>
    internal Pubkey ProtocolRecipientAccount { get; private set; }

    /// <summary>Fee recipient of mayhem-mode pools.</summary>
    internal Pubkey ReservedRecipient { get; private set; }

    /// <summary>Quote account of <see cref="ReservedRecipient"/>.</summary>
    internal Pubkey ReservedRecipientAccount { get; private set; }

    /// <summary>First buyback fee recipient.</summary>
    internal Pubkey BuybackRecipient { get; private set; }

    /// <summary>Quote account of <see cref="BuybackRecipient"/>.</summary>
    internal Pubkey BuybackRecipientAccount { get; private set; }

    /// <summary>PDA of "user_volume_accumulator" and the user.</summary>
    internal Pubkey UserVolumeAccumulator { get; private set; }

    /// <summary>Quote account of <see cref="UserVolumeAccumulator"/>, which receives cashback.</summary>
    internal Pubkey UserCashbackAccount { get; private set; }

    /// <summary>Keys of the pool.</summary>
    internal void SetPool(in Pubkey baseMint, in Pubkey coinCreator)
    {
        if (baseMint != _baseMint || PoolAuthority.IsZero)
        {
            _baseMint = baseMint;
            PoolAuthority = Derive(in PumpSwapLayout.PumpProgramId, "pool-authority"u8, in baseMint);
            PoolV2 = Derive(in PumpSwapLayout.ProgramId, "pool-v2"u8, in baseMint);
        }

        if (coinCreator == _coinCreator && !CreatorVaultAuthority.IsZero) return;
        _coinCreator = coinCreator;
        CreatorVaultAuthority = Derive(in PumpSwapLayout.ProgramId, "creator_vault"u8, in coinCreator);
        _isStale = true;
    }

    /// <summary>Fee recipients of the global configuration.</summary>
    internal void SetRecipients(in Pubkey protocol, in Pubkey reserved, in Pubkey buyback)
    {
        if (protocol == ProtocolRecipient && reserved == ReservedRecipient && buyback == BuybackRecipient) return;
        ProtocolRecipient = protocol;
        ReservedRecipient = reserved;
        BuybackRecipient = buyback;
        _isStale = true;
    }

    /// <summary>Derives what depends on the quote mint, its program and the user, where something changed.</summary>
    internal void Prepare(in Pubkey quoteMint, in Pubkey quoteProgram, in Pubkey user)
    {
        if (_isStale || quoteMint != _quoteMint || quoteProgram != _quoteProgram)
        {
            _quoteMint = quoteMint;
            _quoteProgram = quoteProgram;
            CreatorVault = TokenAccount(CreatorVaultAuthority);
            ProtocolRecipientAccount = TokenAccount(ProtocolRecipient);
            ReservedRecipientAccount = TokenAccount(ReservedRecipient);
            BuybackRecipientAccount = TokenAccount(BuybackRecipient);
            _isStale = false;
            _isUserStale = true;
        }

        if (!_isUserStale && user == _user) return;
        _user = user;
        UserVolumeAccumulator = Derive(in PumpSwapLayout.ProgramId, "user_volume_accumulator"u8, in user);
        UserCashbackAccount = TokenAccount(UserVolumeAccumulator);
        _isUserStale = false;
    }

    private Pubkey TokenAccount(in Pubkey owner) =>
        AssociatedTokenAddress.TryFind(in owner, in _quoteMint, in _quoteProgram, out Pubkey address, out _)
            ? address
            : default;

    private static Pubkey Derive(in Pubkey program, System.ReadOnlySpan<byte> label, in Pubkey key) =>
        ProgramAddress.TryFind(in program, label, in key, out Pubkey address, out _) ? address : default;
}
