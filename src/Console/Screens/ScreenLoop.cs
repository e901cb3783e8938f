using System;
using LowLatency.ConsoleHost.Rendering;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>How the screens were left.</summary>
internal enum ScreenExit : byte
{
    /// <summary>The user wants the run to end.</summary>
    Quit,

    /// <summary>The user, or a terminal that is gone, wants it to go on without screens.</summary>
    Detach,
}

/// <summary>
/// Keys in, frames out, at 20 Hz, after a key at once but never above 30 Hz; once a second while the window does not
/// have the focus. Runs on the thread that calls it.
/// </summary>
internal sealed class ScreenLoop(ITerminal terminal, ScreenApp app, FrameEncoder encoder, Func<bool> isInterrupted)
{
    private const long FrameMs = 50;
    private const long FrameMsMin = 34;
    private const long UnfocusedFrameMs = 1000;

    private readonly CellBuffer _buffer = new();
    private readonly KeyParser _keys = new();
    private readonly byte[] _input = new byte[64];
    private bool _isFocused = true;

    /// <summary>Runs until the user leaves, or the process is asked to end.</summary>
    public ScreenExit Run()
    {
        using TerminalSession session = new(terminal);
        long drawnMs = long.MinValue / 2;
        bool isUrgent = true;
        while (!app.IsQuit && !app.IsDetached)
        {
            if (isInterrupted()) return ScreenExit.Quit;
            long nowMs = Environment.TickCount64;
            long dueMs = drawnMs + (isUrgent ? FrameMsMin : _isFocused ? FrameMs : UnfocusedFrameMs);
            if (nowMs >= dueMs)
            {
                DrawFrame(session, nowMs);
                drawnMs = nowMs;
                isUrgent = false;
                continue;
            }

            int count = terminal.Read(_input.AsSpan(0, _keys.Room), (int)Math.Min(dueMs - nowMs, FrameMs));
            if (count < 0) return ScreenExit.Detach;
            isUrgent |= TakeKeys(session, _input.AsSpan(0, count));
        }

        return app.IsQuit ? ScreenExit.Quit : ScreenExit.Detach;
    }

    private bool TakeKeys(TerminalSession session, ReadOnlySpan<byte> bytes)
    {
        bool any = false;
        _keys.Feed(bytes);
        while (_keys.TryNext(out KeyPress key, bytes.IsEmpty))
        {
            any = true;
            if (key.Key is Key.FocusIn or Key.FocusOut) _isFocused = key.Key == Key.FocusIn;
            else if (key is { Key: Key.Control, Rune: 'Z' }) session.Suspend();
            else app.OnKey(key);
        }

        return any;
    }

    private void DrawFrame(TerminalSession session, long nowMs)
    {
        (int columns, int rows) = terminal.Size;
        if (columns != _buffer.Columns || rows != _buffer.Rows)
        {
            _buffer.Resize(columns, rows);
            encoder.Invalidate();
        }

        if (session.TakeRepaint() || app.IsRepaintWanted) encoder.Invalidate();
        app.IsRepaintWanted = false;
        app.Draw(_buffer, nowMs);
        ReadOnlySpan<byte> bytes = encoder.Encode(_buffer);
        if (!bytes.IsEmpty) session.Write(bytes);
    }
}
