using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues;

/// <summary>
/// A pool of concentrated liquidity in tick arrays: what its accounts, its ticks and its quotes have in common whatever
/// the program. A venue adds layouts, fees, the walk past ticks and its errors, and the instruction. Owner thread as
/// <see cref="Pool"/>'s. Prices are Q64.64 square roots of B per A. Bounds: see <see cref="TickStore"/>.
/// </summary>
public abstract class ConcentratedPool : Pool
{
    /// <summary>Fee rates are parts of this.</summary>
    private protected const uint FeeOne = 1_000_000;

    /// <summary>Arrays to watch in each direction: a swap of more is larger than any this engine sends.</summary>
    private protected const int WatchedArrays = 4;

    private protected readonly TickStore Ticks;
    private protected readonly PriceRanges Ranges = new();
    private protected readonly ArrayKeys Keys;

    /// <summary>Arrays that the instruction names; the count is -1 for the venue's own choice.</summary>
    private protected readonly Pubkey[] Pinned;
    private protected int PinnedCount = -1;

    private protected bool IsPoolKnown;
    private protected ushort TickSpacing;
    private protected int CurrentTick;
    private protected UInt128 Liquidity;
    private protected UInt128 PriceX64;
    private protected Pubkey VaultKeyA;
    private protected Pubkey VaultKeyB;
    private protected TokenAccountInfo VaultA;
    private protected TokenAccountInfo VaultB;
    private protected MintInfo MintInfoA;
    private protected MintInfo MintInfoB;
    private protected ulong StateSlot;

    /// <summary>Directions (bit 0: down) whose start <see cref="FindStart"/> found in this state.</summary>
    // PERF: once a state, not once a quote (WhirlpoolBenchmarks.Quote): sizing asks many quotes of one state.
    private protected int KnownStarts;

    /// <summary>Directions whose arrays are those of the start before.</summary>
    // PERF: most updates only move the price (WhirlpoolBenchmarks.DecodePoolThenQuote).
    private protected int KnownArrays;

    /// <summary>What exact inputs meet before the first tick, down and up; part of the start.</summary>
    private protected FirstRange RangeDown;
    private protected FirstRange RangeUp;

    private readonly PassedRanges _passedDown = new();
    private readonly PassedRanges _passedUp = new();
    private readonly PoolAccountShape _shape;
    private readonly int _ticksInArray;

    /// <summary>A pool that was not decoded yet (allocates: create at registration).</summary>
    private protected ConcentratedPool(
        VenueId venue, in Pubkey address, int ticksInArray, ArraySeedForm seedForm, int maxPinned, TickOrders? orders)
        : base(venue, address)
    {
        _shape = PoolAccountShape.Of(venue);
        _ticksInArray = ticksInArray;
        Ticks = new TickStore { Orders = orders };
        Keys = new ArrayKeys(_shape.Program, address, seedForm);
        Pinned = new Pubkey[maxPinned];
    }

    /// <inheritdoc/>
    public sealed override SwapWorkClass WorkClass => WorkClassOf(
        MintInfoA.Program == TokenProgramKind.Token2022, MintInfoB.Program == TokenProgramKind.Token2022,
        IsTimeDependent);

    /// <summary>Ticks from one array's start to the next one's.</summary>
    private protected int Span => TickSpacing * _ticksInArray;

    /// <summary>True if the accounts that only this venue has are known.</summary>
    private protected abstract bool HasOwnAccounts { get; }

    /// <summary>True if the pool account says that swaps are off.</summary>
    private protected virtual bool IsSwapDisabled => false;

    /// <inheritdoc/>
    public sealed override void MarkArraysComplete()
    {
        Ticks.IsComplete = true;
        ForgetStarts();
    }

    /// <inheritdoc/>
    public sealed override void UnpinArrays()
    {
        PinnedCount = -1;
        ForgetStarts();
    }

