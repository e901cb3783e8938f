using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.PumpSwap;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Files of format "lowlatency-sdk-only/1": PumpSwap quotes and instructions of the official SDK, not of the program.
/// The
/// file gives the pool's account and everything else as values; the accounts the engine decodes are built from these.
/// </summary>
internal sealed class PumpSwapVectorSuite : IVectorSuite
{
    private const string FormatName = "lowlatency-sdk-only/1";

    private readonly InstructionComparer _instructions = new();

    /// <inheritdoc/>
    public bool Handles(VectorDocument document) => document.Format == FormatName && document.Dex == "pumpswap";

    /// <inheritdoc/>
    public int CountCases(VectorDocument document) => JsonText.Member(document.Root, "cases").GetArrayLength();

    /// <inheritdoc/>
    public void Run(VectorDocument document, VectorRun run)
    {
        JsonElement root = document.Root;
        Pubkey user = JsonText.Key(root, "user");
        Dictionary<string, Pool> pools = [];
        foreach (JsonElement pool in JsonText.Member(root, "pools").EnumerateArray())
            pools[JsonText.String(pool, "id")] = PumpSwapAccounts.BuildPool(root, pool);

        foreach (JsonElement element in JsonText.Member(root, "cases").EnumerateArray())
        {
            string id = JsonText.String(element, "id");
            string poolId = JsonText.String(element, "pool");
            if (!pools.TryGetValue(poolId, out Pool? pool))
                throw new FormatException($"case {id} names pool '{poolId}', which the file does not have");
            VectorDifference? difference = RunCase(pool, element, id, in user);
            if (difference is null) run.Pass();
            else run.Fail(difference.CaseId, difference.Field, difference.Expected, difference.Got);
        }
    }

    private VectorDifference? RunCase(Pool pool, JsonElement element, string id, in Pubkey user)
    {
        string function = JsonText.String(element, "function");
        bool isBuy = function is "buyBaseInput" or "buyQuoteInput";
        ulong amount = JsonText.UInt64(element, "amount");
        JsonElement result = JsonText.Member(element, "result");
        string side = isBuy ? "buy" : "sell";
        if (JsonText.OptionalString(element, "side") is { } word && word != side)
            return new VectorDifference(id, "side", word, side);
        string terms = function is "buyBaseInput" or "sellBaseInput" ? "base" : "quote";
        if (JsonText.OptionalString(element, "amount_in_terms_of") is { } named && named != terms)
            return new VectorDifference(id, "amount_in_terms_of", named, terms);
        (string member, ulong? value, string got) = Answer(pool, function, amount);
        if (JsonText.String(result, "status") != "ok")
            return value is null ? null : new VectorDifference(id, "outcome", "an error", got);
        ulong expected = JsonText.UInt64(result, member);
        if (value != expected) return new VectorDifference(id, member, Text($"{expected}"), got);
        // Without slippage the limit is the amount that the user pays or gets.
        ulong limit = function is "buyBaseInput" or "sellBaseInput" ? expected : amount;
        ulong said = JsonText.UInt64(result, isBuy ? "maxQuote" : "minQuote");
        if (said != limit && !element.TryGetProperty("slippage", out _))
            return new VectorDifference(id, isBuy ? "maxQuote" : "minQuote", Text($"{said}"), Text($"{limit}"));
        if (Inner(pool, function, amount) is (string inner, ulong before) && JsonText.UInt64(result, inner) != before)
            return new VectorDifference(id, inner, Text($"{JsonText.UInt64(result, inner)}"), Text($"{before}"));
        return element.TryGetProperty("instructions", out JsonElement instructions)
            ? CompareInstruction(pool, instructions[instructions.GetArrayLength() - 1], isBuy, result, function,
                amount, id, in user)
            : null;
    }

    /// <summary>
    /// The SDK function's answer from the pool: the result's member, its value (null if refused), both in words.
    /// </summary>
    private static (string Member, ulong? Value, string Got) Answer(Pool pool, string function, ulong amount)
    {
        if (function == "sellQuoteInput")
        {
            bool ok = ((PumpSwapPool)pool).TryEstimateBaseForQuote(amount, out ulong baseIn);
            return ("base", ok ? baseIn : null, ok ? Text($"{baseIn}") : "none: the pool cannot yield that much");
        }

        SwapRequest request = new()
        {
            Direction = function == "sellBaseInput" ? SwapDirection.AToB : SwapDirection.BToA,
            Mode = function == "buyBaseInput" ? SwapMode.ExactOut : SwapMode.ExactIn,
            AmountRaw = amount,
            ThresholdRaw = function == "buyBaseInput" ? ulong.MaxValue : 0,
        };
        QuoteStatus status = pool.Quote(in request, out SwapQuote quote);
        string got = status == QuoteStatus.Ok
            ? Text($"in {quote.AmountInRaw} out {quote.AmountOutRaw}")
            : Text($"{status}, program error {quote.ProgramErrorCode}");
        ulong? paid = status == QuoteStatus.Ok ? quote.AmountInRaw : null;
        ulong? received = status == QuoteStatus.Ok ? quote.AmountOutRaw : null;
        return function switch
        {
            "buyBaseInput" => ("uiQuote", paid, got),
            "buyQuoteInput" => ("base", received, got),
            "sellBaseInput" => ("uiQuote", received, got),
            _ => throw new FormatException($"function '{function}' is unknown"),
        };
    }

