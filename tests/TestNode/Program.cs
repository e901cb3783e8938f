using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode;

/// <summary>The node by hand; the options are in README.md.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        Dictionary<string, string> given = [];
        for (int i = 0; i + 1 < arguments.Length; i += 2) given[arguments[i]] = arguments[i + 1];
        if (arguments.Length % 2 != 0)
        {
            Console.Error.WriteLine("options come in pairs: --capture FILE --port N --endpoints N --tls true "
                + "--speed X --rate N --touches N --laps N --faults FILE|seed:N");
            return 2;
        }

        int endpoints = int.Parse(given.GetValueOrDefault("--endpoints", "1"), CultureInfo.InvariantCulture);
        SolanaNodeOptions options = new()
        {
            CapturePath = given.GetValueOrDefault("--capture"),
            Port = int.Parse(given.GetValueOrDefault("--port", "8899"), CultureInfo.InvariantCulture),
            Endpoints = endpoints,
            UseTls = given.GetValueOrDefault("--tls") == "true",
            Faults = Script(given.GetValueOrDefault("--faults"), endpoints),
            Ledger = new LedgerOptions { KeepHistory = false },
        };
        NodePace pace = new()
        {
            Speed = double.Parse(given.GetValueOrDefault("--speed", "1"), CultureInfo.InvariantCulture),
            NotificationsPerSecond = double.Parse(given.GetValueOrDefault("--rate", "0"), CultureInfo.InvariantCulture),
            TouchesPerSlot = int.Parse(given.GetValueOrDefault("--touches", "0"), CultureInfo.InvariantCulture),
            Laps = int.Parse(given.GetValueOrDefault("--laps", "0"), CultureInfo.InvariantCulture),
        };
        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            stop.Cancel();
        };
        await using SolanaNode node = await SolanaNode.StartAsync(options);
        foreach (SolanaEndpoint endpoint in node.Endpoints)
            Console.WriteLine($"endpoint {endpoint.Index}: {endpoint.RpcUrl} {endpoint.WebSocketUrl}");
        if (node.Certificate is { } certificate) Console.WriteLine(certificate.ExportCertificatePem());
        Console.Write(options.Faults);
        await node.RunAsync(pace, stop.Token);
        Console.WriteLine(node.FaultLog);
        return 0;
    }

    private static FaultScript Script(string? text, int endpoints)
    {
        const string seed = "seed:";
        if (text is null) return FaultScript.None;
        return text.StartsWith(seed, StringComparison.Ordinal)
            ? FaultScript.FromSeed(
                ulong.Parse(text.AsSpan(seed.Length), CultureInfo.InvariantCulture), 10, 100_000, 12, endpoints)
            : FaultScript.Parse(File.ReadAllText(text));
    }
}
