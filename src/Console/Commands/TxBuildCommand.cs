using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Text;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>tx build --route a&gt;b --in &lt;mint&gt; --amount &lt;n&gt; --accounts &lt;file&gt; --dry</c>: quotes the route
/// exactly, writes the transaction (compute budget, memo and token accounts if asked for, legs with minimum outputs,
/// tip) and prints it. Nothing is signed or sent. The last leg's minimum: in a cycle of wrapped SOL principal, fees,
/// rent, tip and one lamport, so that a moved market fails the transaction instead of losing money; on any other route
/// the quoted output.
/// </summary>
internal static class TxBuildCommand
{
    // Two budget instructions and a transfer at 150 units each, rounded up; a tenth as margin, as Scoring takes it.
    private const uint FixedUnits = 5_000;

    private const string Examples =
        """
        Examples:
          lowlatency tx build --accounts tests/Vectors/arbitrage_scenario.json.gz --amount 1000000000 \
            --in So11111111111111111111111111111111111111112 --dry --route \
            "A5EDHdJSAYspiqBcMfeBoDecsvgsS2quMYBAZjupTDZA>5Fbru4sWVXeBbQN6iDWd6uLDmgSgEUKZFw1kQF7hBtJW"
          lowlatency tx build ... --table tables.json --tip 10000 --cu-price 5000 --version v0 --dry
          lowlatency tx build ... --create-accounts --wrap-sol --memo "hello" --dry
          lowlatency tx build ... --amm-v4 legacy --min-out 1000000 --json --dry

        Exit codes: 0 printed, 1 the route does not quote, 2 wrong usage, 3 too large or too many
        accounts, 65 damaged file, 66 no such file.
        """;

