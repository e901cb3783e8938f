using System;
using System.Buffers.Binary;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

public sealed class LookupTableTests
{
    private static readonly Pubkey TableKey = Pubkey.Parse("BVgTpo2BnjJrFXEedpkNVQutSM9wbUiFXXwfBVgqZmHp");

    [Fact]
    public void Update_VectorAccounts_GiveTheirContent()
    {
        foreach (JsonElement item in TransactionVectors.Section("lookup_table_accounts").EnumerateArray())
        {
            byte[] data = item.GetProperty("data_base64").GetBytesFromBase64();
            LookupTable table = new(TableKey);
            Assert.Equal(LookupTableStatus.Ok, table.Update(ProgramIds.AddressLookupTable, data, ulong.MaxValue - 1));
            Assert.Equal(item.GetProperty("deactivation_slot").GetString(), table.DeactivationSlot.ToString());
            Assert.Equal(item.GetProperty("last_extended_slot").GetUInt64(), table.LastExtendedSlot);
            Assert.Equal(item.GetProperty("last_extended_slot_start_index").GetByte(), table.LastExtendedStartIndex);
            Assert.Equal(item.GetProperty("authority").GetString(), table.Authority?.ToString());
            JsonElement addresses = item.GetProperty("addresses");
            Assert.Equal(addresses.GetArrayLength(), table.UsableCount);
            for (int i = 0; i < table.AddressCount; i++)
            {
                Assert.Equal(addresses[i].GetString(), table.Addresses[i].ToString());
                Assert.True(table.TryFind(table.Addresses[i], out byte found));
                Assert.Equal(table.Addresses[i], table.Addresses[found]);
            }

            for (int length = 0; length < data.Length; length += 5)
            {
                if (length >= 56 && (length - 56) % 32 == 0) continue; // a shorter table, also valid
                Assert.Equal(LookupTableStatus.BadLength, table.Update(ProgramIds.AddressLookupTable,
                    data.AsSpan(0, length), 1));
                Assert.Equal(0, table.UsableCount);
            }
        }
    }

    [Fact]
    public void Update_EntriesOfTheNewestSlot_AreNotUsableYet()
    {
        byte[] data = Data(4, lastExtended: 100, start: 3);
        LookupTable table = new(TableKey);
        Assert.Equal(LookupTableStatus.Ok, table.Update(ProgramIds.AddressLookupTable, data, 100));
        Assert.Equal(3, table.UsableCount);
        Assert.False(table.TryFind(table.Addresses[3], out _));
        Assert.True(table.TryFind(table.Addresses[2], out _));
        table.AdvanceTo(100);
        Assert.Equal(3, table.UsableCount);
        table.AdvanceTo(101);
        Assert.Equal(4, table.UsableCount);
        Assert.True(table.TryFind(table.Addresses[3], out byte index));
        Assert.Equal(3, index);
    }

