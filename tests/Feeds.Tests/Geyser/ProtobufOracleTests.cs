using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Google.Protobuf;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Geyser;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>The hand-written reader against Google.Protobuf, on real, random and damaged bytes.</summary>
public sealed class ProtobufOracleTests
{
    private static readonly string RealStream = Repository.Vectors("geyser-richat-2026-02-05.bin.gz");

    [Fact]
    public void Varints_OfEveryLength_ReadAsTheOracleWroteThem()
    {
        Random random = new(71);
        for (int i = 0; i < 20_000; i++)
        {
            ulong value = (ulong)random.NextInt64() >> random.Next(64);
            if (i < 65) value = i == 64 ? ulong.MaxValue : (1UL << i) - 1;
            byte[] one = GeyserMessages.Message(o => o.WriteUInt64(value));
            byte[] followed = [.. one, .. new byte[random.Next(12)]]; // both the word and the byte-wise path
            random.NextBytes(followed.AsSpan(one.Length));
            ProtoReader reader = new(followed);
            Assert.True(reader.TryReadVarint(out ulong read));
            Assert.Equal(value, read);
            for (int cut = 0; cut < one.Length; cut++)
            {
                ProtoReader truncated = new(one.AsSpan(0, cut));
                Assert.False(truncated.TryReadVarint(out _));
            }
        }
    }

    /// <summary>Source of the counts: the recording's README (counted by another program).</summary>
    [Fact]
    public void RealStream_EveryMessage_DecodesToWhatTheOracleReads()
    {
        RecordingPublisher publisher = new();
        GeyserDecoder decoder = new(0, publisher, new DecoderOptions());
        List<(ulong Slot, ulong Parent)> begun = [];
        HashSet<ulong> known = [];
        HashSet<ulong> confirmed = [];
        List<(ulong Slot, string Hash, ulong Height)> metas = [];
        foreach (byte[] message in RealMessages())
        {
            Assert.Equal(DecodeCause.None, decoder.OnMessage(message, default));
            if (TryReadMeta(message) is { } meta) metas.Add(meta);
            if (!TryReadSlot(message, out ulong slot, out ulong parent, out ulong status)) continue;
            if (status is 0 or 5 && known.Add(slot)) begun.Add((slot, parent));
            if (status is 1 or 2) confirmed.Add(slot);
        }

        Assert.Equal(40_186, decoder.Counters.Messages);
        Assert.Equal(39_840, decoder.Counters[MessageKind.EntryUpdate]);
        Assert.Equal(295, decoder.Counters[MessageKind.SlotUpdate]);
        Assert.Equal(50, decoder.Counters[MessageKind.BlockMetaUpdate]);
        Assert.Equal(1, decoder.Counters[MessageKind.Ping]);
        Assert.Equal(0, decoder.Counters.Refused);
        List<RecordedEvent> slots = publisher.Events.FindAll(e => e.Entry.Kind == EventKind.Slot);
        Assert.Equal(begun, slots.ConvertAll(e => (e.Entry.Slot, e.Entry.ParentSlot)));
        Assert.Equal(
            metas.FindAll(m => confirmed.Contains(m.Slot)).ConvertAll(m => (m.Slot, m.Hash, m.Height + 150)),
            publisher.Events.FindAll(e => e.Entry.Kind == EventKind.Blockhash)
                .ConvertAll(e => (e.Entry.Slot, e.Entry.Account.ToString(), e.Entry.ChainValue)));
        Assert.Equal(398_202_821UL, metas[^1].Slot);
        Assert.True(confirmed.Count > 10);
        Assert.Equal(50, begun.Count);
    }

