using System;
using System.Buffers.Text;
using System.IO;
using LowLatency.Feeds.Live;
using Microsoft.Win32.SafeHandles;

namespace LowLatency.Soak;

/// <summary>What the client has done up to a moment.</summary>
internal readonly record struct SoakSample(
    double RssMebibytes, long Frames, long FeedBytes, long ReadBytes, long Opens, long Losses, int Doubtful)
{
    private static readonly SafeFileHandle? Statm =
        OperatingSystem.IsLinux() ? File.OpenHandle("/proc/self/statm") : null;

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
            ReadRssMebibytes(), feed.Frames, feed.ThreadAllocatedBytes, read, opens,
            feed.Coverage?.Losses ?? 0, feed.Coverage?.Doubtful ?? 0);
    }

    /// <summary>
    /// Environment.WorkingSet makes 2 KB of garbage a call on Linux, which once a second was a good part of what this
    /// process allocated. Source: proc_pid_statm(5), the second number is resident pages.
    /// </summary>
    public static double ReadRssMebibytes()
    {
        Span<byte> text = stackalloc byte[128];
        int length = Statm is null ? 0 : RandomAccess.Read(Statm, text, 0);
        int first = text[..length].IndexOf((byte)' ') + 1;
        return first != 0 && Utf8Parser.TryParse(text[first..length], out long pages, out _)
            ? pages * Environment.SystemPageSize / 1048576.0
            : Environment.WorkingSet / 1048576.0;
    }

    public double FeedBytesPerFrame(in SoakSample since) =>
        (double)(FeedBytes - since.FeedBytes) / Math.Max(1, Frames - since.Frames);

    public double ReadBytesPerFrame(in SoakSample since) =>
        (double)(ReadBytes - since.ReadBytes) / Math.Max(1, Frames - since.Frames);
}
