using System;
using LowLatency.Feeds.Capture;

namespace LowLatency.ConsoleHost;

/// <summary>
/// A verb cannot do what it was asked; the message is one line that says what is wrong and what to do instead.
/// </summary>
internal sealed class CommandException(string message, int exitCode = ExitCodes.Usage) : Exception(message)
{
    /// <summary>Exit code of the process.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>A capture that cannot be read, read on, or written.</summary>
    public static CommandException Of(CaptureFault fault) => new(fault.ToString(), fault.Kind switch
    {
        CaptureFaultKind.Unwritable => ExitCodes.CannotCreate,
        CaptureFaultKind.FileMissing or CaptureFaultKind.Unreadable => ExitCodes.NoInput,
        _ => ExitCodes.BadData,
    });
}
