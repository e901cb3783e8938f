using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.PumpSwap;

/// <summary>
/// A PumpSwap pool: constant product of the base vault and the quote vault plus signed virtual reserves; fees on the
/// quote side by market cap. Side A is base, side B is quote. No binary of the program was available: formulas follow
/// the official SDK and documents, and so do the tests.
/// Source: pump-public-docs@1b82215 and @8cda1fa3; pump-swap-sdk 1.20 quote functions.
/// </summary>
public sealed partial class PumpSwapPool : VaultPool
{
    private readonly PumpSwapSchedule _schedule = new();
    private readonly PumpSwapAddresses _addresses = new();

    private Int128 _virtualQuoteReserves;
    private ulong _poolCreatorFeeBps;
    private ulong _keptFeesRaw;
    private PumpSwapRates _rates;
    private byte _disableFlags;
    private bool _isMayhemMode;
    private bool _isCashbackCoin;
    private bool _isCanonical;
    private bool _isCreatorFeeConfigurable;
    private bool _hasConfig;

    private Pubkey _creator;
    private Pubkey _coinCreator;

    /// <summary>An empty pool at <paramref name="address"/>.</summary>
    public PumpSwapPool(in Pubkey address)
        : base(VenueId.PumpSwap, in address)
    {
    }

    private protected override ref readonly Pubkey ProgramId => ref PumpSwapLayout.ProgramId;

