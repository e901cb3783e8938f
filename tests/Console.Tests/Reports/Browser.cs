using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace LowLatency.Console.Tests.Reports;

/// <summary>A fact that needs Chromium; reported as skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Browser.Program is null) Skip = "Chromium is missing: apt-get install chromium";
    }
}

/// <summary>What Chromium made of a page: its document, and what it wrote to the console.</summary>
internal sealed record BrowserPage(string Document, IReadOnlyList<string> ConsoleLines);

/// <summary>Chromium without a window and without a network.</summary>
internal static class Browser
{
    private const int TimeoutMs = 120_000;

    /// <summary>Its program; null if none is installed.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }
            .Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    /// <summary>Opens a file in a window of that width.</summary>
    public static BrowserPage Open(string file, int width)
    {
        string profile = ReportRun.NewFolder();
        ProcessStartInfo start = new(Program!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string flag in (string[])
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND", $"--user-data-dir={profile}", "--enable-logging=stderr", "--v=0",
            $"--window-size={width},1200", "--dump-dom", new Uri(file).AbsoluteUri,
        ])
        {
            start.ArgumentList.Add(flag);
        }

        using Process process = Process.Start(start)!;
        try
        {
            Task<string> document = process.StandardOutput.ReadToEndAsync();
            Task<string> log = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(TimeoutMs))
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException("Chromium did not end");
            }

            return new BrowserPage(
                document.Result, [.. log.Result.Split('\n').Where(l => l.Contains(":CONSOLE"))]);
        }
        finally
        {
            if (Directory.Exists(profile)) Directory.Delete(profile, recursive: true);
        }
    }
}
