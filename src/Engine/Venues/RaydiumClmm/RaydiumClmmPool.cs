using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>
/// A Raydium CLMM pool: concentrated liquidity with a static or dynamic fee on the input or one fixed token, limit
/// orders at
/// ticks, Token-2022 transfer fees. Side A is token 0, side B is token 1. Apply the pool account first.
/// A quote is what the program answers to the instruction <see cref="WriteSwap"/> writes: the first initialized tick
/// array
/// and the next ones in the direction, as the pool's bitmaps list them; one that was never seen ends the walk with a
/// status.
/// Owner thread: the market group's. Bounds: see <see cref="TickStore"/>; about 40 KB a pool.
/// </summary>
public sealed partial class RaydiumClmmPool : ConcentratedPool
{
    // Below this spacing the pool's own bitmap does not span all ticks. Source: pool.rs, tick_spacing >= 15.
    private const int SpacingWithoutExtension = 15;

    // A fee sum up to this can take the fee of any swap that a mint's supply allows.
    private const ulong HighFeeSum = ulong.MaxValue >> 1;

    private readonly RaydiumArrayBitmap _bitmap = new();
    private readonly Pubkey _extensionKey;

    private bool _isExtensionPinned;
    private bool _isConfigKnown;
    private ArrayKnowledge _extension;
    private byte _status;
    private byte _feeOn;
    private uint _tradeFeeRate;
    private uint _protocolFeeRate;
    private uint _fundFeeRate;
    private ulong _openTime;
    private UInt128 _feeGrowth0;
    private UInt128 _feeGrowth1;
    private ulong _protocolFees0;
    private ulong _protocolFees1;
    private ulong _fundFees0;
    private ulong _fundFees1;
    private bool _areFeeSumsHigh;
    private Pubkey _configKey;
    private Pubkey _observationKey;
    private RaydiumDynamicFee _dynamicFee;

    private Cursor _endDown;
    private Cursor _endUp;
    private Start _startDown;
    private Start _startUp;

    /// <summary>
    /// A pool that was not decoded yet; derives its extension's address (allocates: call at
    /// registration).
    /// </summary>
    public RaydiumClmmPool(in Pubkey address)
        : base(VenueId.RaydiumClmm, address, RaydiumClmmLayout.TicksInArray, ArraySeedForm.TickBigEndian,
            MaxArraysPerSwap, new TickOrders())
    {
        _ = ProgramAddress.TryFind(
            RaydiumClmmLayout.ProgramId, "pool_tick_array_bitmap_extension"u8, address, out _extensionKey, out _);
    }

    /// <summary>Program to quote for; the current one unless a test or an old capture says otherwise.</summary>
    public RaydiumClmmRevision Revision
    {
        get;
        set
        {
            field = value;
            ForgetStarts();
        }
    } = RaydiumClmmRevision.Current;

    /// <inheritdoc/>
    public override bool IsTimeDependent => _dynamicFee.IsEnabled;

    /// <inheritdoc/>
    internal override bool IsSameAt(in ChainClock before, in ChainClock now)
    {
        if (before == now) return true;
        ulong earlier = (ulong)System.Math.Min(before.UnixTimestamp, now.UnixTimestamp);
        if (!_dynamicFee.IsEnabled || before.Epoch != now.Epoch || earlier <= _openTime) return false;
        RaydiumDynamicFee first = _dynamicFee;
        RaydiumDynamicFee second = _dynamicFee;
        const int Index = int.MinValue; // whichever the tick's is: no reference is this one
        first.UpdateReference(Index, (ulong)before.UnixTimestamp);
        second.UpdateReference(Index, (ulong)now.UnixTimestamp);
        return first.VolatilityReference == second.VolatilityReference && first.IndexReference == second.IndexReference;
    }

    private protected override bool HasOwnAccounts => _isConfigKnown;

    private protected override bool IsSwapDisabled => (_status & RaydiumClmmLayout.StatusSwapDisabled) != 0;

    private bool IsOld => Revision == RaydiumClmmRevision.April2024;

    /// <summary>True if the account is of this program; tells its role and, where the bytes say so, its pool.</summary>
    internal static bool TryClassify(in AccountView account, out AccountClass accountClass)
    {
        accountClass = default;
        if (account.Owner != RaydiumClmmLayout.ProgramId) return false;
        if (!RaydiumClmmLayout.TryClassify(account, out AccountRole role, out Pubkey pool)) return false;
        accountClass = new AccountClass(VenueId.RaydiumClmm, role, pool);
        return true;
    }

