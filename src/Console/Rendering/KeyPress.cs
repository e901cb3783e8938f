namespace LowLatency.ConsoleHost.Rendering;

/// <summary>Keys that are not characters, and news of the window.</summary>
internal enum Key : byte
{
    /// <summary>A character: see <see cref="KeyPress.Rune"/>.</summary>
    Character = 0,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    Tab,
    ShiftTab,
    Enter,
    Escape,
    Backspace,

    /// <summary>A control character; <see cref="KeyPress.Rune"/> is its letter.</summary>
    Control,

    /// <summary>The window has the focus again.</summary>
    FocusIn,

    /// <summary>The window has lost the focus.</summary>
    FocusOut,
}

/// <summary>One key.</summary>
internal readonly record struct KeyPress(Key Key, int Rune = 0)
{
    public bool Is(char character) => Key == Key.Character && Rune == character;
}
