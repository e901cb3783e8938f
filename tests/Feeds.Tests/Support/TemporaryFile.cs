using System;
using System.IO;

namespace LowLatency.Feeds.Tests.Support;

/// <summary>A file that is deleted with the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(ReadOnlySpan<byte> content, string suffix = ".capture")
    {
        FilePath = Path.Combine(Path.GetTempPath(), "lowlatency-" + Guid.NewGuid().ToString("N") + suffix);
        File.WriteAllBytes(FilePath, content);
    }

    public string FilePath { get; }

    public void Dispose() => File.Delete(FilePath);
}
