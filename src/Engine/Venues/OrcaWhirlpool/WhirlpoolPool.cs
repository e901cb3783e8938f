using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.OrcaWhirlpool;

/// <summary>
/// An Orca Whirlpool: concentrated liquidity with a static or adaptive fee, fixed and dynamic tick arrays, Token-2022
/// transfer fees. Apply the pool account first: tick arrays, vaults and mints are checked against it.
/// A quote is what the program answers to the instruction <see cref="WriteSwap"/> writes: at most three tick arrays
/// from
/// the current one on; an array that is known not to exist counts as empty, one that was never seen ends the walk.
/// Owner thread: the market group's. Bounds: see <see cref="TickStore"/>; about 29 KB a pool.
/// </summary>
public sealed partial class WhirlpoolPool : Pool
{
    // Arrays around the current one whose absence is recognised by address: the three of either direction and one
    // spare.
    private const int WatchedArrays = 4;

    // Three tick arrays and at most three supplements (util/v2/remaining_accounts_utils.rs).
    private const int MaxPinned = 6;

    private readonly TickStore _ticks = new();
    private readonly PriceRanges _ranges = new();
    private readonly ArrayKeys _keys;
    private readonly Pubkey _oracleKey;
    private readonly Pubkey[] _pinned = new Pubkey[MaxPinned];
    private int _pinnedCount = -1;

    private bool _isPoolKnown;
    private bool _isOracleKnown;
    private bool _isAdaptive;
    private ushort _tickSpacing;
    private ushort _feeRate;
    private ushort _protocolFeeRate;
    private int _tick;
    private UInt128 _liquidity;
    private UInt128 _priceX64;
    private UInt128 _feeGrowthA;
    private UInt128 _feeGrowthB;
    private ulong _protocolFeeA;
    private ulong _protocolFeeB;
    private ulong _rewardTimestamp;
    private RewardsBlock _rewards;
    private Pubkey _vaultKeyA;
    private Pubkey _vaultKeyB;
    private TokenAccountInfo _vaultA;
    private TokenAccountInfo _vaultB;
    private ulong _stateSlot;
    private MintInfo _mintInfoA;
    private MintInfo _mintInfoB;
    private WhirlpoolAdaptiveFee _fee;

    // As the latest walk leaves it; taken over by Execute.
    private WhirlpoolAdaptiveFee _feeAfter;

    // PERF: the walk's start per direction (bit 0: down) is found once a state, not once a quote
    // (WhirlpoolBenchmarks.Quote): sizing asks many quotes of one state.
    private int _knownSequences;

    // PERF: and the arrays behind it until one of them changes or the price leaves the first: most updates only move
    // the price (WhirlpoolBenchmarks.DecodePoolThenQuote).
    private int _knownArrays;
    private Sequence _sequenceDown;
    private Sequence _sequenceUp;

    /// <summary>
    /// A pool that was not decoded yet; derives its oracle's address (allocates: call at
    /// registration).
    /// </summary>
    public WhirlpoolPool(in Pubkey address)
        : base(VenueId.OrcaWhirlpool, address)
    {
        _keys = new ArrayKeys(WhirlpoolLayout.ProgramId, address, ArraySeedForm.TickDecimalText);
        _ = ProgramAddress.TryFind(WhirlpoolLayout.ProgramId, "oracle"u8, address, out _oracleKey, out _);
    }

    /// <inheritdoc/>
    public override SwapWorkClass WorkClass =>
        WorkClassOf(_mintInfoA.Program == TokenProgramKind.Token2022, _mintInfoB.Program == TokenProgramKind.Token2022,
            _isAdaptive);

    /// <inheritdoc/>
    public override bool IsTimeDependent => _isAdaptive;

    /// <inheritdoc/>
    public override long EarliestUnixTimestamp => (long)System.Math.Min(_rewardTimestamp, long.MaxValue);

    /// <summary>True if the account is of this program; tells its role and pool.</summary>
    internal static bool TryClassify(in AccountView account, out AccountClass accountClass)
    {
        accountClass = default;
        if (account.Owner != WhirlpoolLayout.ProgramId) return false;
        if (!WhirlpoolLayout.TryClassify(account, out AccountRole role, out Pubkey pool)) return false;
        accountClass = new AccountClass(VenueId.OrcaWhirlpool, role, pool);
        return true;
    }

    private int Span => _tickSpacing * WhirlpoolLayout.TicksInArray;

    /// <inheritdoc/>
    public override void MarkArraysComplete()
    {
        _ticks.IsComplete = true;
        ForgetArrays();
    }

