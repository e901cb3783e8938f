using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using LowLatency.ConsoleHost.Pools;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>pools inspect &lt;file&gt;</c>: says in words what each account of a file is: a pool of which venue, its mints,
/// balances, price, depth and whether it can be quoted; an array or configuration with its numbers; a mint with its
/// extensions; a token account.
/// </summary>
internal static class PoolsCommand
{
    private const string InspectExamples =
        """
        Examples:
          lowlatency pools inspect tests/Vectors/arbitrage_scenario.json.gz
          lowlatency pools inspect account.bin --owner CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C

        Exit codes: 0 something is known, 2 wrong usage, 65 nothing is, 66 no such file.
        """;

    // Raw data has no owner: these are tried in turn.
    private static readonly string[] VenuePrograms =
    [
        "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8", "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C",
        "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK", "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc",
        "LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo", "cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG",
        "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA", "pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ",
        "9W959DqEETiGZocYWCQPaJ6sBmUzgfxXfqGeTEdp3aQP", "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
        "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
    ];

    /// <summary>The verb.</summary>
    internal static Command Create()
    {
        Argument<string> file =
            new("file") { Description = "Vector file, RPC answer, one account as JSON, or raw .bin data." };
        Option<string?> owner =
            new("--owner") { Description = "Owner program of raw data; without it the known programs are tried." };
        Verb inspect = new("inspect", "Decode every supported account of a file in words.", InspectExamples)
        {
            file, owner,
        };
        inspect.SetAction(result =>
            Inspect(result.GetValue(file)!, result.GetValue(owner), result.InvocationConfiguration.Output));
        return new Command("pools", "Find, check and look at pools.")
        {
            PoolsDiscoverCommand.Create(), PoolsAuditCommand.Create(), inspect,
        };
    }

    /// <summary>Runs "pools inspect" on the given writer.</summary>
    internal static int Inspect(string path, string? ownerText, TextWriter output)
    {
        Pubkey owner = default;
        if (ownerText is not null && !Pubkey.TryParse(ownerText, out owner))
            throw new CommandException($"--owner: '{ownerText}' is not an address");

        AccountFile file = AccountFile.Load(path);
        PoolBuilder builder = new(file.Accounts);
        AccountWords words = new(output);
        int known = 0;
        foreach (AccountText account in file.Accounts.Values)
        {
            bool isKnown = file.IsOwnerUnknown
                ? InspectRaw(account, ownerText is null ? null : owner, file, words, output)
                : InspectAccount(account, file, builder, words, output);
            if (isKnown) known++;
        }

        output.WriteLine($"{known} of {file.Accounts.Count} accounts recognised");
        if (known != 0) return ExitCodes.Ok;
        throw new CommandException($"{path}: no account of a supported kind", ExitCodes.BadData);
    }

    private static bool InspectRaw(
        AccountText account, Pubkey? owner, AccountFile file, AccountWords words, TextWriter output)
    {
        if (owner is { } stated) return InspectAccount(account with { Owner = stated }, file, null, words, output);
        foreach (string program in VenuePrograms)
        {
            AccountText guess = account with { Owner = Pubkey.Parse(program) };
            if (!IsKnown(guess)) continue;
            output.WriteLine($"owner assumed: {program}");
            return InspectAccount(guess, file, null, words, output);
        }

        return false;
    }

    private static bool IsKnown(AccountText account) =>
        VenueRegistry.TryClassify(account.View, out _)
        || TokenAccountInfo.TryDecode(account.View, out _)
        || MintInfo.TryDecode(account.View, out _);

    private static bool InspectAccount(
        AccountText account, AccountFile file, PoolBuilder? builder, AccountWords words, TextWriter output)
    {
        if (VenueRegistry.TryClassify(account.View, out AccountClass kind))
        {
            if (kind.Role == AccountRole.Pool)
            {
                WritePool(account, kind, file, builder, words, output);
                return true;
            }

            output.WriteLine(
                Text($"{account.Key}: {kind.Venue} {kind.Role}, {account.Data.Length} bytes{Belongs(kind)}"));
            words.WriteFacts(account.View, in kind);
            return true;
        }

        if (TokenAccountInfo.TryDecode(account.View, out TokenAccountInfo token))
        {
            string frozen = token.IsFrozen ? ", frozen" : string.Empty;
            string memo = token.RequiresMemo ? ", memo required" : string.Empty;
            string withheld = token.WithheldOffset != 0 ? Text($", {token.WithheldRaw} withheld") : string.Empty;
            string holder = Text($"token account of mint {token.Mint}, owner {token.Owner}");
            output.WriteLine(Text($"{account.Key}: {holder}, {token.AmountRaw} base units{withheld}{frozen}{memo}"));
            return true;
        }

        if (!MintInfo.TryDecode(account.View, out MintInfo mint)) return false;
        string fee = mint.HasTransferFee
            ? $", transfer fee {Rate(mint.OlderFee)}, from epoch {mint.NewerFee.Epoch} {Rate(mint.NewerFee)}"
            : string.Empty;
        string refused = mint.IsRefused ? ", refused" : string.Empty;
        string issue = Text($"mint of {mint.Program}, supply {mint.SupplyRaw}, {mint.Decimals} decimals");
        output.WriteLine($"{account.Key}: {issue}, features {mint.Features}{fee}{refused}");
        return true;
    }

    private static void WritePool(
        AccountText account, AccountClass kind, AccountFile file, PoolBuilder? builder, AccountWords words,
        TextWriter output)
    {
        Pool? pool = builder?.Build(account.Key, out _);
        DecodeStatus status = DecodeStatus.Ok;
        if (pool is null)
        {
            pool = VenueRegistry.Create(kind.Venue, account.Key);
            status = pool?.Apply(AccountRole.Pool, account.View) ?? DecodeStatus.UnknownRole;
        }

        output.WriteLine(Text($"{account.Key}: {kind.Venue} pool, {account.Data.Length} bytes, decode {status}"));
        words.WriteFacts(account.View, in kind);
        if (pool is not null && status == DecodeStatus.Ok)
            words.WritePool(pool, file.Accounts, file.ClockOf(account.Key));
    }

    private static string Rate(TransferFeeRate rate) => Text($"{rate.FeeBps} bps (at most {rate.MaximumRaw})");

    private static string Belongs(AccountClass kind) => kind.Pool.IsZero ? string.Empty : $", of pool {kind.Pool}";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
