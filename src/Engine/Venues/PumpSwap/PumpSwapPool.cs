using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.PumpSwap;

/// <summary>
/// A PumpSwap pool: constant product of the base vault and the quote vault plus signed virtual reserves; fees on the
/// quote
/// side by market cap. Side A is base, side B is quote. No binary of the program was available: formulas follow the
/// official SDK and documents, and so do the tests.
/// Source: pump-public-docs@1b82215 and @8cda1fa3; pump-swap-sdk 1.20 quote functions.
/// </summary>
public sealed partial class PumpSwapPool : Pool
{
    private readonly PoolSide[] _sides = new PoolSide[2];
    private readonly PumpSwapSchedule _schedule = new();
    private readonly PumpSwapAddresses _addresses = new();

    private Int128 _virtualQuoteReserves;
    private ulong _poolCreatorFeeBps;
    private ulong _keptFeesRaw;
    private ulong _baseReserveRaw;
    private ulong _quoteReserveRaw;
    private PumpSwapRates _rates;
    private byte _disableFlags;
    private bool _isMayhemMode;
    private bool _isCashbackCoin;
    private bool _isCanonical;
    private bool _isCreatorFeeConfigurable;
    private bool _isDecoded;
    private bool _hasConfig;

    private Pubkey _creator;
    private Pubkey _coinCreator;

    /// <summary>An empty pool at <paramref name="address"/>.</summary>
    public PumpSwapPool(in Pubkey address)
        : base(VenueId.PumpSwap, in address)
    {
    }

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
    public override int CopyDependencies(Span<AccountDependency> destination)
    {
        if (!_isDecoded) return 0;
        ReadOnlySpan<AccountDependency> all =
        [
            new(_sides[0].Vault, AccountRole.VaultA, true),
            new(_sides[1].Vault, AccountRole.VaultB, true),
            new(PumpSwapLayout.GlobalConfig, AccountRole.Config, true),
            new(PumpSwapLayout.FeeConfig, AccountRole.FeeConfig, true),
            new(_sides[0].Mint, AccountRole.MintA, true),
            new(_sides[1].Mint, AccountRole.MintB, _sides[1].NeedsMint),
        ];
        int count = System.Math.Min(all.Length, destination.Length);
        all[..count].CopyTo(destination);
        return count;
    }

    /// <inheritdoc/>
    public override DecodeStatus Apply(AccountRole role, in AccountView account)
    {
        DecodeStatus status = role switch
        {
            AccountRole.Pool => ApplyPool(in account),
            AccountRole.VaultA => _sides[0].ApplyVault(in account),
            AccountRole.VaultB => _sides[1].ApplyVault(in account),
            AccountRole.MintA => _sides[0].ApplyMint(in account),
            AccountRole.MintB => _sides[1].ApplyMint(in account),
            AccountRole.Config => ApplyGlobalConfig(in account),
            AccountRole.FeeConfig => ApplyFeeConfig(in account),
            _ => DecodeStatus.UnknownRole,
        };
        if (status == DecodeStatus.Ok) Readiness = Refresh();
        return status;
    }

    /// <inheritdoc/>
    public override bool TryWriteState(in Pubkey key, Span<byte> data)
    {
        if (key == _sides[0].Vault) return _sides[0].VaultState.TryWrite(data);
        return key == _sides[1].Vault && _sides[1].VaultState.TryWrite(data);
    }

    /// <inheritdoc/>
    public override bool IsModelled(AccountRole role, int offset) => role switch
    {
        AccountRole.VaultA => _sides[0].VaultState.IsTransferState(offset),
        AccountRole.VaultB => _sides[1].VaultState.IsTransferState(offset),
        _ => false,
    };

    private DecodeStatus ApplyPool(in AccountView account)
    {
        if (account.Key != Address) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            _isDecoded = false;
            return DecodeStatus.Ok;
        }

        ReadOnlySpan<byte> data = account.Data;
        if (account.Owner != PumpSwapLayout.ProgramId) return DecodeStatus.WrongOwner;
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
        MintA = Pubkey.Read(full, PumpSwapLayout.BaseMint);
        MintB = Pubkey.Read(full, PumpSwapLayout.QuoteMint);
        _sides[0].SetKeys(MintA, Pubkey.Read(full, PumpSwapLayout.BaseVault), needsMint: true);
        bool isWrappedSol = MintB == ProgramIds.WrappedSolMint;
        _sides[1].SetKeys(MintB, Pubkey.Read(full, PumpSwapLayout.QuoteVault), needsMint: !isWrappedSol);
        _addresses.SetPool(MintA, in _coinCreator);
        _isCanonical = _creator == _addresses.PoolAuthority;
        _isDecoded = true;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyGlobalConfig(in AccountView account)
    {
        if (account.Key != PumpSwapLayout.GlobalConfig) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            _hasConfig = false;
            return DecodeStatus.Ok;
        }

        ReadOnlySpan<byte> data = account.Data;
        if (account.Owner != PumpSwapLayout.ProgramId) return DecodeStatus.WrongOwner;
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

    /// <summary>Recomputes what every quote needs from the decoded members; called after each change.</summary>
    private QuoteStatus Refresh()
    {
        if (!_isDecoded || !_hasConfig || !_schedule.IsKnown) return QuoteStatus.Incomplete;
        for (int i = 0; i < _sides.Length; i++)
        {
            QuoteStatus side = _sides[i].Readiness;
            if (side != QuoteStatus.Ok) return side;
            // Pump mints carry no transfer fee and nothing published says how the program would treat one.
            if (_sides[i].MintState.HasTransferFee) return QuoteStatus.UnsupportedMint;
        }

        ulong quoteVaultRaw = _sides[1].VaultState.AmountRaw;
        // A vault balance has 64 bits; anything outside that range after adding is not a state the program writes.
        if (_virtualQuoteReserves > ulong.MaxValue || _virtualQuoteReserves < -(Int128)ulong.MaxValue)
            return QuoteStatus.InvalidState;
        Int128 effective = quoteVaultRaw + _virtualQuoteReserves;
        _baseReserveRaw = _sides[0].VaultState.AmountRaw;
        if (_baseReserveRaw == 0 || quoteVaultRaw == 0 || effective <= 0 || effective > ulong.MaxValue
            || _keptFeesRaw > quoteVaultRaw)
            return QuoteStatus.InvalidState;
        _quoteReserveRaw = (ulong)effective;

        ulong supply = _isMayhemMode ? PumpSwapLayout.MayhemSupplyRaw : _sides[0].MintState.SupplyRaw;
        UInt128 marketCap = (UInt128)_quoteReserveRaw * supply / _baseReserveRaw;
        if (!_schedule.TryGetRates(_isCanonical, MintB, marketCap,
            out PumpSwapRates rates)) return QuoteStatus.InvalidState;
        if (_isCreatorFeeConfigurable && _poolCreatorFeeBps != 0) rates =
            rates with { CreatorBps = _poolCreatorFeeBps };
        if (_coinCreator.IsZero) rates = rates with { CreatorBps = 0 };
        if (rates.CreatorBps > PumpSwapLayout.BpsOne) return QuoteStatus.InvalidState;
        _rates = rates;
        return QuoteStatus.Ok;
    }
}
