using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.RaydiumAmm;
using LowLatency.Engine.Venues.RaydiumClmm;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Files of format "lowlatency-oracle/1": pools and swaps executed by a program. Each case is quoted, executed and
/// written as
/// an instruction by the product's pool classes; amounts, error, modelled post state and instruction are compared.
/// </summary>
internal sealed class SwapVectorSuite : IVectorSuite
{
    private const string FormatName = "lowlatency-oracle/1";

    // The CLMM binary of April 2024, whose error numbers and overflow checks differ from the current program's. By its
    // SHA-256: every build of that program is a raydium_amm_v3.so.
    private const string OldClmmSha256 = "39bdf0d48d3d32d31f3d385799fcd3535dd9d07e2c79c7e736b17db06a1e1543";

    // The AMM v4 binary of 2025, which counts what the pool has in the order book.
    private const string OldAmmSha256 = "d3f6906a8e2847865f95b0c156b06d05db07778dd1d6c24044bae0b9ac1bb93c";

    private readonly InstructionComparer _instructions = new();

    private bool _isOldClmm;
    private bool _isOldAmm;

    /// <inheritdoc/>
    public bool Handles(VectorDocument document) => document.Format == FormatName;

    /// <inheritdoc/>
    public int CountCases(VectorDocument document) => JsonText.Member(document.Root, "cases").GetArrayLength();

    /// <inheritdoc/>
    public void Run(VectorDocument document, VectorRun run)
    {
        Pubkey user = JsonText.Key(document.Root, "user");
        string? binary = document.Root.TryGetProperty("program_binary", out JsonElement about)
            && about.ValueKind == JsonValueKind.Object ? JsonText.OptionalString(about, "sha256") : null;
        _isOldClmm = binary == OldClmmSha256;
        _isOldAmm = binary == OldAmmSha256;
        Dictionary<string, PoolFixture> pools = [];
        foreach (JsonElement pool in JsonText.Member(document.Root, "pools").EnumerateArray())
        {
            PoolFixture fixture = new(pool);
            pools[fixture.Id] = fixture;
        }

        foreach (JsonElement element in JsonText.Member(document.Root, "cases").EnumerateArray())
        {
            string poolId = JsonText.String(element, "pool");
            if (!pools.TryGetValue(poolId, out PoolFixture? fixture))
                throw new FormatException(
                    $"case {JsonText.String(element, "id")} names pool '{poolId}', which the file does not have");
            SwapCase swapCase = new(element, fixture.Clock);
            RunCase(fixture, swapCase, in user, run);
        }
    }

    private void RunCase(PoolFixture fixture, SwapCase swapCase, in Pubkey user, VectorRun run)
    {
        Pool? pool = fixture.Build(out string problem);
        if (pool is null)
        {
            run.Fail(swapCase.Id, "pool", "a pool", problem);
            return;
        }

        JsonElement instructions = JsonText.Member(swapCase.Json, "instructions");
        InstructionText executed = JsonText.Instruction(instructions[instructions.GetArrayLength() - 1]);
        if (CaseText.Check(pool, swapCase, executed) is { } contradiction)
        {
            run.Fail(contradiction.CaseId, contradiction.Field, contradiction.Expected, contradiction.Got);
            return;
        }

        if (_isOldClmm && pool is RaydiumClmmPool clmm) clmm.Revision = RaydiumClmmRevision.April2024;
        if (_isOldAmm && pool is RaydiumAmmPool amm
            && fixture.Accounts.TryGetValue(amm.OpenOrders, out AccountText? openOrders))
            _ = amm.Apply(AccountRole.Market, openOrders.View);
        SwapRequest request = new()
        {
            Direction = swapCase.InputMint == pool.MintA ? SwapDirection.AToB : SwapDirection.BToA,
            Mode = swapCase.Mode,
            AmountRaw = swapCase.Amount,
            ThresholdRaw = swapCase.Threshold,
            SqrtPriceLimitX64 = swapCase.SqrtPriceLimitX64,
            HasPriceImpactLimit = swapCase.MaxPriceImpactBps is not null,
            MaxPriceImpactBps = swapCase.MaxPriceImpactBps ?? 0,
            HasReferral = !swapCase.Referral.IsZero,
            Clock = swapCase.Clock,
        };
        VectorDifference? instruction = CompareInstruction(pool, swapCase, executed, in request, in user);
        if (instruction is not null)
        {
            // Not the product's own selection: the program sees only the arrays this instruction names.
            pool.PinArrays(NamedArrays.Find(fixture, swapCase, in user));
            instruction = CompareInstruction(pool, swapCase, executed, in request, in user);
        }

        QuoteStatus status = pool.Quote(in request, out SwapQuote quote);
        if (swapCase.Error is { } error)
        {
            JudgeError(fixture, pool, swapCase, error, in request, status, in quote, instruction, run);
            return;
        }

        if (swapCase.IsReRounded && swapCase.AmountOut == 0)
        {
            // The re-rounded swap yields nothing, which the program refuses.
            if (status is QuoteStatus.ZeroOutput or QuoteStatus.SlippageExceeded) run.Pass();
            else run.Fail(swapCase.Id, "status", "a refusal: the output rounds to zero", Describe(status, in quote));
            return;
        }

        JudgeSuccess(fixture, pool, swapCase, in request, status, in quote, instruction, run);
    }

