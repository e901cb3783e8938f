using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Runs transactions.json: texts, lengths, keys, addresses, instructions, messages and lookup tables, each through the
/// code that builds live transactions. Every element of every section is a case; a section this version does not know
/// fails, so that a new one is not overlooked.
/// </summary>
internal sealed class TransactionVectorSuite : IVectorSuite
{
    private const string FormatName = "lowlatency-oracle-tx/1";

    private static readonly Dictionary<string, Func<JsonElement, TransactionDifference?>> Sections =
        new(StringComparer.Ordinal)
        {
            ["base58.valid"] = CheckBase58,
            ["base58.invalid"] = CheckInvalidBase58,
            ["pubkey_parse_invalid"] = CheckInvalidKey,
            ["compact_u16"] = CheckShortVec,
            ["ed25519"] = CheckEd25519,
            ["on_curve"] = CheckOnCurve,
            ["pda"] = item => CheckFound(item, ReadSeeds(item)),
            ["create_program_address"] = CheckCreated,
            ["dex_pda"] = CheckDexAddress,
            ["ata"] = CheckAssociatedToken,
            ["instructions"] = TransactionVectorInstructions.Check,
            ["anchor_discriminators"] = CheckDiscriminator,
            ["transactions"] = TransactionVectorMessages.CheckTransaction,
            ["packet_limit"] = TransactionVectorMessages.CheckPacketLimit,
            ["lookup_table_accounts"] = TransactionVectorMessages.CheckLookupTable,
        };

    /// <inheritdoc/>
    public bool Handles(VectorDocument document) => document.Format == FormatName;

    /// <inheritdoc/>
    public int CountCases(VectorDocument document)
    {
        int count = 0;
        foreach ((_, JsonElement items) in Lists(document)) count += items.GetArrayLength();
        return count;
    }

    /// <inheritdoc/>
    public void Run(VectorDocument document, VectorRun run)
    {
        foreach ((string section, JsonElement items) in Lists(document))
        {
            int index = 0;
            foreach (JsonElement item in items.EnumerateArray())
            {
                string id = string.Create(CultureInfo.InvariantCulture, $"{section}[{index++}]");
                if (!Sections.TryGetValue(section, out Func<JsonElement, TransactionDifference?>? check))
                {
                    run.Fail(id, "section", "a known section", section);
                    continue;
                }

                TransactionDifference? difference = check(item);
                if (difference is null) run.Pass();
                else run.Fail(id, difference.Field, difference.Expected, difference.Got);
            }
        }
    }

    /// <summary>Seeds given as hexadecimal.</summary>
    internal static ProgramAddressSeeds ReadSeeds(JsonElement item)
    {
        ProgramAddressSeeds seeds = default;
        foreach (JsonElement seed in JsonText.Member(item, "seeds").EnumerateArray())
        {
            seeds.Add(JsonText.Hex(seed.GetString() ?? string.Empty, "seeds"));
        }

        return seeds;
    }

