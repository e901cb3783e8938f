using System;
using System.Collections.Generic;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.RaydiumAmm;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// A route over pools of an accounts file: quotes each leg exactly on the state the leg before left, and writes the
/// swap instructions. The pools come from the builder that <c>quote</c> uses.
/// </summary>
internal sealed class TxRoute
{
    private readonly AccountFile _file;
    private readonly ChainClock _clock;
    private readonly PoolBuilder _builder;
    private readonly Dictionary<Pubkey, Pool> _pools = [];
    private readonly Pubkey _wallet;
    private readonly int _ammVariant;

    /// <summary>
    /// A route for <paramref name="wallet"/> over the accounts of <paramref name="file"/>;
    /// <paramref name="ammVariant"/> is Raydium AMM v4's form of the swap instruction.
    /// </summary>
    internal TxRoute(AccountFile file, in ChainClock clock, in Pubkey wallet, int ammVariant)
    {
        _ammVariant = ammVariant;
        _file = file;
        _clock = clock;
        _wallet = wallet;
        _builder = new PoolBuilder(file.Accounts);
    }

    /// <summary>The legs in order.</summary>
    internal List<TxLeg> Legs { get; } = [];

    /// <summary>One written swap a leg; the last leg's minimum is its exact quote until it is set.</summary>
    internal List<InstructionBuffer> Swaps { get; } = [];

    /// <summary>Compute units of the swaps together, an upper estimate.</summary>
    internal uint SwapUnits { get; private set; }

    /// <summary>
    /// Adds the legs. Returns why it stopped; empty if every leg was quoted and written. The last leg accepts no less
    /// than <paramref name="minimumOut"/> makes of the quoted output.
    /// </summary>
    internal string TryAdd(
        IReadOnlyList<Pubkey> pools, Pubkey mint, ulong amountRaw, Func<TxRoute, TxLeg, ulong> minimumOut)
    {
        for (int i = 0; i < pools.Count; i++)
        {
            string problem = TryBuildPool(pools[i], out Pool? pool);
            if (problem.Length != 0) return problem;
            if (pool!.OtherMint(in mint).IsZero)
                return $"leg {i + 1}: {mint} is not a mint of {pools[i]} ({pool.MintA}, {pool.MintB})";
            bool isLast = i == pools.Count - 1;
            problem = TryAddLeg(pool, mint, amountRaw, isLast ? minimumOut : (_, leg) => leg.AmountOut);
            if (problem.Length != 0) return $"leg {i + 1} ({pool.Venue} {pool.Address}): {problem}";
            mint = Legs[^1].OutputMint;
            amountRaw = Legs[^1].AmountOut;
        }

        return string.Empty;
    }

    private string TryBuildPool(in Pubkey address, out Pool? pool)
    {
        if (_pools.TryGetValue(address, out pool)) return string.Empty;
        pool = _builder.Build(in address, out string problem);
        if (pool is null) return problem;
        _pools[address] = pool;
        if (pool is RaydiumAmmPool amm && _file.Markets.TryGetValue(address, out RaydiumAmmMarket market))
            amm.SetMarketAccounts(in market);
        return problem;
    }

    private string TryAddLeg(Pool pool, in Pubkey mint, ulong amountRaw, Func<TxRoute, TxLeg, ulong> minimumOut)
    {
        SwapDirection direction = mint == pool.MintA ? SwapDirection.AToB : SwapDirection.BToA;
        SwapRequest request = new()
        {
            Direction = direction,
            Mode = SwapMode.ExactIn,
            AmountRaw = amountRaw,
            Clock = _clock,
        };
        QuoteStatus status = pool.Quote(in request, out SwapQuote quote);
        if (status != QuoteStatus.Ok) return $"{status} (program error {quote.ProgramErrorCode})";
        TxLeg leg = new(
            pool.Venue, pool.Address, mint, pool.OutputMint(direction), amountRaw, quote.AmountOutRaw,
            quote.CrossedCount);
        SwapUnits += SwapWork.Of(pool, in quote).FixedUnits();
        leg.MinimumOut = minimumOut(this, leg);
        SwapInstructionRequest written = new()
        {
            Direction = direction,
            Mode = SwapMode.ExactIn,
            AmountRaw = amountRaw,
            ThresholdRaw = leg.MinimumOut,
            Clock = _clock,
            User = _wallet,
            UserInput = TokenAccount(mint),
            UserOutput = TokenAccount(leg.OutputMint),
            Variant = pool.Venue == VenueId.RaydiumAmm ? _ammVariant : 0,
        };
        InstructionBuffer buffer = new();
        status = pool.WriteSwap(in written, buffer);
        if (status == QuoteStatus.Incomplete && written.Variant != 0)
            return "the legacy instruction names order-book accounts; the pool's market account is not in the file";
        if (status != QuoteStatus.Ok) return $"no instruction: {status}";

        // Now move the state, so that a route that passes a pool twice sees its own first swap.
        status = pool.Execute(in request, out _);
        if (status != QuoteStatus.Ok) return $"{status} on execution";
        Legs.Add(leg);
        Swaps.Add(buffer);
        return string.Empty;
    }

    /// <summary>
    /// The wallet's accounts of the route's distinct mints, that of the start first; <paramref name="last"/> is a leg
    /// that is not among the legs yet. What the file shows exists.
    /// </summary>
    internal RouteTokenAccount[] Accounts(TxLeg? last)
    {
        List<TxLeg> legs = [.. Legs];
        if (last is not null) legs.Add(last);
        List<RouteTokenAccount> accounts = [];
        for (int i = 0; i < legs.Count; i++)
        {
            if (i == 0) Add(legs[i].InputMint);
            Add(legs[i].OutputMint);
        }

        return [.. accounts];

        void Add(Pubkey mint)
        {
            if (accounts.Exists(known => known.Mint == mint)) return;
            MintInfo info = default;
            bool isKnown = _file.Accounts.TryGetValue(mint, out AccountText? text)
                && MintInfo.TryDecode(text.View, out info);
            RouteTokenAccount account = new()
            {
                Mint = mint,
                TokenProgram = isKnown ? info.ProgramId : ProgramIds.Token,
                SizeBytes = RouteFrame.AccountBytes(in info),
                IsAssociated = true,
            };
            _ = AssociatedTokenAddress.TryFind(
                in _wallet, in mint, account.TokenProgram, out account.Address, out account.Bump);
            account.Exists = _file.Accounts.ContainsKey(account.Address);
            accounts.Add(account);
        }
    }

    /// <summary>The wallet's associated token account; the mint's owner says which token program.</summary>
    private Pubkey TokenAccount(in Pubkey mint)
    {
        bool isToken2022 = _file.Accounts.TryGetValue(mint, out AccountText? account)
            && account.Owner == ProgramIds.Token2022;
        Pubkey program = isToken2022 ? ProgramIds.Token2022 : ProgramIds.Token;
        return AssociatedTokenAddress.TryFind(in _wallet, in mint, in program, out Pubkey address, out _)
            ? address
            : throw new CommandException(
                $"no token account address exists for wallet {_wallet} and mint {mint}", ExitCodes.BadData);
    }
}

/// <summary>One leg of a built route; amounts in base units.</summary>
internal sealed record TxLeg(
    VenueId Venue, Pubkey Pool, Pubkey InputMint, Pubkey OutputMint, ulong AmountIn, ulong AmountOut, int Crossed)
{
    /// <summary>Least output the instruction accepts.</summary>
    internal ulong MinimumOut { get; set; }
}