    /// <inheritdoc/>
    public sealed override DecodeStatus Apply(AccountRole role, in AccountView account)
    {
        if (role is not (AccountRole.VaultA or AccountRole.VaultB)) KnownStarts = 0; // no start depends on a balance
        if (role == AccountRole.TickArray) KnownArrays = 0;
        DecodeStatus status = role switch
        {
            AccountRole.Pool => ApplyPool(account),
            AccountRole.VaultA => ApplyVault(account, VaultKeyA, MintA, ref VaultA),
            AccountRole.VaultB => ApplyVault(account, VaultKeyB, MintB, ref VaultB),
            AccountRole.MintA => ApplyMint(account, MintA, ref MintInfoA),
            AccountRole.MintB => ApplyMint(account, MintB, ref MintInfoB),
            AccountRole.TickArray => account.Exists ? ApplyArray(account) : ApplyAbsentArray(account.Key),
            _ => ApplyOther(role, account),
        };
        if (status == DecodeStatus.Ok) Readiness = ComputeReadiness();
        return status;
    }

    /// <inheritdoc/>
    // PERF: a swap that passes ticks writes a few of an array's 10 KB (WhirlpoolBenchmarks.DecodeArrayChange).
    public sealed override DecodeStatus ApplyChange(AccountRole role, in AccountView account, int from, int to)
    {
        bool isArray = role == AccountRole.TickArray && account.Exists && IsPoolKnown;
        return isArray && TryApplyTicks(in account, from, to) ? DecodeStatus.Ok : Apply(role, in account);
    }

    /// <inheritdoc/>
    public sealed override TransferFeeRate TransferFeeAt(bool isMintA, ulong epoch) =>
        (isMintA ? ref MintInfoA : ref MintInfoB).FeeAt(epoch);

    /// <inheritdoc/>
    public sealed override int MintDecimals(bool isMintA) => (isMintA ? ref MintInfoA : ref MintInfoB).KnownDecimals;

    /// <inheritdoc/>
    /// <remarks>
    /// With liquidity at the price the first piece begins there, or behind the tick that is there, where no direction
    /// is better. What is left out makes rates worse: transfer fees, fees by volatility, times at which it does not
    /// swap. The same operations in the same order, so rounding keeps the order too.
    /// </remarks>
    public sealed override bool TryBoundRates(
        AccountRole role, in Pubkey key, ReadOnlySpan<byte> data, out double rateAToBMax, out double rateBToAMax)
    {
        rateAToBMax = 0;
        rateBToAMax = 0;
        if (role != AccountRole.Pool || data.Length != _shape.SizeBytes
            || !TryReadPrice(data, out UInt128 priceX64, out uint feeRate)
            || priceX64 == UInt128.Zero)
            return false;
        double from = Q64.ToDouble(priceX64);
        double kept = 1.0 - ((double)feeRate / FeeOne);
        rateAToBMax = ConcentratedCurve.Rate(true, from, kept, 1.0);
        rateBToAMax = ConcentratedCurve.Rate(false, from, kept, 1.0);
        return true;
    }

    /// <inheritdoc/>
    public sealed override double StatedPrice => Q64.ToDouble(PriceX64) * Q64.ToDouble(PriceX64);

    /// <summary>
    /// The quote of an exact input without a limit that ends between ticks, in a swap that the clock allows; false
    /// leaves it to the walk.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected bool TryQuoteInRange(in SwapRequest request, uint rate, TickRule tickRule, out SwapQuote quote)
    {
        if (Readiness != QuoteStatus.Ok || request.Mode != SwapMode.ExactIn
            || request.SqrtPriceLimitX64 != UInt128.Zero)
        {
            quote = default;
            return false;
        }

        bool aToB = request.Direction == SwapDirection.AToB;
        if ((KnownStarts & (aToB ? 1 : 2)) == 0) FindStart(aToB);
        ref FirstRange range = ref aToB ? ref RangeDown : ref RangeUp;
        return range.TryQuote(request, aToB, rate, aToB ? ref VaultB : ref VaultA, StateSlot, tickRule, out quote)
            || (range.IsUsable && TryQuoteBeyond(request, rate, tickRule, out quote));
    }

