using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime;
using System.Runtime.CompilerServices;

namespace LowLatency.ConsoleHost.Doctor;

/// <summary>
/// Is the machine fit: cores, load, clocks, memory, limits, runtime settings. What a system does not show is said.
/// Source of the files: Linux man pages proc(5), cgroups(7); Documentation/admin-guide/pm/cpufreq.rst.
/// </summary>
internal sealed class MachineChecks
{
    private const string Area = "machine";
    private const long MemoryBytesWanted = 1L << 30;
    private const int FilesWanted = 4096;
    private const int PortsWanted = 10_000;
    private const long YoungBytesMax = 8L << 20;
    private const int CoresWanted = 4; // feed, pipeline, sinks and the rest of the system

    private readonly Func<string, string?> _read;
    private readonly IReadOnlyDictionary<string, string> _environment;

    /// <summary>Checks that read files with <paramref name="read"/>, null where there is none.</summary>
    public MachineChecks(Func<string, string?> read, IReadOnlyDictionary<string, string> environment)
    {
        _read = read;
        _environment = environment;
    }

    /// <summary>A file's text without blanks at its ends; null if it cannot be read.</summary>
    public static string? ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Runs them.</summary>
    public DoctorReport Run(int cores, long availableBytes)
    {
        DoctorReport report = new();
        CheckCores(report, cores);
        CheckLoad(report, cores);
        CheckGovernor(report);
        CheckIsolation(report, cores);
        CheckPriority(report);
        CheckHugePages(report);
        CheckClockSource(report);
        CheckMemory(report, availableBytes);
        CheckQuota(report);
        CheckRuntime(report);
        CheckFiles(report);
        CheckPorts(report);
        return report;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void CheckCores(DoctorReport report, int cores) => report.Add(
        Area, "cores", cores >= CoresWanted ? CheckGrade.Ok : CheckGrade.Warn, Text($"{cores}"),
        Text($"{CoresWanted} or more let feed, engine and system run side by side; else keep runner at inline"));

    private void CheckLoad(DoctorReport report, int cores)
    {
        string? text = _read("/proc/loadavg");
        string first = text?.Split(' ')[0] ?? string.Empty;
        if (!double.TryParse(first, CultureInfo.InvariantCulture, out double load))
        {
            report.Add(Area, "load", CheckGrade.Warn, "this system does not show it");
            return;
        }

        report.Add(
            Area, "load", load < 0.5 * cores ? CheckGrade.Ok : CheckGrade.Warn,
            Text($"{load:0.00} in the last minute on {cores} cores"),
            "stop what else runs: every other process shows in the tail of the latencies");
    }

    private void CheckGovernor(DoctorReport report)
    {
        string? governor = _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
        if (governor is null)
        {
            report.Add(Area, "cpu frequency", CheckGrade.Ok, "not steered by this system (virtual machine or fixed)");
            return;
        }

        report.Add(
            Area, "cpu frequency", governor == "performance" ? CheckGrade.Ok : CheckGrade.Warn,
            $"governor {governor}", "cpupower frequency-set -g performance");
    }

    /// <summary>Source: Documentation/admin-guide/kernel-parameters.txt, isolcpus.</summary>
    private void CheckIsolation(DoctorReport report, int cores)
    {
        string? isolated = _read("/sys/devices/system/cpu/isolated");
        if (isolated is null || cores < CoresWanted) return; // with few cores there is none to set aside
        report.Add(
            Area, "isolated cpus", isolated.Length == 0 ? CheckGrade.Warn : CheckGrade.Ok,
            isolated.Length == 0 ? "none" : isolated,
            "boot with isolcpus=2,3 nohz_full=2,3 and set cpus to these: nothing else is put there");
    }

    private void CheckPriority(DoctorReport report)
    {
        const string Name = "Max nice priority";
        foreach (string line in (_read("/proc/self/limits") ?? string.Empty).Split('\n'))
        {
            if (!line.StartsWith(Name, StringComparison.Ordinal)) continue;
            string[] words = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            _ = int.TryParse(words[0], CultureInfo.InvariantCulture, out int limit);
            bool isRoot = _read("/proc/self/status")?.Contains("\nUid:\t0\t", StringComparison.Ordinal) ?? false;
            report.Add(
                Area, "thread priority", isRoot || limit > 20 ? CheckGrade.Ok : CheckGrade.Warn,
                isRoot ? "may be raised (root)" : $"nice limit {limit}",
                "threadPriority needs CAP_SYS_NICE or `nice -20` in limits.conf; without it leave it at 0");
            return;
        }
    }

    /// <summary>Source: Documentation/admin-guide/mm/transhuge.rst.</summary>
    private void CheckHugePages(DoctorReport report)
    {
        string? mode = _read("/sys/kernel/mm/transparent_hugepage/enabled");
        if (mode is null) return;
        int from = mode.IndexOf('[', StringComparison.Ordinal) + 1;
        int to = mode.IndexOf(']', StringComparison.Ordinal);
        string chosen = to > from ? mode[from..to] : mode;
        report.Add(
            Area, "huge pages", chosen == "always" ? CheckGrade.Warn : CheckGrade.Ok, $"transparent: {chosen}",
            "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled: else the kernel joins pages at times");
    }

    private void CheckClockSource(DoctorReport report)
    {
        string? source = _read("/sys/devices/system/clocksource/clocksource0/current_clocksource");
        bool isFast = source is "tsc" or "kvm-clock" or "arch_sys_counter";
        report.Add(
            Area, "clock source", isFast ? CheckGrade.Ok : CheckGrade.Warn,
            source is null
                ? Text($"not shown by this system; timer of {Stopwatch.Frequency:N0} ticks a second")
                : source,
            source is null
                ? string.Empty
                : "tsc is read without a system call: boot with clocksource=tsc if it is stable");
    }

    private void CheckMemory(DoctorReport report, long availableBytes)
    {
        report.Add(
            Area, "memory", availableBytes >= MemoryBytesWanted ? CheckGrade.Ok : CheckGrade.Warn,
            Text($"{availableBytes / (1 << 20):N0} MiB for this process"),
            "give 1 GiB or more, or lower maxAccounts, maxPools and opportunityCapacity");
        string? swaps = _read("/proc/swaps");
        bool hasSwap = swaps is not null && swaps.Contains('\n', StringComparison.Ordinal);
        report.Add(
            Area, "swap", hasSwap ? CheckGrade.Warn : CheckGrade.Ok, hasSwap ? "on" : "off, or not shown",
            "swapoff -a: a page that was swapped out costs milliseconds");
    }

    private void CheckQuota(DoctorReport report)
    {
        string? quota = _read("/sys/fs/cgroup/cpu.max");
        bool isLimited = quota is not null && !quota.StartsWith("max", StringComparison.Ordinal);
        report.Add(
            Area, "container cpu", isLimited ? CheckGrade.Warn : CheckGrade.Ok,
            isLimited ? $"limited (cpu.max {quota})" : "no limit",
            "a quota stops the process for the rest of its period once it is used up: pin cores (cpuset) instead");
        string? memory = _read("/sys/fs/cgroup/memory.max");
        if (memory is not null && long.TryParse(memory, CultureInfo.InvariantCulture, out long bytes))
        {
            report.Add(
                Area, "container memory", bytes >= MemoryBytesWanted ? CheckGrade.Ok : CheckGrade.Warn,
                Text($"limit {bytes / (1 << 20):N0} MiB"), "give 1 GiB or more");
        }
    }

    private void CheckRuntime(DoctorReport report)
    {
        string kind = GCSettings.IsServerGC ? "server" : "workstation";
        report.Add(
            Area, "garbage collector", GCSettings.IsServerGC ? CheckGrade.Warn : CheckGrade.Ok,
            $"{kind}, {GCSettings.LatencyMode}", "unset DOTNET_gcServer: one small heap is collected faster");
        CheckYoungGarbage(report);
        CheckCompiler(report);
        bool isDebug = Debugger.IsAttached || IsDebugBuild();
        report.Add(
            Area, "build", isDebug ? CheckGrade.Warn : CheckGrade.Ok, isDebug ? "debug" : "release",
            "run with -c Release and without a debugger");
    }

    private void CheckCompiler(DoctorReport report)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
        {
            report.Add(Area, "compiler", CheckGrade.Ok, "none at run time: this is the native build");
            return;
        }

        bool isPgoOff = _environment.GetValueOrDefault("DOTNET_TieredPGO") == "0";
        bool isTieredOff = _environment.GetValueOrDefault("DOTNET_TieredCompilation") == "0";
        bool isPrecompiledOff = _environment.GetValueOrDefault("DOTNET_ReadyToRun") == "0";
        report.Add(
            Area, "compiler", isPgoOff || isTieredOff ? CheckGrade.Warn : CheckGrade.Ok,
            $"{(isTieredOff ? "tiers off" : "tiered")}, profile-guided {(isPgoOff || isTieredOff ? "off" : "on")}"
            + $", precompiled code {(isPrecompiledOff ? "off" : "on")}",
            "unset DOTNET_TieredPGO and DOTNET_TieredCompilation: hot code is made faster by what it did");
    }