    /// <summary>Recognises a pool, the global configuration or the fee schedule.</summary>
    internal static bool TryClassify(in AccountView account, out AccountClass accountClass)
    {
        accountClass = default;
        if (account.Data.Length < sizeof(ulong)) return false;
        ulong discriminator = BinaryPrimitives.ReadUInt64LittleEndian(account.Data);
        if (account.Owner == PumpSwapLayout.ProgramId)
        {
            if (discriminator == PumpSwapLayout.PoolDiscriminator && account.Data.Length >= PumpSwapLayout.PoolSizeMin)
                accountClass = new AccountClass(VenueId.PumpSwap, AccountRole.Pool, account.Key);
            else if (discriminator == PumpSwapLayout.GlobalConfigDiscriminator)
                accountClass = new AccountClass(VenueId.PumpSwap, AccountRole.Config, default);
        }
        else if (account.Owner == PumpSwapLayout.FeeProgramId && discriminator == PumpSwapLayout.FeeConfigDiscriminator)
        {
            accountClass = new AccountClass(VenueId.PumpSwap, AccountRole.FeeConfig, default);
        }

        return accountClass.Venue != VenueId.None;
    }

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination) => CopyDependencies(
        destination,
        [
            new(PumpSwapLayout.GlobalConfig, AccountRole.Config, true),
            new(PumpSwapLayout.FeeConfig, AccountRole.FeeConfig, true),
            new(MintA, AccountRole.MintA, true),
            new(MintB, AccountRole.MintB, Sides[1].NeedsMint),
        ]);

    private protected override DecodeStatus ApplyOther(AccountRole role, in AccountView account) => role switch
    {
        AccountRole.Config => ApplyGlobalConfig(in account),
        AccountRole.FeeConfig => ApplyFeeConfig(in account),
        _ => DecodeStatus.UnknownRole,
    };

    private protected override DecodeStatus DecodePool(ReadOnlySpan<byte> data)
    {
        if (data.Length < PumpSwapLayout.PoolSizeMin) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != PumpSwapLayout.PoolDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        // Later members are appended: what the account is too short for reads as zero.
        Span<byte> full = stackalloc byte[PumpSwapLayout.CreatorFees + sizeof(ulong)];
        full.Clear();
        data[..System.Math.Min(data.Length, full.Length)].CopyTo(full);
        if (full[PumpSwapLayout.IsMayhemMode] > 1
            || full[PumpSwapLayout.IsCashbackCoin] > 1) return DecodeStatus.InvalidValue;
        ulong protocolFees = BinaryPrimitives.ReadUInt64LittleEndian(full[PumpSwapLayout.ProtocolFees..]);
        ulong creatorFees = BinaryPrimitives.ReadUInt64LittleEndian(full[PumpSwapLayout.CreatorFees..]);
        if (creatorFees > ulong.MaxValue - protocolFees) return DecodeStatus.InvalidValue;

        _keptFeesRaw = protocolFees + creatorFees;
        _creator = Pubkey.Read(full, PumpSwapLayout.PoolCreator);
        _coinCreator = Pubkey.Read(full, PumpSwapLayout.CoinCreator);
        _isMayhemMode = full[PumpSwapLayout.IsMayhemMode] != 0;
        _isCashbackCoin = full[PumpSwapLayout.IsCashbackCoin] != 0;
        _virtualQuoteReserves = BinaryPrimitives.ReadInt128LittleEndian(full[PumpSwapLayout.VirtualQuoteReserves..]);
        _poolCreatorFeeBps = BinaryPrimitives.ReadUInt64LittleEndian(full[PumpSwapLayout.CreatorFeeBps..]);
        Pubkey quoteMint = Pubkey.Read(full, PumpSwapLayout.QuoteMint);
        Pubkey quoteVault = Pubkey.Read(full, PumpSwapLayout.QuoteVault);
        SetSide(0, Pubkey.Read(full, PumpSwapLayout.BaseMint), Pubkey.Read(full, PumpSwapLayout.BaseVault), true);
        SetSide(1, in quoteMint, in quoteVault, needsMint: quoteMint != ProgramIds.WrappedSolMint);
        _addresses.SetPool(MintA, in _coinCreator);
        _isCanonical = _creator == _addresses.PoolAuthority;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyGlobalConfig(in AccountView account)
    {
        if (!TryOpen(in account, in PumpSwapLayout.GlobalConfig, in PumpSwapLayout.ProgramId, ref _hasConfig,
            out DecodeStatus status)) return status;
        ReadOnlySpan<byte> data = account.Data;
        if (data.Length < PumpSwapLayout.GlobalConfigSizeMin) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != PumpSwapLayout.GlobalConfigDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        _disableFlags = data[PumpSwapLayout.DisableFlags];
        _isCreatorFeeConfigurable = data.Length > PumpSwapLayout.CreatorFeeConfigurable
            && data[PumpSwapLayout.CreatorFeeConfigurable] != 0;
        _addresses.SetRecipients(
            Pubkey.Read(data, PumpSwapLayout.ProtocolFeeRecipients),
            Pubkey.Read(data, PumpSwapLayout.ReservedFeeRecipient),
            Pubkey.Read(data, PumpSwapLayout.BuybackFeeRecipients));
        _hasConfig = true;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyFeeConfig(in AccountView account)
    {
        if (account.Key != PumpSwapLayout.FeeConfig) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            _schedule.Clear();
            return DecodeStatus.Ok;
        }

        return account.Owner == PumpSwapLayout.FeeProgramId ? _schedule.Apply(account.Data) : DecodeStatus.WrongOwner;
    }

    private protected override QuoteStatus CheckReadiness()
    {
        if (!IsDecoded || !_hasConfig || !_schedule.IsKnown) return QuoteStatus.Incomplete;
        for (int i = 0; i < PoolSides.Count; i++)
        {
            QuoteStatus side = Sides[i].Readiness;
            if (side != QuoteStatus.Ok) return side;
            // Pump mints carry no transfer fee and nothing published says how the program would treat one.
            if (Sides[i].MintState.HasTransferFee) return QuoteStatus.UnsupportedMint;
        }

        ulong quoteVaultRaw = Sides[1].VaultState.AmountRaw;
        // A vault balance has 64 bits; anything outside that range after adding is not a state the program writes.
        if (_virtualQuoteReserves > ulong.MaxValue || _virtualQuoteReserves < -(Int128)ulong.MaxValue)
            return QuoteStatus.InvalidState;
        Int128 effective = quoteVaultRaw + _virtualQuoteReserves;
        ulong baseReserveRaw = Sides[0].VaultState.AmountRaw;
        if (baseReserveRaw == 0 || quoteVaultRaw == 0 || effective <= 0 || effective > ulong.MaxValue
            || _keptFeesRaw > quoteVaultRaw)
            return QuoteStatus.InvalidState;
        ReserveRaw[0] = baseReserveRaw;
        ReserveRaw[1] = (ulong)effective;

        ulong supply = _isMayhemMode ? PumpSwapLayout.MayhemSupplyRaw : Sides[0].MintState.SupplyRaw;
        UInt128 marketCap = (UInt128)ReserveRaw[1] * supply / baseReserveRaw;
        if (!_schedule.TryGetRates(_isCanonical, MintB, marketCap, out PumpSwapRates rates))
            return QuoteStatus.InvalidState;
        if (_isCreatorFeeConfigurable && _poolCreatorFeeBps != 0)
            rates = rates with { CreatorBps = _poolCreatorFeeBps };
        if (_coinCreator.IsZero) rates = rates with { CreatorBps = 0 };
        if (rates.CreatorBps > PumpSwapLayout.BpsOne) return QuoteStatus.InvalidState;
        _rates = rates;
        return QuoteStatus.Ok;
    }
}
