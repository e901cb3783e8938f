namespace LowLatency.Feeds.Rpc;

/// <summary>Why a connection ended, or did not come about. Every value is a counter.</summary>
public enum ConnectionCause : byte
{
    /// <summary>It has not ended.</summary>
    None = 0,

    /// <summary>We were told to stop.</summary>
    Stopped = 1,

    /// <summary>The host's name has no address.</summary>
    NameNotFound = 2,

    /// <summary>No address accepted the connection (refused, unreachable).</summary>
    ConnectFailed = 3,

    /// <summary>Connecting, TLS or the handshake took too long.</summary>
    ConnectTimeout = 4,

    /// <summary>TLS failed: certificate, name, version.</summary>
    TlsFailed = 5,

    /// <summary>The answer to the handshake is no WebSocket handshake (shape, wrong accept key, extension).</summary>
    BadHandshake = 6,

    /// <summary>HTTP 401 or 403 to the handshake: key or token.</summary>
    Unauthorized = 7,

    /// <summary>HTTP 429 to the handshake.</summary>
    RateLimited = 8,

    /// <summary>HTTP 5xx to the handshake.</summary>
    ServerUnavailable = 9,

    /// <summary>Another HTTP status to the handshake.</summary>
    HttpRefused = 10,

    /// <summary>A redirect that is not followed: too many, without a target, or from wss to ws.</summary>
    BadRedirect = 11,

    /// <summary>The server sent a close frame.</summary>
    ClosedByServer = 12,

    /// <summary>The stream ended without a close frame.</summary>
    EndOfStream = 13,

    /// <summary>The socket failed (reset).</summary>
    SocketError = 14,

    /// <summary>No byte came for the read timeout.</summary>
    ReadTimeout = 15,

    /// <summary>A ping was not answered and nothing else came: a half-open connection.</summary>
    PingTimeout = 16,

    /// <summary>The peer took no bytes for the write timeout.</summary>
    WriteTimeout = 17,

    /// <summary>The server broke the protocol; the fault says how.</summary>
    ProtocolViolation = 18,

    /// <summary>A message above the limit.</summary>
    MessageTooLong = 19,

    /// <summary>Text that is not UTF-8.</summary>
    InvalidUtf8 = 20,

    /// <summary>A binary message, which no JSON-RPC server sends.</summary>
    BinaryMessage = 21,

    /// <summary>The engine fell behind and the inbox was full: what was lost must be fetched again.</summary>
    InboxFull = 22,

    /// <summary>No slot notification for the stated number of measured slot times.</summary>
    SlotSilence = 23,

    /// <summary>A subscription was not acknowledged although it was sent several times.</summary>
    AckTimeout = 24,

    /// <summary>The connection's thread met an error of ours; the detail says which.</summary>
    InternalError = 25,

    /// <summary>A gRPC server ended the stream with an error; the code is the gRPC status.</summary>
    GrpcStatus = 26,

    /// <summary>A gRPC server refused to replay from the slot asked for: what was missed must be fetched.</summary>
    ReplayRefused = 27,

    /// <summary>A gRPC message is compressed although we accept no compression.</summary>
    CompressedMessage = 28,

    /// <summary>Not an end of the connection but of its recording: the disk fell behind.</summary>
    RecorderOverflow = 29,

    /// <summary>We closed it because its endpoint delivers late or loses too much; it is tried again later.</summary>
    Demoted = 30,
}

/// <summary>How a connection ended.</summary>
/// <param name="Cause">Why.</param>
/// <param name="Code">
/// WebSocket close code, gRPC status, HTTP/2 error code of a reset, or HTTP status of a refused handshake; 0 if none.
/// </param>
/// <param name="Detail">In words, without keys and tokens.</param>
/// <param name="RetryAfterNs">What the server asked to wait, nanoseconds; 0 if it did not.</param>
public readonly record struct ConnectionEnd(
    ConnectionCause Cause, int Code = 0, string Detail = "", long RetryAfterNs = 0);