    /// <inheritdoc/>
    public override void PinArrays(ReadOnlySpan<Pubkey> arrays)
    {
        ForgetArrays();
        _pinnedCount = System.Math.Min(arrays.Length, MaxPinned);
        arrays[.._pinnedCount].CopyTo(_pinned);
    }

    /// <inheritdoc/>
    public override void UnpinArrays()
    {
        _pinnedCount = -1;
        ForgetArrays();
    }

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination)
    {
        if (!_isPoolKnown) return 0;
        int count = 0;
        Add(destination, ref count, _vaultKeyA, AccountRole.VaultA, true);
        Add(destination, ref count, _vaultKeyB, AccountRole.VaultB, true);
        Add(destination, ref count, MintA, AccountRole.MintA, true);
        Add(destination, ref count, MintB, AccountRole.MintB, true);
        Add(destination, ref count, _oracleKey, AccountRole.Oracle, _isAdaptive);
        int current = CurrentArray;
        for (int i = 0; i <= WatchedArrays - 1; i++)
        {
            AddArray(destination, ref count, current + (i * Span), i == 0);
            if (i != 0) AddArray(destination, ref count, current - (i * Span), false);
        }

        return count;
    }

    /// <inheritdoc/>
    public override DecodeStatus Apply(AccountRole role, in AccountView account)
    {
        _knownSequences = 0;
        if (role == AccountRole.TickArray) _knownArrays = 0;
        DecodeStatus status = role switch
        {
            AccountRole.Pool => ApplyPool(account),
            AccountRole.VaultA => ApplyVault(account, _vaultKeyA, MintA, ref _vaultA),
            AccountRole.VaultB => ApplyVault(account, _vaultKeyB, MintB, ref _vaultB),
            AccountRole.MintA => ApplyMint(account, MintA, ref _mintInfoA),
            AccountRole.MintB => ApplyMint(account, MintB, ref _mintInfoB),
            AccountRole.Oracle => ApplyOracle(account),
            AccountRole.TickArray => account.Exists ? ApplyArray(account) : ApplyAbsentArray(account.Key),
            _ => DecodeStatus.UnknownRole,
        };
        if (status == DecodeStatus.Ok) Readiness = ComputeReadiness();
        return status;
    }

    private int CurrentArray => WhirlpoolFeeWalk.FloorDivide(_tick, Span) * Span;

    private QuoteStatus ComputeReadiness()
    {
        if (!_isPoolKnown || !_vaultA.IsKnown || !_vaultB.IsKnown) return QuoteStatus.Incomplete;
        if (!_mintInfoA.IsKnown || !_mintInfoB.IsKnown) return QuoteStatus.Incomplete;
        if (_isAdaptive && !_isOracleKnown) return QuoteStatus.Incomplete;
        if (_mintInfoA.IsRefused || _mintInfoB.IsRefused) return QuoteStatus.UnsupportedMint;
        return _vaultA.IsFrozen || _vaultB.IsFrozen ? QuoteStatus.Frozen : QuoteStatus.Ok;
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
        if (account.Owner != WhirlpoolLayout.ProgramId) return DecodeStatus.WrongOwner;
        if (data.Length != WhirlpoolLayout.PoolSizeBytes) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != WhirlpoolLayout.PoolDiscriminator)
            return DecodeStatus.WrongDiscriminator;

        ushort spacing = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.TickSpacing..]);
        UInt128 price = BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.SqrtPrice..]);
        int tick = BinaryPrimitives.ReadInt32LittleEndian(data[WhirlpoolLayout.TickCurrent..]);
        ushort protocolRate = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.ProtocolFeeRate..]);
        if (spacing == 0 || protocolRate > 10_000) return DecodeStatus.InvalidValue;
        if (price < WhirlpoolTickMath.MinSqrtPriceX64 || price > WhirlpoolTickMath.MaxSqrtPriceX64)
            return DecodeStatus.InvalidValue;
        // A swap down to the lowest price leaves the tick below it.
        if (tick is < TickMath.MinTick - 1 or > TickMath.MaxTick) return DecodeStatus.InvalidValue;

        if (_tickSpacing != spacing)
        {
            _ticks.Clear();
            _knownArrays = 0;
        }

        _tickSpacing = spacing;
        _priceX64 = price;
        _tick = tick;
        _feeRate = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.FeeRate..]);
        _protocolFeeRate = protocolRate;
        _isAdaptive = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.FeeTierIndex..]) != spacing;
        _liquidity = BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.Liquidity..]);
        _feeGrowthA = BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.FeeGrowthGlobalA..]);
        _feeGrowthB = BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.FeeGrowthGlobalB..]);
        _protocolFeeA = BinaryPrimitives.ReadUInt64LittleEndian(data[WhirlpoolLayout.ProtocolFeeOwedA..]);
        _protocolFeeB = BinaryPrimitives.ReadUInt64LittleEndian(data[WhirlpoolLayout.ProtocolFeeOwedB..]);
        _rewardTimestamp = BinaryPrimitives.ReadUInt64LittleEndian(data[WhirlpoolLayout.RewardTimestamp..]);
        for (int i = 0; i < WhirlpoolLayout.RewardCount; i++) _rewards[i] = Reward.Read(data, i);
        MintA = Pubkey.Read(data, WhirlpoolLayout.MintA);
        MintB = Pubkey.Read(data, WhirlpoolLayout.MintB);
        _vaultKeyA = Pubkey.Read(data, WhirlpoolLayout.VaultA);
        _vaultKeyB = Pubkey.Read(data, WhirlpoolLayout.VaultB);
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

    private DecodeStatus ApplyOracle(in AccountView account)
    {
        if (!_isPoolKnown || account.Key != _oracleKey) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            // Pools with a static fee have none.
            _isOracleKnown = false;
            return DecodeStatus.Ok;
        }

        ReadOnlySpan<byte> data = account.Data;
        if (account.Owner != WhirlpoolLayout.ProgramId) return DecodeStatus.WrongOwner;
        if (data.Length != WhirlpoolLayout.OracleSizeBytes) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != WhirlpoolLayout.OracleDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        if (Pubkey.Read(data, WhirlpoolLayout.OracleWhirlpool) != Address) return DecodeStatus.WrongPool;
        if (!WhirlpoolAdaptiveFee.TryRead(data, out WhirlpoolAdaptiveFee fee)) return DecodeStatus.InvalidValue;
        _fee = fee;
        _isOracleKnown = true;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyAbsentArray(in Pubkey key)
    {
        if (!_isPoolKnown) return DecodeStatus.WrongPool;
        if (!_ticks.TryFindStart(key, out int start) && !TryFindWatched(key, out start)) return DecodeStatus.WrongPool;
        return _ticks.TryReplace(start, Span, key, false, 0, out _) ? DecodeStatus.Ok : DecodeStatus.Full;
    }

    private bool TryFindWatched(in Pubkey key, out int start)
    {
        for (int i = -WatchedArrays; i <= WatchedArrays; i++)
        {
            start = CurrentArray + (i * Span);
            if (IsValidStart(start) && _keys.Get(start, Span) == key) return true;
        }

        start = 0;
        return false;
    }

    // Source: whirlpools@630c0e01 state/tick.rs check_is_valid_start_tick.
    private bool IsValidStart(int start)
    {
        int span = Span;
        if (start > TickMath.MaxTick) return false;
        if (start < TickMath.MinTick) return start == TickMath.MinTick - ((TickMath.MinTick % span) + span);
        return start % span == 0;
    }

    private static void Add(
        Span<AccountDependency> destination, ref int count, in Pubkey key, AccountRole role, bool isRequired)
    {
        if (count < destination.Length) destination[count++] = new AccountDependency(key, role, isRequired);
    }

    private void AddArray(Span<AccountDependency> destination, ref int count, int start, bool isRequired)
    {
        if (IsValidStart(start))
            Add(destination, ref count, ArrayKey(start), AccountRole.TickArray, isRequired);
    }

    private bool IsPinned(int start) =>
        _pinnedCount < 0 || _pinned.AsSpan(0, _pinnedCount).Contains(ArrayKey(start));

    private Pubkey ArrayKey(int start) =>
        _ticks.TryGetKey(start, out Pubkey key) ? key : _keys.Get(start, Span);

    /// <summary>Emission state of one reward.</summary>
    private struct Reward
    {
        public bool IsInitialized;
        public UInt128 EmissionsX64;
        public UInt128 GrowthX64;

        public static Reward Read(ReadOnlySpan<byte> data, int index)
        {
            int offset = WhirlpoolLayout.Rewards + (index * WhirlpoolLayout.RewardSizeBytes);
            ReadOnlySpan<byte> reward = data.Slice(offset, WhirlpoolLayout.RewardSizeBytes);
            return new Reward
            {
                IsInitialized = !Pubkey.Read(reward, WhirlpoolLayout.RewardMint).IsZero,
                EmissionsX64 = BinaryPrimitives.ReadUInt128LittleEndian(reward[WhirlpoolLayout.RewardEmissions..]),
                GrowthX64 = BinaryPrimitives.ReadUInt128LittleEndian(reward[WhirlpoolLayout.RewardGrowth..]),
            };
        }
    }

    [System.Runtime.CompilerServices.InlineArray(WhirlpoolLayout.RewardCount)]
    private struct RewardsBlock
    {
        private Reward _first;
    }
}
