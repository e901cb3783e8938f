using System;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>
/// The Windows console with virtual terminal sequences in both directions (Windows 10 and later). Written from the
/// documentation and not tested: no such machine was at hand.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsTerminal : ITerminal
{
    // Source: Microsoft, Console reference: GetStdHandle, SetConsoleMode, SetConsoleOutputCP, WaitForSingleObject.
    private const int StdInput = -10;
    private const int StdOutput = -11;
    private const uint VirtualTerminalInput = 0x0200;
    private const uint ProcessedOutput = 0x0001;
    private const uint VirtualTerminalProcessing = 0x0004;
    private const uint NoAutoReturn = 0x0008;
    private const uint Utf8 = 65001;
    private const uint WaitObject0 = 0;
    private const uint WaitTimeout = 258;

    private readonly nint _input = GetStdHandle(StdInput);
    private readonly nint _output = GetStdHandle(StdOutput);
    private readonly uint _originalInput;
    private readonly uint _originalOutput;
    private readonly uint _originalPage = GetConsoleOutputCP();

    public WindowsTerminal()
    {
        if (!GetConsoleMode(_input, out _originalInput) || !GetConsoleMode(_output, out _originalOutput))
            throw new InvalidOperationException("stdin or stdout is no console");
    }

    public (int Columns, int Rows) Size => (Console.WindowWidth, Console.WindowHeight);

    public void EnterRaw()
    {
        _ = SetConsoleOutputCP(Utf8);
        _ = SetConsoleMode(_input, VirtualTerminalInput);
        uint output = _originalOutput | ProcessedOutput | VirtualTerminalProcessing | NoAutoReturn;
        if (!SetConsoleMode(_output, output))
            throw new InvalidOperationException("this console knows no virtual terminal sequences");
    }

    public void LeaveRaw()
    {
        _ = SetConsoleMode(_input, _originalInput);
        _ = SetConsoleMode(_output, _originalOutput);
        _ = SetConsoleOutputCP(_originalPage);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            ref byte first = ref MemoryMarshal.GetReference(bytes);
            if (!WriteFile(_output, ref first, (uint)bytes.Length, out uint written, 0) || written == 0) return;
            bytes = bytes[(int)written..];
        }
    }

    public int Read(Span<byte> destination, int timeoutMs)
    {
        uint result = WaitForSingleObject(_input, (uint)timeoutMs);
        if (result == WaitTimeout) return 0;
        if (result != WaitObject0) return -1;
        ref byte first = ref MemoryMarshal.GetReference(destination);
        return ReadFile(_input, ref first, (uint)destination.Length, out uint read, 0) ? (int)read : -1;
    }

    public void Suspend()
    {
        // A Windows console has no stopped jobs.
    }

    public void Dispose() => LeaveRaw();

    [LibraryImport("kernel32")]
    private static partial nint GetStdHandle(int handle);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint handle, uint mode);

    [LibraryImport("kernel32")]
    private static partial uint GetConsoleOutputCP();

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleOutputCP(uint page);

    [LibraryImport("kernel32")]
    private static partial uint WaitForSingleObject(nint handle, uint milliseconds);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool ReadFile(nint handle, ref byte buffer, uint count, out uint read, nint overlapped);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool WriteFile(nint handle, ref byte buffer, uint count, out uint written, nint overlapped);
}
