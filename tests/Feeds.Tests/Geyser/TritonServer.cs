using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>
/// A fact that needs Node and Triton's npm package; reported as skipped, with the reason, where they are missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TritonFactAttribute : FactAttribute
{
    public TritonFactAttribute()
    {
        if (!TritonServer.IsInstalled)
        {
            Skip = "Node or @triton-one/yellowstone-grpc is missing: "
                + "npm install --no-package-lock --prefix tests/Yellowstone";
        }
    }
}

/// <summary>The server of tests/Yellowstone in a Node process.</summary>
internal sealed class TritonServer : IDisposable
{
    private static readonly string Folder = Path.Combine(TestData.Root, "tests", "Yellowstone");
    private static readonly Lazy<bool> Installed = new(Probe);

    private readonly Process _process;

    public TritonServer(int updates, string token)
    {
        _process = Start("server.cjs", updates.ToString(), token)
            ?? throw new InvalidOperationException("node did not start");
        TaskCompletionSource<int> port = new();
        _process.OutputDataReceived += (_, e) =>
        {
            if (e.Data is null) return;
            JsonElement said = JsonDocument.Parse(e.Data).RootElement;
            if (said.TryGetProperty("port", out JsonElement number)) port.SetResult(number.GetInt32());
            else Requests.Enqueue(said.GetProperty("request"));
        };
        _process.BeginOutputReadLine();
        if (!port.Task.Wait(TimeSpan.FromSeconds(120))) throw new InvalidOperationException("the server did not start");
        Address = new Uri($"http://127.0.0.1:{port.Task.Result}/");
    }

    public static bool IsInstalled => Installed.Value;

    public Uri Address { get; }

    /// <summary>What Triton's codec read in each request.</summary>
    public ConcurrentQueue<JsonElement> Requests { get; } = new();

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
            using Process? process = Start(
                "-e",
                "require('@grpc/grpc-js');"
                    + "require('./node_modules/@triton-one/yellowstone-grpc/dist/cjs/grpc/geyser.js')");
            return process is not null && process.WaitForExit(20_000) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static Process? Start(params string[] arguments)
    {
        ProcessStartInfo info = new("node", arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process? process = Process.Start(info);
        process?.BeginErrorReadLine(); // drained, so that a warning cannot block the process
        return process;
    }
}
