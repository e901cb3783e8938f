using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Files of format "lowlatency-oracle-scenario/1": cycles of swaps over pools of several programs, each executed as one
/// transaction. Hops are executed in order on fresh pools; every amount, every instruction and the profit are compared.
/// </summary>
internal sealed class ScenarioVectorSuite : IVectorSuite
{
    private const string FormatName = "lowlatency-oracle-scenario/1";

    private readonly InstructionComparer _instructions = new();
    private readonly MessageWriter _writer = new();
    private readonly LookupTableChooser _chooser = new();
    private readonly byte[] _transaction = new byte[MessageLimits.PacketBytes];

    /// <inheritdoc/>
    public bool Handles(VectorDocument document) => document.Format == FormatName;

    /// <inheritdoc/>
    public int CountCases(VectorDocument document) => JsonText.Member(document.Root, "cycles").GetArrayLength();

    /// <inheritdoc/>
    public void Run(VectorDocument document, VectorRun run)
    {
        JsonElement root = document.Root;
        ChainClock clock = JsonText.Clock(JsonText.Member(root, "clock"));
        Pubkey user = JsonText.Key(root, "user");
        Dictionary<Pubkey, AccountText> accounts = AccountBook.Read(JsonText.Member(root, "accounts"));
        PoolBuilder builder = new(accounts);
        Dictionary<Pubkey, JsonElement> poolText = [];
        foreach (JsonElement pool in JsonText.Member(root, "pools").EnumerateArray()) poolText[JsonText.Key(pool,
            "pool")] = pool;

        LookupTable[] tables = ReadTables(root);
        foreach (JsonElement cycle in JsonText.Member(root, "cycles").EnumerateArray())
        {
            string id = JsonText.String(cycle, "id");
            VectorDifference? difference = RunCycle(cycle, id, builder, poolText, accounts, clock, user)
                ?? CompareSize(cycle, id, tables, in user);
            if (difference is null) run.Pass();
            else run.Fail(difference.CaseId, difference.Field, difference.Expected, difference.Got);
        }
    }

    private VectorDifference? RunCycle(
        JsonElement cycle,
        string id,
        PoolBuilder builder,
        Dictionary<Pubkey, JsonElement> poolText,
        Dictionary<Pubkey, AccountText> accounts,
        ChainClock clock,
        Pubkey user)
    {
        Dictionary<Pubkey, Pool> pools = [];
        JsonElement hops = JsonText.Member(cycle, "hops");
        JsonElement instructions = JsonText.Member(cycle, "instructions");
        ulong first = 0;
        ulong carried = 0;
        for (int i = 0; i < hops.GetArrayLength(); i++)
        {
            JsonElement hop = hops[i];
            Pubkey address = JsonText.Key(hop, "pool");
            if (!pools.TryGetValue(address, out Pool? pool))
            {
                pool = builder.Build(in address, out string problem);
                if (pool is null) return new VectorDifference(id, Text($"hop {i} pool"), "a pool", problem);
                if (!poolText.TryGetValue(address, out JsonElement text))
                    return new VectorDifference(id, Text($"hop {i} pool"), "a pool of the file", $"{address}");
                PoolFixture.GiveMarket(pool, text);
                pools[address] = pool;
            }

            ulong amountIn = JsonText.UInt64(hop, "amount_in");
            ulong amountOut = JsonText.UInt64(hop, "amount_out");
            if (i == 0) first = amountIn;
            Pubkey inputMint = JsonText.Key(hop, "input_mint");
            Pubkey outputMint = JsonText.Key(hop, "output_mint");
            if (pool.OtherMint(in inputMint).IsZero || pool.OtherMint(in inputMint) != outputMint)
                return new VectorDifference(id, Text($"hop {i} mints"), $"{pool.MintA} and {pool.MintB}",
                    $"{inputMint} and {outputMint}");
            string dex = JsonText.String(hop, "dex");
            if (dex != CaseText.NameOf(pool.Venue))
                return new VectorDifference(id, Text($"hop {i} dex"), dex, CaseText.NameOf(pool.Venue));
            SwapRequest request = new()
            {
                Direction = inputMint == pool.MintA ? SwapDirection.AToB : SwapDirection.BToA,
                Mode = SwapMode.ExactIn,
                AmountRaw = i == 0 ? amountIn : carried,
                ThresholdRaw = amountOut,
                Clock = clock,
            };
            VectorDifference? difference = CompareInstruction(pool, in request, instructions[i], accounts, in user, id);
            QuoteStatus status = pool.Execute(in request, out SwapQuote quote);
            if (status != QuoteStatus.Ok || quote.AmountInRaw != amountIn || quote.AmountOutRaw != amountOut)
                return new VectorDifference(
                    id,
                    Text($"hop {i} ({dex}) amounts"),
                    Text($"in {amountIn} out {amountOut}"),
                    Text($"{status} {quote.ProgramErrorCode}: in {quote.AmountInRaw} out {quote.AmountOutRaw}"));
            if (difference is not null) return difference with { Field = Text($"hop {i} {difference.Field}") };
            carried = quote.AmountOutRaw;
        }

        Int128 profit = (Int128)carried - first;
        long expected = JsonText.Int64(cycle, "profit_lamports");
        return profit == expected ? null : new VectorDifference(id, "profit", Text($"{expected}"), Text($"{profit}"));
    }

