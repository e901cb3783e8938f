using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

/// <summary>
/// The transaction of every executed cycle of arbitrage_scenario.json: compute limit, swaps, lookup table.
/// </summary>
public sealed class ScenarioTransactionTests
{
    [Fact]
    public void Write_EveryCycle_HasTheSizeOfTheExecutedTransaction()
    {
        using JsonDocument document = TransactionVectors.Load("arbitrage_scenario.json.gz");
        JsonElement root = document.RootElement;
        Pubkey user = VectorRequest.Key(root, "user");
        LookupTable[] tables = ReadTables(root);
        LookupTable[] chosen = new LookupTable[4];
        MessageWriter writer = new();
        LookupTableChooser chooser = new();
        byte[] bytes = new byte[MessageLimits.PacketBytes];
        int count = 0;
        foreach (JsonElement cycle in root.GetProperty("cycles").EnumerateArray())
        {
            InstructionBuffer limit = new();
            ComputeBudget.WriteUnitLimit(limit, NetworkFees.MaxComputeUnits);
            List<InstructionBuffer> instructions = [limit];
            foreach (JsonElement swap in cycle.GetProperty("instructions").EnumerateArray())
            {
                instructions.Add(VectorRequest.ReadInstruction(swap));
            }

            InstructionBuffer[] all = instructions.ToArray();
            int tableCount = chooser.Choose(all, user, tables, chosen);
            MessageRequest request = new()
            {
                Version = MessageVersion.V0,
                Payer = user,
                Instructions = all,
                Tables = chosen.AsSpan(0, tableCount),
            };
            Assert.Equal(MessageStatus.Ok, writer.WriteTransaction(request, bytes, out MessageLayout layout));
            Assert.Equal(cycle.GetProperty("size_with_lookup_tables").GetInt32(), layout.TotalBytes);
            ReadOnlySpan<byte> written = bytes.AsSpan(0, layout.TotalBytes);
            Assert.Equal(TransactionReadStatus.Ok, TransactionReader.TryRead(written, out TransactionView view));
            RandomInstructions.AssertSame(all, view, tables);
            count++;
        }

        Assert.True(count >= 200, $"{count} cycles");
    }

    private static LookupTable[] ReadTables(JsonElement root)
    {
        List<LookupTable> tables = [];
        foreach (JsonElement item in root.GetProperty("lookup_tables").EnumerateArray())
        {
            List<Pubkey> addresses = [];
            foreach (JsonElement address in item.GetProperty("addresses").EnumerateArray())
            {
                addresses.Add(Pubkey.Parse(address.GetString()));
            }

            LookupTable table = new(VectorRequest.Key(item, "key"));
            Assert.Equal(LookupTableStatus.Ok, table.Set(addresses.ToArray()));
            tables.Add(table);
        }

        return tables.ToArray();
    }
}
