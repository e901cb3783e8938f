using System;
using LowLatency.Engine.Events;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Tests.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

public sealed class WarmDecoderTests
{
    private static readonly int[] Sizes = [1, 2, 3, 165, 653, 1_544, 10_136];

    [Fact]
    public void Warm_BetweenMessages_DecodesToTheEndAndChangesNothing()
    {
        RecordingPublisher cold = new();
        RecordingPublisher warm = new();
        JsonRpcDecoder coldDecoder = Messages.Decoder(cold);
        JsonRpcDecoder warmDecoder = Messages.Decoder(warm);
        Random random = new(11);
        int slices = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] message = Messages.AccountNotification(
                Messages.Bytes(Sizes[random.Next(Sizes.Length)], i), alphabetical: (i / 50 & 1) != 0);
            if (random.Next(8) == 0) message = Mutate.Bytes(message, random);
            DecodeCause expected = coldDecoder.OnMessage(message, Messages.Stamp);
            Assert.Equal(expected, warmDecoder.OnMessage(message, Messages.Stamp));
            for (int n = random.Next(4); n > 0; n--, slices++) ((IWarmable)warmDecoder).Warm();
        }

        Assert.Equal(cold.Events.Count, warm.Events.Count);
        Assert.True(MarketSmallReplayTests.HashOf(cold).AsSpan().SequenceEqual(MarketSmallReplayTests.HashOf(warm)));
        Assert.Equal(coldDecoder.Counters.Messages, warmDecoder.Counters.Messages);
        Assert.Equal(coldDecoder.Counters.Refused, warmDecoder.Counters.Refused);
        Assert.Equal(coldDecoder.Counters.FastPath, warmDecoder.Counters.FastPath);
        Assert.Equal(coldDecoder.HighestSlot, warmDecoder.HighestSlot);

        // A sample reaches the claim and is given back, but for the few moments without one.
        Assert.True(warm.Abandoned - cold.Abandoned > slices * 8 / 10, $"{warm.Abandoned} of {slices}");
    }

    [Fact]
    public void Warm_NothingSeen_DoesNothing()
    {
        RecordingPublisher publisher = new();
        JsonRpcDecoder decoder = Messages.Decoder(publisher);
        for (int i = 0; i < 100; i++) ((IWarmable)decoder).Warm();
        Assert.Empty(publisher.Events);
        Assert.Equal(0, publisher.Abandoned);
        Assert.Equal(0, decoder.Counters.Messages);
    }
}
