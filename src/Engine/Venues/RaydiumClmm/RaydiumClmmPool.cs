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
public sealed partial class RaydiumClmmPool : Pool
{
    // Arrays to watch in each direction: a swap that needs more is larger than anything this engine sends.
    private const int WatchedArrays = 4;

    // Below this spacing the pool's own bitmap does not span all ticks. Source: pool.rs, tick_spacing >= 15.
    private const int SpacingWithoutExtension = 15;

    private const uint FeeOne = 1_000_000;

    private readonly TickStore _ticks = new() { Orders = new TickOrders() };
    private readonly RaydiumArrayBitmap _bitmap = new();
    private readonly PriceRanges _ranges = new();
    private readonly ArrayKeys _keys;
    private readonly Pubkey _extensionKey;
    private readonly Pubkey[] _pinned = new Pubkey[MaxArraysPerSwap];

    private int _pinnedCount = -1;
    private bool _isExtensionPinned;
    private bool _isPoolKnown;
    private bool _isConfigKnown;
    private ArrayKnowledge _extension;
    private byte _status;
    private byte _feeOn;
    private ushort _tickSpacing;
    private int _tick;
    private uint _tradeFeeRate;
    private uint _protocolFeeRate;
    private uint _fundFeeRate;
    private ulong _openTime;
    private UInt128 _liquidity;
    private UInt128 _priceX64;
    private UInt128 _feeGrowth0;
    private UInt128 _feeGrowth1;
    private ulong _protocolFees0;
    private ulong _protocolFees1;
    private ulong _fundFees0;
    private ulong _fundFees1;
    private Pubkey _configKey;
    private Pubkey _observationKey;
    private Pubkey _vaultKey0;
    private Pubkey _vaultKey1;
    private TokenAccountInfo _vault0;
    private TokenAccountInfo _vault1;
    private ulong _stateSlot;
    private MintInfo _mint0;
    private MintInfo _mint1;
    private RaydiumDynamicFee _dynamicFee;

    // PERF: as in WhirlpoolPool, found once a state (bit 0: down), not once a quote (RaydiumClmmBenchmarks.Quote).
    private int _knownStarts;

    // As above: directions whose first array is still the one that was opened, its ticks unchanged.
    private int _knownFirst;
    private Start _startDown;
    private Start _startUp;

    /// <summary>
    /// A pool that was not decoded yet; derives its extension's address (allocates: call at
    /// registration).
    /// </summary>
    public RaydiumClmmPool(in Pubkey address)
        : base(VenueId.RaydiumClmm, address)
    {
        _keys = new ArrayKeys(RaydiumClmmLayout.ProgramId, address, ArraySeedForm.TickBigEndian);
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
    public override SwapWorkClass WorkClass =>
        WorkClassOf(_mint0.Program == TokenProgramKind.Token2022, _mint1.Program == TokenProgramKind.Token2022,
            _dynamicFee.IsEnabled);

    /// <inheritdoc/>
    public override bool IsTimeDependent => _dynamicFee.IsEnabled;

    private int Span => _tickSpacing * RaydiumClmmLayout.TicksInArray;

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

    /// <inheritdoc/>
    public override void MarkArraysComplete()
    {
        _ticks.IsComplete = true;
        ForgetStarts();
    }

    /// <summary>
    /// As the base; the bitmap extension's address among <paramref name="arrays"/> says that the instruction names it.
    /// </summary>
    public override void PinArrays(ReadOnlySpan<Pubkey> arrays)
    {
        ForgetStarts();
        _pinnedCount = 0;
        _isExtensionPinned = false;
        foreach (Pubkey key in arrays)
        {
            if (key == _extensionKey) _isExtensionPinned = true;
            else if (_pinnedCount < _pinned.Length) _pinned[_pinnedCount++] = key;
        }
    }

    /// <inheritdoc/>
    public override void UnpinArrays()
    {
        _pinnedCount = -1;
        ForgetStarts();
    }

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination)
    {
        if (!_isPoolKnown) return 0;
        int count = 0;
        Add(destination, ref count, _vaultKey0, AccountRole.VaultA, true);
        Add(destination, ref count, _vaultKey1, AccountRole.VaultB, true);
        Add(destination, ref count, MintA, AccountRole.MintA, true);
        Add(destination, ref count, MintB, AccountRole.MintB, true);
        Add(destination, ref count, _configKey, AccountRole.Config, true);
        Add(destination, ref count, _extensionKey, AccountRole.BitmapExtension, false);
        int current = NumberOf(_tick);
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

    /// <inheritdoc/>
    public override DecodeStatus Apply(AccountRole role, in AccountView account)
    {
        _knownStarts = 0;
        if (role == AccountRole.TickArray) _knownFirst = 0;
        DecodeStatus status = role switch
        {
            AccountRole.Pool => ApplyPool(account),
            AccountRole.VaultA => ApplyVault(account, _vaultKey0, MintA, ref _vault0),
            AccountRole.VaultB => ApplyVault(account, _vaultKey1, MintB, ref _vault1),
            AccountRole.MintA => ApplyMint(account, MintA, ref _mint0),
            AccountRole.MintB => ApplyMint(account, MintB, ref _mint1),
            AccountRole.Config => ApplyConfig(account),
            AccountRole.BitmapExtension => ApplyExtension(account),
            AccountRole.TickArray => account.Exists ? ApplyArray(account) : ApplyAbsentArray(account.Key),
            _ => DecodeStatus.UnknownRole,
        };
        if (status == DecodeStatus.Ok) Readiness = ComputeReadiness();
        return status;
    }

    private QuoteStatus ComputeReadiness()
    {
        if (!_isPoolKnown || !_isConfigKnown || !_vault0.IsKnown || !_vault1.IsKnown) return QuoteStatus.Incomplete;
        if (!_mint0.IsKnown || !_mint1.IsKnown) return QuoteStatus.Incomplete;
        if (_mint0.IsRefused || _mint1.IsRefused) return QuoteStatus.UnsupportedMint;
        if ((_status & RaydiumClmmLayout.StatusSwapDisabled) != 0) return QuoteStatus.SwapDisabled;
        return _vault0.IsFrozen || _vault1.IsFrozen ? QuoteStatus.Frozen : QuoteStatus.Ok;
    }

    private DecodeStatus ApplyPool(in AccountView account)
    {
        if (account.Key != Address) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            _isPoolKnown = false;
            return DecodeStatus.Ok;
        }

        ReadOnlySpan<byte> data = account.Data;
        if (account.Owner != RaydiumClmmLayout.ProgramId) return DecodeStatus.WrongOwner;
        if (data.Length != RaydiumClmmLayout.PoolSizeBytes) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != RaydiumClmmLayout.PoolDiscriminator)
            return DecodeStatus.WrongDiscriminator;

