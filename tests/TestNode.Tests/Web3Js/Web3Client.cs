using System;
using System.Diagnostics;
using System.Text.Json;
using System.Threading;
using LowLatency.Feeds.Tests.Support;
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
    private static readonly Lazy<bool> Installed = new(() => NodeJs.Runs("Web3Js", "require('@solana/web3.js')"));

    private readonly NodeJs _node = new("Web3Js", "client.cjs");

    public static bool IsInstalled => Installed.Value;

    public JsonElement Ask(object request) => _node.Ask(request).GetProperty("value");

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

    public void Dispose() => _node.Dispose();
}