    private static IEnumerable<(string Section, JsonElement Items)> Lists(VectorDocument document)
    {
        foreach (JsonProperty property in document.Root.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Array) yield return (property.Name, property.Value);
            if (property.Name == "made_with" || property.Value.ValueKind != JsonValueKind.Object) continue;
            foreach (JsonProperty inner in property.Value.EnumerateObject())
            {
                if (inner.Value.ValueKind == JsonValueKind.Array) yield return ($"{property.Name}.{inner.Name}",
                    inner.Value);
            }
        }
    }

    private static TransactionDifference? CheckBase58(JsonElement item)
    {
        byte[] bytes = JsonText.Hex(JsonText.String(item, "hex"), "hex");
        string text = JsonText.String(item, "base58");
        byte[] decoded = new byte[bytes.Length];
        bool ok = Base58.TryDecode(text, decoded, out int written);
        TransactionDifference? difference = TransactionDifference.Of("text", text, Base58.Encode(bytes))
            ?? TransactionDifference.Of("bytes", Convert.ToHexString(bytes), ok ? Convert.ToHexString(decoded, 0,
                written) : "refused");
        if (difference is not null || bytes.Length is not (32 or 64)) return difference;
        char[] fast = new char[Base58.MaxSignatureChars];
        int length = bytes.Length == 32 ? Base58.Encode32(bytes, fast) : Base58.Encode64(bytes, fast);
        Array.Clear(decoded);
        ok = bytes.Length == 32 ? Base58.TryDecode32(text, decoded) : Base58.TryDecode64(text, decoded);
        return TransactionDifference.Of("text (fixed size)", text, new string(fast, 0, length))
            ?? TransactionDifference.Of("bytes (fixed size)", Convert.ToHexString(bytes), ok
                ? Convert.ToHexString(decoded) : "refused");
    }

    private static TransactionDifference? CheckInvalidBase58(JsonElement item)
    {
        string text = JsonText.String(item, "base58");
        return TransactionDifference.Of("accepted", bool.FalseString, $"{Base58.TryDecode(text, new byte[64], out _)}");
    }

    private static TransactionDifference? CheckInvalidKey(JsonElement item)
    {
        string text = JsonText.String(item, "text");
        string expected = $"{JsonText.Member(item, "kit_accepts").GetBoolean()}";
        return TransactionDifference.Of("accepted", expected, $"{Pubkey.TryParse(text, out _)}")
            ?? TransactionDifference.Of("accepted as UTF-8", expected,
                $"{Pubkey.TryParse(Encoding.UTF8.GetBytes(text), out _)}");
    }

    private static TransactionDifference? CheckShortVec(JsonElement item)
    {
        byte[] bytes = new byte[3];
        int value = JsonText.Member(item, "value").GetInt32();
        int size = ShortVec.Write(bytes, value);
        bool ok = ShortVec.TryRead(bytes.AsSpan(0, size), out int back, out _);
        return TransactionDifference.Of("bytes", JsonText.String(item, "hex"), Convert.ToHexStringLower(bytes, 0, size))
            ?? TransactionDifference.Of("value", $"{value}", ok ? $"{back}" : "refused");
    }

    private static TransactionDifference? CheckEd25519(JsonElement item)
    {
        byte[] seed = JsonText.Hex(JsonText.String(item, "seed"), "seed");
        byte[] message = JsonText.Hex(JsonText.String(item, "message"), "message");
        byte[] tampered = JsonText.Hex(JsonText.String(item, "tampered_signature"), "tampered_signature");
        string tamperedValid = $"{JsonText.Member(item, "tampered_valid").GetBoolean()}";
        byte[] pair = JsonText.Hex(JsonText.String(item, "secret_key"), "secret_key");
        string keyFile = $"[{string.Join(',', pair)}]";
        byte[] signature = new byte[64];
        foreach (Ed25519Library library in Enum.GetValues<Ed25519Library>())
        {
            if (library == Ed25519Library.Auto || !Ed25519Signer.IsAvailable(library)) continue;
            using Ed25519Signer signer = Ed25519Signer.Create(seed, library);
            string signed = signer.TrySign(message, signature) ? Convert.ToHexStringLower(signature) : "refused";
            TransactionDifference? difference =
                TransactionDifference.Of("public key", JsonText.String(item, "public_key"), $"{signer.PublicKey}")
                ?? TransactionDifference.Of($"signature ({library})", JsonText.String(item, "signature"), signed)
                ?? TransactionDifference.Of("signature text", JsonText.String(item, "signature_base58"),
                    Base58.Encode(signature))
                ?? TransactionDifference.Of(
                    $"verified ({library})", bool.TrueString,
                        $"{Ed25519Signer.Verify(signer.PublicKey, message, signature, library)}")
                ?? TransactionDifference.Of(
                    $"tampered ({library})", tamperedValid,
                        $"{Ed25519Signer.Verify(signer.PublicKey, message, tampered, library)}");
            if (difference is not null) return difference;
        }

        KeyFileStatus status = KeypairFile.TryParse(Encoding.UTF8.GetBytes(keyFile), new byte[32], out _);
        return TransactionDifference.Of("key file", $"{KeyFileStatus.Ok}", $"{status}");
    }

    private static TransactionDifference? CheckOnCurve(JsonElement item)
    {
        Pubkey key = Pubkey.Read(JsonText.Hex(JsonText.String(item, "hex"), "hex"));
        string expected = $"{JsonText.Member(item, "on_curve").GetBoolean()}";
        return TransactionDifference.Of("key", JsonText.String(item, "public_key"), $"{key}")
            ?? TransactionDifference.Of("on curve", expected, $"{ProgramAddress.IsOnCurve(key)}");
    }

    private static TransactionDifference? CheckFound(JsonElement item, ProgramAddressSeeds seeds)
    {
        ProgramAddressStatus status = seeds.Find(JsonText.Key(item, "program_id"), out Pubkey address, out byte bump);
        return TransactionDifference.Of("status", $"{ProgramAddressStatus.Ok}", $"{status}")
            ?? TransactionDifference.Of("address", JsonText.String(item, "address"), $"{address}")
            ?? TransactionDifference.Of("bump", $"{JsonText.Member(item, "bump").GetByte()}", $"{bump}");
    }

    private static TransactionDifference? CheckCreated(JsonElement item)
    {
        ProgramAddressStatus status = ReadSeeds(item).Create(JsonText.Key(item, "program_id"), out Pubkey address);
        string? error = JsonText.OptionalString(item, "error");
        if (error is null) return TransactionDifference.Of("address", JsonText.String(item, "address"), $"{address}");
        string got = status switch
        {
            ProgramAddressStatus.OnCurve => "on curve",
            ProgramAddressStatus.SeedTooLong => "seed longer than 32",
            ProgramAddressStatus.TooManySeeds => "too many seeds",
            _ => $"{status}",
        };
        return TransactionDifference.Of("error", error, got);
    }

    private static TransactionDifference? CheckDexAddress(JsonElement item)
    {
        if (!TransactionVectorAddresses.TryMake(item, out ProgramAddressSeeds seeds,
            out TransactionDifference? difference))
        {
            return difference ?? new TransactionDifference("kind", "a known kind of account",
                JsonText.String(item, "kind"));
        }

        return CheckFound(item, seeds);
    }

    private static TransactionDifference? CheckAssociatedToken(JsonElement item)
    {
        Pubkey owner = JsonText.Key(item, "owner");
        Pubkey mint = JsonText.Key(item, "mint");
        Pubkey program = JsonText.Key(item, "token_program");
        Pubkey payer = JsonText.Key(item, "payer");
        _ = AssociatedTokenAddress.TryFind(owner, mint, program, out Pubkey address, out byte bump);
        InstructionBuffer create = new();
        InstructionBuffer idempotent = new();
        TokenAccounts.WriteCreate(create, payer, address, owner, mint, program);
        TokenAccounts.WriteCreateIdempotent(idempotent, payer, address, owner, mint, program);
        return TransactionDifference.Of("address", JsonText.String(item, "address"), $"{address}")
            ?? TransactionDifference.Of("bump", $"{JsonText.Member(item, "bump").GetByte()}", $"{bump}")
            ?? TransactionVectorInstructions.Compare("create", JsonText.Member(item, "create"), create)
            ?? TransactionVectorInstructions.Compare("create_idempotent", JsonText.Member(item, "create_idempotent"),
                idempotent);
    }

    private static TransactionDifference? CheckDiscriminator(JsonElement item)
    {
        ulong value = AnchorDiscriminator.Instruction(JsonText.String(item, "name"));
        byte[] bytes = BitConverter.IsLittleEndian ? BitConverter.GetBytes(value) : [];
        return TransactionDifference.Of("discriminator", JsonText.String(item, "instruction"),
            Convert.ToHexStringLower(bytes));
    }
}

/// <summary>The first difference of a case.</summary>
/// <param name="Field">What differs.</param>
/// <param name="Expected">Value in the vector.</param>
/// <param name="Got">Value of the product.</param>
internal sealed record TransactionDifference(string Field, string Expected, string Got)
{
    /// <summary>Null if the two are equal.</summary>
    internal static TransactionDifference? Of(string field, string expected, string got) =>
        string.Equals(expected, got, StringComparison.Ordinal) ? null : new TransactionDifference(field, expected, got);
}
