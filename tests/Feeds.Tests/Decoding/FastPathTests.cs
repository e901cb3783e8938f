using System;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Tests.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

public sealed class FastPathTests
{
    [Theory]
    [InlineData(false, "false", "18446744073709551615", 165)]
    [InlineData(true, "false", "18446744073709551615", 165)]
    [InlineData(false, "true", "0", 1)]
    [InlineData(true, "true", "361", 653)]
    [InlineData(false, "false", "18446744073709551615", 0)]
    [InlineData(true, "false", "18446744073709551615", 10240)]
    public void OnMessage_KnownShape_TakesTheFastPathWithEveryField(
        bool alphabetical, string executable, string rentEpoch, int length)
    {
        byte[] data = Messages.Bytes(length, length + 1);
        byte[] message = Messages.AccountNotification(
            data, rentEpoch: rentEpoch, executable: executable, alphabetical: alphabetical);
        RecordingPublisher publisher = new();
        JsonRpcDecoder decoder = Messages.Decoder(publisher);

        Assert.Equal(DecodeCause.None, decoder.OnMessage(message, Messages.Stamp));

        Assert.Equal(1, decoder.Counters.FastPath);
        RecordedEvent recorded = Assert.Single(publisher.Events);
        Assert.Equal(data, recorded.Payload);
        MarketEvent entry = recorded.Entry;
        Assert.Equal(EventKind.Account, entry.Kind);
        Assert.Equal(3, entry.EndpointId);
        Assert.Equal(282617401UL, entry.Slot);
        Assert.Equal(2039280UL, entry.Lamports);
        Assert.Equal(ulong.Parse(rentEpoch, System.Globalization.CultureInfo.InvariantCulture), entry.RentEpoch);
        Assert.Equal(Messages.AccountKey, entry.Account);
        Assert.Equal(Messages.OwnerKey, entry.Owner);
        Assert.Equal(executable == "true" ? EventFlags.Executable : EventFlags.None, entry.Flags);
        Assert.Equal(Messages.Stamp.ReceiveUtcNs, entry.ReceiveUtcNs);
        Assert.Equal(Messages.Stamp.ReceiveNs, entry.ReceiveNs);
        Assert.Equal(Messages.Stamp.FramedNs, entry.Stamps[(int)StampId.Framed]);
        Assert.Equal(-1, entry.PoolId);
    }

    [Fact]
    public void OnMessage_MutatedMessages_FastAndStrictGiveTheSameEventsAndCounts()
    {
        int published = 0;
        int refused = 0;
        for (int seed = 1; seed <= 20_000; seed++)
        {
            Random random = new(seed);
            byte[] source = Messages.AccountNotification(
                Messages.Bytes(random.Next(0, 40), seed), alphabetical: (seed & 1) != 0);
            byte[] message = random.Next(10) == 0 ? source : Mutate.Bytes(source, random);
            RecordingPublisher fast = new();
            RecordingPublisher strict = new();
            JsonRpcDecoder fastDecoder = Messages.Decoder(fast);
            JsonRpcDecoder strictDecoder = Messages.Decoder(strict, fast: false);

            DecodeCause fastCause = fastDecoder.OnMessage(message, Messages.Stamp);
            DecodeCause strictCause = strictDecoder.OnMessage(message, Messages.Stamp);

            string text = $"seed {seed}: {Encoding.Latin1.GetString(message)}";
            Assert.True(fastCause == strictCause, $"{fastCause} {strictCause} {text}");
            Assert.True(
                MarketSmallReplayTests.HashOf(fast).AsSpan().SequenceEqual(MarketSmallReplayTests.HashOf(strict)),
                text);
            Assert.True(fastDecoder.Counters.Refused == (fastCause == DecodeCause.None ? 0 : 1), text);
            Assert.True(fast.Events.Count == (fastCause == DecodeCause.None ? 1 : 0), text);
            published += fast.Events.Count;
            refused += fastCause == DecodeCause.None ? 0 : 1;
        }

        Assert.True(published > 2_000 && refused > 10_000, $"{published} published, {refused} refused");
    }

    [Fact]
    public void OnMessage_ShapesSeenBefore_AreTakenApartAsTheStrictPathDoes()
    {
        RecordingPublisher fast = new();
        RecordingPublisher strict = new();
        JsonRpcDecoder fastDecoder = Messages.Decoder(fast);
        JsonRpcDecoder strictDecoder = Messages.Decoder(strict, fast: false);
        int refused = 0;
        for (int seed = 1; seed <= 40_000; seed++)
        {
            Random random = new(seed);
            byte[] message = Messages.AccountNotification(
                Messages.Bytes(random.Next(0, 200) * random.Next(0, 2), seed),
                slot: 282617401 + (ulong)random.Next(2),
                lamports: random.Next(3) == 0 ? (ulong)random.NextInt64() >> random.Next(63) : 2039280,
                rentEpoch: random.Next(4) == 0 ? "361" : "18446744073709551615",
                executable: random.Next(5) == 0 ? "true" : "false",
                alphabetical: (seed >> 3 & 1) != 0);
            if (random.Next(3) == 0) message = Mutate.Bytes(message, random);
            fast.Events.Clear();
            strict.Events.Clear();

            DecodeCause fastCause = fastDecoder.OnMessage(message, Messages.Stamp);
            DecodeCause strictCause = strictDecoder.OnMessage(message, Messages.Stamp);

            string text = $"seed {seed}: {Encoding.Latin1.GetString(message)}";
            Assert.True(fastCause == strictCause, $"{fastCause} {strictCause} {text}");
            Assert.True(
                MarketSmallReplayTests.HashOf(fast).AsSpan().SequenceEqual(MarketSmallReplayTests.HashOf(strict)),
                text);
            refused += fastCause == DecodeCause.None ? 0 : 1;
        }

        Assert.True(fastDecoder.ShapeMatches > 3_000, $"{fastDecoder.ShapeMatches} shapes seen before");
        Assert.True(fastDecoder.Counters.FastPath > fastDecoder.ShapeMatches, "no shape was new");
        Assert.InRange(refused, 5_000, 14_000);
    }

