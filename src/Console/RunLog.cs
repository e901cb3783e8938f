using System;

namespace LowLatency.ConsoleHost;

/// <summary>How much a line of the log matters.</summary>
internal enum LogLevel : byte
{
    Debug = 0,
    Info = 1,
    Warning = 2,
    Error = 3,
}

/// <summary>One line of the log.</summary>
/// <param name="Number">Number, from 0.</param>
/// <param name="UtcMs">When, unix milliseconds of this machine.</param>
/// <param name="Slot">Slot at hand; 0 if none.</param>
/// <param name="Level">Level.</param>
/// <param name="Area">Where.</param>
/// <param name="Text">What.</param>
internal readonly record struct LogLine(
    long Number, long UtcMs, ulong Slot, LogLevel Level, string Area, string Text);

/// <summary>
/// The newest lines of what happened in a run. It never stops and never blocks: the oldest line gives way, and how many
/// did is known. Any thread.
/// </summary>
internal sealed class RunLog(Func<long>? utcMs = null)
{
    /// <summary>Lines kept.</summary>
    public const int Capacity = 4096;

    private readonly object _gate = new();
    private readonly LogLine[] _lines = new LogLine[Capacity];
    private long _count;

    /// <summary>Lines so far, lost ones included.</summary>
    public long Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    public void Add(LogLevel level, string area, string text, ulong slot = 0)
    {
        long nowMs = utcMs?.Invoke() ?? DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(); // replay-ok: shown to people
        lock (_gate)
        {
            _lines[_count % Capacity] = new LogLine(_count, nowMs, slot, level, area, text);
            _count++;
        }
    }

    /// <summary>Line by number; false if it has given way or does not exist yet.</summary>
    public bool TryRead(long number, out LogLine line)
    {
        lock (_gate)
        {
            bool isThere = number >= 0 && number < _count && number >= _count - Capacity;
            line = isThere ? _lines[number % Capacity] : default;
            return isThere;
        }
    }
}
