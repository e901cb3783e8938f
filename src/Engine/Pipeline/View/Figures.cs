using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Pipeline.View;

/// <summary>A count for each <see cref="DropCause"/>.</summary>
[InlineArray(Length)]
public struct DropCounts
{
    /// <summary>Causes; tested against the enum.</summary>
    public const int Length = 8;

    private long _first;
}

/// <summary>A count for each <see cref="DecisionReason"/>.</summary>
[InlineArray(Length)]
public struct ReasonCounts
{
    /// <summary>Reasons; tested against the enum.</summary>
    public const int Length = 17;

    private long _first;
}

/// <summary>A count for each stage of a group.</summary>
[InlineArray(Length)]
public struct StageCounts
{
    /// <summary>Most stages of a group: six, and observers.</summary>
    public const int Length = 12;

    private long _first;
}

/// <summary>Work of one stage group, as of its last housekeeping.</summary>
public struct GroupFigures
{
    /// <summary>Events finished.</summary>
    public long Events;

    /// <summary>Managed bytes that the group's thread has allocated in its life.</summary>
    public long ThreadAllocatedBytes;

    /// <summary>Events each stage had to see, in the order of the group's stages.</summary>
    public StageCounts Seen;
}

/// <summary>What Dedup counts.</summary>
public struct DedupFigures
{
    /// <summary>Updates passed on.</summary>
    public long Accepted;

    /// <summary>Updates accepted because the chain left the fork of what was known.</summary>
    public long Rollbacks;

    /// <summary>Forks seen.</summary>
    public long Forks;

    /// <summary>Accounts in the table.</summary>
    public int Accounts;

    /// <summary>Endpoints seen.</summary>
    public int Endpoints;

    /// <summary>Bit of each endpoint whose connection is open.</summary>
    public uint OpenMask;

    /// <summary>Newest slot of the chain's head.</summary>
    public ulong HeadSlot;

    /// <summary>Events dropped, by cause.</summary>
    public DropCounts Drops;
}

/// <summary>One endpoint of the race; its lead and lag histograms are read from the race itself.</summary>
public struct EndpointFigures
{
    /// <summary>Account updates delivered.</summary>
    public long Delivered;

    /// <summary>Of these, before any other endpoint.</summary>
    public long Wins;

    /// <summary>Delivered after another endpoint.</summary>
    public long Duplicates;

    /// <summary>Never delivered, though open.</summary>
    public long Missed;

    /// <summary>Connections opened.</summary>
    public long Opened;

    /// <summary>Connections lost.</summary>
    public long Closed;

    /// <summary>Times the cover of an account was lost by it.</summary>
    public long Gaps;

    /// <summary>Slots it announced that are settled.</summary>
    public long SlotsTold;

    /// <summary>Of these, abandoned by the chain.</summary>
    public long SlotsAbandoned;

    /// <summary>Highest slot delivered.</summary>
    public ulong SlotMax;
}

/// <summary>What Graph, Cycles, Scoring and Instructions count; they share a thread.</summary>
public struct MarketFigures
{
    /// <summary>Slot of the newest account update.</summary>
    public ulong CurrentSlot;

    /// <summary>Chain time of the Clock account, unix seconds; 0 if none was seen.</summary>
    public long ChainUnixSeconds;

    /// <summary>Pools known.</summary>
    public int Pools;

    /// <summary>Mints known.</summary>
    public int Mints;

    /// <summary>Accounts known.</summary>
    public int Accounts;

    /// <summary>Times an account's buffer was allocated or grew.</summary>
    public long BufferAllocations;

    /// <summary>Times every feed was down at once.</summary>
    public long Gaps;

    /// <summary>Times all pools were stale.</summary>
    public long StaleTimes;

    /// <summary>Pools that became whole only because their slot was over.</summary>
    public long SettledPools;

    /// <summary>Account updates that a venue refused.</summary>
    public long Refused;

    /// <summary>Pools or links refused because a table was full.</summary>
    public long TableFull;

