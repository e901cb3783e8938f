using System;
using System.Globalization;
using System.IO;
using System.Runtime;
using System.Runtime.InteropServices;

namespace LowLatency.Ring;

/// <summary>What the figures were measured on, and whether it is fit for it.</summary>
internal static class MachineBlock
{
    internal static void Print(TextWriter writer)
    {
        double load = Load();
        writer.WriteLine($"cpu      {Cpu()}");
        writer.WriteLine($"cores    {Environment.ProcessorCount}");
        writer.WriteLine($"os       {RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}");
        writer.WriteLine($"runtime  {RuntimeInformation.FrameworkDescription}, tiered compilation with PGO, warmed up");
        writer.WriteLine($"gc       {(GCSettings.IsServerGC ? "server" : "workstation")}, {GCSettings.LatencyMode}");
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"load     {load:F2} before the run"));
        if (Environment.ProcessorCount < 4)
            writer.WriteLine("warning  fewer than 4 cores: rows with more than two threads measure the scheduler too");
        if (load > 0.5)
        {
            writer.WriteLine(
                "warning  other work is running: trust ratios to the probe, shortest times and highest rates only");
        }
    }

    private static string Cpu()
    {
        if (File.Exists("/proc/cpuinfo"))
        {
            foreach (string line in File.ReadLines("/proc/cpuinfo"))
            {
                if (line.StartsWith("model name", StringComparison.Ordinal))
                    return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
        }
        return RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static double Load()
    {
        if (!File.Exists("/proc/loadavg"))
            return 0;
        string first = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return double.Parse(first, CultureInfo.InvariantCulture);
    }
}
