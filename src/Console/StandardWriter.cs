using System;
using System.IO;
using System.Text;
using LowLatency.ConsoleHost.Commands;

namespace LowLatency.ConsoleHost;

/// <summary>
/// Stdout or stderr of the process. What cannot be written (closed, disk full) is one line and an exit code, as with
/// any other output; a message that nobody can be shown is let go. A reader that went away (a broken pipe) is no
/// failure: the runtime takes its bytes.
/// </summary>
/// <param name="inner">The process's writer.</param>
/// <param name="isNeeded">True for stdout: the verb fails with it.</param>
internal sealed class StandardWriter(TextWriter inner, bool isNeeded) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(string? value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            if (isNeeded)
                throw new CommandException($"stdout cannot be written: {wrong.Message}", ExitCodes.CannotCreate);
        }
    }
}