    private static void JudgeSuccess(
        PoolFixture fixture,
        Pool pool,
        SwapCase swapCase,
        in SwapRequest request,
        QuoteStatus status,
        in SwapQuote quote,
        VectorDifference? instruction,
        VectorRun run)
    {
        if (status != QuoteStatus.Ok || quote.AmountInRaw != swapCase.AmountIn
            || quote.AmountOutRaw != swapCase.AmountOut)
        {
            string expected = string.Create(CultureInfo.InvariantCulture,
                $"in {swapCase.AmountIn} out {swapCase.AmountOut}");
            run.Fail(swapCase.Id, "amounts", expected, Describe(status, in quote));
            return;
        }

        QuoteStatus executed = pool.Execute(in request, out SwapQuote again);
        if (executed != QuoteStatus.Ok || again.AmountInRaw != quote.AmountInRaw
            || again.AmountOutRaw != quote.AmountOutRaw)
        {
            run.Fail(swapCase.Id, "execution", Describe(status, in quote), Describe(executed, in again));
            return;
        }

        VectorDifference? difference = instruction;
        if (difference is null && !swapCase.IsReRounded)
        {
            JsonElement post = swapCase.Json.TryGetProperty("post", out JsonElement value) ? value : default;
            difference = StateComparer.Compare(
                pool, fixture.Accounts, fixture.Roles, post, swapCase.Id, run.StatesOf(pool.Venue));
        }

        if (difference is null) run.Pass();
        else run.Fail(difference.CaseId, difference.Field, difference.Expected, difference.Got);
    }

    private static void JudgeError(
        PoolFixture fixture,
        Pool pool,
        SwapCase swapCase,
        VectorError error,
        in SwapRequest request,
        QuoteStatus status,
        in SwapQuote quote,
        VectorDifference? instruction,
        VectorRun run)
    {
        if (ErrorRule.Agrees(error, status, in quote)
            || (FundsError(pool, in request, swapCase.UserBalance) is { } funds && error.Code == funds))
        {
            // An instruction that the product would not write at all cannot be compared.
            if (instruction is null || instruction.Field == InstructionComparer.WholeField) run.Pass();
            else run.Fail(instruction.CaseId, instruction.Field, instruction.Expected, instruction.Got);
            return;
        }

        bool isForeign = instruction is not null && ErrorRule.IsAccountError(pool.Venue, error)
            && (ErrorRule.ForeignCode(pool, fixture.Accounts, instruction, swapCase.InstructionName) ?? error.Code)
                == error.Code;
        if (status == QuoteStatus.Ok && isForeign) run.Explain(ErrorRule.ForeignAccounts);
        else if (status is QuoteStatus.Ok or QuoteStatus.SlippageExceeded
            && ErrorRule.IsOldCeiling(pool, error, in request))
            run.Explain(ErrorRule.OldCeiling);
        else run.Fail(swapCase.Id, "outcome", error.ToString(), Describe(status, in quote));
    }

