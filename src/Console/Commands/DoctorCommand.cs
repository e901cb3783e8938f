using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Doctor;
using LowLatency.ConsoleHost.Pools;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>doctor</c>: would a live run work here, and how well; in words, with what to do.</summary>
internal sealed class DoctorCommand
{
    private const ulong LagWarnSlots = 5;
    private const ulong LagFailSlots = 150; // about where nodes call themselves unhealthy

    private const string Examples =
        """
        Examples:
          lowlatency doctor --config my.json
          lowlatency doctor --http http://127.0.0.1:8899 --key wallet.json
          lowlatency doctor --offline --json

        Exit codes: 0 nothing failed (warnings perhaps), 2 wrong usage, 3 something failed.
        """;

    private readonly ConfigOptions _config = new();

    private readonly Option<string?> _http = RpcSource.HttpOption();

    private readonly Option<string?> _key = new("--key")
    {
        Description = "Key file to look at; it is not used.",
        HelpName = "file",
    };

    private readonly Option<int> _calls = new("--calls")
    {
        Description = "Calls to each endpoint from which the latency is taken, 1 to 1,000.",
        DefaultValueFactory = _ => new EndpointCheckOptions().Calls,
    };

    private readonly Option<bool> _offline = new("--offline") { Description = "Leave endpoints alone." };

