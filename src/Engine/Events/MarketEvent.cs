using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Events;

/// <summary>Points of an event's way where its time is taken; index into <see cref="MarketEvent.Stamps"/>.</summary>
public enum StampId
{
    /// <summary>No stamp is taken.</summary>
    None = -1,

    /// <summary>The frame was complete in memory; decoding starts.</summary>
    Framed = 0,

    /// <summary>Decoded and published.</summary>
    Published = 1,

    /// <summary>Dedup done.</summary>
    Dedup = 2,

    /// <summary>Graph done.</summary>
    Graph = 3,

    /// <summary>Cycles done.</summary>
    Cycles = 4,

    /// <summary>Scoring: the first Go stands, or every opportunity is refused.</summary>
    Decision = 5,

    /// <summary>Scoring: the first unsigned transaction is complete.</summary>
    Transaction = 6,

    /// <summary>Scoring done: every opportunity decided, every message built.</summary>
    Scoring = 7,

    /// <summary>Refine done: sizes of what is taken proven, messages patched.</summary>
    Refine = 8,

    /// <summary>Sinks done.</summary>
    Sinks = 9,
}

/// <summary>Engine clock at each <see cref="StampId"/>, nanoseconds; 0 where not taken.</summary>
[InlineArray(Count)]
public struct Stamps
{
    /// <summary>Number of stamps.</summary>
    public const int Count = 10;

    private long _first;
}

/// <summary>
/// The only type that stages share: one fixed-size, blittable entry of the ring. Written by a feed up to
/// <see cref="Flags"/>, then by the stage named at each member. Account bytes live in the payload ring.
/// Size: two cache-line pairs, so that neighbouring entries never share a line pair.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = SizeBytes)]
public struct MarketEvent
{
    /// <summary>Size of an entry in bytes (tested).</summary>
    public const int SizeBytes = 256;

    /// <summary>What the event says.</summary>
    public EventKind Kind;

    /// <summary>Endpoint that delivered it, from 0.</summary>
    public byte EndpointId;

    /// <summary>Marks set by the feed.</summary>
    public EventFlags Flags;

    /// <summary>Why it goes no further; set by any stage, read by all after it.</summary>
    public DropCause Drop;

    /// <summary>Bytes of account data in the payload ring.</summary>
    public int PayloadLengthBytes;

    /// <summary>Position of the data in the payload ring.</summary>
    public long PayloadPosition;

    /// <summary>Slot of the state (context.slot), or the slot that began.</summary>
    public ulong Slot;

    /// <summary>Parent of a slot event; 0 if unknown.</summary>
    public ulong ParentSlot;

    /// <summary>
    /// Write version if <see cref="EventFlags.HasWriteVersion"/>: orders the writes of one node, and only of one, since
    /// every node counts its own.
    /// </summary>
    public ulong WriteVersion;

    /// <summary>
    /// Mix of the signature of the transaction that wrote the state, the same from every node; 0 if not stated.
    /// </summary>
    public ulong TransactionTag;

    /// <summary>Receive time of the feed, unix nanoseconds (from the capture in replay).</summary>
    public long ReceiveUtcNs;

    /// <summary>Receive time on the engine's monotonic clock, nanoseconds.</summary>
    public long ReceiveNs;

    /// <summary>Account of an account event.</summary>
    public Pubkey Account;

    /// <summary>Owner program of the account.</summary>
    public Pubkey Owner;

    /// <summary>Lamports of the account.</summary>
    public ulong Lamports;

    /// <summary>Rent epoch of the account, kept for exact account hashes and captures.</summary>
    public ulong RentEpoch;

    /// <summary>
    /// Number of a chain event; its <see cref="EventKind"/> says of what. In the place of <see cref="RentEpoch"/>,
    /// which account events alone have: with a place of its own an entry would be longer than two pairs of lines.
    /// </summary>
    public ulong ChainValue
    {
        readonly get => RentEpoch;
        set => RentEpoch = value;
    }

    /// <summary>
    /// Number of the endpoint that reported or judged a blockhash; 0 if the run has no other that could. In the place
    /// of <see cref="Lamports"/>, which account events alone have.
    /// </summary>
    public ulong ChainSource
    {
        readonly get => Lamports;
        set => Lamports = value;
    }

    /// <summary>Graph: id of the pool whose quotes changed, or -1.</summary>
    public int PoolId;

    /// <summary>Cycles: number of opportunities found, consecutive from <see cref="OpportunityPosition"/>.</summary>
    public int OpportunityCount;

    /// <summary>Cycles: position of the first opportunity in the opportunity ring.</summary>
    public long OpportunityPosition;

    /// <summary>Life: number of lives that ended, consecutive from <see cref="LifePosition"/>.</summary>
    public int LifeCount;

    /// <summary>
    /// Graph: time from the frame, nanoseconds, after which it was certain that no opportunity follows (in place of a
    /// stamp, since what follows is done all the same); at least 1, also without a clock. 0 if it was not foreseen.
    /// </summary>
    public uint ForeseenAfterNs;

    /// <summary>Life: position of the first of them in the life ring.</summary>
    public long LifePosition;

    /// <summary>Time at each stage.</summary>
    public Stamps Stamps;
}
