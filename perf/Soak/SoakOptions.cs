using System;
using System.Globalization;

namespace LowLatency.Soak;

/// <summary>Command line of the program.</summary>
internal sealed record SoakOptions
{
    public const string Help = """
        The live machine under load and faults: a test node in a process of its own sends over loopback sockets at a
        fixed rate (open loop), with a fault every few seconds; this process receives, decides and measures itself.
          --seconds N       how long (default 600)
          --rate N          account notifications a second to each endpoint (default 20000)
          --touches N       accounts written again in every slot (default 100): longer slots at the same rate
          --fault-every N   seconds between faults (default 5; 0 for none)
          --seed N          seed of the faults (default 1)
          --endpoints N     endpoints raced (default 1)
          --warm-up N       seconds before anything is judged (default 60)
        Exit codes: 0 all held, 1 something did not (the last lines say what), 2 wrong usage.
        """;

    public double Seconds { get; init; } = 600;

    public double Rate { get; init; } = 20_000;

    public int Touches { get; init; } = 100;

    public double FaultEverySeconds { get; init; } = 5;

    public ulong Seed { get; init; } = 1;

    public int Endpoints { get; init; } = 1;

    public double WarmUpSeconds { get; init; } = 60;

    public static SoakOptions Parse(ReadOnlySpan<string> args)
    {
        SoakOptions options = new();
        if (args.Length % 2 != 0) throw new ArgumentException($"{args[^1]}: unknown option, or its value is missing");
        for (int i = 0; i < args.Length; i += 2) options = options.With(args[i], args[i + 1]);
        return options;
    }

    /// <summary>The options again, for the child process.</summary>
    public string[] ToArguments()
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        return
        [
            "--rate", Rate.ToString(c), "--touches", Touches.ToString(c), "--fault-every",
            FaultEverySeconds.ToString(c), "--seed", Seed.ToString(c), "--endpoints", Endpoints.ToString(c),
        ];
    }

    private SoakOptions With(string name, string value)
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        return name switch
        {
            "--seconds" => this with { Seconds = double.Parse(value, c) },
            "--rate" => this with { Rate = double.Parse(value, c) },
            "--touches" => this with { Touches = int.Parse(value, c) },
            "--fault-every" => this with { FaultEverySeconds = double.Parse(value, c) },
            "--seed" => this with { Seed = ulong.Parse(value, c) },
            "--endpoints" => this with { Endpoints = int.Parse(value, c) },
            "--warm-up" => this with { WarmUpSeconds = double.Parse(value, c) },
            _ => throw new ArgumentException($"{name}: unknown option"),
        };
    }
}