    [Fact]
    public void DamagedMessages_NeverThrow_AndWhatIsAcceptedTheOracleReadsAlike()
    {
        byte[][] messages =
        [
            GeyserMessages.Account(new AccountUpdate { Data = AccountUpdate.Filled(40, 1) }),
            GeyserMessages.Account(new AccountUpdate { Data = [], Signature = null, IsStartup = true }),
            GeyserMessages.Slot(101, 100, 6, "dead"),
            GeyserMessages.BlockMeta(101, "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK", 5),
        ];
        int accepted = 0;
        RecordingPublisher publisher = new();
        GeyserDecoder decoder = new(0, publisher, new DecoderOptions());
        for (int seed = 0; seed < 40_000; seed++)
        {
            Random random = new(seed);
            byte[] message = Mutate.Bytes(messages[random.Next(messages.Length)], random);
            publisher.Events.Clear();
            DecodeCause cause = decoder.OnMessage(message, default);
            if (cause != DecodeCause.None || publisher.Events.Count == 0) continue;
            RecordedEvent recorded = publisher.Events[0];
            if (recorded.Entry.Kind is not (EventKind.Account or EventKind.AccountSnapshot)) continue;
            accepted++;
            AccountUpdate read = ReadAccount(message);
            Assert.True(
                Pubkey.Read(read.Key) == recorded.Entry.Account && Pubkey.Read(read.Owner) == recorded.Entry.Owner
                && read.Slot == recorded.Entry.Slot && read.Lamports == recorded.Entry.Lamports
                && read.WriteVersion == recorded.Entry.WriteVersion && read.RentEpoch == recorded.Entry.RentEpoch
                && (read.Lamports == 0 || read.Data.AsSpan().SequenceEqual(recorded.Payload)),
                $"seed {seed}");
        }

        Assert.True(accepted > 1000, $"only {accepted} damaged messages were accepted");
    }

    [Fact]
    public void DamagedAccounts_WithAndWithoutTheFastPath_GiveTheSame()
    {
        byte[][] messages =
        [
            GeyserMessages.Account(new AccountUpdate { Data = AccountUpdate.Filled(40, 1) }),
            GeyserMessages.Account(new AccountUpdate { Data = AccountUpdate.Filled(200, 1), IsExecutable = true }),
            GeyserMessages.Account(new AccountUpdate { Data = [], Signature = null, IsStartup = true }),
            GeyserMessages.Account(new AccountUpdate { Lamports = 0, Slot = 0, WriteVersion = 0, RentEpoch = 0 }),
        ];
        RecordingPublisher[] publishers = [new(), new()];
        GeyserDecoder fast = new(0, publishers[0], new DecoderOptions());
        GeyserDecoder slow = new(0, publishers[1], new DecoderOptions()) { UseFastPath = false };
        foreach (byte[] whole in messages) _ = fast.OnMessage(whole, default);
        Assert.Equal(messages.Length, fast.Counters.FastPath);
        for (int seed = 0; seed < 40_000; seed++)
        {
            Random random = new(seed);
            byte[] message = Mutate.Bytes(messages[random.Next(messages.Length)], random);
            foreach (RecordingPublisher publisher in publishers) publisher.Events.Clear();
            long before = fast.Counters.FastPath;
            Assert.True(fast.OnMessage(message, default) == slow.OnMessage(message, default), $"seed {seed}");
            Assert.True(publishers[0].Events.Count == publishers[1].Events.Count, $"seed {seed}");
            if (fast.Counters.FastPath == before || publishers[0].Events.Count == 0) continue;
            Assert.True(AreSame(publishers[0].Events[0], publishers[1].Events[0]), $"seed {seed}");
        }

        long taken = fast.Counters.FastPath;
        Assert.True(taken > 1000, $"only {taken} damaged messages took the fast path");
        Assert.True(fast.ShapeMatches > 1000, $"only {fast.ShapeMatches} damaged messages had a known shape");
        Assert.Equal(0, slow.Counters.FastPath);
    }

