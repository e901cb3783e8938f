using LowLatency.Engine.Scoring;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

public sealed class RouteQuarantineTests
{
    private const ulong Route = 0x1234_5678_9ABC_DEF0;

    [Fact]
    public void ReportFailure_FewerThanTheLimit_LeavesTheRouteFree()
    {
        RouteQuarantine quarantine = Make();
        quarantine.ReportFailure(Route, 100);
        quarantine.ReportFailure(Route, 101);
        Assert.False(quarantine.IsQuarantined(Route, 101));
        Assert.Equal(0, quarantine.QuarantineCount);
    }

    [Fact]
    public void ReportFailure_Repeated_BacksOffTwiceAsLongEachTimeUpToTheCap()
    {
        RouteQuarantine quarantine = Make();
        quarantine.ReportFailure(Route, 90);
        quarantine.ReportFailure(Route, 95);
        ulong slot = 100;
        foreach (ulong expected in new ulong[] { 10, 20, 40, 80, 100, 100 })
        {
            quarantine.ReportFailure(Route, slot);
            Assert.True(quarantine.IsQuarantined(Route, slot));
            Assert.True(quarantine.IsQuarantined(Route, slot + expected - 1));
            Assert.False(quarantine.IsQuarantined(Route, slot + expected)); // released
            slot += expected;
        }

        Assert.Equal(6, quarantine.QuarantineCount);
    }

    [Fact]
    public void ReportFailure_VeryOften_NeverOverflows()
    {
        RouteQuarantine quarantine = new(new QuarantineSettings
        {
            AfterFailures = 1,
            BaseSlots = 3,
            CapSlots = ulong.MaxValue,
        });
        for (int i = 0; i < 200; i++) quarantine.ReportFailure(Route, ulong.MaxValue - 10);
        Assert.True(quarantine.IsQuarantined(Route, ulong.MaxValue - 1));
    }

    [Fact]
    public void ReportSuccess_ForgetsEarlierFailures()
    {
        RouteQuarantine quarantine = Make();
        quarantine.ReportFailure(Route, 1);
        quarantine.ReportFailure(Route, 2);
        quarantine.ReportSuccess(Route);
        Assert.Equal(0, quarantine.Count);
        quarantine.ReportFailure(Route, 3);
        Assert.False(quarantine.IsQuarantined(Route, 3));
    }

    [Fact]
    public void AfterFailuresZero_TurnsItOff()
    {
        RouteQuarantine quarantine = new(new QuarantineSettings { AfterFailures = 0 });
        for (ulong i = 0; i < 10; i++) quarantine.ReportFailure(Route, i);
        Assert.False(quarantine.IsQuarantined(Route, 10));
        Assert.Equal(10, quarantine.FailureCount);
    }

    [Fact]
    public void FullSet_DropsTheOldestFreeRouteAndNeverOneInQuarantine()
    {
        RouteQuarantine quarantine = new(new QuarantineSettings
        {
            AfterFailures = 1,
            BaseSlots = 10,
            CapSlots = 10,
            Capacity = RouteQuarantine.Ways,
        });
        for (ulong route = 1; route <= RouteQuarantine.Ways; route++) quarantine.ReportFailure(route, route);
        quarantine.ReportFailure(100, 9);
        Assert.Equal(1, quarantine.OverflowCount); // all of them are in quarantine
        Assert.False(quarantine.IsQuarantined(100, 9));
        quarantine.ReportFailure(101, 12); // the first two are free again, route 1 the longest
        Assert.True(quarantine.IsQuarantined(101, 12));
        Assert.Equal(0UL, quarantine.ReleaseSlot(1));
        Assert.Equal(12UL, quarantine.ReleaseSlot(2));
        Assert.Equal(RouteQuarantine.Ways, quarantine.Count);
    }

    private static RouteQuarantine Make() =>
        new(new QuarantineSettings { AfterFailures = 3, BaseSlots = 10, CapSlots = 100 });
}
