using System;
using System.Buffers.Binary;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

/// <summary>Every byte of one message of each version, and of a lookup table, set to every value.</summary>
public sealed class ExhaustiveMutationTests
{
    private const int Seed = 6_021;

    private readonly Random _random = new(Seed);

    [Theory]
    [InlineData(MessageVersion.Legacy)]
    [InlineData(MessageVersion.V0)]
    [InlineData(MessageVersion.V1)]
    public void Transaction_EveryByteEveryValue_IsAStatusAndEveryPartStaysReadable(MessageVersion version)
    {
        byte[] original = Transaction(version);
        byte[] bytes = [.. original];
        int accepted = 0;
        int refused = 0;
        for (int at = 0; at < bytes.Length; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                bytes[at] = (byte)value;
                if (TransactionReader.TryRead(bytes, out TransactionView view) != TransactionReadStatus.Ok)
                {
                    refused++;
                    continue;
                }

                accepted++;
                Visit(in view, $"byte {at} = {value}");
            }

            bytes[at] = original[at];
        }

        Assert.True(accepted > 256 && refused > 256, $"{accepted} accepted, {refused} refused");
    }

    [Theory]
    [InlineData(MessageVersion.Legacy)]
    [InlineData(MessageVersion.V0)]
    [InlineData(MessageVersion.V1)]
    public void Transaction_EveryTruncation_IsRefused(MessageVersion version)
    {
        byte[] bytes = Transaction(version);
        for (int length = 0; length < bytes.Length; length++)
        {
            TransactionReadStatus status = TransactionReader.TryRead(bytes.AsSpan(0, length), out _);
            Assert.True(status != TransactionReadStatus.Ok, $"{length} of {bytes.Length} bytes are accepted");
        }
    }

    [Fact]
    public void LookupTable_EveryByteEveryValue_IsAStatusAndEntriesStayInside()
    {
        byte[] original = Table(5);
        byte[] bytes = [.. original];
        LookupTable table = new(Key());
        for (int at = 0; at < bytes.Length; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                bytes[at] = (byte)value;
                LookupTableStatus status = table.Update(ProgramIds.AddressLookupTable, bytes, 9);
                Assert.True(status == table.Status, $"byte {at} = {value}");
                Assert.InRange(table.UsableCount, 0, 5);
            }

            bytes[at] = original[at];
        }

        for (int length = 0; length < original.Length; length++)
        {
            LookupTableStatus status =
                table.Update(ProgramIds.AddressLookupTable, original.AsSpan(0, length), 9);
            bool isWhole = length >= LookupTable.HeaderBytes && (length - LookupTable.HeaderBytes) % 32 == 0;
            Assert.True(isWhole == (status == LookupTableStatus.Ok), $"{length} bytes: {status}");
        }
    }

    private static void Visit(in TransactionView view, string what)
    {
        int accounts = view.Facts.AccountCount;
        foreach (InstructionView instruction in view.Instructions)
        {
            Assert.True(instruction.ProgramIndex < view.Facts.StaticKeyCount, what);
            foreach (byte index in instruction.Accounts)
            {
                Assert.True(index < accounts, what);
                _ = view.TryGetKey(index, out _, out _, out _);
            }
        }
    }

    private byte[] Transaction(MessageVersion version)
    {
        Pubkey payer = Key();
        InstructionBuffer swap = new(), tip = new();
        swap.Reset(ProgramIds.Token);
        swap.Add(payer, AccountFlags.Signer);
        LookupTable table = new(Key());
        byte[] data = Table(5);
        Assert.Equal(LookupTableStatus.Ok, table.Update(ProgramIds.AddressLookupTable, data, 9));
        for (int i = 0; i < 5; i++)
        {
            Pubkey key = Pubkey.Read(data, LookupTable.HeaderBytes + (i * Pubkey.SizeBytes));
            swap.Add(key, i % 2 == 0 ? AccountFlags.Writable : AccountFlags.None);
        }

        swap.Write([9, 8, 7, 6, 5, 4, 3, 2, 1]);
        SystemTransfer.Write(tip, payer, TipAccounts.Pick(3), 5_000);
        MessageRequest request = new()
        {
            Version = version,
            Payer = payer,
            Blockhash = Key(),
            Instructions = new[] { swap, tip },
            Tables = version == MessageVersion.V0 ? new[] { table } : [],
            Config = new MessageConfig(900, 200_000, 65_536, 32_768),
        };
        byte[] bytes = new byte[MessageLimits.V1Bytes];
        MessageStatus status = new MessageWriter(allowV1: true).WriteTransaction(
            in request, bytes, out MessageLayout layout);
        Assert.Equal(MessageStatus.Ok, status);
        return bytes[..layout.TotalBytes];
    }

    private byte[] Table(int entries)
    {
        byte[] data = new byte[LookupTable.HeaderBytes + (entries * Pubkey.SizeBytes)];
        data[0] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(4), ulong.MaxValue);
        for (int i = 0; i < entries; i++) Key().CopyTo(data.AsSpan(LookupTable.HeaderBytes + (i * 32)));
        return data;
    }

    private Pubkey Key() => RandomInstructions.Key(_random);
}
