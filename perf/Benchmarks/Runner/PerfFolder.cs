using System;
using System.IO;
using System.IO.Compression;

namespace LowLatency.Benchmarks.Runner;

/// <summary>Where the committed files of this folder's programs are.</summary>
internal static class PerfFolder
{
    /// <summary>The real three-DEX graph that comes with the project.</summary>
    internal static StreamReader OpenGraph() => new(new GZipStream(
        File.OpenRead(PathOf("../data/graphs/solana_3dex_2023-05-12.csv.gz")), CompressionMode.Decompress));

    /// <summary>A file below <c>perf</c> of the clone that this program was built from.</summary>
    internal static string PathOf(string relative)
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "LowLatency.sln")))
                return Path.Combine(d.FullName, "perf", relative);
        }

        throw new InvalidOperationException("LowLatency.sln is not above the program's folder");
    }
}
