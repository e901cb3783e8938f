using System;
using LowLatency.Engine.Metrics;
using Xunit;

namespace LowLatency.Engine.Tests.Metrics;

public sealed class CatalogTests
{
    [Theory]
    [InlineData("lowlatency_feed_messages_received_total", true)]
    [InlineData("lowlatency_ring_occupancy_ratio", true)]
    [InlineData("lowlatency_ring_occupancy", false)]
    [InlineData("lowlatency_ring_total", false)]
    [InlineData("lowlatency_ring_occupancy_total", false)]
    [InlineData("feed_messages_received_total", false)]
    [InlineData("lowlatency_Feed_messages_count", false)]
    [InlineData("lowlatency__messages_count", false)]
    [InlineData("lowlatency_feed_messages_count_", false)]
    [InlineData("lowlatency_feed_messages-in_count", false)]
    [InlineData("", false)]
    public void IsLawful_FollowsTheNamingLaw(string name, bool lawful)
    {
        Assert.Equal(lawful, CounterCatalog.IsLawful(name));
        if (!lawful)
            Assert.Throws<ArgumentException>(() => new CounterCatalog().Register(name, "", ""));
    }

    [Fact]
    public void Register_KeepsOrder_FindsByLabel_RefusesDoubles()
    {
        CounterCatalog catalog = new();
        Counter first = catalog.Register("lowlatency_feed_messages_count_total", "endpoint=0", "Messages.");
        Counter second = catalog.Register("lowlatency_feed_messages_count_total", "endpoint=1", "Messages.");
        Assert.Throws<ArgumentException>(
            () => catalog.Register("lowlatency_feed_messages_count_total", "endpoint=1", "Messages."));
        second.Add(5);
        second.Increment();
        Assert.True(catalog.TryFind("lowlatency_feed_messages_count_total", "endpoint=1", out CounterEntry found));
        Assert.Equal(6, found.Counter.Value);
        Assert.False(catalog.TryFind("lowlatency_feed_messages_count_total", "endpoint=2", out _));
        Assert.Equal(2, catalog.Entries.Length);
        Assert.Same(first, catalog.Entries[0].Counter);
    }

    [Fact]
    public void DistinctErrors_SameKind_IsCountedOnce_WithItsFirstDetail()
    {
        DistinctErrors errors = new();
        Assert.True(errors.Observe("Decoding", "BadBase64", "first", 10));
        Assert.False(errors.Observe("Decoding", "BadBase64", "second", 20));
        Assert.True(errors.Observe("Decoding", "BadJson", new string('x', 1_000), 30));
        DistinctError[] table = errors.Snapshot();
        Assert.Equal(new DistinctError("Decoding", "BadBase64", "first", 2, 10, 20), table[0]);
        Assert.Equal(DistinctErrors.DetailCharsMax, table[1].Detail.Length);
    }

    [Fact]
    public void DistinctErrors_Full_CountsWhatItCannotKeep()
    {
        DistinctErrors errors = new(capacity: 2);
        Assert.True(errors.Observe("A", "1", "", 0));
        Assert.True(errors.Observe("A", "2", "", 0));
        Assert.False(errors.Observe("A", "3", "", 0));
        Assert.False(errors.Observe("A", "1", "", 0));
        Assert.Equal(1, errors.OverflowCount);
        Assert.Equal(2, errors.Snapshot().Length);
        Assert.Equal(2, errors.Snapshot()[0].Count);
    }
}
