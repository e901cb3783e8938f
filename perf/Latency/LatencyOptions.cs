using System;
using System.Globalization;
using System.IO;
using LowLatency.Engine.Pipeline;

namespace LowLatency.Latency;

/// <summary>Command line of the program.</summary>
internal sealed record LatencyOptions(
    string CapturePath, double MessagesPerSecond, double Seconds, int WarmUpLaps, RunnerKind Runner, bool TakeStamps)
{
    public const string Help = """
        End-to-end latency in one process: JSON-RPC messages in memory -> decode -> ... -> decision / unsigned message.
          --rate N      messages a second, open loop: latency from the intended arrival
                        (default 0: closed loop, as fast as possible)
          --seconds N   how long to measure (default 10)
          --warm-up N   laps over the capture before measuring (default 60)
          --runner R    inline, fused or split (default inline)
          --no-stamps   closed loop without time stamps: throughput only
          --capture F   capture to play (default data/market-small/capture.jsonl.gz)
        """;

    public static LatencyOptions Parse(string[] args)
    {
        LatencyOptions options = new(DefaultCapture(), 0, 10, 60, RunnerKind.Inline, true);
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--no-stamps")
            {
                options = options with { TakeStamps = false };
                continue;
            }

            if (i + 1 == args.Length)
                throw new ArgumentException($"{args[i]}: unknown option, or its value is missing");
            options = options.With(args[i], args[++i]);
        }

        if (options.MessagesPerSecond > 0 && !options.TakeStamps)
            throw new ArgumentException("--no-stamps: an open loop needs stamps");
        return options;
    }

    private LatencyOptions With(string name, string value) => name switch
    {
        "--rate" => this with { MessagesPerSecond = double.Parse(value, CultureInfo.InvariantCulture) },
        "--seconds" => this with { Seconds = double.Parse(value, CultureInfo.InvariantCulture) },
        "--warm-up" => this with { WarmUpLaps = int.Parse(value, CultureInfo.InvariantCulture) },
        "--runner" => this with { Runner = Enum.Parse<RunnerKind>(value, ignoreCase: true) },
        "--capture" => this with { CapturePath = value },
        _ => throw new ArgumentException($"{name}: unknown option"),
    };

    private static string DefaultCapture()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            string path = Path.Combine(d.FullName, "data", "market-small", "capture.jsonl.gz");
            if (File.Exists(path)) return path;
        }

        return "data/market-small/capture.jsonl.gz";
    }
}