    /// <summary>
    /// As the base; the bitmap extension's address among <paramref name="arrays"/> says that the instruction names it.
    /// </summary>
    public override void PinArrays(ReadOnlySpan<Pubkey> arrays)
    {
        ForgetStarts();
        PinnedCount = 0;
        _isExtensionPinned = false;
        foreach (Pubkey key in arrays)
        {
            if (key == _extensionKey) _isExtensionPinned = true;
            else if (PinnedCount < Pinned.Length) Pinned[PinnedCount++] = key;
        }
    }

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination)
    {
        if (!IsPoolKnown) return 0;
        int count = 0;
        AddTokens(destination, ref count);
        Add(destination, ref count, _configKey, AccountRole.Config, true);
        Add(destination, ref count, _extensionKey, AccountRole.BitmapExtension, false);
        int current = NumberOf(CurrentTick);
        if (_bitmap.IsSet(current)) AddArray(destination, ref count, current);
        for (int direction = 0; direction < 2; direction++)
        {
            bool isDown = direction == 0;
            int number = current;
            for (int i = 0; i < WatchedArrays && TryNextSet(number, isDown, out number); i++)
                AddArray(destination, ref count, number);
        }

        return count;
    }

    private protected override DecodeStatus DecodePool(ReadOnlySpan<byte> data)
    {
        data = data[..RaydiumClmmLayout.PoolSizeBytes]; // PERF: one check, and no offset needs its own
        ushort spacing = BinaryPrimitives.ReadUInt16LittleEndian(data[RaydiumClmmLayout.TickSpacing..]);
        UInt128 price = BinaryPrimitives.ReadUInt128LittleEndian(data[RaydiumClmmLayout.SqrtPrice..]);
        int tick = BinaryPrimitives.ReadInt32LittleEndian(data[RaydiumClmmLayout.TickCurrent..]);
        if (spacing == 0 || tick is < TickMath.MinTick or > TickMath.MaxTick) return DecodeStatus.InvalidValue;
        if (price < RaydiumTickMath.MinSqrtPriceX64 || price > RaydiumTickMath.MaxSqrtPriceX64)
            return DecodeStatus.InvalidValue;
        if (!RaydiumDynamicFee.TryRead(data, spacing, out RaydiumDynamicFee fee)) return DecodeStatus.InvalidValue;

        SetSpacing(spacing);
        PriceX64 = price;
        CurrentTick = tick;
        _dynamicFee = fee;
        Liquidity = BinaryPrimitives.ReadUInt128LittleEndian(data[RaydiumClmmLayout.Liquidity..]);
        _feeGrowth0 = BinaryPrimitives.ReadUInt128LittleEndian(data[RaydiumClmmLayout.FeeGrowth0..]);
        _feeGrowth1 = BinaryPrimitives.ReadUInt128LittleEndian(data[RaydiumClmmLayout.FeeGrowth1..]);
        _protocolFees0 = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumClmmLayout.ProtocolFees0..]);
        _protocolFees1 = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumClmmLayout.ProtocolFees1..]);
        _fundFees0 = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumClmmLayout.FundFees0..]);
        _fundFees1 = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumClmmLayout.FundFees1..]);
        _areFeeSumsHigh = AreFeeSumsHigh();
        _openTime = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumClmmLayout.OpenTime..]);
        _status = data[RaydiumClmmLayout.Status];
        _feeOn = data[RaydiumClmmLayout.FeeOn];
        _bitmap.ReadOwn(data.Slice(RaydiumClmmLayout.Bitmap, RaydiumClmmLayout.BitmapWords * sizeof(ulong)));
        _observationKey = Pubkey.Read(data, RaydiumClmmLayout.Observation);
        Pubkey config = Pubkey.Read(data, RaydiumClmmLayout.Config);
        if (config != _configKey) _isConfigKnown = false;
        _configKey = config;
        return DecodeStatus.Ok;
    }

    private protected override bool TryReadPrice(ReadOnlySpan<byte> data, out UInt128 priceX64, out uint feeRate)
    {
        data = data[..RaydiumClmmLayout.PoolSizeBytes];
        priceX64 = BinaryPrimitives.ReadUInt128LittleEndian(data[RaydiumClmmLayout.SqrtPrice..]);
        feeRate = System.Math.Min(_tradeFeeRate, RaydiumDynamicFee.FeeRateMax);
        return _isConfigKnown && Pubkey.Read(data, RaydiumClmmLayout.Config) == _configKey
            && BinaryPrimitives.ReadUInt128LittleEndian(data[RaydiumClmmLayout.Liquidity..]) != UInt128.Zero;
    }

    private protected override DecodeStatus ApplyOther(AccountRole role, in AccountView account) => role switch
    {
        AccountRole.Config => ApplyConfig(account),
        AccountRole.BitmapExtension => ApplyExtension(account),
        _ => DecodeStatus.UnknownRole,
    };

    private DecodeStatus ApplyConfig(in AccountView account)
    {
        if (!IsPoolKnown || account.Key != _configKey) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            _isConfigKnown = false;
            return DecodeStatus.Ok;
        }

        ReadOnlySpan<byte> data = account.Data;
        if (account.Owner != RaydiumClmmLayout.ProgramId) return DecodeStatus.WrongOwner;
        if (data.Length != RaydiumClmmLayout.ConfigSizeBytes) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != RaydiumClmmLayout.ConfigDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        uint trade = BinaryPrimitives.ReadUInt32LittleEndian(data[RaydiumClmmLayout.ConfigTradeFeeRate..]);
        uint protocol = BinaryPrimitives.ReadUInt32LittleEndian(data[RaydiumClmmLayout.ConfigProtocolFeeRate..]);
        uint fund = BinaryPrimitives.ReadUInt32LittleEndian(data[RaydiumClmmLayout.ConfigFundFeeRate..]);
        if (trade >= FeeOne || (ulong)protocol + fund > FeeOne) return DecodeStatus.InvalidValue;
        _tradeFeeRate = trade;
        _protocolFeeRate = protocol;
        _fundFeeRate = fund;
        _isConfigKnown = true;
        return DecodeStatus.Ok;
    }

    private void AddArray(Span<AccountDependency> destination, ref int count, int number) =>
        Add(destination, ref count, ArrayKey(number * Span), AccountRole.TickArray, false);
}
