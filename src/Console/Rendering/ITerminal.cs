using System;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>A terminal as the console needs it: raw keys in, bytes out, a size.</summary>
internal interface ITerminal : IDisposable
{
    /// <summary>Columns and rows now; asked before each frame, so a resize needs no event.</summary>
    (int Columns, int Rows) Size { get; }

    /// <summary>
    /// Keys come at once, unechoed, Ctrl-C among them. May be called again after <see cref="LeaveRaw"/>.
    /// </summary>
    void EnterRaw();

    /// <summary>As it was before. Any thread, any number of times.</summary>
    void LeaveRaw();

    /// <summary>Writes everything; blocks while the terminal is slow. A terminal that is gone swallows it.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Waits for keys.</summary>
    /// <returns>Bytes read; 0 after the time; -1 if the terminal is gone.</returns>
    int Read(Span<byte> destination, int timeoutMs);

    /// <summary>
    /// Stops the process as Ctrl-Z does, now or a moment later. Does nothing where there is no such thing.
    /// </summary>
    void Suspend();
}
