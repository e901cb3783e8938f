using System;
using System.IO;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>The capture that comes with the program, copied beside it by the build.</summary>
internal static class BundledCapture
{
    /// <summary>Its folder.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "data", "market-small");

    /// <summary>Its file.</summary>
    public static string FilePath => Path.Combine(Folder, "capture.jsonl.gz");
}
