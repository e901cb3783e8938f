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
public sealed partial class WhirlpoolPool : ConcentratedPool
{
    // Three tick arrays and at most three supplements (util/v2/remaining_accounts_utils.rs).
    private const int MaxPinned = 6;

    private readonly Pubkey _oracleKey;
    private bool _isOracleKnown;
    private bool _isAdaptive;
    private ushort _feeRate;
    private ushort _protocolFeeRate;
    private UInt128 _feeGrowthA;
    private UInt128 _feeGrowthB;
    private ulong _protocolFeeA;
    private ulong _protocolFeeB;
    private ulong _rewardTimestamp;
    private RewardsBlock _rewards;
    private WhirlpoolAdaptiveFee _fee;

    // As the latest walk leaves it; taken over by Execute.
    private WhirlpoolAdaptiveFee _feeAfter;

    private Sequence _sequenceDown;
    private Sequence _sequenceUp;

    /// <summary>
    /// A pool that was not decoded yet; derives its oracle's address (allocates: call at
    /// registration).
    /// </summary>
    public WhirlpoolPool(in Pubkey address)
        : base(VenueId.OrcaWhirlpool, address, WhirlpoolLayout.TicksInArray, ArraySeedForm.TickDecimalText, MaxPinned,
            null)
    {
        _ = ProgramAddress.TryFind(WhirlpoolLayout.ProgramId, "oracle"u8, address, out _oracleKey, out _);
    }

    /// <inheritdoc/>
    public override bool IsTimeDependent => _isAdaptive;

    /// <summary>True if the account is of this program; tells its role and pool.</summary>
    internal static bool TryClassify(in AccountView account, out AccountClass accountClass)
    {
        accountClass = default;
        if (account.Owner != WhirlpoolLayout.ProgramId) return false;
        if (!WhirlpoolLayout.TryClassify(account, out AccountRole role, out Pubkey pool)) return false;
        accountClass = new AccountClass(VenueId.OrcaWhirlpool, role, pool);
        return true;
    }

    private protected override bool HasOwnAccounts => !_isAdaptive || _isOracleKnown;

    /// <inheritdoc/>
    public override void PinArrays(ReadOnlySpan<Pubkey> arrays)
    {
        ForgetStarts();
        PinnedCount = System.Math.Min(arrays.Length, MaxPinned);
        arrays[..PinnedCount].CopyTo(Pinned);
    }

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination)
    {
        if (!IsPoolKnown) return 0;
        int count = 0;
        AddTokens(destination, ref count);
        Add(destination, ref count, _oracleKey, AccountRole.Oracle, _isAdaptive);
        int current = CurrentArray;
        for (int i = 0; i <= WatchedArrays - 1; i++)
        {
            AddArray(destination, ref count, current + (i * Span), i == 0);
            if (i != 0) AddArray(destination, ref count, current - (i * Span), false);
        }

        return count;
    }

    private int CurrentArray => WhirlpoolFeeWalk.FloorDivide(CurrentTick, Span) * Span;

    private protected override DecodeStatus DecodePool(ReadOnlySpan<byte> data)
    {
        data = data[..WhirlpoolLayout.PoolSizeBytes]; // PERF: one check, and no offset needs its own
        ushort spacing = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.TickSpacing..]);
        UInt128 price = BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.SqrtPrice..]);
        int tick = BinaryPrimitives.ReadInt32LittleEndian(data[WhirlpoolLayout.TickCurrent..]);
        ushort protocolRate = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.ProtocolFeeRate..]);
        if (spacing == 0 || protocolRate > 10_000) return DecodeStatus.InvalidValue;
        if (price < WhirlpoolTickMath.MinSqrtPriceX64 || price > WhirlpoolTickMath.MaxSqrtPriceX64)
            return DecodeStatus.InvalidValue;
        // A swap down to the lowest price leaves the tick below it.
        if (tick is < TickMath.MinTick - 1 or > TickMath.MaxTick) return DecodeStatus.InvalidValue;

        SetSpacing(spacing);
        PriceX64 = price;
        CurrentTick = tick;
        _feeRate = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.FeeRate..]);
        _protocolFeeRate = protocolRate;
        _isAdaptive = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.FeeTierIndex..]) != spacing;
        Liquidity = BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.Liquidity..]);
        _feeGrowthA = BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.FeeGrowthGlobalA..]);
        _feeGrowthB = BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.FeeGrowthGlobalB..]);
        _protocolFeeA = BinaryPrimitives.ReadUInt64LittleEndian(data[WhirlpoolLayout.ProtocolFeeOwedA..]);
        _protocolFeeB = BinaryPrimitives.ReadUInt64LittleEndian(data[WhirlpoolLayout.ProtocolFeeOwedB..]);
        SetRewardTimestamp(BinaryPrimitives.ReadUInt64LittleEndian(data[WhirlpoolLayout.RewardTimestamp..]));
        for (int i = 0; i < WhirlpoolLayout.RewardCount; i++) _rewards[i] = Reward.Read(data, i);
        return DecodeStatus.Ok;
    }

    private protected override bool TryReadPrice(ReadOnlySpan<byte> data, out UInt128 priceX64, out uint feeRate)
    {
        data = data[..WhirlpoolLayout.PoolSizeBytes];
        priceX64 = BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.SqrtPrice..]);
        // Sixteen bits are below the limit of adaptive fees.
        feeRate = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.FeeRate..]);
        return BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.Liquidity..]) != UInt128.Zero;
    }

    private void SetRewardTimestamp(ulong timestamp)
    {
        _rewardTimestamp = timestamp;
        EarliestUnixTimestamp = (long)System.Math.Min(timestamp, long.MaxValue);
    }

    private protected override DecodeStatus ApplyOther(AccountRole role, in AccountView account)
    {
        if (role != AccountRole.Oracle) return DecodeStatus.UnknownRole;
        if (!IsPoolKnown || account.Key != _oracleKey) return DecodeStatus.WrongPool;
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

    private protected override DecodeStatus ApplyAbsentArray(in Pubkey key)
    {
        if (!IsPoolKnown) return DecodeStatus.WrongPool;
        if (!Ticks.TryFindStart(key, out int start) && !TryFindWatched(key, out start)) return DecodeStatus.WrongPool;
        return Ticks.TryReplace(start, Span, key, false, 0, out _) ? DecodeStatus.Ok : DecodeStatus.Full;
    }

    private bool TryFindWatched(in Pubkey key, out int start)
    {
        for (int i = -WatchedArrays; i <= WatchedArrays; i++)
        {
            start = CurrentArray + (i * Span);
            if (IsValidStart(start) && Keys.Get(start, Span) == key) return true;
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

    private void AddArray(Span<AccountDependency> destination, ref int count, int start, bool isRequired)
    {
        if (IsValidStart(start))
            Add(destination, ref count, ArrayKey(start), AccountRole.TickArray, isRequired);
    }

    private bool IsPinned(int start) =>
        PinnedCount < 0 || Pinned.AsSpan(0, PinnedCount).Contains(ArrayKey(start));

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
