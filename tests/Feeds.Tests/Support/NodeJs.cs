using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Text.Json;
using Xunit;

namespace LowLatency.Feeds.Tests.Support;

/// <summary>A script of a folder below tests/ in a Node.js process, which ends when its input does.</summary>
internal sealed class NodeJs : IDisposable
{
    public NodeJs(string folder, params string[] arguments) =>
        Process = Start(folder, arguments) ?? throw new InvalidOperationException("node did not start");

    public Process Process { get; }

    /// <summary>True if Node.js is there and runs these lines in the folder: <c>require</c> of packages.</summary>
    public static bool Runs(string folder, string lines)
    {
        try
        {
            using Process? process = Start(folder, "-e", lines);
            return process is not null && process.WaitForExit(20_000) && process.ExitCode == 0;
        }
        catch (Exception error) when (error is Win32Exception or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>One request and one answer a line; the answer says <c>ok</c>.</summary>
    public JsonElement Ask(object request)
    {
        Process.StandardInput.WriteLine(JsonSerializer.Serialize(request));
        Process.StandardInput.Flush();
        string line = Process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the process ended");
        JsonElement answer = JsonDocument.Parse(line).RootElement.Clone();
        Assert.True(answer.GetProperty("ok").GetBoolean(), line);
        return answer;
    }

    public void Dispose()
    {
        Process.StandardInput.Close();
        if (!Process.WaitForExit(5000)) Process.Kill();
        Process.Dispose();
    }

    private static Process? Start(string folder, params string[] arguments)
    {
        ProcessStartInfo info = new("node", arguments)
        {
            WorkingDirectory = Repository.PathOf("tests", folder),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process? process = Process.Start(info);
        process?.BeginErrorReadLine(); // drained, so that a warning cannot block the process
        return process;
    }
}
