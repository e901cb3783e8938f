using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LowLatency.Engine.Events;

/// <summary>One leg of a route: a swap through one pool.</summary>
public struct Leg
{
    /// <summary>Pool id in the market graph.</summary>
    public int PoolId;

    /// <summary>0 = mint A in, 1 = mint B in (SwapDirection).</summary>
    public byte Direction;

    /// <summary>QuoteStatus of the leg's exact quote.</summary>
    public byte QuoteStatus;

    /// <summary>Ticks or bins crossed (saturated).</summary>
    public ushort CrossedCount;

    /// <summary>Exact input, base units.</summary>
    public ulong AmountInRaw;

    /// <summary>Exact output, base units.</summary>
    public ulong AmountOutRaw;

    /// <summary>
    /// Least output that the transaction accepts, base units; 0 if the decision never came so far.
    /// </summary>
    public ulong MinimumOutRaw;

    /// <summary>Compute units allowed for the swap, before the margin.</summary>
    public uint ComputeUnits;

    /// <summary>Program steps beyond one and one for each crossing (saturated).</summary>
    public ushort ExtraStepCount;

    /// <summary>True if the units were learned from executed swaps, false for the fixed estimate.</summary>
    public bool AreUnitsLearned;
}

/// <summary>The legs of a route in order.</summary>
[InlineArray(MaxCount)]
public struct Legs
{
    /// <summary>Most legs of a route: the search bound's upper limit.</summary>
    public const int MaxCount = 6;

    private Leg _first;
}

/// <summary>
/// One candidate route and what was decided about it: a fixed-size record in the opportunity ring and, byte for byte,
/// in the journal. Cycles fills route and estimate, Scoring amounts, costs and reason, Instructions the message.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct Opportunity
{
    /// <summary>Ring sequence of the event that caused it; with <see cref="Ordinal"/> the decision id.</summary>
    public long Sequence;

    /// <summary>Number among the event's opportunities, from 0.</summary>
    public int Ordinal;

    /// <summary>Number of legs.</summary>
    public byte LegCount;

    /// <summary>Decision.</summary>
    public DecisionReason Reason;

    /// <summary>MessageVersion of the built message: 0 legacy, 1 v0, 2 v1.</summary>
    public byte MessageVersion;

    /// <summary>Where the amounts come from.</summary>
    public SizingMethod SizingMethod;

    /// <summary>Slot of the newest state used.</summary>
    public ulong Slot;

    /// <summary>64-bit digest of the canonical route (pools and directions, start mint).</summary>
    public ulong RouteDigest;

    /// <summary>Mint id (graph) the route starts and ends with.</summary>
    public int BaseMintId;

    /// <summary>Age of the oldest pool state on the route, slots.</summary>
    public uint StateAgeSlotsMax;

    /// <summary>
    /// Time from receipt of the causing event to the decision, nanoseconds (excluded from the decision hash).
    /// </summary>
    public long DecisionLatencyNs;

    /// <summary>Receive time of the causing event, unix nanoseconds.</summary>
    public long ReceiveUtcNs;

    /// <summary>Product of the marginal rates, for ranking; search only.</summary>
    public double MarginalProduct;

    /// <summary>Exact input of the first leg, base units of the base mint.</summary>
    public ulong AmountInRaw;

    /// <summary>Exact output of the last leg.</summary>
    public ulong AmountOutRaw;

    /// <summary>Output minus input, base units of the base mint.</summary>
    public long GrossProfitRaw;

    /// <summary>Profit after all costs, lamports.</summary>
    public long NetProfitLamports;

    /// <summary>Signature fee, lamports.</summary>
    public ulong SignatureFeeLamports;

    /// <summary>Priority fee, lamports.</summary>
    public ulong PriorityFeeLamports;

    /// <summary>Tip, lamports.</summary>
    public ulong TipLamports;

    /// <summary>Least output of the last leg that the transaction accepts.</summary>
    public ulong MinimumOutRaw;

    /// <summary>Compute unit limit of the transaction.</summary>
    public uint ComputeUnitLimit;

    /// <summary>Compute units of everything but the swaps, before the margin.</summary>
    public uint OtherComputeUnits;

    /// <summary>Rent of token accounts the transaction creates and leaves, lamports.</summary>
    public ulong RentLamports;

    /// <summary>How price and tip came about.</summary>
    public FeeOrigin FeeOrigin;

    /// <summary>Bytes by which a message that was too large exceeds its version's size (saturated); else 0.</summary>
    public ushort MessageBytesOver;

    /// <summary>Accounts that made it so: listed in full although a lookup table could carry them.</summary>
    public ushort BlamedAccountCount;

    /// <summary>Bytes of the unsigned message in the message ring; 0 if none was built.</summary>
    public int MessageLengthBytes;

    /// <summary>Position of the message in the message ring.</summary>
    public long MessagePosition;

    /// <summary>
    /// Most that another input could have gained, base units of the base mint: 0 if none can, ulong.MaxValue if not
    /// known.
    /// </summary>
    public ulong SizingGapRaw;

    /// <summary>
    /// Gross profit that the expected moves of the pools since their last updates put at risk, base units.
    /// </summary>
    public ulong ProfitAtRiskRaw;

    /// <summary>What a Go's net profit must exceed the required one by, for that risk, lamports.</summary>
    public long StalenessPenaltyLamports;

    /// <summary>
    /// Relative move, 1e-6, of the most sensitive reserve on the route that takes the output to
    /// <see cref="MinimumOutRaw"/> (saturated).
    /// </summary>
    public uint ReserveMarginE6;

    /// <summary>What is proven of the input's size.</summary>
    public SizingProof SizingProof;

    /// <summary>
    /// Probability that it is still there when its transaction lands, parts per million; meaningful once costs are
    /// known.
    /// </summary>
    public uint LandingPpm;

    /// <summary>Lives of its pair of pools that the probability rests on; 0 if only the whole market's.</summary>
    public uint LandingLives;

    /// <summary>What spreading a section over parallel branches would have gained; not executed.</summary>
    public SplitPlan Split;

    /// <summary>
    /// Stamps of the causing event, nanoseconds; 0 where not taken (excluded from the decision hash).
    /// </summary>
    public Stamps Stamps;

    /// <summary>The legs.</summary>
    public Legs Legs;

    /// <summary>
    /// Lamports to expect from sending it, rounded down: the net profit if it lands in time, else the fees of a failed
    /// transaction. A tip inside the transaction is not paid when it fails.
    /// </summary>
    public readonly long ExpectedValueLamports
    {
        get
        {
            Int128 lost = (Int128)(1_000_000 - LandingPpm) * ((Int128)SignatureFeeLamports + PriorityFeeLamports);
            Int128 expected = ((Int128)LandingPpm * NetProfitLamports) - lost;
            return (long)((expected - (expected < 0 ? 999_999 : 0)) / 1_000_000);
        }
    }
}
