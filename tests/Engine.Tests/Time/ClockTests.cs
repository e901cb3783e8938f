using System;
using LowLatency.Engine.Time;
using Xunit;

namespace LowLatency.Engine.Tests.Time;

public sealed class ClockTests
{
    [Fact]
    public void SystemClock_Now_NeverGoesBack()
    {
        long last = SystemClock.Instance.NowNs;
        for (int i = 0; i < 100_000; i++)
        {
            long now = SystemClock.Instance.NowNs;
            Assert.True(now >= last, $"{now} after {last}");
            last = now;
        }
    }

    [Fact]
    public void SystemClock_Utc_IsUnixNanoseconds()
    {
        long expected = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        long actual = SystemClock.Instance.UtcNs / 1_000_000;
        Assert.InRange(actual, expected - 1, expected + 10_000);
    }

    [Fact]
    public void ReplayClock_StandsStillUntilAdvanced()
    {
        ReplayClock clock = new(5, 1_000);
        Assert.Equal((5L, 1_000L), (clock.NowNs, clock.UtcNs));
        Assert.Equal((5L, 1_000L), (clock.NowNs, clock.UtcNs));
        Assert.True(clock.AdvanceTo(9, 2_000));
        Assert.Equal((9L, 2_000L), (clock.NowNs, clock.UtcNs));
    }

    [Fact]
    public void ReplayClock_OlderRecord_KeepsMonotonicTimeAndSaysSo()
    {
        ReplayClock clock = new(100, 1_000);
        Assert.False(clock.AdvanceTo(99, 900));
        Assert.Equal((100L, 900L), (clock.NowNs, clock.UtcNs));
        Assert.True(clock.AdvanceTo(100, 900));
    }
}
