using System;
using System.IO;
using System.Text.Json;
using LowLatency.ConsoleHost;
using Xunit;

namespace LowLatency.Console.Tests.Reports;

/// <summary>One replay of the bundled capture kept in a folder, and its report, for a class of tests.</summary>
public sealed class ReportRun : IDisposable
{
    public ReportRun()
    {
        Assert.Equal(0, Run(out _, out _, "replay", "--run-dir", Folder, "--max-hops", "3"));
        Assert.Equal(0, Run(out string written, out _, "report", Folder));
        Written = written;
        Page = File.ReadAllText(At("report.html"));
        Json = JsonDocument.Parse(File.ReadAllText(At("report.json"))).RootElement;
    }

    public string Folder { get; } = NewFolder();

    /// <summary>What the verb printed.</summary>
    public string Written { get; }

    public string Page { get; }

    public JsonElement Json { get; }

    public string At(string name) => Path.Combine(Folder, name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>A path where no folder is yet.</summary>
    public static string NewFolder() => Path.Combine(Path.GetTempPath(), "lowlatency-" + Guid.NewGuid().ToString("N"));

    /// <summary>Runs a command line.</summary>
    public static int Run(out string output, out string errors, params string[] args)
    {
        using StringWriter told = new();
        using StringWriter wrong = new();
        int code = Program.Run(args, told, TextWriter.Synchronized(wrong));
        output = told.ToString();
        errors = wrong.ToString();
        return code;
    }

    /// <summary>The element of a path as the page writes it: <c>run.report.search[Audit: disagreements]</c>.</summary>
    public static JsonElement Resolve(JsonElement at, string path)
    {
        int i = 0;
        while (i < path.Length)
        {
            if (path[i] == '[')
            {
                int close = path.IndexOf(']', i);
                string inside = path[(i + 1)..close];
                at = at.ValueKind == JsonValueKind.Array ? at[int.Parse(inside)] : at.GetProperty(inside);
                i = close + 1;
                continue;
            }

            if (path[i] == '.') i++;
            int end = path.IndexOfAny(['.', '['], i);
            if (end < 0) end = path.Length;
            at = at.GetProperty(path[i..end]);
            i = end;
        }

        return at;
    }
}
