using System;
using System.IO;

namespace LowLatency;

/// <summary>Files of the repository that a test was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>A path below the root.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A committed vector file.</summary>
    public static string Vectors(string name) => PathOf("tests", "Vectors", name);

    /// <summary>A file of the bundled market.</summary>
    public static string MarketSmall(string name) => PathOf("data", "market-small", name);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LowLatency.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests must run inside the repository.");
    }
}
