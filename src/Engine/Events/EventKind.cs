namespace LowLatency.Engine.Events;

/// <summary>What a <see cref="MarketEvent"/> says.</summary>
public enum EventKind : byte
{
    /// <summary>Unused entry.</summary>
    None = 0,

    /// <summary>An account's new state, pushed by a subscription.</summary>
    Account = 1,

    /// <summary>
    /// An account's state in a snapshot answer (getMultipleAccounts, getProgramAccounts); absent accounts too.
    /// </summary>
    AccountSnapshot = 2,

    /// <summary>A slot began: <see cref="MarketEvent.Slot"/>, <see cref="MarketEvent.ParentSlot"/>.</summary>
    Slot = 3,

    /// <summary>A slot died or was abandoned.</summary>
    SlotDead = 4,

    /// <summary>
    /// An endpoint's connection opened; its subscription ids begin again. The parent slot is the number of another
    /// connection to the same endpoint plus one, 0 if there is none.
    /// </summary>
    FeedOpen = 5,

    /// <summary>An endpoint's connection broke: what it would have sent is lost.</summary>
    FeedClose = 6,

    /// <summary>End of a capture: everything before it has been published.</summary>
    EndOfFeed = 7,

    /// <summary>Everything up to <see cref="MarketEvent.Slot"/> has been published (slot-ordered feeds only).</summary>
    SlotSettled = 8,

    /// <summary>
    /// No open subscription follows <see cref="MarketEvent.Account"/> any more, or one of its updates may be lost: what
    /// is known of it may be old until <see cref="CoverWhole"/>.
    /// </summary>
    CoverLost = 9,

    /// <summary>
    /// The account is followed again and its state was read after that began: nothing of it can be missing.
    /// </summary>
    CoverWhole = 10,

    /// <summary>
    /// A blockhash to build on: <see cref="MarketEvent.Account"/> is the hash, <see cref="MarketEvent.ChainValue"/> the
    /// last block height that it is valid at, <see cref="MarketEvent.Slot"/> the slot of the node's answer.
    /// </summary>
    Blockhash = 11,

    /// <summary>
    /// What recent slots took for a compute unit: the payload is a list of slot and price, 8 bytes each.
    /// </summary>
    PriorityFees = 12,

    /// <summary>How the simulation of a message ended: the payload is a <see cref="SimulationPayload"/>.</summary>
    Simulation = 13,

    /// <summary>
    /// Another endpoint's copy of an account's newest state: made of <see cref="Account"/> by Dedup where agreement is
    /// asked for, never by a feed.
    /// </summary>
    Copy = 14,

    /// <summary>
    /// A setting takes another value from here on (<see cref="SettingChange"/>). A change while it runs is input like
    /// any other: recorded, and in force from its place in the sequence of events.
    /// </summary>
    Setting = 15,

    /// <summary>
    /// Whether an endpoint holds a blockhash for valid: <see cref="MarketEvent.Account"/> is the hash,
    /// <see cref="MarketEvent.ChainValue"/> 1 for yes and 0 for no.
    /// </summary>
    BlockhashVerdict = 16,
}

/// <summary>Marks of an event, set by the feed.</summary>
[System.Flags]
public enum EventFlags : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The account does not exist on chain (closed, or null in a snapshot).</summary>
    Absent = 1,

    /// <summary>The account is executable.</summary>
    Executable = 2,

    /// <summary>The source states a write version (Geyser), so several events of one slot are ordered by it.</summary>
    HasWriteVersion = 4,

    /// <summary>Made by the synthetic market, not by any chain.</summary>
    Synthetic = 8,
}

/// <summary>Why a stage stopped an event. Every value is a counter; None passes on.</summary>
public enum DropCause : byte
{
    /// <summary>Not dropped.</summary>
    None = 0,

    /// <summary>Another endpoint delivered the same (account, slot) first.</summary>
    Duplicate = 1,

    /// <summary>Older than what is known, on the same fork.</summary>
    Stale = 2,

    /// <summary>Of an abandoned slot, when that is already known.</summary>
    DeadFork = 3,

    /// <summary>No pool uses this account.</summary>
    UnwatchedAccount = 4,

    /// <summary>The venue refused the bytes.</summary>
    Undecodable = 5,

    /// <summary>A slot number too far ahead of every other endpoint's to be believed.</summary>
    ImplausibleSlot = 6,

    /// <summary>A table of fixed capacity was full.</summary>
    TableFull = 7,
}
