using System;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues;

/// <summary>A swap to be quoted or executed against a pool's decoded state.</summary>
public struct SwapRequest
{
    /// <summary>Direction in the pool's order of mints.</summary>
    public SwapDirection Direction;

    /// <summary>What <see cref="AmountRaw"/> fixes.</summary>
    public SwapMode Mode;

    /// <summary>
    /// Input (exact in, partial fill) or output (exact out), base units, as passed to the instruction.
    /// </summary>
    public ulong AmountRaw;

    /// <summary>
    /// Minimum output (exact in: 0 asks for nothing) or maximum input (exact out: ulong.MaxValue asks for nothing),
    /// base units.
    /// </summary>
    public ulong ThresholdRaw;

    /// <summary>Price limit Q64.64; 0 means none.</summary>
    public UInt128 SqrtPriceLimitX64;

    /// <summary>
    /// True for the venue's swap with a limit on price impact (Meteora DLMM swap_with_price_impact);
    /// <see cref="ThresholdRaw"/> is then not part of the instruction.
    /// </summary>
    public bool HasPriceImpactLimit;

    /// <summary>Limit on price impact in 1e-4, where <see cref="HasPriceImpactLimit"/> is set.</summary>
    public ushort MaxPriceImpactBps;

    /// <summary>
    /// True if the instruction names a referral account, which takes a share of the protocol fee (DAMM v2).
    /// </summary>
    public bool HasReferral;

    /// <summary>Clock the program would see.</summary>
    public ChainClock Clock;
}

/// <summary>Result of a quote. Amounts are what the user's token accounts would change by, base units.</summary>
public struct SwapQuote
{
    /// <summary>Debited from the user's input account (Token-2022 transfer fee included).</summary>
    public ulong AmountInRaw;

    /// <summary>Credited to the user's output account (after any Token-2022 transfer fee).</summary>
    public ulong AmountOutRaw;

    /// <summary>Trade fee, base units of the side <see cref="FeeOnOutput"/> says (all recipients together).</summary>
    public ulong FeeRaw;

    /// <summary>True if <see cref="FeeRaw"/> is in output units.</summary>
    public bool FeeOnOutput;

    /// <summary>Initialized ticks or non-empty bins passed.</summary>
    public int CrossedCount;

    /// <summary>
    /// Steps of the program's loops beyond one and one for each crossing: fee steps of an adaptive fee, iterations of a
    /// stable curve. They cost compute units; nothing else depends on them.
    /// </summary>
    public int ExtraStepCount;

    /// <summary>Fee rate of the first step in 1e-9 of the amount (static plus dynamic).</summary>
    public uint FeeRateE9;

    /// <summary>
    /// Fee rate of the last step (tick range or bin traded in) in 1e-9; 0 where the venue trades in one step.
    /// </summary>
    public uint LastFeeRateE9;

    /// <summary>
    /// Exact in: the pool's input before its last step, base units. The program rounds each step on its own, so this is
    /// where the last step's rounding starts to count.
    /// </summary>
    public ulong LastStepInRaw;

    /// <summary>Exact in: the pool's output before its last step, base units.</summary>
    public ulong LastStepOutRaw;

    /// <summary>sqrt price after the swap, Q64.64 (CLMM, DAMM); 0 where the venue has none.</summary>
    public UInt128 SqrtPriceAfterX64;

    /// <summary>
    /// Tick or active bin after the swap. The tick of a price between ticks is worked out when it is read: a search
    /// that nobody needs to compare amounts.
    /// </summary>
    public int TickAfter
    {
        readonly get => _tickRule switch
        {
            TickRule.Whirlpool => WhirlpoolTickMath.TickAtSqrtPrice(SqrtPriceAfterX64),
            TickRule.Raydium => RaydiumTickMath.TickAtSqrtPrice(SqrtPriceAfterX64),
            _ => _tickAfter,
        };
        internal set
        {
            _tickAfter = value;
            _tickRule = TickRule.Known;
        }
    }

    /// <summary>
    /// Custom error code of the on-chain program when the status is not Ok and the program has one; else 0.
    /// </summary>
    public uint ProgramErrorCode;

    private int _tickAfter;
    private TickRule _tickRule;

    /// <summary>Leaves the tick to be worked out of <see cref="SqrtPriceAfterX64"/>.</summary>
    internal void DeferTick(TickRule rule) => (_tickAfter, _tickRule) = (0, rule);
}

/// <summary>
/// One piece of a pool's curve in one direction, starting where the piece before it ends:
/// <c>out(x) = RateOut * x / (1 + Curvature * x)</c> for 0 &lt;= x &lt;= AmountInMax, x and out in base units of this
/// piece. That is the Moebius map [[RateOut, 0], [Curvature, 1]]. Constant product: one piece. CLMM: one a tick range
/// (virtual reserves). DLMM: one a bin, Curvature 0. Fees on input are inside RateOut and Curvature, fees on output
/// inside RateOut; Token-2022 fees likewise (their cap is ignored here). For search only: nothing leaves Scoring until
/// re-quoted in integers.
/// </summary>
public struct CurveSegment
{
    /// <summary>Marginal rate at the start of the piece, output per input base unit, net of fees.</summary>
    public double RateOut;

    /// <summary>Curvature per input base unit, at least 0.</summary>
    public double Curvature;

    /// <summary>
    /// Input that takes the pool to the end of the piece (gross, fees included); positive infinity for no end.
    /// </summary>
    public double AmountInMax;
}

/// <summary>Accounts and amounts a venue needs to write its swap instruction.</summary>
public struct SwapInstructionRequest
{
    /// <summary>Direction in the pool's order of mints.</summary>
    public SwapDirection Direction;

    /// <summary>What <see cref="AmountRaw"/> fixes.</summary>
    public SwapMode Mode;

    /// <summary>Amount passed to the program.</summary>
    public ulong AmountRaw;

    /// <summary>Minimum output or maximum input passed to the program.</summary>
    public ulong ThresholdRaw;

    /// <summary>Price limit Q64.64; 0 for the venue's "none".</summary>
    public UInt128 SqrtPriceLimitX64;

    /// <summary>Clock, for venues whose array selection walks the quote.</summary>
    public ChainClock Clock;

    /// <summary>Signer that owns both token accounts.</summary>
    public Pubkey User;

    /// <summary>User's token account of the input mint.</summary>
    public Pubkey UserInput;

    /// <summary>User's token account of the output mint.</summary>
    public Pubkey UserOutput;

    /// <summary>Limit on price impact in 1e-4, for variants that carry one (Meteora DLMM).</summary>
    public ushort MaxPriceImpactBps;

    /// <summary>Token account of the fee's mint that receives the referral share (DAMM v2); zero for none.</summary>
    public Pubkey Referral;

    /// <summary>
    /// Instruction variant by the venue's own numbering: 0 = the venue's current default (swap_v2, swap2, V2 tags).
    /// Documented in each venue's <c>*Instruction</c> file.
    /// </summary>
    public int Variant;
}
