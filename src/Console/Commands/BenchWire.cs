using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Threading;
using LowLatency.ConsoleHost.Bench;
using LowLatency.ConsoleHost.Bench.Wire;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>bench --wire</c>: from a socket to the signed transaction; the sender is another process.</summary>
internal static class BenchWire
{
    private const double DefaultRate = 2000;

    internal static readonly Option<bool> Wire = new("--wire")
    {
        Description = "From a loopback WebSocket to the signed transaction; a rate is the only kind of load.",
    };

    private static readonly Option<string> Receive = new("--receive")
    {
        Description = "With --wire: connection (its thread spins, decides), connection-wait, or own (a feed thread).",
        DefaultValueFactory = _ => "connection",
        HelpName = "connection|connection-wait|own",
    };

    private static readonly Option<double> WarmUpSeconds = new("--wire-warm-up")
    {
        Description = "With --wire: seconds of the same load before the measurement.",
        DefaultValueFactory = _ => 6,
    };

    private static readonly Option<bool> Rehearse = new("--rehearse")
    {
        Description = "With --wire: rehearse first, as `run` does before it connects.",
    };

    /// <summary>The sender's process; its value is the time from which due times count.</summary>
    private static readonly Option<long?> Sender = new("--wire-sender") { Hidden = true };

    internal static void AddTo(Command command)
    {
        foreach (Option option in new Option[] { Wire, Receive, WarmUpSeconds, Rehearse, Sender })
            command.Options.Add(option);
    }

    internal static bool IsWanted(ParseResult arguments) => arguments.GetValue(Wire) || IsSender(arguments);

    /// <summary>True in the sender's process.</summary>
    internal static bool IsSender(ParseResult arguments) => arguments.GetValue(Sender) is not null;

    internal static int Run(
        ParseResult arguments, string[] loads, string? capture, double seconds, RunnerKind runner, bool isJson,
        TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        BenchLoad load = new("2000", DefaultRate, 0);
        if (loads.Length > 1 || (loads.Length == 1 && !BenchLoad.TryParse(loads[0], out load))
            || load.MessagesPerSecond <= 0)
        {
            throw new CommandException("--wire: give one --load, a rate a second");
        }

        double warmUp = arguments.GetValue(WarmUpSeconds);
        if (!(warmUp > 0 && warmUp <= 600)) throw new CommandException("--wire-warm-up: give more than 0, at most 600");
        WireReceive receive = arguments.GetValue(Receive) switch
        {
            "connection" => WireReceive.Connection,
            "connection-wait" => WireReceive.ConnectionWait,
            "own" => WireReceive.Own,
            string other => throw new CommandException(
                $"--receive {other}: give connection, connection-wait or own"),
            null => WireReceive.Connection,
        };
        string path = Path.GetFullPath(capture ?? BundledCapture.FilePath);
        if (!File.Exists(path)) throw new CommandException($"{capture}: no such file", ExitCodes.NoInput);
        if (arguments.GetValue(Sender) is { } baseNs)
            return new WireSender(path, load.MessagesPerSecond, baseNs).Run(warmUp, seconds, Console.In, output);
        _ = WireScript.Read(path); // its mistakes are reported here, not by the other process
        if (arguments.GetValue(Rehearse))
        {
            PipelineSettings settings = new EngineConfig { Runner = runner }.Build(
                CaptureSidecar.DryRunWallet, new Dictionary<Pubkey, Pubkey>(), stamps: false);
            Rehearsal.Run(settings, "bench", errors, cancellation);
        }

        using WireRun run = new(new WireSettings(path, load.MessagesPerSecond, seconds, warmUp, runner, receive));
        using CancellationTokenRegistration ending = cancellation.Register(run.End);
        WireResult result;
        try
        {
            result = run.Execute(errors);
        }
        catch (Exception end) when (cancellation.IsCancellationRequested && end is CommandException or IOException)
        {
            throw new CommandException(
                "--wire: ended before the sender had sent all; nothing is reported", ExitCodes.Interrupted);
        }

        if (isJson) output.WriteLine(JsonOutput.Report(result));
        else result.WriteText(output);
        return ExitCodes.Ok;
    }
}
