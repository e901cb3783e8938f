using System;
using System.IO;
using System.Text;

namespace LowLatency.ConsoleHost;

/// <summary>
/// Stdout or stderr of the process. What cannot be written (closed, disk full) is one line and an exit code, as with
/// any other output; a message that nobody can be shown is let go. A reader that went away (a broken pipe) is no
/// failure: the runtime takes its bytes. Words of a server or a file stand in what is said, so control characters but
/// line ends and tabs become question marks: they would steer the terminal.
/// </summary>
/// <param name="inner">The process's writer.</param>
/// <param name="isNeeded">True for stdout: the verb fails with it.</param>
internal sealed class StandardWriter(TextWriter inner, bool isNeeded) : TextWriter
{
    /// <summary>Whether a person at a terminal reads it; only that one wants a line that counts on in place.</summary>
    public static bool IsWatched(TextWriter errors) =>
        ReferenceEquals(errors, Console.Error) && !Console.IsErrorRedirected;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Try(() => inner.Write(IsSteering(value) ? '?' : value));

    /// <inheritdoc/>
    public override void Write(string? value) => Try(() => inner.Write(Clean(value)));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Try(() => inner.WriteLine(Clean(value)));

    /// <inheritdoc/>
    public override void Flush() => Try(inner.Flush);

    private static bool IsSteering(char letter) => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t');

    private static bool HasSteering(ReadOnlySpan<char> text)
    {
        foreach (char letter in text)
        {
            if (IsSteering(letter)) return true;
        }

        return false;
    }

    private static string? Clean(string? text)
    {
        if (text is null || !HasSteering(text)) return text;
        return string.Create(text.Length, text, static (clean, from) =>
        {
            for (int i = 0; i < clean.Length; i++) clean[i] = IsSteering(from[i]) ? '?' : from[i];
        });
    }

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