    /// <summary>The quote amount before fees, which the SDK tells for exact base amounts.</summary>
    private static (string Member, ulong Value)? Inner(Pool pool, string function, ulong amount)
    {
        if (function is not ("buyBaseInput" or "sellBaseInput")) return null;
        bool isBuy = function == "buyBaseInput";
        SwapRequest request = new()
        {
            Direction = isBuy ? SwapDirection.BToA : SwapDirection.AToB,
            Mode = isBuy ? SwapMode.ExactOut : SwapMode.ExactIn,
            AmountRaw = amount,
            ThresholdRaw = isBuy ? ulong.MaxValue : 0,
        };
        _ = pool.Quote(in request, out SwapQuote quote);
        return isBuy
            ? ("internalQuoteAmount", quote.AmountInRaw - quote.FeeRaw)
            : ("internalQuoteAmountOut", quote.AmountOutRaw + quote.FeeRaw);
    }

    private VectorDifference? CompareInstruction(
        Pool pool,
        JsonElement instruction,
        bool isBuy,
        JsonElement result,
        string function,
        ulong amount,
        string id,
        in Pubkey user)
    {
        InstructionText expected = JsonText.Instruction(instruction);
        bool isAmountBase = function is "buyBaseInput" or "sellBaseInput";
        ulong baseAmount = isAmountBase ? amount : JsonText.UInt64(result, "base");
        ulong quoteLimit = JsonText.UInt64(result, isBuy ? "maxQuote" : "minQuote");
        // The user's accounts are the associated ones; the SDK's instruction names the base program at 11, quote at 12.
        Pubkey baseAccount = Associated(in user, pool.MintA, expected.Accounts[11].Key);
        Pubkey quoteAccount = Associated(in user, pool.MintB, expected.Accounts[12].Key);
        SwapInstructionRequest written = new()
        {
            Direction = isBuy ? SwapDirection.BToA : SwapDirection.AToB,
            Mode = isBuy ? SwapMode.ExactOut : SwapMode.ExactIn,
            AmountRaw = baseAmount,
            ThresholdRaw = quoteLimit,
            User = user,
            UserInput = isBuy ? quoteAccount : baseAccount,
            UserOutput = isBuy ? baseAccount : quoteAccount,
        };
        return _instructions.Compare(pool, written, expected, id);
    }

    private static Pubkey Associated(in Pubkey user, Pubkey mint, Pubkey program) =>
        AssociatedTokenAddress.TryFind(in user, in mint, in program, out Pubkey address, out _) ? address : default;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Writes the accounts of a PumpSwap SDK file in the programs' layouts.</summary>
internal static class PumpSwapAccounts
{
    private const int GlobalConfigSizeBytes = 949;
    private const int FeeConfigSizeBytes = 4097;
    private const ulong Lamports = 1;

    private static readonly Pubkey FeeProgram = Pubkey.Parse("pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ");

    /// <summary>A pool with every account applied.</summary>
    internal static Pool BuildPool(JsonElement root, JsonElement pool)
    {
        Pubkey program = JsonText.Key(root, "program_id");
        Pubkey address = JsonText.Key(pool, "pool");
        JsonElement state = JsonText.Member(pool, "state");
        Pubkey baseMint = JsonText.Key(state, "baseMint");
        Pubkey quoteMint = JsonText.Key(state, "quoteMint");
        Pubkey baseProgram = JsonText.Key(pool, "base_token_program");
        Dictionary<Pubkey, AccountText> accounts = [];
        Put(accounts, address, program, Convert.FromBase64String(JsonText.String(pool, "pool_account_data")));
        Put(accounts, baseMint, baseProgram, Mint(JsonText.UInt64(pool, "base_mint_supply")));
        Put(accounts, quoteMint, ProgramIds.Token, Mint(0));
        Put(accounts, JsonText.Key(state, "poolBaseTokenAccount"), baseProgram,
            TokenAccount(in baseMint, in address, JsonText.UInt64(pool, "base_reserve")));
        Put(accounts, JsonText.Key(state, "poolQuoteTokenAccount"), ProgramIds.Token,
            TokenAccount(in quoteMint, in address, JsonText.UInt64(pool, "quote_reserve")));
        JsonElement global = JsonText.Member(root, "global_config");
        Put(accounts, JsonText.Key(global, "address"), program, GlobalConfig(global));
        JsonElement fees = JsonText.Member(root, "fee_config");
        Put(accounts, JsonText.Key(fees, "address"), FeeProgram, FeeConfig(fees));
        return new PoolBuilder(accounts).Build(in address, out string problem) ?? throw new FormatException(problem);
    }

