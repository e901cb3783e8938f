using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Tests.Instructions;

/// <summary>A transaction of transactions.json in the product's own types.</summary>
internal sealed class VectorRequest
{
    public required MessageVersion Version { get; init; }

    public required Pubkey Payer { get; init; }

    public required Pubkey Blockhash { get; init; }

    public required InstructionBuffer[] Instructions { get; init; }

    public required LookupTable[] Tables { get; init; }

    public MessageRequest Request => new()
    {
        Version = Version,
        Payer = Payer,
        Blockhash = Blockhash,
        Instructions = Instructions,
        Tables = Tables,
    };

    public static Pubkey Key(JsonElement item, string name) => Pubkey.Parse(item.GetProperty(name).GetString());

    public static VectorRequest Read(JsonElement item)
    {
        List<InstructionBuffer> instructions = [];
        foreach (JsonElement instruction in item.GetProperty("instructions").EnumerateArray())
        {
            instructions.Add(ReadInstruction(instruction));
        }

        List<LookupTable> tables = [];
        foreach (JsonElement table in item.GetProperty("lookup_tables").EnumerateArray())
        {
            List<Pubkey> addresses = [];
            foreach (JsonElement address in table.GetProperty("addresses").EnumerateArray())
            {
                addresses.Add(Pubkey.Parse(address.GetString()));
            }

            LookupTable decoded = new(Key(table, "key"));
            if (decoded.Set(addresses.ToArray()) != LookupTableStatus.Ok) throw new FormatException("table");
            tables.Add(decoded);
        }

        return new VectorRequest
        {
            Version = item.GetProperty("kind").GetString() == "v0" ? MessageVersion.V0 : MessageVersion.Legacy,
            Payer = Key(item, "payer"),
            Blockhash = Key(item, "recent_blockhash"),
            Instructions = instructions.ToArray(),
            Tables = tables.ToArray(),
        };
    }

    public static InstructionBuffer ReadInstruction(JsonElement item)
    {
        InstructionBuffer buffer = new();
        buffer.Reset(Key(item, "program_id"));
        foreach (JsonElement meta in item.GetProperty("accounts").EnumerateArray())
        {
            string flags = meta[1].GetString()!;
            AccountFlags value = AccountFlags.None;
            if (flags.Contains('s', StringComparison.Ordinal)) value |= AccountFlags.Signer;
            if (flags.Contains('w', StringComparison.Ordinal)) value |= AccountFlags.Writable;
            buffer.Add(Pubkey.Parse(meta[0].GetString()), value);
        }

        buffer.Write(Convert.FromHexString(item.GetProperty("data").GetString()!));
        return buffer;
    }
}
