using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Geyser.Client;

/// <summary>What a Yellowstone connection saw. One writer, the connection's task; others read late.</summary>
public sealed class YellowstoneCounters
{
    private readonly long[] _ends = new long[(int)ConnectionCause.CompressedMessage + 1];

    /// <summary>Connections that delivered a message.</summary>
    public long Opens { get; internal set; }

    /// <summary>Messages, pings and pongs too.</summary>
    public long Messages { get; internal set; }

    /// <summary>Messages that are neither ping nor pong.</summary>
    public long Updates { get; internal set; }

    /// <summary>Bytes of messages, without their prefixes.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Reads from the network; several messages may come in one.</summary>
    public long Reads { get; internal set; }

    /// <summary>Pings of the server, each answered.</summary>
    public long PingsAnswered { get; internal set; }

    /// <summary>Pings that we sent.</summary>
    public long PingsSent { get; internal set; }

    /// <summary>Answers to them.</summary>
    public long Pongs { get; internal set; }

    /// <summary>Connections that began with a replay from a slot.</summary>
    public long Replays { get; internal set; }

    /// <summary>Connections that ended for a cause.</summary>
    public long this[ConnectionCause cause] => _ends[(int)cause];

    internal void Count(ConnectionCause cause) => _ends[(int)cause]++;
}
