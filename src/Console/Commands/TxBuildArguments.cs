using System;
using System.Collections.Generic;
using System.CommandLine;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>Arguments of <c>tx build</c> as given on the command line.</summary>
internal sealed record TxBuildArguments
{
    /// <summary>
    /// Wallet where none is given: the incinerator, an address whose key nobody has, so the message cannot be sent by
    /// mistake. Source: solana-sdk sdk-ids, incinerator.
    /// </summary>
    internal const string ExampleWallet = "1nc1nerator11111111111111111111111111111111";

    internal string Route { get; init; } = string.Empty;

    internal string InputMint { get; init; } = string.Empty;

    internal ulong Amount { get; init; }

    internal string AccountsPath { get; init; } = string.Empty;

    internal bool IsDry { get; init; }

    internal string? Wallet { get; init; }

    /// <summary>Tip in lamports; 0 for none.</summary>
    internal ulong Tip { get; init; }

    /// <summary>legacy, v0, v1, or null: legacy, and v0 if that is too large and tables were given.</summary>
    internal string? Version { get; init; }

    /// <summary>Form of Raydium AMM v4's swap instruction: v2, legacy or legacy18.</summary>
    internal string AmmV4 { get; init; } = "v2";

    internal IReadOnlyList<string> TablePaths { get; init; } = [];

    /// <summary>Least output of the last leg; null for the rule in <see cref="TxBuildCommand"/>.</summary>
    internal ulong? MinimumOut { get; init; }

    internal uint? ComputeUnitLimit { get; init; }

    internal ulong PriceMicroLamports { get; init; }

    internal long? UnixTime { get; init; }

    /// <summary>Create the associated token account of each mint of the route.</summary>
    internal bool CreatesAccounts { get; init; }

    /// <summary>Wrap SOL before and unwrap it after a route that starts with wrapped SOL.</summary>
    internal bool WrapsSol { get; init; }

    /// <summary>Text of a memo; empty for none.</summary>
    internal string Memo { get; init; } = string.Empty;

    /// <summary>Rent-exempt lamports per byte of an account; null for the settings' default.</summary>
    internal ulong? RentLamportsPerByte { get; init; }

    internal bool AsJson { get; init; }

    /// <summary>Reads the route: pool addresses with &gt; or , between them.</summary>
    /// <returns>Why it is no route; empty if it is one.</returns>
    internal string TryReadRoute(out List<Pubkey> pools)
    {
        pools = [];
        foreach (string text in Route.Split(['>', ','], StringSplitOptions.TrimEntries))
        {
            if (!Pubkey.TryParse(text, out Pubkey pool)) return $"--route: '{text}' is not an address";
            pools.Add(pool);
        }

        return string.Empty;
    }

    /// <summary>The venue's number of that form; -1 if the text names none.</summary>
    internal int AmmVariant() => AmmV4 switch { "v2" => 0, "legacy" => 1, "legacy18" => 2, _ => -1 };

    /// <summary>What stands around the swaps.</summary>
    internal RouteFrame Frame(in Pubkey wallet) => new(new InstructionSettings
    {
        Wallet = wallet,
        CreateTokenAccounts = CreatesAccounts ? TokenAccountCreation.Always : TokenAccountCreation.Off,
        WrapSol = WrapsSol,
        Memo = Memo,
        RentLamportsPerByte = RentLamportsPerByte ?? new InstructionSettings().RentLamportsPerByte,
    });

    /// <summary>Versions to try in order; empty if the text names none.</summary>
    internal MessageVersion[] Versions() => Version switch
    {
        null => TablePaths.Count == 0 ? [MessageVersion.Legacy] : [MessageVersion.Legacy, MessageVersion.V0],
        "legacy" => [MessageVersion.Legacy],
        "v0" => [MessageVersion.V0],
        "v1" => [MessageVersion.V1],
        _ => [],
    };
}

