using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>What figures were measured on, and whether it is fit for it.</summary>
internal sealed record MachineBlock
{
    /// <summary>Load above which other work disturbs the figures.</summary>
    private const double QuietLoad = 0.5;

    private const int FewCores = 4;

    public required string Cpu { get; init; }

    public required int Cores { get; init; }

    public required string Os { get; init; }

    /// <summary>Version, and whether code is compiled while it runs or was before.</summary>
    public required string Runtime { get; init; }

    public required string Gc { get; init; }

    /// <summary>Frequency governor, or "not told".</summary>
    public required string Governor { get; init; }

    /// <summary>The kernel's clock; "tsc" is the one that is read without a system call.</summary>
    public required string ClockSource { get; init; }

    /// <summary>Average of running threads over the minute before the run.</summary>
    public required double Load { get; init; }

    /// <summary>Why the machine is unfit for absolute times.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Looks at the machine.</summary>
    public static MachineBlock Read()
    {
        double load = FirstNumber("/proc/loadavg");
        string governor = Line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
        string clock = Line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
        List<string> warnings = [];
        if (Environment.ProcessorCount < FewCores)
            warnings.Add("fewer than 4 cores: rows with more than two threads measure the scheduler too");
        if (load > QuietLoad)
            warnings.Add("other work is running: trust ratios to the probe, shortest times and highest rates only");
        if (governor is "powersave" or "ondemand" or "schedutil")
            warnings.Add($"frequency governor {governor}: the clock rises and falls with the load");
        if (OperatingSystem.IsLinux() && !clock.Contains("tsc", StringComparison.Ordinal)
            && !clock.Contains("kvm-clock", StringComparison.Ordinal))
        {
            warnings.Add($"clock source {clock}: reading the time may be a system call");
        }

        return new MachineBlock
        {
            Cpu = CpuName(),
            Cores = Environment.ProcessorCount,
            Os = $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}",
            Runtime = RuntimeInformation.FrameworkDescription + (RuntimeFeature.IsDynamicCodeCompiled
                ? ", tiered compilation with PGO, warmed up"
                : ", native code compiled ahead of time"),
            Gc = $"{(GCSettings.IsServerGC ? "server" : "workstation")}, {GCSettings.LatencyMode}",
            Governor = governor,
            ClockSource = clock,
            Load = load,
            Warnings = warnings,
        };
    }

    /// <summary>Writes it in lines.</summary>
    public void Print(TextWriter writer)
    {
        writer.WriteLine($"cpu      {Cpu}");
        writer.WriteLine($"cores    {Cores}, governor {Governor}, clock {ClockSource}");
        writer.WriteLine($"os       {Os}");
        writer.WriteLine($"runtime  {Runtime}");
        writer.WriteLine($"gc       {Gc}");
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"load     {Load:F2} before the run"));
        foreach (string warning in Warnings) writer.WriteLine($"warning  {warning}");
    }

    private static string CpuName()
    {
        if (!File.Exists("/proc/cpuinfo")) return RuntimeInformation.ProcessArchitecture.ToString();
        foreach (string line in File.ReadLines("/proc/cpuinfo"))
        {
            if (line.StartsWith("model name", StringComparison.Ordinal))
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }

        return RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static double FirstNumber(string path) => File.Exists(path)
        ? double.Parse(File.ReadAllText(path).Split(' ')[0], CultureInfo.InvariantCulture)
        : 0;

    private static string Line(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "not told";
}
