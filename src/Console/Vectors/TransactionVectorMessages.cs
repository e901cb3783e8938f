using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>Sections "transactions", "packet_limit" and "lookup_table_accounts" of transactions.json.</summary>
internal static class TransactionVectorMessages
{
    /// <summary>
    /// Compiles, signs and reads back a transaction. One that exceeds the packet is refused before signing; then its
    /// exact size is compared instead of its bytes.
    /// </summary>
    internal static TransactionDifference? CheckTransaction(JsonElement item)
    {
        MessageWriter writer = new();
        byte[] bytes = new byte[MessageLimits.PacketBytes];
        MessageRequest request = ReadRequest(item);
        MessageStatus status = writer.WriteTransaction(request, bytes, out MessageLayout layout);
        if (item.TryGetProperty("too_large", out _)) return Expect("status", MessageStatus.TooLarge, status);
        int size = JsonText.Member(item, "size").GetInt32();
        bool fits = JsonText.Member(item, "fits_in_packet").GetBoolean();
        TransactionDifference? difference = Expect("status", fits ? MessageStatus.Ok : MessageStatus.TooLarge, status)
            ?? TransactionDifference.Of("size", $"{size}", $"{writer.TransactionBytes}");
        if (difference is not null || !fits) return difference;
        difference = TransactionDifference.Of(
            "message", JsonText.String(item, "message_web3js"), Convert.ToHexStringLower(layout.Message(bytes)))
            ?? Sign(JsonText.Member(item, "signer_seeds"), bytes, layout);
        ReadOnlySpan<byte> written = bytes.AsSpan(0, layout.TotalBytes);
        return difference
            ?? CheckSignatures(JsonText.Member(item, "signatures"), bytes, layout)
            ?? TransactionDifference.Of(
                "transaction", JsonText.String(item, "transaction_web3js"), Convert.ToHexStringLower(written))
            ?? TransactionDifference.Of(
                "transaction_base64", JsonText.String(item, "transaction_base64"), Convert.ToBase64String(written))
            ?? CheckReading(item, written)
            ?? CheckKit(JsonText.Hex(JsonText.String(item, "message_kit"), "message_kit"), layout);
    }

    /// <summary>A transfer of bytes around the packet limit.</summary>
    internal static TransactionDifference? CheckPacketLimit(JsonElement item)
    {
        byte[] seed = JsonText.Hex(JsonText.String(item, "signer_seed"), "signer_seed");
        byte[] data = new byte[JsonText.Member(item, "data_length").GetInt32()];
        Array.Fill(data, JsonText.Member(item, "data_byte").GetByte());
        InstructionBuffer instruction = new();
        instruction.Reset(JsonText.Key(item, "program_id"));
        instruction.Write(data);
        using Ed25519Signer signer = Ed25519Signer.Create(seed);
        MessageRequest request = new()
        {
            Payer = signer.PublicKey,
            Blockhash = JsonText.Key(item, "recent_blockhash"),
            Instructions = new[] { instruction },
        };
        MessageWriter writer = new();
        byte[] bytes = new byte[MessageLimits.PacketBytes];
        MessageStatus status = writer.WriteTransaction(request, bytes, out MessageLayout layout);
        int size = JsonText.Member(item, "size").GetInt32();
        bool fits = JsonText.Member(item, "fits_in_packet").GetBoolean();
        TransactionDifference? difference = Expect("status", fits ? MessageStatus.Ok : MessageStatus.TooLarge, status)
            ?? TransactionDifference.Of("size", $"{size}", $"{writer.TransactionBytes}")
            ?? TransactionDifference.Of("bytes over", $"{Math.Max(0, size - MessageLimits.PacketBytes)}",
                $"{writer.BytesOver}");
        if (difference is not null || !fits) return difference;
        _ = signer.TrySign(layout.Message(bytes), layout.Signature(bytes, 0));
        string hex = Convert.ToHexStringLower(bytes.AsSpan(0, layout.TotalBytes));
        return TransactionDifference.Of("transaction", JsonText.String(item, "transaction_hex"), hex);
    }

    /// <summary>Decodes a lookup table account.</summary>
    internal static TransactionDifference? CheckLookupTable(JsonElement item)
    {
        LookupTable table = new(default);
        byte[] data = JsonText.Member(item, "data_base64").GetBytesFromBase64();
        LookupTableStatus status = table.Update(ProgramIds.AddressLookupTable, data, ulong.MaxValue);
        JsonElement addresses = JsonText.Member(item, "addresses");
        TransactionDifference? difference = TransactionDifference.Of("status", $"{LookupTableStatus.Ok}", $"{status}")
            ?? TransactionDifference.Of("deactivation_slot", JsonText.String(item, "deactivation_slot"),
                $"{table.DeactivationSlot}")
            ?? TransactionDifference.Of(
                "last_extended_slot", $"{JsonText.UInt64(item, "last_extended_slot")}", $"{table.LastExtendedSlot}")
            ?? TransactionDifference.Of(
                "start index", $"{JsonText.UInt64(item, "last_extended_slot_start_index")}",
                    $"{table.LastExtendedStartIndex}")
            ?? TransactionDifference.Of(
                "authority", JsonText.OptionalString(item, "authority") ?? string.Empty, $"{table.Authority}")
            ?? TransactionDifference.Of("addresses", $"{addresses.GetArrayLength()}", $"{table.UsableCount}");
        for (int i = 0; difference is null && i < table.AddressCount; i++)
        {
            difference = TransactionDifference.Of($"address {i}", addresses[i].GetString() ?? string.Empty,
                $"{table.Addresses[i]}");
        }

        return difference;
    }

