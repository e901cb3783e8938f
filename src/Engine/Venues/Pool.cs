using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues;

/// <summary>An account a pool needs, as derived from the pool's own bytes.</summary>
/// <param name="Key">Address.</param>
/// <param name="Role">What it is to the pool.</param>
/// <param name="Required">True if no quote is possible without it.</param>
public readonly record struct AccountDependency(Pubkey Key, AccountRole Role, bool Required);

/// <summary>What makes a pool's swaps cost more compute units than others of its venue.</summary>
[Flags]
public enum SwapWorkClass : byte
{
    /// <summary>Two SPL Token mints, the venue's plain formula.</summary>
    None = 0,

    /// <summary>One mint belongs to Token-2022: a dearer transfer.</summary>
    OneToken2022 = 1,

    /// <summary>Both mints belong to Token-2022.</summary>
    TwoToken2022 = 2,

    /// <summary>The venue's dearer formula: adaptive fee, stable or compounding curve.</summary>
    Heavy = 4,
}

/// <summary>
/// One liquidity pool: decoded state, exact integer quotes, curve pieces for search, swap instruction.
/// A venue derives one sealed class from it in its own folder; all its arrays are allocated when the pool is
/// registered, so every other member is free of allocation. Owner thread: the market group's (Graph writes, Cycles,
/// Scoring and Instructions read on the same thread). Quotes are pure functions of the decoded state and the request.
/// </summary>
public abstract class Pool
{
    private Pubkey _mintA;
    private Pubkey _mintB;

    /// <summary>A pool of <paramref name="venue"/> at <paramref name="address"/>, not yet decoded.</summary>
    protected Pool(VenueId venue, in Pubkey address)
    {
        Venue = venue;
        Address = address;
    }

    /// <summary>DEX family.</summary>
    public VenueId Venue { get; }

    /// <summary>Address of the pool account.</summary>
    public Pubkey Address { get; }

    /// <summary>Mint of side A; zero until the pool account was applied.</summary>
    public Pubkey MintA { get => _mintA; protected set => _mintA = value; }

    /// <summary>Mint of side B; zero until the pool account was applied.</summary>
    public Pubkey MintB { get => _mintB; protected set => _mintB = value; }

    /// <summary>
    /// Ok when every required account is known and swaps are possible at all (whatever the clock); else the reason.
    /// Kept up to date by <see cref="Apply"/>.
    /// </summary>
    public QuoteStatus Readiness { get; protected set; } = QuoteStatus.Incomplete;

    /// <summary>
    /// True if a quote can change by the passing of time alone (decaying fee, schedule, opening time).
    /// </summary>
    public virtual bool IsTimeDependent => false;

    /// <summary>
    /// True if all quotes on the state as it is are the same by both clocks. A venue whose fee decays in steps says so;
    /// any other knows nothing of clocks that differ.
    /// </summary>
    internal virtual bool IsSameAt(in ChainClock before, in ChainClock now) => before == now;

    /// <summary>
    /// Chain time that the decoded state itself proves, unix seconds; 0 if it says nothing. A pool update can arrive
    /// before the clock update of its slot; no swap can execute earlier than this.
    /// </summary>
    // PERF: read at every refresh (CycleFinderBenchmark.EdgeUpdate), so no call.
    public long EarliestUnixTimestamp { get; private protected set; }

    /// <summary>
    /// What besides crossings and steps makes this pool's swaps cost the program more than another's of the venue.
    /// </summary>
    public virtual SwapWorkClass WorkClass => SwapWorkClass.None;

    /// <summary>
    /// Lists the accounts this pool needs (vaults, config, mints, oracle, neighbouring arrays worth watching). Valid
    /// after the pool account was applied and may change with it.
    /// </summary>
    /// <returns>Number written; never more than fits.</returns>
    public abstract int CopyDependencies(Span<AccountDependency> destination);

