using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

public sealed class TransactionReaderTests
{
    [Fact]
    public void Read_VectorTransactions_GivesTheirParts()
    {
        int count = 0;
        foreach (JsonElement item in TransactionVectors.Section("transactions").EnumerateArray())
        {
            if (!item.TryGetProperty("transaction_web3js", out JsonElement hex)) continue;
            if (!item.GetProperty("fits_in_packet").GetBoolean()) continue;
            byte[] bytes = Convert.FromHexString(hex.GetString()!);
            Assert.Equal(TransactionReadStatus.Ok, TransactionReader.TryRead(bytes, out TransactionView view));
            CheckHeader(item, view);
            CheckInstructions(item, view);
            byte[] kit = Convert.FromHexString(item.GetProperty("message_kit").GetString()!);
            Assert.Equal(TransactionReadStatus.Ok, TransactionReader.TryReadMessage(kit, out TransactionView other));
            CheckInstructions(item, other); // the other library's order of accounts, the same transaction
            count++;
        }

        Assert.True(count > 80);
    }

    [Fact]
    public void Read_EveryTruncation_IsAnError()
    {
        foreach (byte[] bytes in Samples())
        {
            for (int length = 0; length < bytes.Length; length++)
            {
                TransactionReadStatus status = TransactionReader.TryRead(bytes.AsSpan(0, length), out _);
                Assert.NotEqual(TransactionReadStatus.Ok, status);
            }

            byte[] longer = [.. bytes, 0];
            Assert.NotEqual(TransactionReadStatus.Ok, TransactionReader.TryRead(longer, out _));
        }
    }

    [Fact]
    public void Read_MutatedBytes_IsAStatusAndEveryPartStaysReadable()
    {
        const int seed = 1232;
        Random random = new(seed);
        int accepted = 0;
        int refused = 0;
        foreach (byte[] original in Samples())
        {
            for (int round = 0; round < 400; round++)
            {
                byte[] bytes = [.. original];
                int changes = 1 + random.Next(4);
                for (int i = 0; i < changes; i++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                if (TransactionReader.TryRead(bytes, out TransactionView view) != TransactionReadStatus.Ok)
                {
                    refused++;
                    continue;
                }

                accepted++;
                int accounts = view.Facts.AccountCount;
                foreach (InstructionView instruction in view.Instructions)
                {
                    Assert.InRange(instruction.ProgramIndex, 1, view.Facts.StaticKeyCount - 1);
                    foreach (byte index in instruction.Accounts)
                    {
                        Assert.True(index < accounts, $"seed {seed}");
                        _ = view.TryGetKey(index, out _, out _, out _);
                    }
                }
            }
        }

        Assert.True(accepted > 100 && refused > 100, $"{accepted} accepted, {refused} refused");
    }

    [Fact]
    public void Read_RandomBytes_NeverCrashes()
    {
        const int seed = 4096;
        Random random = new(seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && i % 3 == 0) bytes[0] = (byte)(i % 2 == 0 ? 0x81 : 0);
            _ = TransactionReader.TryRead(bytes, out _);
            _ = TransactionReader.TryReadMessage(bytes, out _);
        }
    }