    /// <summary>Source: dotnet/runtime src/coreclr/gc/gcconfig.h, GCGen0MaxBudget.</summary>
    private static void CheckYoungGarbage(DoctorReport report)
    {
        bool isKnown = GC.GetConfigurationVariables().TryGetValue("GCGen0MaxBudget", out object? budget);
        long bytes = isKnown ? Convert.ToInt64(budget, CultureInfo.InvariantCulture) : 0;
        bool isBounded = bytes is > 0 and <= YoungBytesMax;
        report.Add(
            Area, "young garbage", isBounded ? CheckGrade.Ok : CheckGrade.Warn,
            isKnown ? Text($"collected at {bytes / 1048576.0:0.#} MiB") : "this runtime does not show its bound",
            "start lowlatency with its own runtimeconfig.json: else garbage piles up for hours, and so does memory");
    }

    private static bool IsDebugBuild()
    {
        object[] attributes = typeof(MachineChecks).Assembly.GetCustomAttributes(typeof(DebuggableAttribute), false);
        return attributes.Length > 0 && ((DebuggableAttribute)attributes[0]).IsJITOptimizerDisabled;
    }

    private void CheckFiles(DoctorReport report)
    {
        const string Name = "Max open files";
        foreach (string line in (_read("/proc/self/limits") ?? string.Empty).Split('\n'))
        {
            if (!line.StartsWith(Name, StringComparison.Ordinal)) continue;
            string[] words = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            bool isEnough = words[0] == "unlimited"
                || (long.TryParse(words[0], CultureInfo.InvariantCulture, out long limit) && limit >= FilesWanted);
            report.Add(
                Area, "open files", isEnough ? CheckGrade.Ok : CheckGrade.Warn, $"limit {words[0]}",
                Text($"ulimit -n {FilesWanted}: each socket is a file"));
            return;
        }

        report.Add(Area, "open files", CheckGrade.Warn, "this system does not show the limit");
    }

    private void CheckPorts(DoctorReport report)
    {
        string[] range = (_read("/proc/sys/net/ipv4/ip_local_port_range") ?? string.Empty)
            .Split(['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
        bool isKnown = range.Length == 2 & int.TryParse(range.Length == 2 ? range[0] : "", out int first)
            & int.TryParse(range.Length == 2 ? range[1] : "", out int last);
        if (!isKnown) return;
        report.Add(
            Area, "ports", last - first >= PortsWanted ? CheckGrade.Ok : CheckGrade.Warn, Text($"{first} to {last}"),
            "sysctl net.ipv4.ip_local_port_range=\"32768 60999\"");
    }
}
