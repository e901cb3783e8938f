using System;
using System.Collections.Generic;
using System.Threading;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Rpc;
using Xunit;

namespace LowLatency.Feeds.Tests.Live;

/// <summary>What asks nodes fails: it is told at once, and closing does not fail with it.</summary>
public sealed class NodeWorkFaultTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WorkThrows_IsToldOnce_AndClosesInOrder(bool isChain)
    {
        using SolanaRpc node = new(new Uri("http://127.0.0.1:1/"), new SolanaRpcOptions(), SystemClock.Instance);
        List<SolanaRpc> nodes = [node];
        BrokenClock clock = new();
        NodeWork work = isChain
            ? new ChainWatch(nodes, new ChainWatchOptions(), clock)
            : new Bootstrap(nodes, new BootstrapOptions(), clock);
        using ManualResetEventSlim told = new();
        string? fault = null;
        int times = 0;
        work.OnFault = (where, wrong) =>
        {
            times++;
            fault = $"{where}: {wrong.Message}";
            told.Set();
        };
        work.Start();
        Assert.True(told.Wait(Limit));
        work.Dispose();
        Assert.Equal(1, times);
        Assert.Equal($"{work.GetType().Name}: broken on purpose", fault);
    }

    private sealed class BrokenClock : IClock
    {
        public long NowNs => throw new InvalidOperationException("broken on purpose");

        public long UtcNs => throw new InvalidOperationException("broken on purpose");
    }
}