    /// <summary>Of so many pairs some have one place; and no two messages are of one slot.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OnMessage_TwoShapesInTurn_AreBothKnownWhateverTheirPlaceAndSlot(bool alphabetical)
    {
        const int Sizes = 24;
        const int Count = 20;
        for (int first = 1; first < Sizes; first++)
        {
            for (int second = first + 1; second <= Sizes; second++)
            {
                RecordingPublisher publisher = new();
                JsonRpcDecoder decoder = Messages.Decoder(publisher);
                for (int i = 0; i < Count; i++)
                {
                    ulong slot = 282617401 + ((ulong)i * 10_007);
                    byte[] data = Messages.Bytes(i % 2 == 0 ? first : second, i);
                    byte[] message = Messages.AccountNotification(data, slot: slot, alphabetical: alphabetical);
                    Assert.Equal(DecodeCause.None, decoder.OnMessage(message, Messages.Stamp));
                    Assert.Equal(slot, publisher.Events[^1].Entry.Slot);
                }

                Assert.True(decoder.ShapeMatches == Count - 2, $"{first}, {second}: {decoder.ShapeMatches}");
            }
        }
    }

    [Fact]
    public void OnMessage_ShapeSeenBeforeWithOneByteChanged_IsNeverTakenForIt()
    {
        foreach (bool alphabetical in new[] { false, true })
        {
            byte[] message = Messages.AccountNotification(Messages.Bytes(90), alphabetical: alphabetical);
            RecordingPublisher fast = new();
            RecordingPublisher strict = new();
            JsonRpcDecoder fastDecoder = Messages.Decoder(fast);
            JsonRpcDecoder strictDecoder = Messages.Decoder(strict, fast: false);
            for (int place = 0; place < message.Length; place++)
            {
                for (int bit = 0; bit < 8; bit++)
                {
                    _ = fastDecoder.OnMessage(message, Messages.Stamp);
                    fast.Events.Clear();
                    strict.Events.Clear();
                    message[place] ^= (byte)(1 << bit);
                    DecodeCause cause = fastDecoder.OnMessage(message, Messages.Stamp);
                    Assert.Equal(strictDecoder.OnMessage(message, Messages.Stamp), cause);
                    Assert.Equal(MarketSmallReplayTests.HashOf(strict), MarketSmallReplayTests.HashOf(fast));
                    message[place] ^= (byte)(1 << bit);
                }
            }

            Assert.True(fastDecoder.ShapeMatches > message.Length);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OnMessage_EveryTruncation_PublishesNothingAndIsCounted(bool fast)
    {
        byte[] message = Messages.AccountNotification(Messages.Bytes(120));
        RecordingPublisher publisher = new();
        JsonRpcDecoder decoder = Messages.Decoder(publisher, fast);
        for (int length = 0; length < message.Length; length++)
        {
            DecodeCause cause = decoder.OnMessage(message.AsSpan(0, length), Messages.Stamp);
            Assert.True(cause is DecodeCause.MalformedJson or DecodeCause.UnexpectedShape, $"{length}: {cause}");
            Assert.Equal(length + 1, decoder.Counters.Refused);
        }

        Assert.Empty(publisher.Events);
    }

    [Fact]
    public void OnMessage_FastPath_AllocatesNothing()
    {
        byte[] message = Messages.AccountNotification(Messages.Bytes(768));
        CountingPublisher publisher = new();
        JsonRpcDecoder decoder = new(0, publisher, new DecoderOptions());
        decoder.TryMapSubscription(7, Messages.AccountKey);
        for (int i = 0; i < 100; i++) decoder.OnMessage(message, Messages.Stamp);
        decoder.UseFastPath = false;
        for (int i = 0; i < 100; i++) decoder.OnMessage(message, Messages.Stamp);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            decoder.UseFastPath = (i & 1) == 0;
            decoder.OnMessage(message, Messages.Stamp);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1_200, publisher.Published);
    }

    private sealed class CountingPublisher : EventPublisher
    {
        private readonly byte[] _payload = new byte[1 << 16];
        private MarketEvent _entry;

        public int Published { get; private set; }

        public override ref MarketEvent Current => ref _entry;

        public override ClaimStatus TryClaim(int payloadCapacityBytes, out Span<byte> payload)
        {
            _entry = default;
            payload = _payload.AsSpan(0, payloadCapacityBytes);
            return ClaimStatus.Ok;
        }

        public override void Publish(int payloadLengthBytes) => Published++;

        public override void Abandon()
        {
        }
    }
}
