using System;
using System.IO;

namespace LowLatency.ConsoleHost.Config;

/// <summary>The file that is written when a path is: behind links, whose own times stand still.</summary>
internal static class WrittenFile
{
    /// <summary>The file, through all links; null if there is none, or it cannot be looked at now.</summary>
    public static FileInfo? Find(string path)
    {
        try
        {
            FileInfo file = new(path);
            if (file.LinkTarget is null) return file.Exists ? file : null;
            FileSystemInfo? last = File.ResolveLinkTarget(path, returnFinalTarget: true);
            return last is FileInfo { Exists: true } written ? written : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null; // a chain of links that ends nowhere, or a folder that may not be entered
        }
    }
}