/// <summary>The options of <c>tx build</c>.</summary>
internal sealed class TxBuildOptions
{
    private readonly Option<string> _route = new("--route")
    {
        Description = "Pool addresses in order, with > between them (quote it for the shell).",
        Required = true,
    };

    private readonly Option<string> _input = new("--in")
    {
        Description = "Mint that goes into the first pool.",
        Required = true,
        HelpName = "mint",
    };

    private readonly Option<ulong> _amount = new("--amount") { Description = "Amount in base units.", Required = true };

    private readonly Option<string> _accounts = new("--accounts")
    {
        Description = "File of accounts: vector file, getMultipleAccounts answer, one account.",
        Required = true,
        HelpName = "file",
    };

    private readonly Option<bool> _dry = new("--dry") { Description = "Print only; this verb never sends." };

    private readonly Option<string?> _wallet = new("--wallet")
    {
        Description = "Address that pays and owns the token accounts; an address without a key if left out.",
    };

    private readonly Option<ulong> _tip = new("--tip") { Description = "Tip in lamports, inside the transaction." };

    private readonly Option<string?> _version = new("--version")
    {
        Description = "legacy, v0 or v1; else legacy, and v0 if that is too large and tables are given.",
    };

    private readonly Option<string> _ammV4 = new("--amm-v4")
    {
        Description = "Raydium AMM v4 swaps: v2 (8 accounts), legacy (17) or legacy18 (with target orders).",
        DefaultValueFactory = _ => "v2",
    };

    private readonly Option<string[]> _tables = new("--table")
    {
        Description = "File with lookup table accounts.",
        HelpName = "file",
    };

    private readonly Option<ulong?> _minimumOut = new("--min-out")
    {
        Description = "Least output of the last leg; else what covers the costs in a SOL cycle, or the quoted output.",
    };

    private readonly Option<uint?> _units = new("--cu-limit") { Description = "Compute unit limit; else estimated." };

    private readonly Option<ulong> _price = new("--cu-price") { Description = "Micro-lamports a compute unit." };

    private readonly Option<long?> _time = new("--time") { Description = "Unix time the programs would see." };

    private readonly Option<bool> _create = new("--create-accounts")
    {
        Description = "Create the wallet's token account of each mint; rent of those not in the file is a cost.",
    };

    private readonly Option<bool> _wrap = new("--wrap-sol")
    {
        Description = "Wrap SOL before a route that starts with it, unwrap it after.",
    };

    private readonly Option<string?> _memo = new("--memo") { Description = "Text of a memo, at most 256 bytes." };

    private readonly Option<ulong?> _rent = new("--rent-per-byte") { Description = "Rent-exempt lamports per byte." };

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object instead of text." };

    /// <summary>All of them.</summary>
    internal IEnumerable<Option> All =>
    [
        _route, _input, _amount, _accounts, _dry, _wallet, _tip, _version, _ammV4, _tables, _minimumOut, _units, _price,
        _time, _create, _wrap, _memo, _rent, _json,
    ];

    /// <summary>What the user gave.</summary>
    internal TxBuildArguments Read(ParseResult result) => new()
    {
        Route = result.GetValue(_route)!,
        InputMint = result.GetValue(_input)!,
        Amount = result.GetValue(_amount),
        AccountsPath = result.GetValue(_accounts)!,
        IsDry = result.GetValue(_dry),
        Wallet = result.GetValue(_wallet),
        Tip = result.GetValue(_tip),
        Version = result.GetValue(_version),
        AmmV4 = result.GetValue(_ammV4)!,
        TablePaths = result.GetValue(_tables) ?? [],
        MinimumOut = result.GetValue(_minimumOut),
        ComputeUnitLimit = result.GetValue(_units),
        PriceMicroLamports = result.GetValue(_price),
        UnixTime = result.GetValue(_time),
        CreatesAccounts = result.GetValue(_create),
        WrapsSol = result.GetValue(_wrap),
        Memo = result.GetValue(_memo) ?? string.Empty,
        RentLamportsPerByte = result.GetValue(_rent),
        AsJson = result.GetValue(_json),
    };
}
