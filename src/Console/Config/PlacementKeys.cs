using System.Collections.Generic;
using System.Globalization;
using LowLatency.Engine.Pipeline;

namespace LowLatency.ConsoleHost.Config;

/// <summary>Keys of threads: which do the work, where, and how they wait.</summary>
internal static class PlacementKeys
{
    private const ulong MaxSpinMicroseconds = 10_000_000;

    /// <summary>The keys.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        new("Pipeline", "cpus", ConfigShape.Scalar, "Processors for feed and stage groups, as 2,3 (Linux).",
            (c, v) => c.Threads = c.Threads with { Cpus = Cpus(v) },
            c => string.Join(',', c.Threads.Cpus)),
        new("Pipeline", "threadPriority", ConfigShape.Scalar, "Nice value of these threads, so far below 0 (Linux).",
            (c, v) => c.Threads = c.Threads with { Priority = v.Int(0, ThreadPlacement.MaxPriority) },
            c => c.Threads.Priority),
        new("Pipeline", "hugePages", ConfigShape.Scalar, "Ask for huge pages: faster look-ups, more memory (Linux).",
            (c, v) => c.HugePages = v.Bool(),
            c => c.HugePages),
        new("Pipeline", "feedThread", ConfigShape.Scalar, "own, or connection: the reading threads decode and decide.",
            (c, v) => c.FeedThread = v.Choice<FeedThread>(),
            c => c.FeedThread),
        new("Pipeline", "receiveSpinMicroseconds", ConfigShape.Scalar,
            "How long a socket is polled before its thread sleeps.",
            (c, v) => c.ReceiveSpinMicroseconds = v.Whole(0, MaxSpinMicroseconds),
            c => c.ReceiveSpinMicroseconds),
    ];

    private static List<int> Cpus(ConfigValue value)
    {
        List<int> cpus = [];
        if (value.Probe is not null || value.Text.Length == 0) return cpus;
        foreach (string word in value.Text.Split(','))
        {
            bool isNumber = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int cpu);
            if (!isNumber || cpu > ThreadPlacement.MaxCpu || cpus.Contains(cpu))
                throw value.Wrong(value.Text, "give processor numbers, each once, as 2,3");
            cpus.Add(cpu);
        }

        return cpus;
    }
}

/// <summary>Which thread does the feed's work.</summary>
internal enum FeedThread : byte
{
    /// <summary>One of its own, woken by the connections'.</summary>
    Own = 0,

    /// <summary>The connections', one at a time, each as soon as it has read something.</summary>
    Connection = 1,
}
