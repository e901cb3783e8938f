using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace LowLatency.ConsoleHost.Live;

/// <summary>
/// Advises the system to back this process's memory with huge pages: the engine's tables are looked up at random, and
/// with pages of 4 KiB the processor's cache of addresses is too small for them. What is touched already is joined now,
/// the rest when it is touched, so tables with room to spare take more memory. Linux, where transparent huge pages are
/// "madvise" or "always"; elsewhere nothing happens.
/// Source: Linux man-pages madvise(2): MADV_HUGEPAGE 14, MADV_COLLAPSE 25 (since Linux 6.1).
/// </summary>
internal static partial class HugePages
{
    private const long PageBytes = 2L << 20;
    private const int AdviceHugePage = 14;
    private const int AdviceCollapse = 25;

    /// <summary>Advises for all private anonymous memory there is now; bytes that it was done for.</summary>
    public static long Advise()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        long bytes = 0;
        foreach (string line in File.ReadAllLines("/proc/self/maps"))
        {
            if (TryReadRange(line, out long from, out long to)) bytes += Advise(from, to);
        }

        return bytes;
    }

    /// <summary>The whole huge pages of a line's mapping; false if it has none, or is not plain memory.</summary>
    internal static bool TryReadRange(string line, out long from, out long to)
    {
        (from, to) = (0, 0);
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 5 || words[1] != "rw-p") return false; // a sixth word is a file, the stack or the like
        string[] ends = words[0].Split('-');
        from = (Address(ends[0]) + PageBytes - 1) & -PageBytes;
        to = Address(ends[1]) & -PageBytes;
        return from < to;
    }

    private static long Address(string text) =>
        long.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static long Advise(long from, long to)
    {
        // Advice changes no content, whatever the range holds; a refusal leaves all as it was.
        if (Advise((nint)from, (nint)(to - from), AdviceHugePage) != 0) return 0;
        for (long page = from; page < to; page += PageBytes)
            _ = Advise((nint)page, (nint)PageBytes, AdviceCollapse); // refused where nothing is touched yet
        return to - from;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nint sizeBytes, int advice);
}
