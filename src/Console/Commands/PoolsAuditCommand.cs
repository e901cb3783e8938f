using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Pools;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Rpc;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>pools audit</c>: reads every watched pool again and says what is wrong with it.</summary>
internal sealed class PoolsAuditCommand
{
    private const string Examples =
        """
        Examples:
          lowlatency pools audit --config my.json
          lowlatency pools audit --http http://127.0.0.1:8899 --watch watch.json --json

        Reports what is missing, closed, of another owner, never initialised, switched off, has
        refused mint extensions, is below the liquidity floor, and programs deployed anew since the
        list was made.
        Exit codes: 0 nothing wrong (warnings perhaps), 2 wrong usage, 3 something is, 65 or 66 no
        watch list, 69 no endpoint answers, 78 configuration wrong.
        """;

    private readonly ConfigOptions _config = new();

    private readonly Option<string?> _http = RpcSource.HttpOption();

    private readonly Option<string?> _watch = new("--watch")
    {
        Description = "Watch list, in place of watch.file.",
        HelpName = "watch.json",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the findings as JSON on stdout." };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        PoolsAuditCommand options = new();
        return new Verb("audit", "Read every watched pool anew and say what is wrong.", Examples)
            .With(options._config, [options._http, options._watch, options._json], options.RunAsync);
    }

    private async Task<int> RunAsync(
        ParseResult result, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter errors,
        CancellationToken cancellation)
    {
        ConfigLayers layers = _config.Read(result, environment);
        if (result.GetValue(_watch) is { } file) layers.AddFlag(_watch.Name, "watch.file", file);
        WatchConfig watch = layers.Config.Watch;
        WatchList list = WatchList.Gather(watch);
        if (list.Pools.Count + list.Accounts.Count == 0)
            throw new CommandException("nothing is watched: give --watch, or watch.file or watch.pools");
        List<LiveEndpoint> endpoints =
            RpcSource.EndpointsOf(layers.Config, result.GetValue(_http), environment);
        using RpcSource source = await RpcSource.OpenAsync(endpoints, Note, cancellation).ConfigureAwait(false);
        PoolAudit audit = new(source.Rpc);
        RpcResult<IReadOnlyList<AuditFinding>> findings = await audit
            .RunAsync(list, watch.LiquidityFloorRaw, cancellation).ConfigureAwait(false);
        if (!findings.IsOk)
            throw new CommandException($"{source.Name}: {RpcSource.Words(findings.Error!)}", ExitCodes.Unavailable);
        return Write(list, audit, findings.Value, result.GetValue(_json), output);

        void Note(string line) => errors.WriteLine($"pools audit: {line}");
    }

    private static int Write(
        WatchList list, PoolAudit audit, IReadOnlyList<AuditFinding> findings, bool asJson, TextWriter output)
    {
        int failures = 0;
        foreach (AuditFinding finding in findings) failures += finding.IsFailure ? 1 : 0;
        if (asJson)
        {
            List<FindingShape> rows = [];
            foreach (AuditFinding f in findings)
                rows.Add(new FindingShape(f.Subject.ToString(), f.Venue.ToString(), f.Kind, f.IsFailure, f.Text));
            output.WriteLine(JsonOutput.Report(
                new AuditShape(list.Pools.Count, audit.GoodPools, audit.AccountsRead, rows)));
            return failures == 0 ? ExitCodes.Ok : ExitCodes.CheckFailed;
        }

        foreach (AuditFinding finding in findings)
        {
            string venue = finding.Venue == VenueId.None ? string.Empty : $"{finding.Venue} ";
            string grade = finding.IsFailure ? "FAIL" : "warn";
            TextWrap.Write(output, $"{grade} {finding.Kind}: {venue}{finding.Subject}", 5);
            TextWrap.Write(output, $"     {finding.Text}", 5);
        }

        int warnings = findings.Count - failures;
        output.WriteLine(
            $"{audit.GoodPools} of {list.Pools.Count} pools can quote; {failures} wrong, {warnings} warnings");
        return failures == 0 ? ExitCodes.Ok : ExitCodes.CheckFailed;
    }

    /// <summary>The audit as JSON.</summary>
    internal sealed record AuditShape(int Pools, int GoodPools, int AccountsRead, List<FindingShape> Findings);

    /// <summary>A finding as JSON.</summary>
    internal sealed record FindingShape(string Subject, string Venue, string Kind, bool IsFailure, string Text);
}