    /// <summary>The verb.</summary>
    internal static Command Create()
    {
        TxBuildOptions options = new();
        Verb command = new("build", "Build a route's transaction from accounts in a file and print it.", Examples);
        foreach (Option option in options.All) command.Options.Add(option);
        command.SetAction(result => Run(options.Read(result),
            result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    /// <summary>Runs the verb on the given writers.</summary>
    internal static int Run(TxBuildArguments arguments, TextWriter output, TextWriter errors)
    {
        if (!arguments.IsDry) throw new CommandException("this verb only prints; say so with --dry");
        string problem = arguments.TryReadRoute(out List<Pubkey> pools);
        if (problem.Length != 0) throw new CommandException(problem);
        if (!Pubkey.TryParse(arguments.InputMint, out Pubkey mint))
            throw new CommandException($"--in: '{arguments.InputMint}' is not an address");
        if (!Pubkey.TryParse(arguments.Wallet ?? TxBuildArguments.ExampleWallet, out Pubkey wallet))
            throw new CommandException($"--wallet: '{arguments.Wallet}' is not an address");
        if (arguments.Versions().Length == 0)
            throw new CommandException($"--version: '{arguments.Version}' is not legacy, v0 or v1");
        if (arguments.AmmVariant() < 0)
            throw new CommandException($"--amm-v4: '{arguments.AmmV4}' is not v2, legacy or legacy18");
        if (arguments.TablePaths.Count != 0 && arguments.Version is "legacy" or "v1")
            throw new CommandException("--table: only version 0 uses lookup tables");
        if (Encoding.UTF8.GetByteCount(arguments.Memo) > InstructionSettings.MaxMemoBytes)
            throw new CommandException($"--memo: longer than {InstructionSettings.MaxMemoBytes} bytes");
        AccountFile file = AccountFile.Load(arguments.AccountsPath);
        ChainClock clock = Clock(file, pools, arguments);
        TxRoute route = new(file, clock, wallet, arguments.AmmVariant());
        problem = route.TryAdd(pools, mint, arguments.Amount,
            (r, leg) => MinimumOut(r, leg, mint, arguments, arguments.Frame(in wallet)));
        if (problem.Length != 0)
            throw new CommandException(problem, ExitCodes.Error);

        return Write(route, wallet, LoadTables(arguments, clock.Slot, errors), arguments, output, errors);
    }

    private static int Write(
        TxRoute route, Pubkey wallet, LookupTable[] tables, TxBuildArguments arguments, TextWriter output,
        TextWriter errors)
    {
        RouteFrame frame = arguments.Frame(in wallet);
        RouteTokenAccount[] accounts = route.Accounts(null);
        uint units = Units(route, frame.Overhead(accounts), arguments);
        MessageWriter writer = new(allowV1: true);
        byte[] bytes = new byte[MessageLimits.V1Bytes];
        MessageStatus status = MessageStatus.Empty;
        MessageLayout layout = default;
        InstructionBuffer[] instructions = [];
        foreach (MessageVersion version in arguments.Versions())
        {
            instructions = Instructions(route, wallet, version, arguments, frame, accounts, units);
            LookupTable[] chosen = new LookupTable[tables.Length];
            int count = version == MessageVersion.V0
                ? new LookupTableChooser(tables.Length).Choose(instructions, wallet, tables, chosen)
                : 0;
            MessageRequest request = new()
            {
                Version = version,
                Payer = wallet,
                Instructions = instructions,
                Tables = chosen.AsSpan(0, count),
                Config = MessageConfig.FromPrice(units, arguments.PriceMicroLamports),
            };
            status = writer.WriteTransaction(in request, bytes, out layout);
            if (status != MessageStatus.TooLarge) break;
        }

        if (status != MessageStatus.Ok) return Refuse(writer, status, instructions, errors);
        TxBuildResult result = TxBuildResult.Of(route, wallet, bytes.AsSpan(0, layout.TotalBytes), layout, tables);
        if (arguments.AsJson) output.WriteLine(JsonOutput.Report(result));
        else result.Write(arguments.Wallet is null, output);
        return ExitCodes.Ok;
    }

    private static InstructionBuffer[] Instructions(
        TxRoute route, in Pubkey wallet, MessageVersion version, TxBuildArguments arguments, RouteFrame frame,
        RouteTokenAccount[] accounts, uint units)
    {
        List<InstructionBuffer> instructions = [];
        if (version != MessageVersion.V1)
        {
            InstructionBuffer limit = new();
            ComputeBudget.WriteUnitLimit(limit, units);
            instructions.Add(limit);
            InstructionBuffer price = new();
            ComputeBudget.WriteUnitPrice(price, arguments.PriceMicroLamports);
            if (arguments.PriceMicroLamports != 0) instructions.Add(price);
        }

        InstructionBuffer[] around = new InstructionBuffer[RouteFrame.MaxBefore + RouteFrame.MaxAfter];
        for (int i = 0; i < around.Length; i++) around[i] = new InstructionBuffer();
        int before = frame.WriteBefore(accounts, route.Legs[0].AmountIn, around);
        instructions.AddRange(around[..before]);
        instructions.AddRange(route.Swaps);
        int after = frame.WriteAfter(accounts, around.AsSpan(before));
        instructions.AddRange(around[before..(before + after)]);
        if (arguments.Tip == 0) return [.. instructions];
        InstructionBuffer tip = new();
        SystemTransfer.Write(tip, in wallet, TipAccounts.Pick(route.Legs[0].AmountIn), arguments.Tip);
        return [.. instructions, tip];
    }

    private static uint Units(TxRoute route, RouteOverhead overhead, TxBuildArguments arguments)
    {
        uint estimate = (route.SwapUnits + FixedUnits + overhead.ComputeUnits) * 11 / 10;
        return Math.Min(arguments.ComputeUnitLimit ?? estimate, NetworkFees.MaxComputeUnits);
    }

    private static ulong MinimumOut(
        TxRoute route, TxLeg last, in Pubkey startMint, TxBuildArguments arguments, RouteFrame frame)
    {
        if (arguments.MinimumOut is { } given) return given;
        bool isSolCycle = last.OutputMint == startMint && startMint == ProgramIds.WrappedSolMint;
        if (!isSolCycle) return last.AmountOut;
        RouteOverhead overhead = frame.Overhead(route.Accounts(last));
        uint units = Units(route, overhead, arguments);
        ulong priority = NetworkFees.PriorityLamports(units, arguments.PriceMicroLamports);
        ulong costs = NetworkFees.LamportsPerSignature + priority + arguments.Tip + overhead.RentLamports;
        return arguments.Amount + costs + 1;
    }

    private static int Refuse(
        MessageWriter writer, MessageStatus status, InstructionBuffer[] instructions, TextWriter errors)
    {
        if (status != MessageStatus.TooLarge)
            throw new CommandException($"{status} ({writer.AccountCount} accounts)", ExitCodes.CheckFailed);

        InstructionBuffer largest = instructions[writer.LargestInstruction];
        errors.WriteLine(Text($"tx build: {writer.TransactionBytes} bytes, {writer.BytesOver} more than fit"));
        string program = TxPrograms.Name(largest.ProgramId);
        errors.WriteLine(Text($"largest instruction: {writer.LargestInstruction}, {program}, ")
            + Text($"{largest.Accounts.Length} accounts, {largest.Data.Length} bytes of data"));
        Pubkey[] blamed = new Pubkey[256];
        int count = writer.CopyBlamedAccounts(blamed);
        errors.WriteLine(Text($"{count} accounts take 32 bytes each; in a lookup table each would take 1:"));
        for (int i = 0; i < count; i++) errors.WriteLine($"    {blamed[i]}");
        return ExitCodes.CheckFailed;
    }

    private static LookupTable[] LoadTables(TxBuildArguments arguments, ulong slot, TextWriter errors)
    {
        List<LookupTable> tables = [];
        foreach (string path in arguments.TablePaths)
        {
            foreach (LookupTable table in LookupTableFile.Load(path, slot == 0 ? ulong.MaxValue : slot))
            {
                if (table.Status == LookupTableStatus.Ok) tables.Add(table);
                else errors.WriteLine($"tx build: table {table.Key} is not used: {table.Status}");
            }
        }

        return [.. tables];
    }

    /// <summary>
    /// The file's own clock, else the newest of its pools' clocks, else now: one slot for the whole route.
    /// </summary>
    private static ChainClock Clock(AccountFile file, List<Pubkey> pools, TxBuildArguments arguments)
    {
        ChainClock? known = file.CommonClock;
        foreach (Pubkey pool in pools)
        {
            if (file.CommonClock is not null || !file.Clocks.TryGetValue(pool, out ChainClock own)) continue;
            if (known is null || own.UnixTimestamp > known.Value.UnixTimestamp) known = own;
        }

        ChainClock clock = known ?? file.ClockNow;
        return arguments.UnixTime is { } time ? clock with { UnixTimestamp = time } : clock;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