    private readonly Option<bool> _json = new("--json") { Description = "Print the report as JSON on stdout." };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        DoctorCommand options = new();
        Option[] own = [options._http, options._key, options._calls, options._offline, options._json];
        return new Verb("doctor", "Check configuration, endpoints, clock, key and machine, in words.", Examples)
            .With(options._config, own, options.RunAsync);
    }

    private async Task<int> RunAsync(
        ParseResult result, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter errors,
        CancellationToken cancellation)
    {
        int calls = result.GetValue(_calls);
        if (calls is < 1 or > 1000)
            throw new CommandException($"--calls {calls}: give 1 to 1000");

        DoctorReport report = new();
        EngineConfig config = CheckConfig(report, result, environment);
        CheckKey(report, result.GetValue(_key), config);
        report.Add(new MachineChecks(MachineChecks.ReadFile, environment).Run(
            Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
        if (!result.GetValue(_offline))
        {
            EndpointCheckOptions options = new() { Calls = calls };
            await CheckEndpointsAsync(report, Resolve(report, config, result.GetValue(_http), environment), options,
                cancellation).ConfigureAwait(false);
        }

        if (result.GetValue(_json)) report.WriteJson(output);
        else report.WriteText(output);
        return report.Count(CheckGrade.Fail) == 0 ? ExitCodes.Ok : ExitCodes.CheckFailed;
    }

    private EngineConfig CheckConfig(
        DoctorReport report, ParseResult result, IReadOnlyDictionary<string, string> environment)
    {
        const string Area = "config";
        List<CommandException> faults = [];
        EngineConfig config = _config.Read(result, environment, faults.Add).Config;
        foreach (CommandException fault in faults)
            report.Add(Area, "mistake", CheckGrade.Fail, fault.Message, "correct it; lowlatency config check");
        if (faults.Count == 0) report.Add(Area, "settings", CheckGrade.Ok, SettingRows.CountSet(config));
        try
        {
            WatchList list = WatchList.Gather(config.Watch);
            report.Add(
                Area, "watch list", list.IsEmpty ? CheckGrade.Warn : CheckGrade.Ok,
                list.IsEmpty
                    ? "nothing is watched"
                    : $"{list.Pools.Count} pools, {list.Accounts.Count} further accounts",
                WatchList.Remedy);
        }
        catch (CommandException fault)
        {
            report.Add(Area, "watch list", CheckGrade.Fail, fault.Message, "lowlatency pools discover writes one");
        }

        return config;
    }

    private static void CheckKey(DoctorReport report, string? path, EngineConfig config)
    {
        const string Area = "key";
        if (path is null)
        {
            report.Add(Area, "file", CheckGrade.Ok, "none given; a dry run needs none (--key looks at one)");
            return;
        }

        KeyFileStatus status = KeyLoader.TryOpen(path, false, () => null, out Ed25519Signer? signer);
        using Ed25519Signer? opened = signer;
        (CheckGrade grade, string text, string fix) = status switch
        {
            KeyFileStatus.Ok => (CheckGrade.Ok, "only you may read it, both halves fit", string.Empty),
            KeyFileStatus.PasswordNeeded => (CheckGrade.Ok, "encrypted; lowlatency keys check opens it", string.Empty),
            KeyFileStatus.NotFound => (CheckGrade.Fail, "no such file", "lowlatency keys new"),
            KeyFileStatus.InsecurePermissions => (CheckGrade.Fail, "others may access it", $"chmod 600 {path}"),
            KeyFileStatus.WrongPublicHalf => (
                CheckGrade.Fail, "its public half is of another key", "export the key again from where it was made"),
            _ => (CheckGrade.Fail, $"not a key file that can be read ({status})", "give a key file of solana-keygen"),
        };
        report.Add(Area, "file", grade, $"{path}: {text}", fix);
        if (opened is null || config.Wallet is not { } wallet || wallet == opened.PublicKey) return;
        report.Add(
            Area, "wallet", CheckGrade.Warn,
            $"the key is of {opened.PublicKey}, the configuration's wallet is {wallet}",
            "set wallet to the key's address");
    }

    private static List<LiveEndpoint> Resolve(
        DoctorReport report, EngineConfig config, string? http, IReadOnlyDictionary<string, string> environment)
    {
        const string Area = "endpoints";
        List<LiveEndpoint> endpoints = [];
        if (http is not null)
        {
            Try(() => endpoints.AddRange(RpcSource.EndpointsOf(config, http, environment)));
            return endpoints;
        }

        foreach (EndpointConfig endpoint in config.Endpoints) Try(() => endpoints.Add(endpoint.Resolve(environment)));
        if (config.Endpoints.Count == 0)
        {
            report.Add(
                Area, "list", CheckGrade.Warn, "none configured, so nothing of the network was looked at",
                "give --http <address>, or \"endpoints\" in the configuration");
        }

        return endpoints;

        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (CommandException fault)
            {
                report.Add(Area, "address", CheckGrade.Fail, fault.Message, "set the variable or correct the address");
            }
        }
    }

    private static async Task CheckEndpointsAsync(
        DoctorReport report, List<LiveEndpoint> endpoints, EndpointCheckOptions options,
        CancellationToken cancellation)
    {
        List<EndpointChecks> checks = endpoints.ConvertAll(endpoint => new EndpointChecks(endpoint, options));
        ulong newest = 0;
        foreach (EndpointChecks check in checks)
        {
            // One after another: side by side they would disturb each other's latency.
            report.Add(await check.RunAsync(cancellation).ConfigureAwait(false));
        }

        Task<ulong>[] slots = [.. endpoints.ConvertAll(e => SlotChecks.ReadAsync(e, options, cancellation))];
        await Task.WhenAll(slots).ConfigureAwait(false);
        foreach (Task<ulong> slot in slots) newest = Math.Max(newest, slot.Result);
        for (int i = 0; i < slots.Length && slots.Length > 1; i++)
        {
            ulong slot = slots[i].Result;
            if (slot == 0) continue;
            ulong lag = newest - slot;
            CheckGrade grade = lag >= LagFailSlots ? CheckGrade.Fail
                : lag >= LagWarnSlots ? CheckGrade.Warn : CheckGrade.Ok;
            report.Add(
                "slot lag", endpoints[i].Name, grade, lag == 0 ? "the newest slot" : $"{lag} slots behind the newest",
                "an endpoint that stays behind costs more than it brings: take it out");
        }
    }
}
