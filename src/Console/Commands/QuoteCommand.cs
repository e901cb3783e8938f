using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>quote --accounts &lt;file&gt; --pool &lt;key&gt; --in &lt;mint&gt; --amount &lt;n&gt;</c>: quotes a swap, or a
/// route over
/// several pools in order, from the accounts of a file, and prints it leg by leg.
/// </summary>
internal static class QuoteCommand
{
    private const string Examples =
        """
        Examples:
          lowlatency quote --accounts tests/Vectors/arbitrage_scenario.json.gz --amount 1000000000 \
            --in So11111111111111111111111111111111111111112 --pool A5EDHdJSAYspiqBcMfeBoDecsvgsS2quMYBAZjupTDZA
          lowlatency quote --accounts snapshot.json --pool <pool 1> <pool 2> --in <mint> --amount 5000
          lowlatency quote --accounts snapshot.json --pool <pool> --in <mint> --amount 5000 --exact-out

        Exit codes: 0 quoted, 1 no quote (with the reason), 2 wrong usage, 65 not accounts, 66 no
        such file.
        """;

    /// <summary>The verb.</summary>
    internal static Command Create()
    {
        Option<string> accounts = new("--accounts")
        {
            Description = "File of accounts: vector file, getMultipleAccounts answer, one account.",
            Required = true,
            HelpName = "file",
        };
        Option<string[]> pools = new("--pool")
        {
            Description = "Pool address; several make a route, in order.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
            HelpName = "address",
        };
        Option<string> input = new("--in")
        {
            Description = "Mint that goes into the first pool.",
            Required = true,
            HelpName = "mint",
        };
        Option<ulong> amount = new("--amount") { Description = "Amount in base units.", Required = true };
        Option<bool> exactOut = new("--exact-out") { Description = "The amount is what comes out (one pool only)." };
        Option<long?> time = new("--time")
        {
            Description =
            "Unix time the program would see; else the file's clock, else now."
        };
        Option<ulong?> epoch = new("--epoch")
        {
            Description = "Epoch the program would see; else the file's, else one in which the newest fees hold.",
        };
        Verb command = new("quote", "Quote a swap or a route from accounts in a file.", Examples)
        {
            accounts, pools, input, amount, exactOut, time, epoch,
        };
        command.SetAction(result => Run(
            new QuoteArguments(
                result.GetValue(accounts)!,
                result.GetValue(pools) ?? [],
                result.GetValue(input)!,
                result.GetValue(amount),
                result.GetValue(exactOut),
                result.GetValue(time),
                result.GetValue(epoch)),
            result.InvocationConfiguration.Output));
        return command;
    }

    /// <summary>Runs the verb on the given writer.</summary>
    internal static int Run(QuoteArguments arguments, TextWriter output)
    {
        if (!Pubkey.TryParse(arguments.InputMint, out Pubkey mint))
            throw new CommandException($"--in: '{arguments.InputMint}' is not an address");
        if (arguments.IsExactOut
            && arguments.Pools.Count != 1) throw new CommandException("--exact-out takes one --pool");
        AccountFile file = AccountFile.Load(arguments.AccountsPath);
        PoolBuilder builder = new(file.Accounts);
        Dictionary<Pubkey, Pool> pools = [];
        ulong amount = arguments.Amount;
        for (int i = 0; i < arguments.Pools.Count; i++)
        {
            if (!Pubkey.TryParse(arguments.Pools[i], out Pubkey address))
                throw new CommandException($"--pool: '{arguments.Pools[i]}' is not an address");
            if (!pools.TryGetValue(address, out Pool? pool))
            {
                pool = builder.Build(in address, out string problem)
                    ?? throw new CommandException($"{arguments.AccountsPath}: {problem}", ExitCodes.BadData);
                pools[address] = pool;
            }

            if (pool.OtherMint(in mint).IsZero)
                throw new CommandException(
                    $"leg {i + 1}: {mint} is not a mint of {address} ({pool.MintA}, {pool.MintB})");
            ChainClock clock = Clock(file, in address, arguments);
            if (!QuoteLeg(pool, i + 1, ref mint, ref amount, arguments.IsExactOut, clock,
                output)) return ExitCodes.Error;
        }

        if (arguments.Pools.Count > 1) output.WriteLine(
            $"route: {arguments.Amount} {arguments.InputMint} -> {amount} {mint}");
        return ExitCodes.Ok;
    }

