using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Pools;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>pools discover</c>: finds pools on chain and writes the watch list.</summary>
internal sealed class PoolsDiscoverCommand
{
    private const int DefaultShown = 40;

    private const string Examples =
        """
        Examples:
          lowlatency pools discover --http http://127.0.0.1:8899 --venue RaydiumCpmm
          lowlatency pools discover --config my.json --mint <mint> <mint> --between --out watch.json
          lowlatency pools discover --config my.json --venue OrcaWhirlpool --mint <mint> \
            --liquidity-floor <mint>=5000000000 --json

        Scans each venue's program with filters that the node applies; whole venues are too large
        for most providers, so give mints. Lists of the configuration (watch.allow, watch.deny,
        watch.liquidityFloorRaw, denied) are applied too.
        Exit codes: 0 done, 2 wrong usage, 69 no endpoint answers or a scan was refused (the rest is
        still listed and written), 73 --out cannot be written, 78 configuration wrong.
        """;

    private readonly ConfigOptions _config = new();

    private readonly Option<string?> _http = RpcSource.HttpOption();

    private readonly Option<string[]> _venues = new("--venue")
    {
        Description = $"Venues to search: {string.Join(", ", Enum.GetNames<VenueId>()[1..])}. Default: all.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _mints = new("--mint")
    {
        Description = "Mints: a pool must have one of them.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _between = new("--between")
    {
        Description = "Both of a pool's mints must be among --mint.",
    };

    private readonly Option<string?> _floor = new("--liquidity-floor")
    {
        Description = "Least vault balance by mint, base units; in place of watch.liquidityFloorRaw.",
        HelpName = "mint=raw,...",
    };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "Watch list to write, for watch.file.",
        HelpName = "watch.json",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the pools as JSON on stdout." };

    private readonly Option<int> _show = new("--show")
    {
        Description = "Pools to list (0 = all).",
        DefaultValueFactory = _ => DefaultShown,
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        PoolsDiscoverCommand options = new();
        Option[] own =
        [
            options._http, options._venues, options._mints, options._between, options._floor, options._out,
            options._json, options._show,
        ];
        return new Verb("discover", "Find pools on chain and write the watch list.", Examples)
            .With(options._config, own, options.RunAsync);
    }

    private async Task<int> RunAsync(
        ParseResult result, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter errors,
        CancellationToken cancellation)
    {
        ConfigLayers layers = _config.Read(result, environment);
        if (result.GetValue(_floor) is { } floor) layers.AddFlag(_floor.Name, "watch.liquidityFloorRaw", floor);
        DiscoveryRequest request = Request(result, layers.Config);
        string? path = result.GetValue(_out);
        if (path is not null && File.Exists(path))
        {
            throw new CommandException(
                $"--out {path}: the file exists; remove it or give another name", ExitCodes.CannotCreate);
        }

        List<LiveEndpoint> endpoints =
            RpcSource.EndpointsOf(layers.Config, result.GetValue(_http), environment);
        using RpcSource source = await RpcSource.OpenAsync(endpoints, Note, cancellation).ConfigureAwait(false);
        DiscoveryResult found = await new PoolDiscovery(source.Rpc, Note)
            .RunAsync(request, cancellation).ConfigureAwait(false);
        Write(found, result.GetValue(_json), result.GetValue(_show), output);
        foreach (string failure in found.Failures) Note($"failed: {failure}");
        if (path is not null)
        {
            found.ToWatchList().Save(path);
            Note($"{path}: {found.Pools.Count} pools");
        }

        return found.Failures.Count == 0 ? ExitCodes.Ok : ExitCodes.Unavailable;

        void Note(string line) => errors.WriteLine($"pools discover: {line}");
    }

    private DiscoveryRequest Request(ParseResult result, EngineConfig config)
    {
        List<VenueId> venues = [];
        foreach (string name in result.GetValue(_venues) ?? [])
        {
            if (!Enum.TryParse(name, ignoreCase: true, out VenueId venue) || !Enum.IsDefined(venue) || venue == 0)
            {
                string hint = Nearest.Hint(name, Enum.GetNames<VenueId>()[1..]);
                throw new CommandException($"--venue {name}: no such venue{hint}");
            }

            venues.Add(venue);
        }

        List<Pubkey> mints = [];
        foreach (string text in result.GetValue(_mints) ?? [])
        {
            mints.Add(Pubkey.TryParse(text, out Pubkey mint)
                ? mint
                : throw new CommandException($"--mint {text}: not an address"));
        }

        bool isBetween = result.GetValue(_between);
        if (isBetween && mints.Count < 2) throw new CommandException("--between: give at least two --mint");
        return new DiscoveryRequest
        {
            Venues = venues.Count > 0 ? venues : Enum.GetValues<VenueId>()[1..],
            Mints = mints,
            IsBetween = isBetween,
            Watch = config.Watch,
            Denied = config.Graph.Denied,
        };
    }

    private static string Side(Pubkey mint, ulong? balanceRaw) =>
        string.Create(CultureInfo.InvariantCulture, $"  {mint,-44} {balanceRaw,22:N0}");

    private static void Write(DiscoveryResult found, bool asJson, int show, TextWriter output)
    {
        if (asJson)
        {
            List<FoundPoolShape> pools = found.Pools.ConvertAll(p => new FoundPoolShape(
                p.Pool.Address.ToString(), p.Pool.Venue.ToString(), p.Pool.MintA.ToString(), p.Pool.MintB.ToString(),
                p.BalanceARaw, p.BalanceBRaw));
            output.WriteLine(JsonOutput.Report(
                new DiscoveryShape(found.Slot, pools, found.LeftOut, found.Failures)));
            return;
        }

        int shown = show <= 0 ? found.Pools.Count : Math.Min(show, found.Pools.Count);
        for (int i = 0; i < shown; i++)
        {
            FoundPool p = found.Pools[i];
            output.WriteLine($"{p.Pool.Venue,-13} {p.Pool.Address}");
            output.WriteLine(Side(p.Pool.MintA, p.BalanceARaw));
            output.WriteLine(Side(p.Pool.MintB, p.BalanceBRaw));
        }

        if (shown < found.Pools.Count) output.WriteLine($"... and {found.Pools.Count - shown} more (--show 0)");
        foreach ((string reason, int count) in found.LeftOut) output.WriteLine($"left out: {count} {reason}");
        output.WriteLine($"{found.Pools.Count} pools at slot {found.Slot}; balances in base units");
    }

    /// <summary>What was found, as JSON.</summary>
    internal sealed record DiscoveryShape(
        ulong Slot, List<FoundPoolShape> Pools, SortedDictionary<string, int> LeftOut, List<string> Failures);

    /// <summary>A pool as JSON; balances in base units, null where the vault was not read.</summary>
    internal sealed record FoundPoolShape(
        string Address, string Venue, string MintA, string MintB, ulong? BalanceARaw, ulong? BalanceBRaw);
}
