using System.CommandLine;
using LowLatency.ConsoleHost.Commands;

namespace LowLatency.ConsoleHost;

/// <summary>The command line: one verb a file in Commands, listed here.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        ParseResult result = CreateRoot().Parse(args);
        if (result.Errors.Count == 0) return result.Invoke();
        _ = result.Invoke(); // prints the errors and the help
        return ExitCodes.Usage;
    }

    /// <summary>The root with every verb.</summary>
    internal static RootCommand CreateRoot() => new("LowLatency: arbitrage engine for Solana decentralised exchanges.")
    {
        ReplayCommand.Create(),
        CyclesCommand.Create(),
        KeysCommand.Create(),
        TxCommand.Create(),
        VerifyCommand.Create(),
        QuoteCommand.Create(),
        PoolsCommand.Create(),
    };
}
