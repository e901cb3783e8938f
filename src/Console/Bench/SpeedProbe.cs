using System;
using LowLatency.Engine.Time;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>
/// What the core gives at the moment: a fixed piece of work (dependent multiplications over a table of 256 KB, so that
/// both clock and second-level cache count), timed between the measurements of the same run. Times divided by it can be
/// compared between runs on one machine; absolute times cannot.
/// </summary>
internal sealed class SpeedProbe
{
    private const int TableEntries = 32_768;
    private const int Steps = 20_000;
    private const int Rounds = 40;
    private readonly ulong[] _table = new ulong[TableEntries];
    private ulong _kept;

    public SpeedProbe()
    {
        for (int i = 0; i < _table.Length; i++) _table[i] = ((ulong)i * 0x9E3779B97F4A7C15) | 1;
        for (int i = 0; i < Rounds; i++) _ = Round();
    }

    /// <summary>Least time of a step, nanoseconds, over some rounds now.</summary>
    public double Measure()
    {
        double best = double.MaxValue;
        for (int i = 0; i < Rounds; i++) best = Math.Min(best, Round());
        return best;
    }

    private double Round()
    {
        long start = SystemClock.Instance.NowNs;
        ulong value = _kept | 1;
        for (int i = 0; i < Steps; i++) value = (value * 0x2545F4914F6CDD1D) ^ _table[value >> 49];
        _kept = value;
        return (SystemClock.Instance.NowNs - start) / (double)Steps;
    }
}
