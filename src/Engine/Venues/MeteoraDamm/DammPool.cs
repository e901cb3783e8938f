using System;
using System.Buffers.Binary;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>
/// A Meteora DAMM v2 pool: one liquidity range (or constant product in the compounding mode), so a quote is a handful
/// of wide multiplications and divisions whatever its size. Fee schedulers by time and market cap, rate limiter,
/// volatility fee, fee on output or on B only, Token-2022. Owner thread: the market group's. Nothing allocates. Not
/// modelled: the whitelisted vault's earlier opening, the single-swap check of the rate limiter (a transaction must
/// not swap twice in such a pool), rewards.
/// </summary>
public sealed partial class DammPool : Pool
{
    private DammBaseFee _baseFee;
    private DammDynamicFee _dynamicFee;
    private UInt128 _liquidity;
    private UInt128 _sqrtPrice;
    private UInt128 _sqrtMin;
    private UInt128 _sqrtMax;
    private UInt128 _initialSqrtPrice;
    private UInt256 _feeAPerLiquidity;
    private UInt256 _feeBPerLiquidity;
    private UInt128 _metricsLpA;
    private UInt128 _metricsLpB;
    private ulong _metricsProtocolA;
    private ulong _metricsProtocolB;
    private ulong _amountA;
    private ulong _amountB;
    private ulong _protocolFeeA;
    private ulong _protocolFeeB;
    private ulong _activationPoint;
    private ulong _latestPoint;
    private Pubkey _vaultAKey;
    private Pubkey _vaultBKey;
    private TokenAccountInfo _vaultA;
    private TokenAccountInfo _vaultB;
    private MintInfo _mintA;
    private MintInfo _mintB;
    private ushort _compoundingFeeBps;
    private byte _protocolFeePercent;
    private byte _referralFeePercent;
    private byte _activationType;
    private byte _status;
    private byte _collectFeeMode;
    private byte _feeVersion;
    private byte _layoutVersion;
    private bool _isToken2022A;
    private bool _isToken2022B;
    private bool _isDecoded;

    /// <summary>An empty pool.</summary>
    public DammPool(in Pubkey address) : base(VenueId.MeteoraDamm, in address)
    {
    }

    /// <inheritdoc/>
    public override SwapWorkClass WorkClass =>
        WorkClassOf(_isToken2022A, _isToken2022B, IsCompounding);

    /// <summary>
    /// True while a schedule or the opening still lies ahead of the latest clock a quote was asked with, or a
    /// transfer fee changes with the epoch. The volatility fee is not a function of the clock (see DammDynamicFee).
    /// </summary>
    public override bool IsTimeDependent => _latestPoint < _activationPoint
        || _latestPoint < _baseFee.SettledPoint(_activationPoint)
        || ChangesWithEpoch(in _mintA) || ChangesWithEpoch(in _mintB);

    private bool IsCompounding => _collectFeeMode == 2;

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination)
    {
        if (!_isDecoded) return 0;
        int count = 0;
        Add(destination, ref count, MintA, AccountRole.MintA, _isToken2022A);
        Add(destination, ref count, MintB, AccountRole.MintB, _isToken2022B);
        Add(destination, ref count, _vaultAKey, AccountRole.VaultA, false);
        Add(destination, ref count, _vaultBKey, AccountRole.VaultB, false);
        return count;
    }

    /// <inheritdoc/>
    public override bool TryWriteState(in Pubkey key, Span<byte> data)
    {
        if (key == _vaultAKey && _vaultA.IsKnown) return _vaultA.TryWrite(data);
        if (key == _vaultBKey && _vaultB.IsKnown) return _vaultB.TryWrite(data);
        if (key != Address || data.Length != DammLayout.PoolSize) return false;
        _dynamicFee.Write(data);
        BinaryPrimitives.WriteUInt64LittleEndian(data[DammLayout.ProtocolFeeA..], _protocolFeeA);
        BinaryPrimitives.WriteUInt64LittleEndian(data[DammLayout.ProtocolFeeB..], _protocolFeeB);
        BinaryPrimitives.WriteUInt128LittleEndian(data[DammLayout.SqrtPrice..], _sqrtPrice);
        Write256(data[DammLayout.FeeAPerLiquidity..], in _feeAPerLiquidity);
        Write256(data[DammLayout.FeeBPerLiquidity..], in _feeBPerLiquidity);
        BinaryPrimitives.WriteUInt128LittleEndian(data[DammLayout.MetricsLpA..], _metricsLpA);
        BinaryPrimitives.WriteUInt128LittleEndian(data[DammLayout.MetricsLpB..], _metricsLpB);
        BinaryPrimitives.WriteUInt64LittleEndian(data[DammLayout.MetricsProtocolA..], _metricsProtocolA);
        BinaryPrimitives.WriteUInt64LittleEndian(data[DammLayout.MetricsProtocolB..], _metricsProtocolB);
        BinaryPrimitives.WriteUInt64LittleEndian(data[DammLayout.TokenAAmount..], _amountA);
        BinaryPrimitives.WriteUInt64LittleEndian(data[DammLayout.TokenBAmount..], _amountB);
        data[DammLayout.LayoutVersion] = _layoutVersion;
        return true;
    }

    /// <inheritdoc/>
    public override bool IsModelled(AccountRole role, int offset) => role switch
    {
        // Everything in the pool account but parameters, keys and reward state.
        AccountRole.Pool => offset is (>= DammLayout.DynamicLastUpdate and < DammLayout.DynamicLastUpdate + 8)
            or (>= DammLayout.DynamicPriceReference and < DammLayout.InitialSqrtPrice)
            or (>= DammLayout.ProtocolFeeA and < DammLayout.ProtocolFeeB + 8)
            or (>= DammLayout.SqrtPrice and < DammLayout.SqrtPrice + 16)
            or (>= DammLayout.FeeAPerLiquidity and < DammLayout.FeeBPerLiquidity + 32)
            or (>= DammLayout.MetricsLpA and < DammLayout.MetricsProtocolB + 8)
            or (>= DammLayout.TokenAAmount and <= DammLayout.LayoutVersion),
        AccountRole.VaultA => _vaultA.IsTransferState(offset),
        AccountRole.VaultB => _vaultB.IsTransferState(offset),
        _ => false,
    };

    private static bool ChangesWithEpoch(in MintInfo mint) => mint.HasTransferFee
        && (mint.OlderFee.FeeBps != mint.NewerFee.FeeBps || mint.OlderFee.MaximumRaw != mint.NewerFee.MaximumRaw);

    private static UInt256 Read256(ReadOnlySpan<byte> data) => new(
        BinaryPrimitives.ReadUInt128LittleEndian(data[16..]), BinaryPrimitives.ReadUInt128LittleEndian(data));

    private static void Write256(Span<byte> data, in UInt256 value)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(data, value.Low);
        BinaryPrimitives.WriteUInt128LittleEndian(data[16..], value.High);
    }
}
