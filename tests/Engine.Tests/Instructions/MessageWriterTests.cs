using System;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

public sealed class MessageWriterTests
{
    private static readonly Pubkey Payer = Pubkey.Parse("Cy6Sn2oBY9o1VdJhuVYuiNWsYjBknf3ju1axamSzjJ6d");

    [Fact]
    public void Write_VectorTransactions_MatchWeb3Bytes()
    {
        MessageWriter writer = new();
        byte[] bytes = new byte[MessageLimits.PacketBytes];
        byte[] message = new byte[MessageLimits.PacketBytes];
        int written = 0;
        foreach (JsonElement item in TransactionVectors.Section("transactions").EnumerateArray())
        {
            string tag = item.GetProperty("tag").GetString()!;
            VectorRequest vector = VectorRequest.Read(item);
            MessageStatus status = writer.WriteTransaction(vector.Request, bytes, out MessageLayout layout);
            if (item.TryGetProperty("too_large", out _))
            {
                Assert.Equal(MessageStatus.TooLarge, status);
                Assert.True(writer.BytesOver > 0);
                continue;
            }

            int size = item.GetProperty("size").GetInt32();
            Assert.Equal(size, writer.TransactionBytes);
            if (!item.GetProperty("fits_in_packet").GetBoolean())
            {
                Assert.Equal(MessageStatus.TooLarge, status);
                Assert.Equal(size - MessageLimits.PacketBytes, writer.BytesOver);
                continue;
            }

            Assert.True(status == MessageStatus.Ok, $"{tag}: {status}");
            Assert.Equal(size, layout.TotalBytes);
            string expected = item.GetProperty("message_web3js").GetString()!;
            Assert.True(
                expected == Convert.ToHexStringLower(layout.Message(bytes)),
                $"{tag}\n{expected}\n{Convert.ToHexStringLower(layout.Message(bytes))}");
            Assert.Equal(MessageStatus.Ok, writer.WriteMessage(vector.Request, message, out int messageBytes));
            Assert.Equal(expected, Convert.ToHexStringLower(message.AsSpan(0, messageBytes)));
            JsonElement signatures = item.GetProperty("signatures");
            Assert.Equal(signatures.GetArrayLength(), layout.SignatureCount);
            for (int i = 0; i < layout.SignatureCount; i++)
            {
                Assert.True(Base58.TryDecode(signatures[i].GetString(), layout.Signature(bytes, i), out int length));
                Assert.Equal(64, length);
            }

            Assert.Equal(
                item.GetProperty("transaction_web3js").GetString(),
                Convert.ToHexStringLower(bytes.AsSpan(0, layout.TotalBytes)));
            written++;
        }

        Assert.True(written > 80, $"{written} transactions");
    }

    [Fact]
    public void Write_PacketLimit_RefusesTheFirstByteOver()
    {
        MessageWriter writer = new();
        byte[] bytes = new byte[2000];
        foreach (JsonElement item in TransactionVectors.Section("packet_limit").EnumerateArray())
        {
            byte[] expected = Convert.FromHexString(item.GetProperty("transaction_hex").GetString()!);
            InstructionBuffer instruction = new();
            instruction.Reset(VectorRequest.Key(item, "program_id"));
            byte[] data = new byte[item.GetProperty("data_length").GetInt32()];
            Array.Fill(data, item.GetProperty("data_byte").GetByte());
            instruction.Write(data);
            MessageRequest request = new()
            {
                Payer = Pubkey.Read(expected, 69),
                Blockhash = VectorRequest.Key(item, "recent_blockhash"),
                Instructions = new[] { instruction },
            };
            MessageStatus status = writer.WriteTransaction(request, bytes, out MessageLayout layout);
            int size = item.GetProperty("size").GetInt32();
            if (item.GetProperty("fits_in_packet").GetBoolean())
            {
                Assert.Equal(MessageStatus.Ok, status);
                Assert.Equal(expected[layout.MessageOffset..], layout.Message(bytes).ToArray());
            }
            else
            {
                Assert.Equal(MessageStatus.TooLarge, status);
                Assert.Equal(size - 1232, writer.BytesOver);
                Assert.Equal(0, writer.CopyBlamedAccounts(new Pubkey[4])); // the data alone is to blame
                Assert.Equal(0, writer.LargestInstruction);
            }
        }
    }