    /// <summary>
    /// Takes an account's new bytes into the decoded state. An account that does not exist any more (or not yet) is
    /// applied too (<see cref="AccountView.Exists"/> false): known to be absent is not the same as unknown.
    /// On any status but Ok the state is unchanged.
    /// </summary>
    public abstract DecodeStatus Apply(AccountRole role, in AccountView account);

    /// <summary>
    /// As <see cref="Apply"/>, of an account whose state before was applied with Ok and that differs from it in bytes
    /// <paramref name="from"/> to <paramref name="to"/> at most (exclusive; owner, length and key are the same). The
    /// outcome is that of <see cref="Apply"/>; a venue with large accounts decodes what may have changed only.
    /// </summary>
    public virtual DecodeStatus ApplyChange(AccountRole role, in AccountView account, int from, int to) =>
        Apply(role, in account);

    /// <summary>
    /// Tells the pool that every account of it that exists has been applied: arrays not seen are absent, not unknown
    /// (a full snapshot by owner, a vector file).
    /// </summary>
    public virtual void MarkArraysComplete()
    {
    }

    /// <summary>
    /// Makes quotes and instructions use exactly these tick or bin arrays, in this order, in place of the venue's own
    /// selection: a program sees only what its instruction names. For simulating a given instruction (vectors, decoded
    /// transactions); venues without arrays ignore it. Allocation-free; more keys than an instruction can name are cut
    /// off.
    /// </summary>
    public virtual void PinArrays(ReadOnlySpan<Pubkey> arrays) => _ = arrays;

    /// <summary>Back to the venue's own selection of arrays.</summary>
    public virtual void UnpinArrays()
    {
    }

    /// <summary>Quotes a swap without changing the state. On failure the amounts are 0.</summary>
    public abstract QuoteStatus Quote(in SwapRequest request, out SwapQuote quote);

    /// <summary>
    /// As <see cref="Quote"/>, and on success moves the decoded state to what the program would leave behind
    /// (simulation of sequences, proof against vectors). Unchanged on failure.
    /// </summary>
    public abstract QuoteStatus Execute(in SwapRequest request, out SwapQuote quote);

    /// <summary>
    /// Most pieces that <see cref="CopySegments"/> may write; whoever keeps a pool's curve sets so much room aside.
    /// </summary>
    public virtual int SegmentsMax => int.MaxValue;

    /// <summary>
    /// Curve pieces in one direction from the current price outward, for search and sizing.
    /// </summary>
    /// <returns>Number of pieces written; 0 if the pool cannot quote that way now.</returns>
    public abstract int CopySegments(SwapDirection direction, in ChainClock clock, Span<CurveSegment> destination);

    /// <summary>
    /// Rate of the first curve piece of each direction (<see cref="CopySegments"/>), output per input base unit; 0 if
    /// the pool cannot quote that way now.
    /// </summary>
    public virtual void MarginalRates(in ChainClock clock, out double rateAToB, out double rateBToA)
    {
        rateAToB = FirstRate(SwapDirection.AToB, in clock);
        rateBToA = FirstRate(SwapDirection.BToA, in clock);
    }

    /// <summary>
    /// Rates that <see cref="MarginalRates"/> does not exceed at any time once the account's new bytes are applied, by
    /// as few of them as tell; nothing is decoded or changed. False if they do not tell, or are not asked.
    /// </summary>
    public virtual bool TryBoundRates(
        AccountRole role, in Pubkey key, ReadOnlySpan<byte> data, out double rateAToBMax, out double rateBToAMax)
    {
        rateAToBMax = 0;
        rateBToAMax = 0;
        return false;
    }

    /// <summary>
    /// Price that the pool's own account states, base units of B per base unit of A before fees, known also where the
    /// pool is not ready (arrays or mints missing); 0 if it states none, as where the balances of vaults are the price.
    /// For people: nothing is traded on it.
    /// </summary>
    public virtual double StatedPrice => 0;

