using System;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>
/// The controlling terminal of a Unix process, on file descriptors 0 and 1. The C library is called directly: the
/// runtime's console reads keys through its own parser, which knows no focus reports, and allocates.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class UnixTerminal : ITerminal
{
    private const int Input = 0;
    private const int Output = 1;

    // termios is 60 bytes in glibc on x86-64 and arm64 and 72 in macOS: the layout is left to the C library.
    private const int TermiosBytesMax = 256;

    // Source: POSIX termios.h and poll.h; the values are equal in Linux and macOS.
    private const int TcsaNow = 0;
    private const short PollIn = 1;
    private const int Eintr = 4;

    // Source: asm-generic/ioctls.h (Linux). Elsewhere the runtime is asked.
    private const nuint TiocGWinSz = 0x5413;

    // Source: signal.h; 19 is Linux on x86-64 and arm64, 17 macOS.
    private static readonly int SigStop = OperatingSystem.IsMacOS() ? 17 : 19;

    private readonly byte[] _original = new byte[TermiosBytesMax];
    private readonly byte[] _raw = new byte[TermiosBytesMax];
    private readonly object _gate = new();
    private bool _isRaw;

    public UnixTerminal()
    {
        if (tcgetattr(Input, ref _original[0]) != 0) throw new InvalidOperationException("stdin is no terminal");
        _original.CopyTo(_raw, 0);
        cfmakeraw(ref _raw[0]);
    }

    public (int Columns, int Rows) Size
    {
        get
        {
            WindowSize size = default;
            if (OperatingSystem.IsLinux() && ioctl(Output, TiocGWinSz, ref size) == 0 && size.Columns != 0)
                return (size.Columns, size.Rows);
            return OperatingSystem.IsLinux() ? (80, 24) : (Console.WindowWidth, Console.WindowHeight);
        }
    }

    public void EnterRaw()
    {
        lock (_gate)
        {
            _ = tcsetattr(Input, TcsaNow, ref _raw[0]);
            _isRaw = true;
        }
    }

    public void LeaveRaw()
    {
        lock (_gate)
        {
            if (_isRaw) _ = tcsetattr(Input, TcsaNow, ref _original[0]);
            _isRaw = false;
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written = write(Output, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
            if (written > 0) bytes = bytes[(int)written..];
            else if (Marshal.GetLastPInvokeError() != Eintr) return;
        }
    }

    public int Read(Span<byte> destination, int timeoutMs)
    {
        PollDescriptor descriptor = new() { FileDescriptor = Input, Events = PollIn };
        int ready = poll(ref descriptor, 1, timeoutMs);
        if (ready == 0) return 0;
        if (ready < 0) return Marshal.GetLastPInvokeError() == Eintr ? 0 : -1;
        nint count = read(Input, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length);
        if (count > 0) return (int)count;
        return count < 0 && Marshal.GetLastPInvokeError() == Eintr ? 0 : -1;
    }

    public void Suspend() => _ = kill(Environment.ProcessId, SigStop);

    /// <summary>Stops the whole job, so that a shell sees it and whoever started us stops too.</summary>
    public static void SuspendJob(int stopSignal) => _ = kill(0, stopSignal);

    public void Dispose() => LeaveRaw();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int FileDescriptor;
        public short Events;
        public short Result;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelsX;
        public ushort PixelsY;
    }

    [LibraryImport("libc")]
    private static partial int tcgetattr(int fileDescriptor, ref byte termios);

    [LibraryImport("libc")]
    private static partial int tcsetattr(int fileDescriptor, int action, ref byte termios);

    [LibraryImport("libc")]
    private static partial void cfmakeraw(ref byte termios);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int fileDescriptor, nuint request, ref WindowSize size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(ref PollDescriptor descriptors, nuint count, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fileDescriptor, ref byte buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int fileDescriptor, ref byte buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int kill(int processId, int signal);
}