    private static MessageRequest ReadRequest(JsonElement item)
    {
        List<InstructionBuffer> instructions = [];
        foreach (JsonElement element in JsonText.Member(item, "instructions").EnumerateArray())
        {
            InstructionText text = JsonText.Instruction(element);
            InstructionBuffer buffer = new();
            buffer.Reset(text.ProgramId);
            foreach (AccountMeta meta in text.Accounts) buffer.Add(meta.Key, meta.Flags);
            buffer.Write(text.Data);
            instructions.Add(buffer);
        }

        List<LookupTable> tables = [];
        foreach (JsonElement element in JsonText.Member(item, "lookup_tables").EnumerateArray())
        {
            List<Pubkey> addresses = [];
            foreach (JsonElement address in JsonText.Member(element, "addresses").EnumerateArray())
            {
                addresses.Add(JsonText.ParseKey(address.GetString(), "addresses"));
            }

            LookupTable table = new(JsonText.Key(element, "key"));
            if (table.Set(addresses.ToArray()) != LookupTableStatus.Ok) throw new FormatException(
                $"table {table.Key}: {table.Status}");
            tables.Add(table);
        }

        return new MessageRequest
        {
            Version = JsonText.String(item, "kind") == "v0" ? MessageVersion.V0 : MessageVersion.Legacy,
            Payer = JsonText.Key(item, "payer"),
            Blockhash = JsonText.Key(item, "recent_blockhash"),
            Instructions = instructions.ToArray(),
            Tables = tables.ToArray(),
        };
    }

    private static TransactionDifference? Sign(JsonElement seeds, byte[] transaction, in MessageLayout layout)
    {
        foreach (JsonElement seed in seeds.EnumerateArray())
        {
            using Ed25519Signer signer = Ed25519Signer.Create(JsonText.Hex(seed.GetString() ?? string.Empty,
                "signer_seeds"));
            Span<byte> place = layout.Signature(transaction, layout.SignerIndex(transaction, signer.PublicKey));
            if (place.IsEmpty || !signer.TrySign(layout.Message(transaction), place))
            {
                return new TransactionDifference("signer", $"{signer.PublicKey}", "not a signer of the message");
            }
        }

        return null;
    }

    private static TransactionDifference? CheckSignatures(JsonElement expected, byte[] transaction,
        in MessageLayout layout)
    {
        TransactionDifference? difference =
            TransactionDifference.Of("signatures", $"{expected.GetArrayLength()}", $"{layout.SignatureCount}");
        for (int i = 0; difference is null && i < layout.SignatureCount; i++)
        {
            string got = Base58.Encode(layout.Signature(transaction, i));
            difference = TransactionDifference.Of($"signature {i}", expected[i].GetString() ?? string.Empty, got);
        }

        return difference;
    }

    private static TransactionDifference? CheckReading(JsonElement item, ReadOnlySpan<byte> transaction)
    {
        TransactionReadStatus status = TransactionReader.TryRead(transaction, out TransactionView view);
        if (status != TransactionReadStatus.Ok) return new TransactionDifference("read", $"{TransactionReadStatus.Ok}",
            $"{status}");
        JsonElement header = JsonText.Member(item, "header");
        JsonElement keys = JsonText.Member(item, "static_account_keys");
        TransactionDifference? difference = TransactionDifference.Of(
            "header",
            $"{header[0].GetInt32()},{header[1].GetInt32()},{header[2].GetInt32()}",
            $"{view.Facts.RequiredSignatures},{view.Facts.ReadonlySigners},{view.Facts.ReadonlyOthers}")
            ?? TransactionDifference.Of("listed accounts", $"{keys.GetArrayLength()}", $"{view.Facts.StaticKeyCount}");
        for (int i = 0; difference is null && i < view.Facts.StaticKeyCount; i++)
        {
            difference = TransactionDifference.Of($"account {i}", keys[i].GetString() ?? string.Empty,
                $"{view.StaticKey(i)}");
        }

        if (difference is not null || !item.TryGetProperty("address_table_lookups",
            out JsonElement lookups)) return difference;
        int index = 0;
        foreach (LookupView lookup in view.Lookups)
        {
            JsonElement expected = lookups[index++];
            difference ??= TransactionDifference.Of("lookup table", JsonText.String(expected, "key"), $"{lookup.Table}")
                ?? TransactionDifference.Of("writable entries", Join(expected, "writable"),
                    string.Join(',', lookup.Writable.ToArray()))
                ?? TransactionDifference.Of("read-only entries", Join(expected, "readonly"),
                    string.Join(',', lookup.Readonly.ToArray()));
        }

        return difference ?? TransactionDifference.Of("lookup tables", $"{lookups.GetArrayLength()}", $"{index}");
    }

    private static TransactionDifference? CheckKit(byte[] message, in MessageLayout layout)
    {
        // The other library orders accounts differently inside a class; size and signers are the same.
        TransactionReadStatus status = TransactionReader.TryReadMessage(message, out TransactionView view);
        return TransactionDifference.Of("kit message", $"{TransactionReadStatus.Ok}", $"{status}")
            ?? TransactionDifference.Of("kit size", $"{message.Length}", $"{layout.MessageBytes}")
            ?? TransactionDifference.Of("kit signers", $"{view.Facts.RequiredSignatures}", $"{layout.SignatureCount}");
    }

    private static string Join(JsonElement parent, string name)
    {
        List<string> parts = [];
        foreach (JsonElement part in JsonText.Member(parent, name).EnumerateArray()) parts.Add(part.GetRawText());
        return string.Join(',', parts);
    }

    private static TransactionDifference? Expect(string field, MessageStatus expected, MessageStatus got) =>
        TransactionDifference.Of(field, $"{expected}", $"{got}");
}