    private static bool QuoteLeg(
        Pool pool, int leg, ref Pubkey mint, ref ulong amount, bool isExactOut, ChainClock clock, TextWriter output)
    {
        SwapDirection direction = mint == pool.MintA ? SwapDirection.AToB : SwapDirection.BToA;
        SwapRequest request = new()
        {
            Direction = direction,
            Mode = isExactOut ? SwapMode.ExactOut : SwapMode.ExactIn,
            AmountRaw = amount,
            ThresholdRaw = isExactOut ? ulong.MaxValue : 0,
            Clock = clock,
        };
        QuoteStatus status = pool.Execute(in request, out SwapQuote quote, out double spotRate);
        output.WriteLine($"leg {leg}: {pool.Venue} {pool.Address}");
        if (status != QuoteStatus.Ok)
        {
            output.WriteLine(Text($"  status       {status} (program error {quote.ProgramErrorCode})"));
            return false;
        }

        Pubkey outputMint = pool.OutputMint(direction);
        Pubkey feeMint = quote.FeeOnOutput ? outputMint : mint;
        output.WriteLine(Text($"  status       {status}"));
        output.WriteLine(Text($"  in           {quote.AmountInRaw} {mint}"));
        output.WriteLine(Text($"  out          {quote.AmountOutRaw} {outputMint}"));
        output.WriteLine(Text($"  fee          {quote.FeeRaw} {feeMint} ({quote.FeeRateE9 / 1e7:0.#####} %)"));
        output.WriteLine(Text($"  crossed      {quote.CrossedCount} ticks or bins"));
        double rate = quote.AmountInRaw == 0 ? 0 : (double)quote.AmountOutRaw / quote.AmountInRaw;
        string impact = spotRate > 0 ? Text($"{(1.0 - (rate / spotRate)) * 100.0:0.######} %") : "unknown";
        output.WriteLine($"  price impact {impact} (against the marginal rate net of fees)");
        mint = outputMint;
        amount = quote.AmountOutRaw;
        return true;
    }

    /// <summary>
    /// Executes so that a route that passes a pool twice sees its own first swap; tells the rate before.
    /// </summary>
    private static QuoteStatus Execute(this Pool pool, in SwapRequest request, out SwapQuote quote, out double spotRate)
    {
        CurveSegment[] segments = new CurveSegment[1];
        ChainClock clock = request.Clock;
        spotRate = pool.CopySegments(request.Direction, in clock, segments) > 0 ? segments[0].RateOut : 0;
        return pool.Execute(in request, out quote);
    }

    private static ChainClock Clock(AccountFile file, in Pubkey pool, QuoteArguments arguments)
    {
        ChainClock clock = file.ClockOf(in pool);
        return new ChainClock(
            clock.Slot, arguments.UnixTime ?? clock.UnixTimestamp, arguments.Epoch ?? clock.Epoch);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Arguments of the quote verb.</summary>
/// <param name="AccountsPath">File of accounts.</param>
/// <param name="Pools">Pool addresses in order.</param>
/// <param name="InputMint">Mint that goes in first.</param>
/// <param name="Amount">Base units.</param>
/// <param name="IsExactOut">True if the amount is the output.</param>
/// <param name="UnixTime">Clock time, or null.</param>
/// <param name="Epoch">Clock epoch, or null.</param>
internal sealed record QuoteArguments(
    string AccountsPath,
    IReadOnlyList<string> Pools,
    string InputMint,
    ulong Amount,
    bool IsExactOut,
    long? UnixTime,
    ulong? Epoch);
