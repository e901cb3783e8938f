using System.Collections.Generic;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Pipeline;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Replay;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>
/// What the decoders and the engine have counted up to a moment: between two of them lies what became of messages
/// without an outcome. What sets up connections counts too.
/// </summary>
internal sealed class BenchLosses
{
    private readonly SortedDictionary<string, long> _counts = new(System.StringComparer.Ordinal);

    private BenchLosses(MarketPipeline pipeline, CaptureLoop loop)
    {
        DecodeCounters decoded = loop.GetCounters();
        AccountUpdates = decoded[MessageKind.AccountNotification] + decoded[MessageKind.ProgramNotification]
            + decoded[MessageKind.AccountUpdate];
        foreach ((string cause, long count) in ReplayTables.Refusals(decoded))
            _counts[$"refused by the decoder: {cause}"] = count;
        foreach ((string cause, long count) in ReplayTables.Drops(pipeline)) _counts[$"dropped: {cause}"] = count;
    }

    /// <summary>Messages so far that tell an account.</summary>
    public long AccountUpdates { get; }

    public static BenchLosses Now(MarketPipeline pipeline, CaptureLoop loop) => new(pipeline, loop);

    /// <summary>By cause, what was counted after <paramref name="before"/>.</summary>
    public SortedDictionary<string, long> Since(BenchLosses before)
    {
        SortedDictionary<string, long> since = new(System.StringComparer.Ordinal);
        foreach ((string cause, long count) in _counts)
        {
            long more = count - before._counts.GetValueOrDefault(cause);
            if (more != 0) since[cause] = more;
        }

        return since;
    }
}