    private static void Put(Dictionary<Pubkey, AccountText> accounts, Pubkey key, Pubkey owner, byte[] data) =>
        accounts[key] = new AccountText(key, owner, Lamports, data);

    private static byte[] Mint(ulong supply)
    {
        byte[] data = new byte[MintInfo.BaseSizeBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(36), supply);
        data[45] = 1;
        return data;
    }

    private static byte[] TokenAccount(in Pubkey mint, in Pubkey owner, ulong amount)
    {
        byte[] data = new byte[TokenAccountInfo.BaseSizeBytes];
        mint.CopyTo(data);
        owner.CopyTo(data.AsSpan(32));
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(TokenAccountInfo.AmountOffset), amount);
        data[108] = 1;
        return data;
    }

    // Source: pump-public-docs@1b82215 idl/pump_amm.json, GlobalConfig in order of its members.
    private static byte[] GlobalConfig(JsonElement json)
    {
        BorshWriter writer = new(GlobalConfigSizeBytes);
        writer.UInt64(0xD9B0_FCA0_CA9C_0895);
        writer.Key(JsonText.Key(json, "admin"));
        writer.UInt64(JsonText.UInt64(json, "lpFeeBasisPoints"));
        writer.UInt64(JsonText.UInt64(json, "protocolFeeBasisPoints"));
        writer.Byte((byte)JsonText.UInt64(json, "disableFlags"));
        writer.Keys(JsonText.Member(json, "protocolFeeRecipients"));
        writer.UInt64(JsonText.UInt64(json, "coinCreatorFeeBasisPoints"));
        writer.Key(JsonText.Key(json, "adminSetCoinCreatorAuthority"));
        writer.Key(JsonText.Key(json, "whitelistPda"));
        writer.Key(JsonText.Key(json, "reservedFeeRecipient"));
        writer.Bool(JsonText.Member(json, "mayhemModeEnabled"));
        writer.Keys(JsonText.Member(json, "reservedFeeRecipients"));
        writer.Bool(JsonText.Member(json, "isCashbackEnabled"));
        writer.Keys(JsonText.Member(json, "buybackFeeRecipients"));
        writer.UInt64(JsonText.UInt64(json, "buybackBasisPoints"));
        writer.Key(JsonText.Key(json, "boostAuthority"));
        writer.Bool(JsonText.Member(json, "boostEnabled"));
        writer.Bool(JsonText.Member(json, "creatorFeeConfigurable"));
        writer.UInt64(JsonText.UInt64(json, "maxConfigurableCreatorFeeBps"));
        return writer.Data;
    }

    // Source: pump-public-docs@1b82215 idl/pump_fees.json, FeeConfig in order of its members, exotic fees appended.
    private static byte[] FeeConfig(JsonElement json)
    {
        BorshWriter writer = new(FeeConfigSizeBytes);
        writer.UInt64(0x9B4C_7BDB_BB92_348F);
        writer.Byte((byte)JsonText.UInt64(json, "bump"));
        writer.Key(JsonText.Key(json, "admin"));
        Fees(writer, JsonText.Member(json, "flatFees"));
        Tiers(writer, JsonText.Member(json, "feeTiers"));
        Tiers(writer, JsonText.Member(json, "stableFeeTiers"));
        Fees(writer, JsonText.Member(json, "exoticFlatFees"));
        return writer.Data;
    }

    private static void Tiers(BorshWriter writer, JsonElement tiers)
    {
        writer.UInt32((uint)tiers.GetArrayLength());
        foreach (JsonElement tier in tiers.EnumerateArray())
        {
            writer.UInt128(JsonText.OptionalUInt128(tier, "marketCapLamportsThreshold") ?? 0);
            Fees(writer, JsonText.Member(tier, "fees"));
        }
    }

    private static void Fees(BorshWriter writer, JsonElement fees)
    {
        writer.UInt64(JsonText.UInt64(fees, "lpFeeBps"));
        writer.UInt64(JsonText.UInt64(fees, "protocolFeeBps"));
        writer.UInt64(JsonText.UInt64(fees, "creatorFeeBps"));
    }

    /// <summary>Little-endian members one after another in a buffer of the account's size.</summary>
    private sealed class BorshWriter(int sizeBytes)
    {
        private int _next;

        internal byte[] Data { get; } = new byte[sizeBytes];

        internal void Byte(byte value) => Take(1)[0] = value;

        internal void Bool(JsonElement value) => Byte(value.GetBoolean() ? (byte)1 : (byte)0);

        internal void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

        internal void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

        internal void UInt128(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Take(16), value);

        internal void Key(Pubkey value) => value.CopyTo(Take(Pubkey.SizeBytes));

        internal void Keys(JsonElement array)
        {
            foreach (JsonElement key in array.EnumerateArray()) Key(JsonText.ParseKey(key.GetString(), "recipients"));
        }

        private Span<byte> Take(int count)
        {
            if (count > Data.Length - _next) throw new FormatException($"more members than {Data.Length} bytes hold");
            _next += count;
            return Data.AsSpan(_next - count, count);
        }
    }
}
