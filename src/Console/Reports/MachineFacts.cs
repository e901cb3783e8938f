using System;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Runtime;
using System.Runtime.InteropServices;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>What a run ran on: without it a latency means nothing.</summary>
internal sealed record MachineFacts(
    string Cpu, int Cores, string Os, string Architecture, string Runtime, string GarbageCollector, string Build,
    string Program, double? LoadAverage)
{
    private const string CpuFile = "/proc/cpuinfo";
    private const string LoadFile = "/proc/loadavg";

    /// <summary>This process's machine.</summary>
    public static MachineFacts Current() => new(
        ReadCpu(),
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
        RuntimeInformation.FrameworkDescription,
        $"{(GCSettings.IsServerGC ? "server" : "workstation")}, {GCSettings.LatencyMode}",
        IsOptimized() ? "optimised" : "NOT OPTIMISED: latencies mean nothing",
        typeof(MachineFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown",
        ReadLoad());

    private static bool IsOptimized() =>
        typeof(Engine.Metrics.LatencyHistogram).Assembly.GetCustomAttribute<System.Diagnostics.DebuggableAttribute>()
            is not { IsJITOptimizerDisabled: true };

    /// <summary>Load of the last minute; null where the system does not tell.</summary>
    private static double? ReadLoad() =>
        File.Exists(LoadFile)
        && double.TryParse(
            File.ReadAllText(LoadFile).Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double load)
            ? load
            : null;

    private static string ReadCpu()
    {
        if (File.Exists(CpuFile))
        {
            foreach (string line in File.ReadLines(CpuFile))
            {
                if (line.StartsWith("model name", StringComparison.Ordinal))
                    return line[(line.IndexOf(':') + 1)..].Trim();
            }
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";
    }
}