    // PERF: with five ticks passed a quarter of the walk's time (WhirlpoolBenchmarks, RaydiumClmmBenchmarks: Quote).
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryQuoteBeyond(in SwapRequest request, uint rate, TickRule tickRule, out SwapQuote quote)
    {
        bool aToB = request.Direction == SwapDirection.AToB;
        PassedRanges passed = aToB ? _passedDown : _passedUp;
        quote = default;
        if (passed.Count == 0)
        {
            if (!TryFindEnd(aToB, 0, out RangeEnd end)) return false;
            passed.Begin(PriceX64, (ulong)Liquidity, end);
        }

        while (passed.Reaches(request.AmountRaw) && passed.End.CanPass)
        {
            if (!TryPass(aToB, rate, passed)) passed.End.CanPass = false;
        }

        return passed.TryQuote(
            request, aToB, rate, aToB ? ref VaultB : ref VaultA, StateSlot, tickRule, out quote);
    }

    private bool TryPass(bool aToB, uint rate, PassedRanges passed)
    {
        int entry = passed.End.Entry;
        UInt128 endX64 = passed.End.PriceX64;
        UInt128 beginX64 = passed.PriceX64;
        ref PriceRange whole = ref passed.Count == 1
            ? ref Ranges.Open(aToB)
            : ref Ranges.Above(aToB ? entry : entry - 1);
        if (!whole.TrySet(aToB ? endX64 : beginX64, aToB ? beginX64 : endX64, passed.Liquidity)
            || !whole.TryFee(aToB, rate, out ulong fee))
            return false;
        ulong amountIn = aToB ? whole.InARaw : whole.InBRaw;
        Int128 net = Ticks.LiquidityNet[entry];
        Int128 liquidity = passed.Liquidity + (aToB ? -net : net);
        return liquidity > Int128.Zero && FirstRange.IsPlain(endX64, (UInt128)liquidity)
            && fee <= ulong.MaxValue - amountIn && TryFindEnd(aToB, passed.Count, out RangeEnd end)
            && passed.TryAdd(
                amountIn + fee, fee, aToB ? whole.OutBRaw : whole.OutARaw, (ulong)(UInt128)liquidity, end);
    }

    /// <summary>
    /// Sets a direction's range up to the first tick it meets; <paramref name="isPlain"/>: the fee is constant and on
    /// the input.
    /// </summary>
    private protected void SetRange(bool aToB, UInt128 endX64, bool isPlain)
    {
        ref FirstRange range = ref aToB ? ref RangeDown : ref RangeUp;
        range.Set(aToB, PriceX64, endX64, Liquidity);
        (aToB ? _passedDown : _passedUp).Forget();
        if (!isPlain || MintInfoA.HasTransferFee || MintInfoB.HasTransferFee) range.Refuse();
    }

    /// <summary>Finds where a direction's swaps start and sets its bit and range.</summary>
    private protected abstract void FindStart(bool aToB);

    /// <summary>
    /// The end of the range behind a number of ticks of a direction, asked for in ascending order; false if the swap
    /// goes no further there.
    /// </summary>
    private protected abstract bool TryFindEnd(bool aToB, int number, out RangeEnd end);

    /// <summary>Nothing of an earlier state's starts holds any longer.</summary>
    private protected void ForgetStarts()
    {
        KnownStarts = 0;
        KnownArrays = 0;
    }

    /// <summary>
    /// Decodes the pool account of the right owner and size, but for mints and vaults; unless Ok, the state is
    /// unchanged.
    /// </summary>
    private protected abstract DecodeStatus DecodePool(ReadOnlySpan<byte> data);

    /// <summary>
    /// Reads price and least fee of a pool account of the right size, whatever is added to its own rate or limits it;
    /// false if no liquidity is at the price, or the fee is not known.
    /// </summary>
    private protected abstract bool TryReadPrice(ReadOnlySpan<byte> data, out UInt128 priceX64, out uint feeRate);

