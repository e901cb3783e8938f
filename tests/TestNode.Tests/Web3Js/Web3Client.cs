using System;
using System.Diagnostics;
using System.IO;
using System.Text.Json;
using System.Threading;
using Xunit;

namespace LowLatency.TestNode.Tests.Web3Js;

/// <summary>
/// A fact that needs Node and @solana/web3.js; reported as skipped, with the reason, where they are missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class Web3FactAttribute : FactAttribute
{
    public Web3FactAttribute()
    {
        if (!Web3Client.IsInstalled)
            Skip = "Node or @solana/web3.js is missing: npm install --no-package-lock --prefix tests/Web3Js";
    }
}

/// <summary>tests/Web3Js/client.cjs in a Node process; one request and one answer a line.</summary>
internal sealed class Web3Client : IDisposable
{
    private static readonly Lazy<bool> Installed = new(Probe);
    private readonly Process _process;

    public Web3Client() => _process = Start("client.cjs") ?? throw new InvalidOperationException("node did not start");

    public static bool IsInstalled => Installed.Value;

    public JsonElement Ask(object request)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(request));
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the client ended");
        JsonElement answer = JsonDocument.Parse(line).RootElement.Clone();
        Assert.True(answer.GetProperty("ok").GetBoolean(), line);
        return answer.GetProperty("value");
    }

    /// <summary>Waits until something is so; sockets have no other end of a message's way to wait for.</summary>
    public static void Await(Func<bool> condition, string what)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(120), $"{what} did not happen in 120 s");
            Thread.Sleep(20);
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000)) _process.Kill();
        _process.Dispose();
    }

    private static bool Probe()
    {
        try
        {
            using Process? process = Start("-e", "require('@solana/web3.js')");
            return process is not null && process.WaitForExit(20_000) && process.ExitCode == 0;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static Process? Start(params string[] arguments)
    {
        ProcessStartInfo info = new("node", arguments)
        {
            WorkingDirectory = Folder(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process? process = Process.Start(info);
        process?.BeginErrorReadLine(); // drained, so that a warning cannot block the process
        return process;
    }

    private static string Folder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "tests", "Web3Js");
            if (File.Exists(Path.Combine(path, "client.cjs"))) return path;
        }

        throw new DirectoryNotFoundException("tests/Web3Js is not above the test binary");
    }
}
