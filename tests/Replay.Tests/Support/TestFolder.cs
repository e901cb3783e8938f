using System;
using System.IO;

namespace LowLatency.Replay.Tests.Support;

/// <summary>An empty folder that is deleted with the test, and the repository's own data.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "lowlatency-" + Guid.NewGuid().ToString("N"));

    /// <summary>The bundled market.</summary>
    public static string MarketSmall =>
        Path.Combine(AppContext.BaseDirectory, "data", "market-small", "capture.jsonl.gz");

    /// <summary>A file beside the bundled capture.</summary>
    public static string Beside(string name) => Path.Combine(Path.GetDirectoryName(MarketSmall)!, name);

    /// <summary>Folder <c>data</c> of the repository.</summary>
    public static string RepositoryData => Repository.PathOf("data");

    public string At(string name) => Path.Combine(Root, name);

    public string Write(string name, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(At(name), content);
        return At(name);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
