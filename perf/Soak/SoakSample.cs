using System;
using LowLatency.Feeds.Live;

namespace LowLatency.Soak;

/// <summary>What the client has done up to a moment.</summary>
internal readonly record struct SoakSample(
    double RssMebibytes, long Frames, long FeedBytes, long ReadBytes, long Opens, long Losses, int Doubtful)
{
    public static SoakSample Take(EndpointPool pool, LiveFeed feed)
    {
        long opens = 0;
        long read = 0;
        foreach (ConnectionStatus status in pool.GetStatus())
        {
            opens += status.Opens;
            read += status.ThreadAllocatedBytes;
        }

        return new SoakSample(
            Environment.WorkingSet / 1048576.0, feed.Frames, feed.ThreadAllocatedBytes, read, opens,
            feed.Coverage?.Losses ?? 0, feed.Coverage?.Doubtful ?? 0);
    }

    public double FeedBytesPerFrame(in SoakSample since) =>
        (double)(FeedBytes - since.FeedBytes) / Math.Max(1, Frames - since.Frames);

    public double ReadBytesPerFrame(in SoakSample since) =>
        (double)(ReadBytes - since.ReadBytes) / Math.Max(1, Frames - since.Frames);
}
