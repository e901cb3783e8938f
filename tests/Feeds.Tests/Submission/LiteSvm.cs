using System;
using System.Diagnostics;
using System.IO;
using System.Text.Json;
using LowLatency.Engine.Solana;
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
    private static readonly Lazy<bool> Installed = new(Probe);
    private readonly Process _process;

    public LiteSvm() => _process = Start("runner.cjs") ?? throw new InvalidOperationException("node did not start");

    public static bool IsInstalled => Installed.Value;

    public JsonElement Ask(object request)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(request));
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the VM process ended");
        JsonElement answer = JsonDocument.Parse(line).RootElement.Clone();
        Assert.True(answer.GetProperty("ok").GetBoolean(), line);
        return answer;
    }

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
            using Process? process = Start("-e", "require('litesvm');require('@solana/kit')");
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
            string path = Path.Combine(folder.FullName, "tests", "LiteSvm");
            if (File.Exists(Path.Combine(path, "runner.cjs"))) return path;
        }

        throw new DirectoryNotFoundException("tests/LiteSvm is not above the test binary");
    }
}
