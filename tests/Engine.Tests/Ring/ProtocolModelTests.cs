using System.Collections.Generic;
using Xunit;

namespace LowLatency.Engine.Tests.Ring;

public sealed class ProtocolModelTests
{
    [Theory]
    [InlineData(1, 4, 1, 1, 1)]
    [InlineData(1, 3, 2, 2, 2)]
    [InlineData(2, 2, 1, 1, 1)]
    [InlineData(2, 2, 1, 2, 2)]
    [InlineData(2, 2, 2, 2, 1)]
    [InlineData(3, 1, 1, 2, 1)]
    [InlineData(2, 2, 2, 4, 1)]
    [InlineData(2, 3, 1, 2, 2)]
    [InlineData(3, 2, 1, 2, 1)]
    public void EveryReachableState_IsSafe_AndTheEndStaysReachable(
        int producers, int claims, int batch, int capacity, int consumers)
    {
        ProtocolShape shape = new(producers, claims, batch, capacity, consumers);
        ProtocolModel model = new(shape, ProtocolMutant.None);
        Assert.Null(model.Search());
        Assert.True(model.StateCount > 40, $"only {model.StateCount} states");
    }

    [Theory]
    [InlineData(ProtocolMutant.PublishBeforeWrite)]
    [InlineData(ProtocolMutant.GateOnFirstConsumerOnly)]
    [InlineData(ProtocolMutant.ClaimNotAtomic)]
    [InlineData(ProtocolMutant.WrapOffByOne)]
    [InlineData(ProtocolMutant.AcknowledgeBeforeRead)]
    [InlineData(ProtocolMutant.StampWithoutLap)]
    [InlineData(ProtocolMutant.CacheAheadOfTruth)]
    internal void BrokenProtocol_IsCaught(ProtocolMutant mutant)
    {
        Assert.NotNull(new ProtocolModel(new ProtocolShape(2, 2, 1, 2, 2), mutant).Search());
    }

    /// <summary>
    /// Sleeping consumer and publisher on a machine with store buffers (x86): the publisher's stamp may still be in its
    /// buffer when it reads the sleeper count. With the fence of BlockingWaitStrategy no wake-up is lost; without it
    /// one
    /// can be, which is why YieldThenParkWaitStrategy sleeps with a time limit of one millisecond.
    /// </summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Parking_WithStoreBuffer_LosesAWakeUpOnlyWithoutFence(bool fenced, bool lost)
    {
        Assert.Equal(lost, CanLoseWakeUp(fenced));
    }

    private static bool CanLoseWakeUp(bool fenced)
    {
        HashSet<ParkState> seen = [];
        Stack<ParkState> open = new([default]);
        while (open.TryPop(out ParkState s))
        {
            if (!seen.Add(s))
                continue;
            // The end: everybody done, everything visible, and the consumer asleep beside its entry.
            if (s.Publisher == 3 && s.Sleeper == 2 && s.Visible && !s.Buffered && !s.Woken)
                return true;
            if (s.Buffered)
                open.Push(s with { Buffered = false, Visible = true });
            switch (s.Publisher)
            {
                case 0:
                    open.Push(s with { Publisher = 1, Buffered = true });
                    break;
                case 1 when !fenced || !s.Buffered:
                    open.Push(s with { Publisher = s.Counted ? 2 : 3 });
                    break;
                case 2 when s.Sleeper != 1:
                    // The signal takes the sleeper's lock, which is held between counting and sleeping.
                    open.Push(s with { Publisher = 3, Woken = true });
                    break;
            }
            switch (s.Sleeper)
            {
                case 0:
                    open.Push(s with { Sleeper = 1, Counted = true });
                    break;
                case 1:
                    open.Push(s with { Sleeper = s.Visible ? 3 : 2 });
                    break;
            }
        }
        return false;
    }

    /// <summary>Publisher: 0 store stamp, 1 read count, 2 signal, 3 done. Sleeper: 0 count itself, 1 look again, 2
    /// asleep, 3 awake.</summary>
    private readonly record struct ParkState(
        int Publisher, int Sleeper, bool Buffered, bool Visible, bool Counted, bool Woken);
}
