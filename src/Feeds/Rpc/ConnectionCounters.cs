namespace LowLatency.Feeds.Rpc;

/// <summary>
/// What happened on the sockets of one connection since its start: plain counters with one writer, the connection's
/// thread. Other threads read them late, never torn (64-bit loads).
/// </summary>
public sealed class ConnectionCounters
{
    /// <summary>Number of causes.</summary>
    public const int CauseCount = (int)ConnectionCause.Demoted + 1;

    private readonly long[] _ends = new long[CauseCount];

    /// <summary>Attempts to connect.</summary>
    public long Attempts { get; internal set; }

    /// <summary>Connections that opened.</summary>
    public long Opens { get; internal set; }

    /// <summary>Redirects followed.</summary>
    public long Redirects { get; internal set; }

    /// <summary>Bytes read from the stream (behind TLS).</summary>
    public long BytesRead { get; internal set; }

    /// <summary>Reads that brought bytes; messages per read say how far behind the reader is.</summary>
    public long Reads { get; internal set; }

    /// <summary>Whole messages delivered.</summary>
    public long Messages { get; internal set; }

    /// <summary>Messages that came in more than one frame.</summary>
    public long FragmentedMessages { get; internal set; }

    /// <summary>Pings of the server, each answered.</summary>
    public long PingsReceived { get; internal set; }

    /// <summary>Pings sent.</summary>
    public long PingsSent { get; internal set; }

    /// <summary>Pongs of the server.</summary>
    public long PongsReceived { get; internal set; }

    /// <summary>Messages sent.</summary>
    public long MessagesSent { get; internal set; }

    /// <summary>Bytes of frames sent.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>Times that a write had to wait because the peer did not read.</summary>
    public long WriteWaits { get; internal set; }

    /// <summary>Connections that began with a replay from an earlier slot (Yellowstone).</summary>
    public long Replays { get; internal set; }

    /// <summary>
    /// Managed bytes that the connection's thread allocated, as of its last look around (some times a second).
    /// </summary>
    public long ThreadAllocatedBytes { get; internal set; }

    /// <summary>Ends and failed attempts for a cause.</summary>
    public long this[ConnectionCause cause] => _ends[(int)cause];

    internal void Count(ConnectionCause cause) => _ends[(int)cause]++;
}