    [Fact]
    public void Update_Deactivated_HasNoUsableEntries()
    {
        byte[] data = Data(4, lastExtended: 100, start: 0);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(4), 500);
        LookupTable table = new(TableKey);
        Assert.Equal(LookupTableStatus.Deactivated, table.Update(ProgramIds.AddressLookupTable, data, 400));
        table.AdvanceTo(1000);
        Assert.Equal(0, table.UsableCount);
        Assert.False(table.TryFind(table.Addresses[0], out _));
        LookupTable[] chosen = new LookupTable[4];
        InstructionBuffer instruction = Use(table.Addresses);
        Assert.Equal(0, new LookupTableChooser().Choose([instruction], TableKey, [table], chosen));
    }

    [Fact]
    public void Update_OtherOwnerOrType_IsNotATable()
    {
        byte[] data = Data(2, 1, 0);
        LookupTable table = new(TableKey);
        Assert.Equal(LookupTableStatus.NotATable, table.Update(ProgramIds.Token, data, 10));
        data[0] = 0;
        Assert.Equal(LookupTableStatus.NotATable, table.Update(ProgramIds.AddressLookupTable, data, 10));
        Assert.Equal(LookupTableStatus.TooManyAddresses, table.Update(ProgramIds.AddressLookupTable, Data(257, 1, 0),
            10));
    }

    [Fact]
    public void Write_TipAccountInTable_StaysListed()
    {
        LookupTable table = new(TableKey);
        Pubkey other = Pubkey.Parse("CyAcCzJdDqsDL793ufg7k8psMGHLHobSUhcfG2w6HioC");
        Assert.Equal(LookupTableStatus.Ok, table.Set([TipAccounts.Pick(1), other]));
        InstructionBuffer tip = new();
        SystemTransfer.Write(tip, TableKey, TipAccounts.Pick(1), 1000);
        tip.Add(other);
        MessageWriter writer = new();
        MessageRequest request = new()
        {
            Version = MessageVersion.V0,
            Payer = other,
            Instructions = new[] { tip },
            Tables = new[] { table }
        };
        Assert.Equal(MessageStatus.Ok, writer.WriteTransaction(request, new byte[1232], out _));
        Assert.True(writer.StaticIndex(TipAccounts.Pick(1)) > 0);
    }

    [Fact]
    public void Choose_RandomTables_NeverLengthensAndAgreesWithMeasuredSize()
    {
        const int seed = 34;
        Random random = new(seed);
        MessageWriter writer = new();
        LookupTableChooser chooser = new();
        byte[] bytes = new byte[MessageLimits.PacketBytes];
        LookupTable[] chosen = new LookupTable[4];
        int useful = 0;
        for (int round = 0; round < 200; round++)
        {
            InstructionBuffer[] instructions = RandomInstructions.Make(random, 4, 12);
            LookupTable[] tables = RandomInstructions.Tables(random, instructions, 6);
            MessageRequest request = new()
            {
                Version = MessageVersion.V0,
                Payer = RandomInstructions.Key(random),
                Instructions = instructions,
            };
            _ = writer.WriteTransaction(request, bytes, out _);
            int plain = writer.TransactionBytes;
            int count = chooser.Choose(instructions, request.Payer, tables, chosen);
            request.Tables = chosen.AsSpan(0, count);
            _ = writer.WriteTransaction(request, bytes, out _);
            Assert.True(plain - writer.TransactionBytes == chooser.SavedBytes, $"seed {seed}, round {round}");
            if (count > 0) useful++;
            foreach (LookupTable table in tables)
            {
                request.Tables = new[] { table };
                _ = writer.WriteTransaction(request, bytes, out _);
                Assert.True(plain - writer.TransactionBytes <= chooser.SavedBytes,
                    $"seed {seed}, round {round}: one table was better");
            }
        }

        Assert.True(useful > 100);
    }

    [Fact]
    public void Update_EveryTruncationAndMutation_IsAStatus()
    {
        const int seed = 2561;
        Random random = new(seed);
        byte[] good = Data(9, 5, 4);
        LookupTable table = new(ProgramIds.Memo);
        for (int length = 0; length < good.Length; length++)
        {
            LookupTableStatus status = table.Update(ProgramIds.AddressLookupTable, good.AsSpan(0, length), 10);
            bool isWhole = length >= 56 && (length - 56) % 32 == 0; // fewer addresses are a table too
            Assert.True((status == LookupTableStatus.Ok) == isWhole, $"{length} bytes: {status}");
            Assert.Equal(isWhole ? (length - 56) / 32 : 0, table.UsableCount);
        }

        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. good];
            int changes = 1 + random.Next(3);
            int range = round % 2 == 0 ? 56 : bytes.Length; // every other time in the header
            for (int i = 0; i < changes; i++) bytes[random.Next(range)] ^= (byte)random.Next(256);
            LookupTableStatus status = table.Update(ProgramIds.AddressLookupTable, bytes, 10);
            if (status != LookupTableStatus.Ok) refused++;
            int usable = status == LookupTableStatus.Ok ? table.AddressCount : 0;
            Assert.True(table.UsableCount <= usable, $"seed {seed}, round {round}: {status}");
            for (int i = 0; i < 9; i++)
            {
                bool isFound = table.TryFind(Pubkey.Read(bytes, 56 + (32 * i)), out byte entry);
                Assert.True(!isFound || entry < table.UsableCount, $"seed {seed}, round {round}");
            }
        }

        Assert.True(refused > 1_000, $"{refused} refused");
        LookupTableStatus large = table.Update(ProgramIds.AddressLookupTable, Data(257, 5, 4), 10);
        Assert.Equal(LookupTableStatus.TooManyAddresses, large);
    }

    private static InstructionBuffer Use(ReadOnlySpan<Pubkey> keys)
    {
        InstructionBuffer buffer = new();
        buffer.Reset(ProgramIds.Memo);
        foreach (Pubkey key in keys) buffer.Add(key, AccountFlags.Writable);
        return buffer;
    }

    private static byte[] Data(int count, ulong lastExtended, byte start)
    {
        byte[] data = new byte[56 + (32 * count)];
        data[0] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(4), ulong.MaxValue);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(12), lastExtended);
        data[20] = start;
        for (int i = 56; i < data.Length; i++) data[i] = (byte)((i * 37) ^ (i >> 5));
        return data;
    }
}
