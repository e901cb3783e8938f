using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>Decoding: accounts into the pool's state.</summary>
public sealed partial class DammPool
{
    /// <summary>
    /// Recognises accounts of this program: owner first (PumpSwap's pools carry the same discriminator).
    /// </summary>
    internal static bool TryClassify(in AccountView account, out AccountClass accountClass)
    {
        bool isPool = account.Owner == DammProgram.Id && account.Data.Length == DammLayout.PoolSize
            && BinaryPrimitives.ReadUInt64LittleEndian(account.Data) == DammLayout.PoolDiscriminator;
        accountClass = isPool ? new AccountClass(VenueId.MeteoraDamm, AccountRole.Pool, account.Key) : default;
        return isPool;
    }

    /// <inheritdoc/>
    public override DecodeStatus Apply(AccountRole role, in AccountView account)
    {
        DecodeStatus status = role switch
        {
            AccountRole.Pool => ApplyPool(in account),
            AccountRole.MintA => TakeMint(in account, MintA, ref _mintA),
            AccountRole.MintB => TakeMint(in account, MintB, ref _mintB),
            AccountRole.VaultA => TakeVault(in account, _vaultAKey, ref _vaultA),
            AccountRole.VaultB => TakeVault(in account, _vaultBKey, ref _vaultB),
            _ => DecodeStatus.UnknownRole,
        };
        if (status != DecodeStatus.Ok) return status;
        Readiness = ComputeReadiness();
        Prepare();
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyPool(in AccountView account)
    {
        if (account.Owner != DammProgram.Id) return DecodeStatus.WrongOwner;
        ReadOnlySpan<byte> data = account.Data;
        if (data.Length != DammLayout.PoolSize) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != DammLayout.PoolDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        if (account.Key != Address) return DecodeStatus.WrongPool;
        if (data[DammLayout.LayoutVersion] > 1 || data[DammLayout.CollectFeeMode] > 2) return DecodeStatus.InvalidValue;

        ReadFees(data);
        ReadRange(data);
        _status = data[DammLayout.Status];
        _activationType = data[DammLayout.ActivationType];
        _activationPoint = BinaryPrimitives.ReadUInt64LittleEndian(data[DammLayout.ActivationPoint..]);
        _isToken2022A = data[DammLayout.MintAFlag] == 1;
        _isToken2022B = data[DammLayout.MintBFlag] == 1;
        _collectFeeMode = data[DammLayout.CollectFeeMode];
        _feeVersion = data[DammLayout.FeeVersion];
        _layoutVersion = data[DammLayout.LayoutVersion];
        _vaultAKey = Pubkey.Read(data, DammLayout.VaultA);
        _vaultBKey = Pubkey.Read(data, DammLayout.VaultB);
        MintA = Pubkey.Read(data, DammLayout.MintA);
        MintB = Pubkey.Read(data, DammLayout.MintB);
        _isDecoded = true;
        Hold();
        return DecodeStatus.Ok;
    }

    private void ReadFees(ReadOnlySpan<byte> data)
    {
        _baseFee = DammBaseFee.Read(data);
        _dynamicFee = DammDynamicFee.Read(data);
        _protocolFeePercent = data[DammLayout.ProtocolFeePercent];
        _referralFeePercent = data[DammLayout.ReferralFeePercent];
        _compoundingFeeBps = BinaryPrimitives.ReadUInt16LittleEndian(data[DammLayout.CompoundingFeeBps..]);
        _initialSqrtPrice = BinaryPrimitives.ReadUInt128LittleEndian(data[DammLayout.InitialSqrtPrice..]);
        _protocolFeeA = BinaryPrimitives.ReadUInt64LittleEndian(data[DammLayout.ProtocolFeeA..]);
        _protocolFeeB = BinaryPrimitives.ReadUInt64LittleEndian(data[DammLayout.ProtocolFeeB..]);
        _feeAPerLiquidity = Read256(data[DammLayout.FeeAPerLiquidity..]);
        _feeBPerLiquidity = Read256(data[DammLayout.FeeBPerLiquidity..]);
        _metricsLpA = BinaryPrimitives.ReadUInt128LittleEndian(data[DammLayout.MetricsLpA..]);
        _metricsLpB = BinaryPrimitives.ReadUInt128LittleEndian(data[DammLayout.MetricsLpB..]);
        _metricsProtocolA = BinaryPrimitives.ReadUInt64LittleEndian(data[DammLayout.MetricsProtocolA..]);
        _metricsProtocolB = BinaryPrimitives.ReadUInt64LittleEndian(data[DammLayout.MetricsProtocolB..]);
    }

    private void ReadRange(ReadOnlySpan<byte> data)
    {
        _liquidity = BinaryPrimitives.ReadUInt128LittleEndian(data[DammLayout.Liquidity..]);
        _sqrtPrice = BinaryPrimitives.ReadUInt128LittleEndian(data[DammLayout.SqrtPrice..]);
        _sqrtMin = BinaryPrimitives.ReadUInt128LittleEndian(data[DammLayout.SqrtMin..]);
        _sqrtMax = BinaryPrimitives.ReadUInt128LittleEndian(data[DammLayout.SqrtMax..]);
        _amountA = BinaryPrimitives.ReadUInt64LittleEndian(data[DammLayout.TokenAAmount..]);
        _amountB = BinaryPrimitives.ReadUInt64LittleEndian(data[DammLayout.TokenBAmount..]);
    }

    private QuoteStatus ComputeReadiness()
    {
        if (!_isDecoded) return QuoteStatus.Incomplete;
        if (_mintA.IsRefused || _mintB.IsRefused) return QuoteStatus.UnsupportedMint;
        if ((_isToken2022A && !_mintA.IsKnown) || (_isToken2022B && !_mintB.IsKnown)) return QuoteStatus.Incomplete;
        if (_vaultA.IsFrozen || _vaultB.IsFrozen) return QuoteStatus.Frozen;
        if (!_baseFee.IsKnownMode || _activationType > 1 || _feeVersion > 1) return QuoteStatus.UnsupportedPool;
        bool isInRange = IsCompounding || (_sqrtMin <= _sqrtPrice && _sqrtPrice <= _sqrtMax);
        if (!isInRange) return QuoteStatus.InvalidState;
        return _status == 0 ? QuoteStatus.Ok : QuoteStatus.SwapDisabled;
    }
}
