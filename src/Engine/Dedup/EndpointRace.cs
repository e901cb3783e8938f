using System.Numerics;
using System.Runtime.CompilerServices;
using System.Threading;
using LowLatency.Engine.Metrics;

namespace LowLatency.Engine.Dedup;

/// <summary>
/// How the endpoints compare: who delivers first, by how much, and what never came. One row an endpoint; written by the
/// dedup stage's thread only, read through snapshots. Times are receive-clock nanoseconds.
/// </summary>
public sealed class EndpointRace
{
    /// <summary>Most endpoints: one bit each in an arrival mask of 32 bits.</summary>
    public const int MaxEndpoints = 32;

    private readonly uint[] _shards = new uint[MaxEndpoints];
    private readonly EndpointRow?[] _rows = new EndpointRow?[MaxEndpoints];

    /// <summary>
    /// Row of an endpoint; made when the endpoint first appears, which is registration, not steady state.
    /// </summary>
    public EndpointRow this[int endpointId]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _rows[endpointId & (MaxEndpoints - 1)] ?? Make(endpointId);
    }

    /// <summary>Row of an endpoint that has appeared, or null. Any thread; its histograms may be read by any.</summary>
    public EndpointRow? Find(int endpointId) =>
        Volatile.Read(ref _rows[endpointId & (MaxEndpoints - 1)]);

    /// <summary>
    /// Bit mask of the connections to the endpoint of <paramref name="endpointId"/>: accounts are spread over them, so
    /// what one of them delivers the others never will.
    /// </summary>
    public uint ShardsOf(int endpointId)
    {
        int id = endpointId & (MaxEndpoints - 1);
        return _shards[id] == 0 ? 1u << id : _shards[id];
    }

    /// <summary>The connection <paramref name="endpointId"/> goes to the same endpoint as another one.</summary>
    public void Join(int endpointId, int other)
    {
        uint shards = ShardsOf(endpointId) | ShardsOf(other);
        for (uint left = shards; left != 0; left &= left - 1) _shards[BitOperations.TrailingZeroCount(left)] = shards;
    }

    /// <summary>
    /// Bit mask of endpoints that tell every write of a slot and not only its last state: what they tell in between no
    /// other endpoint can miss.
    /// </summary>
    public uint TellsWrites { get; set; }

    /// <summary>Bit mask of endpoints whose connection is open.</summary>
    public uint OpenMask { get; set; }

    /// <summary>Highest endpoint id seen plus one.</summary>
    public int Count { get; set; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private EndpointRow Make(int endpointId) => _rows[endpointId & (MaxEndpoints - 1)] = new EndpointRow();
}

/// <summary>Counters of one endpoint.</summary>
public sealed class EndpointRow
{
    /// <summary>Account updates delivered.</summary>
    public long Delivered { get; set; }

    /// <summary>Of these, delivered before any other endpoint.</summary>
    public long Wins { get; set; }

    /// <summary>Delivered after another endpoint (or twice).</summary>
    public long Duplicates { get; set; }

    /// <summary>
    /// Updates that another endpoint delivered while this one was open, and this one never did; counted once an
    /// endpoint, in the row of its first open connection.
    /// </summary>
    public long Missed { get; set; }

    /// <summary>Connections opened.</summary>
    public long Opened { get; set; }

    /// <summary>Connections lost.</summary>
    public long Closed { get; set; }

    /// <summary>Times an account lost its cover because of this connection.</summary>
    public long Gaps { get; set; }

    /// <summary>Slots it announced that are settled: the chain kept them or gave them up.</summary>
    public long SlotsTold { get; set; }

    /// <summary>Of these, the ones that the chain gave up.</summary>
    public long SlotsAbandoned { get; set; }

    /// <summary>Highest slot delivered.</summary>
    public ulong SlotMax { get; set; }

    /// <summary>How much later than the winner this endpoint delivered, nanoseconds.</summary>
    public LatencyHistogram LagNs { get; } = new();

    /// <summary>How much earlier than the next endpoint this one delivered when it won, nanoseconds.</summary>
    public LatencyHistogram LeadNs { get; } = new();
}
