namespace LowLatency.Feeds.Rpc;

/// <summary>
/// What an HTTP call failed of. Source of the codes: agave b64857b5 rpc-client-api/src/custom_error.rs and
/// JSON-RPC 2.0 specification section 5.1.
/// </summary>
public enum RpcErrorKind : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The caller cancelled.</summary>
    Cancelled = 1,

    /// <summary>No answer within the time limit.</summary>
    Timeout = 2,

    /// <summary>No connection (name, refused, reset, TLS).</summary>
    ConnectFailed = 3,

    /// <summary>HTTP 401 or 403: key or token.</summary>
    Unauthorized = 4,

    /// <summary>HTTP 429, or a JSON-RPC error with that code.</summary>
    RateLimited = 5,

    /// <summary>HTTP 5xx.</summary>
    ServerUnavailable = 6,

    /// <summary>Another HTTP status.</summary>
    HttpStatus = 7,

    /// <summary>The answer is no JSON-RPC answer to the request, or not of the method's shape.</summary>
    MalformedAnswer = 8,

    /// <summary>The answer is longer than allowed, or than the inbox takes.</summary>
    AnswerTooLong = 9,

    /// <summary>-32001: the block is gone from this node.</summary>
    BlockCleanedUp = 10,

    /// <summary>-32002: the simulation before sending failed; the error has its result.</summary>
    PreflightFailure = 11,

    /// <summary>-32003: a signature does not verify.</summary>
    SignatureVerificationFailure = 12,

    /// <summary>-32004: the block is not there yet.</summary>
    BlockNotAvailable = 13,

    /// <summary>-32005: the node is behind or not ready; the error may say by how many slots.</summary>
    NodeUnhealthy = 14,

    /// <summary>-32006: a precompiled program refused.</summary>
    PrecompileVerificationFailure = 15,

    /// <summary>-32007: the slot was skipped or is missing.</summary>
    SlotSkipped = 16,

    /// <summary>-32008: the node has no snapshot.</summary>
    NoSnapshot = 17,

    /// <summary>-32009: the slot is missing in long-term storage.</summary>
    LongTermStorageSlotSkipped = 18,

    /// <summary>-32010: the key is excluded from the node's secondary index.</summary>
    KeyExcludedFromIndex = 19,

    /// <summary>-32011: the node keeps no transaction history.</summary>
    HistoryNotAvailable = 20,

    /// <summary>-32012: the scan of accounts failed.</summary>
    ScanError = 21,

    /// <summary>-32013: wrong length of a signature.</summary>
    SignatureLengthMismatch = 22,

    /// <summary>-32014: the block's status is not there yet.</summary>
    BlockStatusNotAvailable = 23,

    /// <summary>-32015: a transaction version that the request did not allow.</summary>
    UnsupportedTransactionVersion = 24,

    /// <summary>-32016: the node has not reached minContextSlot; the error says which slot it has.</summary>
    MinContextSlotNotReached = 25,

    /// <summary>-32017: rewards are being paid out.</summary>
    EpochRewardsPeriodActive = 26,

    /// <summary>-32018: the slot is no epoch boundary.</summary>
    SlotNotEpochBoundary = 27,

    /// <summary>-32019: long-term storage is out of reach.</summary>
    LongTermStorageUnreachable = 28,

    /// <summary>-32700: the server could not parse the request.</summary>
    ParseError = 29,

    /// <summary>-32600: no valid request.</summary>
    InvalidRequest = 30,

    /// <summary>-32601: the method does not exist or is switched off.</summary>
    MethodNotFound = 31,

    /// <summary>-32602: wrong parameters.</summary>
    InvalidParams = 32,

    /// <summary>-32603: an error inside the node.</summary>
    InternalError = 33,

    /// <summary>Another JSON-RPC code.</summary>
    Other = 34,
}

/// <summary>How a call failed.</summary>
public sealed record RpcError
{
    /// <summary>What it failed of.</summary>
    public required RpcErrorKind Kind { get; init; }

    /// <summary>JSON-RPC code or HTTP status; 0 if there is none.</summary>
    public int Code { get; init; }

    /// <summary>The server's or the system's words, without keys and tokens.</summary>
    public string Message { get; init; } = string.Empty;

    /// <summary>What the server asked to wait, nanoseconds; 0 if it did not.</summary>
    public long RetryAfterNs { get; init; }

    /// <summary>Slots that an unhealthy node is behind; null if it does not say.</summary>
    public ulong? SlotsBehind { get; init; }

    /// <summary>Slot of a node that has not reached minContextSlot.</summary>
    public ulong? ContextSlot { get; init; }

    /// <summary>Result of a failed simulation before sending.</summary>
    public SimulationResult? Simulation { get; init; }

    /// <summary>True if the same call may succeed a little later.</summary>
    public bool IsTransient => Kind is RpcErrorKind.Timeout or RpcErrorKind.ConnectFailed or RpcErrorKind.RateLimited
        or RpcErrorKind.ServerUnavailable or RpcErrorKind.NodeUnhealthy or RpcErrorKind.MinContextSlotNotReached
        or RpcErrorKind.BlockNotAvailable or RpcErrorKind.BlockStatusNotAvailable or RpcErrorKind.ScanError
        or RpcErrorKind.EpochRewardsPeriodActive or RpcErrorKind.LongTermStorageUnreachable;

    /// <summary>The kind of a JSON-RPC code.</summary>
    public static RpcErrorKind KindOf(int code) => code switch
    {
        429 => RpcErrorKind.RateLimited,
        >= -32019 and <= -32001 => (RpcErrorKind)((int)RpcErrorKind.BlockCleanedUp + (-32001 - code)),
        -32700 => RpcErrorKind.ParseError,
        >= -32603 and <= -32600 => (RpcErrorKind)((int)RpcErrorKind.InvalidRequest + (-32600 - code)),
        _ => RpcErrorKind.Other,
    };
}

/// <summary>A value, or the error that came instead.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="Value">The value; meaningless if there is an error.</param>
/// <param name="Error">The error; null if there is none.</param>
/// <param name="ContextSlot">Slot at which the node answered; 0 if the method has none.</param>
public readonly record struct RpcResult<T>(T Value, RpcError? Error, ulong ContextSlot = 0)
{
    /// <summary>True if there is a value.</summary>
    public bool IsOk => Error is null;
}