    /// <summary>More accounts than one word of bits holds, most of them from tables.</summary>
    [Fact]
    public void Read_WrittenWithMoreThan64Accounts_GivesTheSameRequest()
    {
        const int seed = 386;
        Random random = new(seed);
        MessageWriter writer = new(accountLimit: 256);
        byte[] bytes = new byte[MessageLimits.PacketBytes];
        int most = 0;
        for (int round = 0; round < 100; round++)
        {
            InstructionBuffer[] instructions = RandomInstructions.Make(random, 60, 160);
            LookupTable[] tables = RandomInstructions.Tables(random, instructions[..30], 1);
            MessageRequest request = new()
            {
                Version = MessageVersion.V0,
                Payer = RandomInstructions.Key(random),
                Instructions = instructions.AsSpan(0, 20 + random.Next(8)),
                Tables = tables,
            };
            foreach (InstructionBuffer one in request.Instructions) one.Reset(instructions[0].ProgramId);
            for (int i = 0; i < tables[0].AddressCount; i++)
                request.Instructions[i % 20].Add(in tables[0].Addresses[i], (AccountFlags)random.Next(2));
            MessageStatus status = writer.WriteTransaction(request, bytes, out MessageLayout layout);
            Assert.True(status == MessageStatus.Ok, $"seed {seed}, round {round}: {status}");
            most = Math.Max(most, writer.AccountCount);
            Assert.Equal(
                TransactionReadStatus.Ok,
                TransactionReader.TryRead(bytes.AsSpan(0, layout.TotalBytes), out TransactionView view));
            RandomInstructions.AssertSame(request.Instructions.ToArray(), view, tables);
        }

        Assert.True(most > 64, $"only {most} accounts");
    }

    [Fact]
    public void Read_WrittenV1_GivesTheSameRequest()
    {
        const int seed = 385;
        Random random = new(seed);
        MessageWriter writer = new(allowV1: true);
        byte[] bytes = new byte[MessageLimits.V1Bytes];
        for (int round = 0; round < 300; round++)
        {
            InstructionBuffer[] instructions = RandomInstructions.Make(random, 1 + random.Next(6), 12);
            MessageRequest request = new()
            {
                Version = MessageVersion.V1,
                Payer = RandomInstructions.Key(random),
                Blockhash = RandomInstructions.Key(random),
                Instructions = instructions,
                Config = new MessageConfig(
                    (ulong)random.Next(3) * 7_000, 200_000, (uint)random.Next(1, 3) * 65_536,
                        (uint)random.Next(2) * 32_768),
            };
            MessageStatus status = writer.WriteTransaction(request, bytes, out MessageLayout layout);
            if (status is MessageStatus.TooManySigners or MessageStatus.TooManyAccounts) continue;
            Assert.True(status == MessageStatus.Ok, $"seed {seed}, round {round}: {status}");
            Assert.Equal(0x81, bytes[0]);
            ReadOnlySpan<byte> written = bytes.AsSpan(0, layout.TotalBytes);
            TransactionReadStatus read = TransactionReader.TryRead(written, out TransactionView view);
            Assert.True(read == TransactionReadStatus.Ok, $"seed {seed}, round {round}: {read}");
            Assert.Equal(request.Config, view.Facts.Config);
            Assert.Equal(request.Blockhash, view.Facts.Blockhash);
            Assert.Equal(request.Payer, view.StaticKey(0));
            Assert.Equal(layout.MessageBytes + (64 * layout.SignatureCount), layout.TotalBytes);
            RandomInstructions.AssertSame(instructions, view, []);
            for (int cut = 0; cut < written.Length; cut += 7)
            {
                Assert.NotEqual(TransactionReadStatus.Ok, TransactionReader.TryRead(written[..cut], out _));
            }
        }
    }

    [Fact]
    public void Read_WrittenV0WithTables_GivesTheSameRequest()
    {
        const int seed = 296;
        Random random = new(seed);
        MessageWriter writer = new();
        byte[] bytes = new byte[MessageLimits.PacketBytes];
        int written = 0;
        for (int round = 0; round < 400; round++)
        {
            InstructionBuffer[] instructions = RandomInstructions.Make(random, 1 + random.Next(5), 10);
            LookupTable[] tables = RandomInstructions.Tables(random, instructions, random.Next(4));
            MessageRequest request = new()
            {
                Version = random.Next(4) == 0 ? MessageVersion.Legacy : MessageVersion.V0,
                Payer = RandomInstructions.Key(random),
                Blockhash = RandomInstructions.Key(random),
                Instructions = instructions,
                Tables = tables,
            };
            MessageStatus status = writer.WriteTransaction(request, bytes, out MessageLayout layout);
            if (status == MessageStatus.TooLarge) continue;
            Assert.True(status == MessageStatus.Ok, $"seed {seed}, round {round}: {status}");
            TransactionReadStatus read = TransactionReader.TryRead(bytes.AsSpan(0, layout.TotalBytes),
                out TransactionView view);
            Assert.True(read == TransactionReadStatus.Ok, $"seed {seed}, round {round}: {read}");
            Assert.Equal(request.Version, view.Facts.Version);
            RandomInstructions.AssertSame(instructions, view, tables);
            written++;
        }

        Assert.True(written > 200);
    }

