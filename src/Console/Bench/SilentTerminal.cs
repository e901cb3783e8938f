using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using LowLatency.ConsoleHost.Rendering;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>
/// A terminal that nobody looks at: takes every byte, presses Tab four times a second, and measures the thread that
/// draws into it. All but <see cref="End"/> is that thread's.
/// </summary>
internal sealed class SilentTerminal : ITerminal
{
    private const int TabEveryMs = 250;
    private const double WarmUpSeconds = 2.5; // each of the eight screens is drawn once before

    private readonly long _started = Stopwatch.GetTimestamp();
    private long _tabMs = Environment.TickCount64 + TabEveryMs;
    private long _frames;
    private long _bytes;
    private long _warmFrames = -1;
    private long _warmBytes;
    private volatile bool _isEnding;

    /// <summary>What was measured; whole once the loop has ended.</summary>
    public ConsoleCost Cost { get; private set; }

    public (int Columns, int Rows) Size
    {
        get
        {
            _frames++; // asked once a frame
            return (200, 60);
        }
    }

    /// <summary>Ends the loop at its next look for keys. Any thread.</summary>
    public void End() => _isEnding = true;

    public void EnterRaw()
    {
    }

    public void LeaveRaw()
    {
    }

    public void Write(ReadOnlySpan<byte> bytes) => _bytes += bytes.Length;

    public int Read(Span<byte> destination, int timeoutMs)
    {
        double seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        if (_isEnding)
        {
            long allocated = _warmFrames < 0 ? 0 : GC.GetAllocatedBytesForCurrentThread() - _warmBytes;
            long counted = _warmFrames < 0 ? 0 : _frames - _warmFrames;
            Cost = new ConsoleCost(_frames, seconds, ThreadCpuSeconds(), allocated, counted, _bytes);
            return -1;
        }

        if (_warmFrames < 0 && seconds >= WarmUpSeconds)
        {
            _warmFrames = _frames;
            _warmBytes = GC.GetAllocatedBytesForCurrentThread();
        }

        Thread.Sleep(timeoutMs);
        long nowMs = Environment.TickCount64; // replay-ok: when a measurement's key is pressed
        if (nowMs < _tabMs) return 0;
        _tabMs = nowMs + TabEveryMs;
        destination[0] = (byte)'\t';
        return 1;
    }

    public void Suspend()
    {
    }

    public void Dispose()
    {
    }

    // Source: Documentation/scheduler/sched-stats.rst: the first number is the time on the processor, nanoseconds.
    private static double ThreadCpuSeconds()
    {
        const string File = "/proc/thread-self/schedstat";
        if (!System.IO.File.Exists(File)) return -1;
        string first = System.IO.File.ReadAllText(File).Split(' ')[0];
        return long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out long ns) ? ns / 1e9 : -1;
    }
}
