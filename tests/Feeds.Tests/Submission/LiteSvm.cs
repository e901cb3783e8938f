using System;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Submission;

/// <summary>
/// A fact that needs Node and the npm package litesvm; reported as skipped, with the reason, where they are missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LiteSvmFactAttribute : FactAttribute
{
    public LiteSvmFactAttribute()
    {
        if (!LiteSvm.IsInstalled)
        {
            Skip = "Node or litesvm is missing: npm install --no-package-lock --prefix tests/LiteSvm";
        }
    }
}

/// <summary>The Solana VM in a Node process; one request and one answer a line.</summary>
internal sealed class LiteSvm : IDisposable
{
    private static readonly Lazy<bool> Installed =
        new(() => NodeJs.Runs("LiteSvm", "require('litesvm');require('@solana/kit')"));

    private readonly NodeJs _node = new("LiteSvm", "runner.cjs");

    public static bool IsInstalled => Installed.Value;

    public JsonElement Ask(object request) => _node.Ask(request);

    public Pubkey Blockhash() => Pubkey.Parse(Ask(new { op = "blockhash" }).GetProperty("blockhash").GetString());

    public void Airdrop(in Pubkey key, ulong lamports) =>
        Ask(new { op = "airdrop", address = key.ToString(), lamports = $"{lamports}" });

    public (ulong Lamports, Pubkey Owner, byte[] Data)? Account(in Pubkey key)
    {
        JsonElement answer = Ask(new { op = "account", address = key.ToString() });
        if (!answer.GetProperty("exists").GetBoolean()) return null;
        return (
            ulong.Parse(answer.GetProperty("lamports").GetString()!),
            Pubkey.Parse(answer.GetProperty("owner").GetString()),
            answer.GetProperty("data").GetBytesFromBase64());
    }

    public void Put(in Pubkey key, ulong lamports, in Pubkey owner, byte[] data) => Ask(new
    {
        op = "put",
        address = key.ToString(),
        lamports = $"{lamports}",
        owner = owner.ToString(),
        data = Convert.ToBase64String(data),
    });

    public JsonElement Send(ReadOnlySpan<byte> transaction) =>
        Ask(new { op = "send", transaction = Convert.ToBase64String(transaction) });

    public JsonElement Decode(ReadOnlySpan<byte> transaction) =>
        Ask(new { op = "decode", transaction = Convert.ToBase64String(transaction) });

    public void Dispose() => _node.Dispose();
}