    /// <summary>Writes the swap instruction.</summary>
    /// <returns>Ok, or why no instruction can be written (missing array, unsupported mode).</returns>
    public abstract QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination);

    /// <summary>
    /// Writes the members this class models back over <paramref name="data"/>, the bytes of account
    /// <paramref name="key"/>, in the program's layout: the inverse of <see cref="Apply"/>. Used to prove
    /// <see cref="Execute"/> byte by byte.
    /// </summary>
    /// <returns>False if the account is not one whose state a swap changes here.</returns>
    public abstract bool TryWriteState(in Pubkey key, Span<byte> data);

    /// <summary>
    /// True if the byte at <paramref name="offset"/> of an account in <paramref name="role"/> is part of the modelled
    /// state, that is, <see cref="Execute"/> must leave exactly the program's value there.
    /// </summary>
    public abstract bool IsModelled(AccountRole role, int offset);

    /// <summary>
    /// Token-2022 transfer fee of mint A or B at an epoch, as quotes charge it; none unless the venue says so.
    /// </summary>
    public virtual TransferFeeRate TransferFeeAt(bool isMintA, ulong epoch) => default;

    /// <summary>Decimals of mint A or B, for display; -1 until the mint's account was seen.</summary>
    public virtual int MintDecimals(bool isMintA) => -1;

    /// <summary>Rate of the first curve piece of a direction; 0 if there is none.</summary>
    private protected double FirstRate(SwapDirection direction, in ChainClock clock)
    {
        CurveSegment first = default;
        return CopySegments(direction, in clock, new Span<CurveSegment>(ref first)) > 0 ? first.RateOut : 0;
    }

    /// <summary>The class of a pool by its mints' programs and whether its formula is the dearer one.</summary>
    private protected static SwapWorkClass WorkClassOf(bool isToken2022A, bool isToken2022B, bool isHeavy) =>
        (SwapWorkClass)((isToken2022A ? 1 : 0) + (isToken2022B ? 1 : 0))
            | (isHeavy ? SwapWorkClass.Heavy : SwapWorkClass.None);

    /// <summary>Adds an account to a list of dependencies, if it fits.</summary>
    private protected static void Add(
        Span<AccountDependency> destination, ref int count, in Pubkey key, AccountRole role, bool isRequired)
    {
        if (count < destination.Length) destination[count++] = new AccountDependency(key, role, isRequired);
    }

    /// <summary>Takes a mint's bytes, if it is the one expected and is a mint.</summary>
    private protected static DecodeStatus TakeMint(in AccountView account, in Pubkey expected, ref MintInfo mint)
    {
        if (account.Key != expected) return DecodeStatus.WrongPool;
        if (!MintInfo.TryDecode(in account, out MintInfo decoded)) return DecodeStatus.InvalidValue;
        mint = decoded;
        return DecodeStatus.Ok;
    }

    /// <summary>Takes a vault's bytes, if it is the one expected and is a token account.</summary>
    private protected static DecodeStatus TakeVault(
        in AccountView account, in Pubkey expected, ref TokenAccountInfo vault)
    {
        if (account.Key != expected) return DecodeStatus.WrongPool;
        if (!TokenAccountInfo.TryDecode(in account, out TokenAccountInfo decoded)) return DecodeStatus.InvalidValue;
        vault = decoded;
        return DecodeStatus.Ok;
    }

    /// <summary>True if these are the pool's mints, A first.</summary>
    internal bool HasMints(in Pubkey a, in Pubkey b) =>
        Pubkey.AreSame(in _mintA, in a) && Pubkey.AreSame(in _mintB, in b);

    /// <summary>The other side's mint, or zero if <paramref name="mint"/> is none of the pool's.</summary>
    public Pubkey OtherMint(in Pubkey mint) => mint == MintA ? MintB : mint == MintB ? MintA : default;

    /// <summary>Mint that goes in.</summary>
    public Pubkey InputMint(SwapDirection direction) => direction == SwapDirection.AToB ? MintA : MintB;

    /// <summary>Mint that comes out.</summary>
    public Pubkey OutputMint(SwapDirection direction) => direction == SwapDirection.AToB ? MintB : MintA;
}
