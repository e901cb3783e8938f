using System;
using LowLatency.Engine.Time;

namespace LowLatency.Engine.Events;

/// <summary>Takes stamps; none without a clock. What it writes decides nothing.</summary>
/// <param name="clock">The engine's clock, or null.</param>
public readonly struct StampClock(IClock? clock)
{
    /// <summary>Writes the time at a point of the event's way.</summary>
    public void Take(ref MarketEvent e, StampId at)
    {
        if (clock is not null) e.Stamps[(int)at] = clock.NowNs;
    }

    /// <summary>The same, unless the stamp was taken.</summary>
    public void TakeFirst(ref MarketEvent e, StampId at)
    {
        if (clock is not null && e.Stamps[(int)at] == 0) e.Stamps[(int)at] = clock.NowNs;
    }

    /// <summary>Writes that no opportunity follows, and after what time that was known.</summary>
    public void TakeForeseen(ref MarketEvent e)
    {
        long framed = e.Stamps[(int)StampId.Framed];
        long afterNs = clock is null || framed == 0 ? 1 : clock.NowNs - framed;
        e.ForeseenAfterNs = (uint)Math.Clamp(afterNs, 1, uint.MaxValue);
    }
}
