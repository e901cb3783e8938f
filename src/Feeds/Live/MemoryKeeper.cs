using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;

namespace LowLatency.Feeds.Live;

/// <summary>
/// Keeps the C library's heap of a long run flat. glibc gives each thread that allocates an arena of its own and keeps
/// there what was freed; the runtime's compiler works on threads that come and go, up to seven megabytes each time, and
/// so leaves pages behind in one arena after the other. It takes them 64 KiB at a time: blocks of that size get pages
/// of their own here, which go when they are freed, and once in a while the rest is given back.
/// The managed side of it is the build's <c>BoundsYoungGarbage</c>.
/// None of a run's own threads waits for it: they do not allocate. Elsewhere than on glibc it does nothing and says so.
/// Owner: a timer's thread.
/// Source: man-pages mallopt(3), malloc_trim(3); glibc malloc.h for the parameter's number; dotnet/runtime
/// src/coreclr/jit/alloc.cpp for the compiler's page size.
/// </summary>
public sealed partial class MemoryKeeper : IDisposable
{
    private const int TrimEveryMs = 30_000;
    private const int MmapThreshold = -3; // M_MMAP_THRESHOLD
    private const int OwnPagesFromBytes = 32 << 10;

    private readonly Timer? _timer;
    private long _trims;

    /// <summary>Begins.</summary>
    public MemoryKeeper()
    {
        // A connection that is reset has .NET's sockets take a stack trace with source lines: two megabytes of readers,
        // loaded by the first one. Here they are loaded at the start, and not while somebody waits for the reconnect.
        _ = new StackTrace(fNeedFileInfo: true);
        IsWorking = TryBound();
        if (IsWorking) _timer = new Timer(static me => ((MemoryKeeper)me!).Trim(), this, TrimEveryMs, TrimEveryMs);
    }

    /// <summary>False if this C library is not glibc: then nothing is done.</summary>
    public bool IsWorking { get; }

    /// <summary>Times that the free pages were given back. Any thread.</summary>
    public long Trims => Volatile.Read(ref _trims);

    /// <summary>Gives the free pages back now. Any thread.</summary>
    public void Trim()
    {
        if (!IsWorking) return;
        _ = GiveBack(0);
        Interlocked.Increment(ref _trims);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private static bool TryBound()
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            return SetOption(MmapThreshold, OwnPagesFromBytes) == 1;
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int GiveBack(nuint keptBytes);
}