    /// <summary>
    /// What the user's balance would have made of a swap that the pool itself accepts without a threshold, or whose
    /// input no vault could take. Raydium AMM v4 looks at the balance before anything that depends on the amount.
    /// </summary>
    private static uint? FundsError(Pool pool, in SwapRequest request, ulong userBalance)
    {
        SwapRequest unguarded = request;
        unguarded.ThresholdRaw = request.Mode == SwapMode.ExactOut ? ulong.MaxValue : 0;
        unguarded.HasPriceImpactLimit = false;
        QuoteStatus status = pool.Quote(in unguarded, out SwapQuote quote);
        bool isExactIn = request.Mode == SwapMode.ExactIn;
        if (status == QuoteStatus.Ok) return ErrorRule.FundsError(pool.Venue, quote.AmountInRaw, userBalance);
        bool isBeforeAmounts = status is QuoteStatus.NotOpenYet || pool.Readiness != QuoteStatus.Ok;
        bool isAfterDebit = quote.ProgramErrorCode == ErrorRule.TokenOverflow
            || (pool.Venue == VenueId.RaydiumAmm && !isBeforeAmounts);
        return isExactIn && isAfterDebit ? ErrorRule.FundsError(pool.Venue, request.AmountRaw, userBalance) : null;
    }

    private VectorDifference? CompareInstruction(
        Pool pool, SwapCase swapCase, InstructionText expected, in SwapRequest request, in Pubkey user)
    {
        SwapInstructionRequest written = new()
        {
            Direction = request.Direction,
            Mode = request.Mode,
            AmountRaw = request.AmountRaw,
            ThresholdRaw = request.ThresholdRaw,
            SqrtPriceLimitX64 = request.SqrtPriceLimitX64,
            MaxPriceImpactBps = request.MaxPriceImpactBps,
            Referral = swapCase.Referral,
            Clock = request.Clock,
            User = user,
            UserInput = swapCase.UserInput,
            UserOutput = swapCase.UserOutput,
        };
        return _instructions.Compare(pool, written, expected, swapCase.Id);
    }

    private static string Describe(QuoteStatus status, in SwapQuote quote) => status == QuoteStatus.Ok
        ? string.Create(CultureInfo.InvariantCulture, $"in {quote.AmountInRaw} out {quote.AmountOutRaw}")
        : string.Create(CultureInfo.InvariantCulture, $"{status}, program error {quote.ProgramErrorCode}");
}

/// <summary>A pool of a vector file with its accounts.</summary>
internal sealed class PoolFixture
{
    private readonly JsonElement _json;
    private readonly PoolBuilder _builder;

    /// <summary>Reads the pool and its accounts.</summary>
    internal PoolFixture(JsonElement json)
    {
        _json = json;
        Id = JsonText.String(json, "id");
        Address = JsonText.Key(json, "pool");
        Clock = JsonText.Clock(JsonText.Member(json, "clock"));
        Accounts = AccountBook.Read(JsonText.Member(json, "accounts"));
        _builder = new PoolBuilder(Accounts);
    }

    internal string Id { get; }

    internal Pubkey Address { get; }

    internal ChainClock Clock { get; }

    internal Dictionary<Pubkey, AccountText> Accounts { get; }

    internal IReadOnlyDictionary<Pubkey, AccountRole> Roles => _builder.Roles;

    /// <summary>A fresh pool in the file's state.</summary>
    internal Pool? Build(out string problem)
    {
        Pool? pool = _builder.Build(Address, out problem);
        if (pool is not null) GiveMarket(pool, _json);
        return pool;
    }

    /// <summary>Raydium AMM v4 files list the order-book addresses instead of the market's bytes.</summary>
    internal static void GiveMarket(Pool pool, JsonElement json)
    {
        if (pool is RaydiumAmmPool amm && ReadMarket(json) is { } market) amm.SetMarketAccounts(in market);
    }

    /// <summary>The order-book addresses beside a pool's description; null if there are none.</summary>
    internal static RaydiumAmmMarket? ReadMarket(JsonElement json) =>
        JsonText.OptionalString(json, "bids") is null
            ? null
            : new RaydiumAmmMarket(
                JsonText.Key(json, "bids"),
                JsonText.Key(json, "asks"),
                JsonText.Key(json, "event_queue"),
                JsonText.Key(json, "market_coin_vault"),
                JsonText.Key(json, "market_pc_vault"),
                JsonText.Key(json, "market_vault_signer"));
}