        ushort spacing = BinaryPrimitives.ReadUInt16LittleEndian(data[RaydiumClmmLayout.TickSpacing..]);
        UInt128 price = BinaryPrimitives.ReadUInt128LittleEndian(data[RaydiumClmmLayout.SqrtPrice..]);
        int tick = BinaryPrimitives.ReadInt32LittleEndian(data[RaydiumClmmLayout.TickCurrent..]);
        if (spacing == 0 || tick is < TickMath.MinTick or > TickMath.MaxTick) return DecodeStatus.InvalidValue;
        if (price < RaydiumTickMath.MinSqrtPriceX64 || price > RaydiumTickMath.MaxSqrtPriceX64)
            return DecodeStatus.InvalidValue;
        if (!RaydiumDynamicFee.TryRead(data, spacing, out RaydiumDynamicFee fee)) return DecodeStatus.InvalidValue;

        if (_tickSpacing != spacing)
        {
            _ticks.Clear();
            _knownFirst = 0;
        }

        _tickSpacing = spacing;
        _priceX64 = price;
        _tick = tick;
        _dynamicFee = fee;
        _liquidity = BinaryPrimitives.ReadUInt128LittleEndian(data[RaydiumClmmLayout.Liquidity..]);
        _feeGrowth0 = BinaryPrimitives.ReadUInt128LittleEndian(data[RaydiumClmmLayout.FeeGrowth0..]);
        _feeGrowth1 = BinaryPrimitives.ReadUInt128LittleEndian(data[RaydiumClmmLayout.FeeGrowth1..]);
        _protocolFees0 = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumClmmLayout.ProtocolFees0..]);
        _protocolFees1 = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumClmmLayout.ProtocolFees1..]);
        _fundFees0 = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumClmmLayout.FundFees0..]);
        _fundFees1 = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumClmmLayout.FundFees1..]);
        _openTime = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumClmmLayout.OpenTime..]);
        _status = data[RaydiumClmmLayout.Status];
        _feeOn = data[RaydiumClmmLayout.FeeOn];
        _bitmap.ReadOwn(data.Slice(RaydiumClmmLayout.Bitmap, RaydiumClmmLayout.BitmapWords * sizeof(ulong)));
        MintA = Pubkey.Read(data, RaydiumClmmLayout.Mint0);
        MintB = Pubkey.Read(data, RaydiumClmmLayout.Mint1);
        _vaultKey0 = Pubkey.Read(data, RaydiumClmmLayout.Vault0);
        _vaultKey1 = Pubkey.Read(data, RaydiumClmmLayout.Vault1);
        _observationKey = Pubkey.Read(data, RaydiumClmmLayout.Observation);
        Pubkey config = Pubkey.Read(data, RaydiumClmmLayout.Config);
        if (config != _configKey) _isConfigKnown = false;
        _configKey = config;
        _stateSlot = account.Slot;
        _isPoolKnown = true;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyVault(in AccountView account, in Pubkey key, in Pubkey mint, ref TokenAccountInfo vault)
    {
        if (!_isPoolKnown || account.Key != key) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            vault = default;
            return DecodeStatus.Ok;
        }

        if (!TokenAccountInfo.TryDecode(account, out TokenAccountInfo decoded)) return DecodeStatus.InvalidValue;
        if (decoded.Mint != mint || decoded.Owner != Address) return DecodeStatus.WrongPool;
        vault = decoded;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyMint(in AccountView account, in Pubkey key, ref MintInfo mint)
    {
        if (!_isPoolKnown || account.Key != key) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            mint = default;
            return DecodeStatus.Ok;
        }

        if (!MintInfo.TryDecode(account, out MintInfo decoded)) return DecodeStatus.InvalidValue;
        mint = decoded;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyConfig(in AccountView account)
    {
        if (!_isPoolKnown || account.Key != _configKey) return DecodeStatus.WrongPool;
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

    private static void Add(
        Span<AccountDependency> destination, ref int count, in Pubkey key, AccountRole role, bool isRequired)
    {
        if (count < destination.Length) destination[count++] = new AccountDependency(key, role, isRequired);
    }

    private void AddArray(Span<AccountDependency> destination, ref int count, int number) =>
        Add(destination, ref count, ArrayKey(number * Span), AccountRole.TickArray, false);
}
