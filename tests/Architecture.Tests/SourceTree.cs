using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace LowLatency.Architecture.Tests;

/// <summary>The repository's source files.</summary>
internal static class SourceTree
{
    public static string Root => Repository.Root;

    /// <summary>Folders that builds and installations make; nothing in them is the project's own.</summary>
    private static readonly string[] Made = ["obj", "bin", "node_modules"];

    public static IEnumerable<string> Files(string folder, string pattern = "*.cs") =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(f => !Made.Any(part => f.Contains(Path.DirectorySeparatorChar + part + Path.DirectorySeparatorChar)))
            .OrderBy(f => f, StringComparer.Ordinal);

    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');
}