    /// <summary>Searches made.</summary>
    public long Searches;

    /// <summary>Profitable cycles found.</summary>
    public long Cycles;

    /// <summary>Opportunities written.</summary>
    public long Opportunities;

    /// <summary>Searches that met their bound.</summary>
    public long WorkBound;

    /// <summary>Opportunities that found the ring full.</summary>
    public long OpportunityRingFull;

    /// <summary>Searches that filled the finder's buffer, and went on later.</summary>
    public long CycleBufferFull;

    /// <summary>Pools waiting for another search.</summary>
    public int Deferred;

    /// <summary>Decisions.</summary>
    public long Decisions;

    /// <summary>Exact quotes.</summary>
    public long Quotes;

    /// <summary>Messages built.</summary>
    public long MessagesBuilt;

    /// <summary>Of these, with lookup tables.</summary>
    public long MessagesWithTables;

    /// <summary>Decisions whose message found the ring full.</summary>
    public long MessageRingFull;

    /// <summary>Lookup tables known.</summary>
    public int LookupTables;

    /// <summary>Events dropped, by cause.</summary>
    public DropCounts Drops;
}

/// <summary>What the sinks count.</summary>
public struct SinkFigures
{
    /// <summary>Events seen to the end.</summary>
    public long Events;

    /// <summary>Decisions handed out.</summary>
    public long Decisions;

    /// <summary>Of these, by reason.</summary>
    public ReasonCounts Reasons;
}

/// <summary>A mint as screens show it.</summary>
public struct MintFigures
{
    /// <summary>Mint account.</summary>
    public Pubkey Mint;

    /// <summary>
    /// Price that the market's pools agree on best, base units of the reference mint (wrapped SOL) per base unit; NaN
    /// if no pools join the two.
    /// </summary>
    public double FairPrice;
}

/// <summary>
/// A pool as screens show it, without what never changes of it (<see cref="PipelineView.Describe"/>).
/// </summary>
public struct PoolFigures
{
    /// <summary>Venue.</summary>
    public VenueId Venue;

    /// <summary>State of its accounts.</summary>
    public PoolState State;

    /// <summary>What the venue says of a pool that is not ready.</summary>
    public QuoteStatus Readiness;

    /// <summary>Slot of the newest account in its state.</summary>
    public ulong StateSlot;

    /// <summary>Marginal rate A to B, base units per base unit, fees included; 0 if it cannot quote.</summary>
    public double RateAToB;

    /// <summary>Marginal rate B to A.</summary>
    public double RateBToA;

    /// <summary>
    /// <see cref="Pool.StatedPrice"/> while it cannot quote; 0 if it can, or if its account states no price.
    /// </summary>
    public double StatedPrice;

    /// <summary>Input of A that moves the marginal rate by 1 %, base units; 0 if unknown.</summary>
    public double DepthA;

    /// <summary>Input of B that moves the marginal rate by 1 %, base units; 0 if unknown.</summary>
    public double DepthB;

    /// <summary>
    /// How far its price lies above the market's fair one, 1/10,000; NaN if the field says nothing about it.
    /// </summary>
    public double MispricingBps;
}

/// <summary>The pieces of one direction of a pool's curve.</summary>
[InlineArray(Length)]
public struct CurvePieces
{
    /// <summary>Pieces kept.</summary>
    public const int Length = 128;

    private CurveSegment _first;
}

/// <summary>The curve of the one pool that somebody looks at.</summary>
public struct CurveFigures
{
    /// <summary>Pool id.</summary>
    public int PoolId;

    /// <summary>Slot of the state.</summary>
    public ulong StateSlot;

    /// <summary>Pieces from A to B in use.</summary>
    public int CountAToB;

    /// <summary>Pieces from B to A in use.</summary>
    public int CountBToA;

    /// <summary>Pieces from the price outward, A going in.</summary>
    public CurvePieces AToB;

    /// <summary>Pieces from the price outward, B going in.</summary>
    public CurvePieces BToA;
}
