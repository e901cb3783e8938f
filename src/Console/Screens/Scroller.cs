using System;
using LowLatency.ConsoleHost.Rendering;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>A cursor in a list that is longer than the screen.</summary>
internal sealed class Scroller
{
    private int _height = 1;

    /// <summary>First row shown.</summary>
    public int Top { get; private set; }

    /// <summary>Last row that fits the window.</summary>
    public int Bottom => Top + _height - 1;

    /// <summary>Row under the cursor.</summary>
    public int At { get; set; }

    /// <summary>Fits cursor and window to a list of so many rows shown in so many lines.</summary>
    public void Fit(int count, int height)
    {
        _height = Math.Max(1, height);
        At = Math.Clamp(At, 0, Math.Max(0, count - 1));
        if (At < Top) Top = At;
        if (At >= Top + _height) Top = At - _height + 1;
        Top = Math.Clamp(Top, 0, Math.Max(0, count - _height));
    }

    /// <summary>Moves the cursor; the next <see cref="Fit"/> keeps it in the list.</summary>
    public bool OnKey(KeyPress key)
    {
        int? move = key.Key switch
        {
            Key.Up => -1,
            Key.Down => 1,
            Key.PageUp => -_height,
            Key.PageDown => _height,
            Key.Home => -At,
            Key.End => int.MaxValue - At,
            Key.Character when key.Rune == 'k' => -1,
            Key.Character when key.Rune == 'j' => 1,
            Key.Character when key.Rune == 'g' => -At,
            Key.Character when key.Rune == 'G' => int.MaxValue - At,
            _ => null,
        };
        if (move is not { } step) return false;
        At = (int)Math.Clamp((long)At + step, 0, int.MaxValue);
        return true;
    }
}