    [Theory]
    [InlineData(0x82)]
    [InlineData(0xff)]
    public void Read_UnknownVersion_IsRefused(int prefix)
    {
        byte[] bytes = new byte[200];
        bytes[0] = (byte)prefix;
        Assert.Equal(TransactionReadStatus.UnknownVersion, TransactionReader.TryReadMessage(bytes, out _));
    }

    [Fact]
    public void Read_WrongSignatureCount_IsRefused()
    {
        byte[] bytes = Samples()[0];
        byte[] one = [(byte)(bytes[0] + 1), .. new byte[64], .. bytes.AsSpan(1)];
        Assert.Equal(TransactionReadStatus.SignatureCount, TransactionReader.TryRead(one, out _));
    }

    private static List<byte[]> Samples()
    {
        List<byte[]> samples = [];
        int index = 0;
        foreach (JsonElement item in TransactionVectors.Section("transactions").EnumerateArray())
        {
            if (index++ % 6 != 0 || !item.TryGetProperty("transaction_web3js", out JsonElement hex)) continue;
            if (item.GetProperty("fits_in_packet").GetBoolean()) samples.Add(Convert.FromHexString(hex.GetString()!));
        }

        Assert.True(samples.Count > 10);
        Random random = new(8129);
        MessageWriter writer = new(allowV1: true);
        byte[] bytes = new byte[MessageLimits.V1Bytes];
        for (int wanted = samples.Count + 6; samples.Count < wanted;)
        {
            MessageRequest request = new()
            {
                Version = MessageVersion.V1,
                Payer = RandomInstructions.Key(random),
                Instructions = RandomInstructions.Make(random, 4, 10),
                Config = new MessageConfig(9_000, 200_000, 65_536, 32_768),
            };
            if (writer.WriteTransaction(request, bytes, out MessageLayout layout) == MessageStatus.Ok)
                samples.Add(bytes[..layout.TotalBytes]);
        }

        return samples;
    }

    private static void CheckHeader(JsonElement item, in TransactionView view)
    {
        JsonElement header = item.GetProperty("header");
        Assert.Equal(header[0].GetInt32(), view.Facts.RequiredSignatures);
        Assert.Equal(header[1].GetInt32(), view.Facts.ReadonlySigners);
        Assert.Equal(header[2].GetInt32(), view.Facts.ReadonlyOthers);
        JsonElement keys = item.GetProperty("static_account_keys");
        Assert.Equal(keys.GetArrayLength(), view.Facts.StaticKeyCount);
        for (int i = 0; i < view.Facts.StaticKeyCount; i++) Assert.Equal(keys[i].GetString(),
            view.StaticKey(i).ToString());
        Assert.Equal(item.GetProperty("recent_blockhash").GetString(), view.Facts.Blockhash.ToString());
        int lookups = item.TryGetProperty("address_table_lookups", out JsonElement tables) ? tables.GetArrayLength()
            : 0;
        Assert.Equal(lookups, view.Facts.LookupCount);
    }

    private static void CheckInstructions(JsonElement item, in TransactionView view)
    {
        VectorRequest vector = VectorRequest.Read(item);
        RandomInstructions.AssertSame(vector.Instructions, view, vector.Tables);
    }
}