    [Fact]
    public void KnownShape_WithEveryBitFlipped_GivesWhatTheReaderGives()
    {
        AccountUpdate[] updates =
        [
            new() { Data = AccountUpdate.Filled(165, 1) },
            new() { Data = AccountUpdate.Filled(140, 1), RentEpoch = ulong.MaxValue >> 1, Lamports = 1 },
            new() { Data = AccountUpdate.Filled(150, 1), RentEpoch = 361, IsExecutable = true, WriteVersion = 7 },
        ];
        RecordingPublisher[] publishers = [new(), new()];
        GeyserDecoder slow = new(0, publishers[1], new DecoderOptions()) { UseFastPath = false };
        foreach (AccountUpdate update in updates)
        {
            byte[] whole = GeyserMessages.Account(update);
            GeyserDecoder fast = new(0, publishers[0], new DecoderOptions());
            long matches = 0;
            for (int bit = 0; bit < whole.Length * 8; bit++)
            {
                _ = fast.OnMessage(whole, default); // the shape, whatever the damaged ones made known
                byte[] damaged = [.. whole];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                long before = fast.ShapeMatches;
                foreach (RecordingPublisher publisher in publishers) publisher.Events.Clear();
                Assert.True(fast.OnMessage(damaged, default) == slow.OnMessage(damaged, default), $"bit {bit}");
                Assert.True(publishers[0].Events.Count == publishers[1].Events.Count, $"bit {bit}");
                if (publishers[0].Events.Count == 1)
                    Assert.True(AreSame(publishers[0].Events[0], publishers[1].Events[0]), $"bit {bit}");
                matches += fast.ShapeMatches - before;
            }

            // Whatever is a value and no place: keys, data, signature, time, digits of numbers.
            Assert.True(matches > (whole.Length - 60) * 8, $"{matches} of {whole.Length * 8} bits leave the shape");
        }
    }

    [Fact]
    public void KnownShape_OfManyAccountsAndSizes_ReadsEveryValue()
    {
        RecordingPublisher publisher = new();
        GeyserDecoder decoder = new(0, publisher, new DecoderOptions());
        Random random = new(5);
        for (int i = 0; i < 4_000; i++)
        {
            AccountUpdate update = new()
            {
                Key = AccountUpdate.Filled(32, random.Next(40)),
                Owner = AccountUpdate.Filled(32, random.Next(4)),
                Data = AccountUpdate.Filled(165 + (100 * random.Next(4)), i),
                Signature = AccountUpdate.Filled(64, i),
                Slot = 398_202_772 + (ulong)(i / 10),
                Lamports = (ulong)random.NextInt64() >> random.Next(8, 64),
                RentEpoch = random.Next(3) == 0 ? (ulong)random.NextInt64() >> random.Next(64) : ulong.MaxValue,
                WriteVersion = 1_871_234_567_890 + (ulong)i,
                IsExecutable = random.Next(8) == 0,
            };
            publisher.Events.Clear();
            Assert.Equal(DecodeCause.None, decoder.OnMessage(GeyserMessages.Account(update), default));
            RecordedEvent read = Assert.Single(publisher.Events);
            Assert.True(Pubkey.Read(update.Key) == read.Entry.Account && Pubkey.Read(update.Owner) == read.Entry.Owner);
            Assert.Equal(update.Slot, read.Entry.Slot);
            Assert.Equal(update.Lamports, read.Entry.Lamports);
            Assert.Equal(update.RentEpoch, read.Entry.RentEpoch);
            Assert.Equal(update.WriteVersion, read.Entry.WriteVersion);
            Assert.Equal(GeyserAccountReader.Mix(update.Signature), read.Entry.TransactionTag);
            Assert.Equal(update.IsExecutable, (read.Entry.Flags & EventFlags.Executable) != 0);
            if (update.Lamports != 0) Assert.Equal(update.Data, read.Payload);
        }

        Assert.True(decoder.ShapeMatches > 500, $"only {decoder.ShapeMatches} had a known shape");
    }

    [Fact]
    public void TruncatedAccount_AtEveryByte_GivesNoWrongEvent()
    {
        byte[] message = GeyserMessages.Account(new AccountUpdate());
        int createdAtBytes = 2 + 12;
        GeyserDecoder decoder = new(0, new RecordingPublisher(), new DecoderOptions());
        for (int length = 0; length < message.Length; length++)
        {
            DecodeCause cause = decoder.OnMessage(message.AsSpan(0, length), default);

            // Only the server's time stands behind the account; cutting exactly there leaves a whole account.
            if (length == message.Length - createdAtBytes) Assert.Equal(DecodeCause.None, cause);
            else Assert.NotEqual(DecodeCause.None, cause);
        }
    }

    [Fact]
    public void CreatedAt_OfTheRealStream_IsReadToTheNanosecond()
    {
        foreach (byte[] message in RealMessages())
        {
            Assert.Equal(EnvelopeStatus.Ok, GeyserEnvelope.TryRead(message, out GeyserEnvelope envelope));
            if (envelope.Field != UpdateField.Slot) continue;

            // Source: first slot row of the recording's events.csv.
            Assert.Equal(1_770_287_040_770_177_449, envelope.ReadCreatedAtUtcNs());
            return;
        }
    }