    /// <summary>The size of the whole transaction: compute limit and swaps, version 0 with the file's tables.</summary>
    private VectorDifference? CompareSize(JsonElement cycle, string id, LookupTable[] tables, in Pubkey user)
    {
        if (JsonText.OptionalUInt64(cycle, "size_with_lookup_tables") is not { } expected) return null;
        InstructionBuffer limit = new();
        ComputeBudget.WriteUnitLimit(limit, NetworkFees.MaxComputeUnits);
        List<InstructionBuffer> all = [limit];
        foreach (JsonElement swap in JsonText.Member(cycle, "instructions").EnumerateArray())
            all.Add(Write(JsonText.Instruction(swap)));
        LookupTable[] chosen = new LookupTable[MessageWriter.MaxTables];
        MessageRequest request = new()
        {
            Version = MessageVersion.V0,
            Payer = user,
            Instructions = all.ToArray(),
            Tables = chosen.AsSpan(0, _chooser.Choose(all.ToArray(), user, tables, chosen)),
        };
        MessageStatus status = _writer.WriteTransaction(in request, _transaction, out MessageLayout layout);
        return status == MessageStatus.Ok && (ulong)layout.TotalBytes == expected
            ? null
            : new VectorDifference(
                id, "size_with_lookup_tables", Text($"{expected}"), Text($"{status}, {layout.TotalBytes} bytes"));
    }

    private static InstructionBuffer Write(InstructionText text)
    {
        InstructionBuffer buffer = new();
        buffer.Reset(text.ProgramId);
        foreach (AccountMeta meta in text.Accounts) buffer.Add(meta.Key, meta.Flags);
        foreach (byte value in text.Data) buffer.WriteByte(value);
        return buffer;
    }

    private static LookupTable[] ReadTables(JsonElement root)
    {
        List<LookupTable> tables = [];
        if (!root.TryGetProperty("lookup_tables", out JsonElement items)) return [];
        foreach (JsonElement item in items.EnumerateArray())
        {
            List<Pubkey> addresses = [];
            foreach (JsonElement address in JsonText.Member(item, "addresses").EnumerateArray())
                addresses.Add(JsonText.ParseKey(address.GetString(), "addresses"));
            LookupTable table = new(JsonText.Key(item, "key"));
            if (table.Set(addresses.ToArray()) != LookupTableStatus.Ok)
                throw new FormatException($"lookup table {table.Key} has too many addresses");
            tables.Add(table);
        }

        return [.. tables];
    }

    private VectorDifference? CompareInstruction(
        Pool pool,
        in SwapRequest request,
        JsonElement instruction,
        Dictionary<Pubkey, AccountText> accounts,
        in Pubkey user,
        string id)
    {
        SwapInstructionRequest written = new()
        {
            Direction = request.Direction,
            Mode = request.Mode,
            AmountRaw = request.AmountRaw,
            ThresholdRaw = request.ThresholdRaw,
            Clock = request.Clock,
            User = user,
            UserInput = AssociatedAccount(in user, pool.InputMint(request.Direction), accounts),
            UserOutput = AssociatedAccount(in user, pool.OutputMint(request.Direction), accounts),
        };
        return _instructions.Compare(pool, written, JsonText.Instruction(instruction), id);
    }

    private static Pubkey AssociatedAccount(in Pubkey user, Pubkey mint, Dictionary<Pubkey, AccountText> accounts)
    {
        Pubkey program = accounts.TryGetValue(mint, out AccountText? account) ? account.Owner : ProgramIds.Token;
        return AssociatedTokenAddress.TryFind(in user, in mint, in program, out Pubkey address, out _) ? address
            : default;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
