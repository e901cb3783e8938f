namespace LowLatency.Feeds.Decoding;

/// <summary>
/// Why a message, or one account of a snapshot, gave no event. Every value is a counter; nothing is thrown.
/// </summary>
public enum DecodeCause : byte
{
    /// <summary>Decoded.</summary>
    None = 0,

    /// <summary>The text is not JSON.</summary>
    MalformedJson = 1,

    /// <summary>
    /// JSON, but not of the shape that its kind of message has (missing, doubled or wrong-typed member).
    /// </summary>
    UnexpectedShape = 2,

    /// <summary>A notification of a method, or a Yellowstone update of a kind, that is not known.</summary>
    UnknownMethod = 3,

    /// <summary>A subscription id that no request of this connection is waiting for or has got.</summary>
    UnknownSubscription = 4,

    /// <summary>
    /// Account data that is neither <c>["...","base64"]</c> nor <c>["...","base64+zstd"]</c>.
    /// </summary>
    WrongEncoding = 5,

    /// <summary>Account data that is not canonical base64.</summary>
    BadBase64 = 6,

    /// <summary>An owner or account key that is not the Base58 form of 32 bytes.</summary>
    BadKey = 7,

    /// <summary>Account data above the payload limit of the ring.</summary>
    PayloadTooLarge = 8,

    /// <summary>
    /// The length of the data differs from the account's stated <c>space</c>: part of an account is not its state.
    /// </summary>
    SizeMismatch = 9,

    /// <summary>A notification before its ack, when the buffer for such was full.</summary>
    PendingOverflow = 10,

    /// <summary>A notification whose ack never came before the connection ended.</summary>
    PendingForgotten = 11,

    /// <summary>An answer to a request that this connection did not send.</summary>
    UnknownRequest = 12,

    /// <summary>More open requests or subscriptions than the connection's tables hold.</summary>
    TableFull = 13,

    /// <summary>The server answered with an error.</summary>
    ErrorReply = 14,

    /// <summary>A snapshot answer with another number of accounts than its request asked for.</summary>
    SnapshotCountMismatch = 15,

    /// <summary>The ring was full and the feed's policy is to drop.</summary>
    RingFull = 16,

    /// <summary>The pipeline has halted: stop feeding.</summary>
    Halted = 17,

    /// <summary>
    /// An account notification behind the close of its connection: its subscription id means nothing any more. (Slot
    /// messages need no id and pass.)
    /// </summary>
    AfterClose = 18,

    /// <summary>
    /// The bytes are not a protobuf message: a length past the end, an endless number, a group, a wrong wire type.
    /// </summary>
    MalformedProtobuf = 19,

    /// <summary>
    /// A frame of changed settings with a line that is none, or a value out of range: nothing of it is taken.
    /// </summary>
    BadSettings = 20,

    /// <summary>A frame of a connection above the bound of 31: nothing of it is decoded.</summary>
    EndpointOutOfRange = 21,

    /// <summary>
    /// Compressed account data that is not one whole Zstandard frame: broken, cut off, with something behind it, or in
    /// need of a dictionary.
    /// </summary>
    BadZstd = 22,
}