    /// <summary>Takes a tick array that exists.</summary>
    private protected abstract DecodeStatus ApplyArray(in AccountView account);

    /// <summary>
    /// Takes what changed of an array whose earlier bytes were taken; false, with nothing changed, if it has to be
    /// taken whole: other ticks are initialized than before, or bytes that are no tick's changed. Where the changed
    /// ticks say what they said, all that was found out about the state still holds.
    /// </summary>
    private protected abstract bool TryApplyTicks(in AccountView account, int from, int to);

    /// <summary>Takes the absence of an array.</summary>
    private protected abstract DecodeStatus ApplyAbsentArray(in Pubkey key);

    /// <summary>Takes an account that only this venue has.</summary>
    private protected abstract DecodeStatus ApplyOther(AccountRole role, in AccountView account);

    /// <summary>Another spacing makes another pool of it: what is known of arrays is forgotten.</summary>
    private protected void SetSpacing(ushort spacing)
    {
        if (TickSpacing == spacing) return;
        Ticks.Clear();
        KnownArrays = 0;
        TickSpacing = spacing;
    }

    /// <summary>Address of the array that starts at a tick.</summary>
    private protected Pubkey ArrayKey(int start) =>
        Ticks.TryGetKey(start, out Pubkey key) ? key : Keys.Get(start, Span);

    /// <summary>Adds vaults and mints to a list of dependencies.</summary>
    private protected void AddTokens(Span<AccountDependency> destination, ref int count)
    {
        Add(destination, ref count, VaultKeyA, AccountRole.VaultA, true);
        Add(destination, ref count, VaultKeyB, AccountRole.VaultB, true);
        Add(destination, ref count, MintA, AccountRole.MintA, true);
        Add(destination, ref count, MintB, AccountRole.MintB, true);
    }

    private QuoteStatus ComputeReadiness()
    {
        if (!IsPoolKnown || !HasOwnAccounts || !VaultA.IsKnown || !VaultB.IsKnown) return QuoteStatus.Incomplete;
        if (!MintInfoA.IsKnown || !MintInfoB.IsKnown) return QuoteStatus.Incomplete;
        if (MintInfoA.IsRefused || MintInfoB.IsRefused) return QuoteStatus.UnsupportedMint;
        if (IsSwapDisabled) return QuoteStatus.SwapDisabled;
        return VaultA.IsFrozen || VaultB.IsFrozen ? QuoteStatus.Frozen : QuoteStatus.Ok;
    }

    private DecodeStatus ApplyPool(in AccountView account)
    {
        if (account.Key != Address) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            IsPoolKnown = false;
            return DecodeStatus.Ok;
        }

        ReadOnlySpan<byte> data = account.Data;
        if (account.Owner != _shape.Program) return DecodeStatus.WrongOwner;
        if (data.Length != _shape.SizeBytes) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != _shape.Discriminator)
            return DecodeStatus.WrongDiscriminator;
        DecodeStatus status = DecodePool(data);
        if (status != DecodeStatus.Ok) return status;
        MintA = Pubkey.Read(data, _shape.MintA);
        MintB = Pubkey.Read(data, _shape.MintB);
        VaultKeyA = Pubkey.Read(data, _shape.VaultA);
        VaultKeyB = Pubkey.Read(data, _shape.VaultB);
        StateSlot = account.Slot;
        IsPoolKnown = true;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyVault(in AccountView account, in Pubkey key, in Pubkey mint, ref TokenAccountInfo vault)
    {
        if (!IsPoolKnown || account.Key != key) return DecodeStatus.WrongPool;
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
        if (!IsPoolKnown || account.Key != key) return DecodeStatus.WrongPool;
        if (account.Exists) return TakeMint(account, key, ref mint);
        mint = default;
        return DecodeStatus.Ok;
    }
}