    internal static IEnumerable<byte[]> RealMessages()
    {
        byte[] bytes = TestData.Gunzip(RealStream);
        for (int at = 0; at < bytes.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
            yield return bytes.AsSpan(at + 4, length).ToArray();
            at += 4 + length;
        }
    }

    private static bool AreSame(RecordedEvent one, RecordedEvent other)
    {
        MarketEvent left = one.Entry;
        MarketEvent right = other.Entry;
        return MemoryMarshal.AsBytes(new ReadOnlySpan<MarketEvent>(in left))
            .SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<MarketEvent>(in right)))
            && one.Payload.AsSpan().SequenceEqual(other.Payload);
    }

    private static bool TryReadSlot(byte[] message, out ulong slot, out ulong parent, out ulong status)
    {
        slot = 0;
        parent = 0;
        status = 0;
        bool isSlot = false;
        CodedInputStream outer = new(message);
        while (outer.ReadTag() is var tag && tag != 0)
        {
            if (tag != WireFormat.MakeTag(3, WireFormat.WireType.LengthDelimited))
            {
                outer.SkipLastField();
                continue;
            }

            isSlot = true;
            CodedInputStream inner = new(outer.ReadBytes().ToByteArray());
            while (inner.ReadTag() is var member && member != 0)
            {
                if (member == 8) slot = inner.ReadUInt64();
                else if (member == 16) parent = inner.ReadUInt64();
                else if (member == 24) status = inner.ReadUInt64();
                else inner.SkipLastField();
            }
        }

        return isSlot;
    }

    private static (ulong Slot, string Hash, ulong Height)? TryReadMeta(byte[] message)
    {
        byte[]? body = null;
        (ulong Slot, string Hash, ulong Height) meta = default;
        Walk(message, (input, field) =>
        {
            if (field == 7) body = input.ReadBytes().ToByteArray();
            else input.SkipLastField();
        });
        if (body is null) return null;
        Walk(body, (input, field) =>
        {
            if (field == 1) meta.Slot = input.ReadUInt64();
            else if (field == 2) meta.Hash = input.ReadString();
            else if (field == 5) meta.Height = ReadHeight(input.ReadBytes().ToByteArray());
            else input.SkipLastField();
        });
        return meta;
    }

    private static ulong ReadHeight(byte[] message)
    {
        ulong height = 0;
        Walk(message, (input, _) => height = input.ReadUInt64());
        return height;
    }

    private static AccountUpdate ReadAccount(byte[] message)
    {
        byte[] body = [];
        byte[] info = [];
        AccountUpdate read = new()
        {
            Key = [],
            Owner = [],
            Data = [],
            Slot = 0,
            Lamports = 0,
            RentEpoch = 0,
            WriteVersion = 0,
        };
        Walk(message, (input, field) => body = field == 2 ? input.ReadBytes().ToByteArray() : Skip(input, body));
        Walk(body, (input, field) =>
        {
            if (field == 1) info = input.ReadBytes().ToByteArray();
            else if (field == 2) read = read with { Slot = input.ReadUInt64() };
            else input.SkipLastField();
        });
        Walk(info, (input, field) =>
        {
            switch (field)
            {
                case 1: read = read with { Key = input.ReadBytes().ToByteArray() }; break;
                case 2: read = read with { Lamports = input.ReadUInt64() }; break;
                case 3: read = read with { Owner = input.ReadBytes().ToByteArray() }; break;
                case 5: read = read with { RentEpoch = input.ReadUInt64() }; break;
                case 6: read = read with { Data = input.ReadBytes().ToByteArray() }; break;
                case 7: read = read with { WriteVersion = input.ReadUInt64() }; break;
                default: input.SkipLastField(); break;
            }
        });
        return read;
    }

    private static byte[] Skip(CodedInputStream input, byte[] kept)
    {
        input.SkipLastField();
        return kept;
    }

    private static void Walk(byte[] bytes, Action<CodedInputStream, int> member)
    {
        CodedInputStream input = new(bytes);
        while (input.ReadTag() is var tag && tag != 0) member(input, WireFormat.GetTagFieldNumber(tag));
    }
}
