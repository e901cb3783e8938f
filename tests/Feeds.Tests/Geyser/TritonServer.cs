using System;
using System.Collections.Concurrent;
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
    private static readonly Lazy<bool> Installed = new(() => NodeJs.Runs(
        "Yellowstone",
        "require('@grpc/grpc-js');require('./node_modules/@triton-one/yellowstone-grpc/dist/cjs/grpc/geyser.js')"));

    private readonly NodeJs _node;

    public TritonServer(int updates, string token)
    {
        _node = new NodeJs("Yellowstone", "server.cjs", updates.ToString(), token);
        TaskCompletionSource<int> port = new();
        _node.Process.OutputDataReceived += (_, e) =>
        {
            if (e.Data is null) return;
            JsonElement said = JsonDocument.Parse(e.Data).RootElement;
            if (said.TryGetProperty("port", out JsonElement number)) port.SetResult(number.GetInt32());
            else Requests.Enqueue(said.GetProperty("request"));
        };
        _node.Process.BeginOutputReadLine();
        if (!port.Task.Wait(TimeSpan.FromSeconds(120))) throw new InvalidOperationException("the server did not start");
        Address = new Uri($"http://127.0.0.1:{port.Task.Result}/");
    }

    public static bool IsInstalled => Installed.Value;

    public Uri Address { get; }

    /// <summary>What Triton's codec read in each request.</summary>
    public ConcurrentQueue<JsonElement> Requests { get; } = new();

    public void Dispose() => _node.Dispose();
}