    [Fact]
    public void Write_V1WhileSwitchedOffOrWithoutLimits_IsRefused()
    {
        InstructionBuffer transfer = new();
        SystemTransfer.Write(transfer, Payer, TipAccounts.Pick(0), 1);
        MessageRequest request = new()
        {
            Version = MessageVersion.V1,
            Payer = Payer,
            Instructions =
            new[] { transfer }
        };
        byte[] bytes = new byte[MessageLimits.V1Bytes];
        Assert.Equal(MessageStatus.VersionDisabled, new MessageWriter().WriteTransaction(request, bytes, out _));
        MessageWriter writer = new(allowV1: true);
        Assert.Equal(MessageStatus.ComputeUnitLimitMissing, writer.WriteTransaction(request, bytes, out _));
        request.Config = new MessageConfig(0, 1_000);
        Assert.Equal(MessageStatus.LoadedAccountsLimitMissing, writer.WriteTransaction(request, bytes, out _));
        request.Config = MessageConfig.FromPrice(1_000, 1_500);
        Assert.Equal(2UL, request.Config.PriorityFeeLamports);
        Assert.Equal(MessageStatus.Ok, writer.WriteTransaction(request, bytes, out _));
        ComputeBudget.WriteUnitLimit(transfer, 5);
        Assert.Equal(MessageStatus.ComputeBudgetInstruction, writer.WriteTransaction(request, bytes, out _));
    }

    [Fact]
    public void Write_BadRequests_AreStatuses()
    {
        MessageWriter writer = new();
        byte[] bytes = new byte[MessageLimits.PacketBytes];
        InstructionBuffer transfer = new();
        SystemTransfer.Write(transfer, Payer, TipAccounts.Pick(0), 1);
        MessageRequest request = new() { Payer = Payer };
        Assert.Equal(MessageStatus.Empty, writer.WriteTransaction(request, bytes, out _));
        request.Instructions = new[] { transfer };
        Assert.Equal(MessageStatus.DestinationTooSmall, writer.WriteTransaction(request, bytes.AsSpan(0, 100), out _));
        Assert.Equal(MessageStatus.Ok, writer.WriteTransaction(request, bytes, out _));
        request.Instructions = new InstructionBuffer[65];
        Assert.Equal(MessageStatus.TooManyInstructions, writer.WriteTransaction(request, bytes, out _));
        InstructionBuffer overflowed = new();
        overflowed.Reset(ProgramIds.Memo);
        overflowed.Write(new byte[InstructionBuffer.MaxDataBytes + 1]);
        request.Instructions = new[] { overflowed };
        Assert.Equal(MessageStatus.InstructionOverflowed, writer.WriteTransaction(request, bytes, out _));
    }

    [Fact]
    public void Write_ManyAccounts_BlamesThoseATableCouldCarry()
    {
        const int seed = 64;
        Random random = new(seed);
        InstructionBuffer swap = new();
        swap.Reset(ProgramIds.Token);
        for (int i = 0; i < 40; i++) swap.Add(RandomInstructions.Key(random), AccountFlags.Writable);
        swap.Add(TipAccounts.Pick(0), AccountFlags.Writable);
        MessageRequest request = new() { Version = MessageVersion.V0, Payer = Payer, Instructions = new[] { swap } };
        MessageWriter writer = new();
        byte[] bytes = new byte[MessageLimits.PacketBytes];
        Assert.Equal(MessageStatus.TooLarge, writer.WriteTransaction(request, bytes, out _));
        Assert.Equal(writer.TransactionBytes - MessageLimits.PacketBytes, writer.BytesOver);
        Pubkey[] blamed = new Pubkey[64];
        Assert.Equal(40, writer.CopyBlamedAccounts(blamed)); // not the payer, the program and the tip account
        LookupTable table = new(ProgramIds.Memo);
        Assert.Equal(LookupTableStatus.Ok, table.Set(blamed.AsSpan(0, 40)));
        request.Tables = new[] { table };
        Assert.Equal(MessageStatus.Ok, writer.WriteTransaction(request, bytes, out _));
        for (int i = 0; i < 23; i++) swap.Add(RandomInstructions.Key(random));
        Assert.Equal(MessageStatus.TooManyAccounts, writer.WriteTransaction(request, bytes, out _));
    }
}
