namespace LowLatency.Feeds.Decoding;

/// <summary>What a message of a connection is. Every value is a counter.</summary>
public enum MessageKind : byte
{
    /// <summary>None of the kinds below, or not decodable far enough to tell.</summary>
    Other = 0,

    /// <summary>accountNotification.</summary>
    AccountNotification = 1,

    /// <summary>programNotification.</summary>
    ProgramNotification = 2,

    /// <summary>slotNotification.</summary>
    SlotNotification = 3,

    /// <summary>slotsUpdatesNotification.</summary>
    SlotsUpdatesNotification = 4,

    /// <summary>rootNotification; counted only.</summary>
    RootNotification = 5,

    /// <summary>logsNotification; counted only.</summary>
    LogsNotification = 6,

    /// <summary>signatureNotification; counted only.</summary>
    SignatureNotification = 7,

    /// <summary>blockNotification; counted only.</summary>
    BlockNotification = 8,

    /// <summary>Answer to a subscribe request.</summary>
    SubscribeAck = 9,

    /// <summary>Answer to an unsubscribe request.</summary>
    UnsubscribeAck = 10,

    /// <summary>An error answer.</summary>
    ErrorReply = 11,

    /// <summary>A request that the client sent.</summary>
    Request = 12,

    /// <summary>An HTTP answer with accounts (getMultipleAccounts, getAccountInfo, getProgramAccounts).</summary>
    Snapshot = 13,

    /// <summary>Any other HTTP answer; counted only.</summary>
    OtherHttp = 14,

    /// <summary>Yellowstone account update.</summary>
    AccountUpdate = 15,

    /// <summary>Yellowstone slot status.</summary>
    SlotUpdate = 16,

    /// <summary>Yellowstone transaction; counted only.</summary>
    TransactionUpdate = 17,

    /// <summary>Yellowstone transaction status; counted only.</summary>
    TransactionStatusUpdate = 18,

    /// <summary>Yellowstone full block; counted only.</summary>
    BlockUpdate = 19,

    /// <summary>Yellowstone block meta: its blockhash is an event once the block is confirmed.</summary>
    BlockMetaUpdate = 20,

    /// <summary>Yellowstone entry or block footer; counted only.</summary>
    EntryUpdate = 21,

    /// <summary>Yellowstone ping of the server, which the client answers.</summary>
    Ping = 22,

    /// <summary>Yellowstone answer to a ping of the client.</summary>
    Pong = 23,

    /// <summary>An HTTP answer about the chain itself: blockhash, priority fees, a simulation.</summary>
    ChainFact = 24,
}
