using System;
using System.Text;
using LowLatency.ConsoleHost.Rendering;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>A line that is being typed at the bottom: a command, a filter.</summary>
internal sealed class Prompt(char sign, string begin, Func<string, string[]> complete)
{
    private readonly StringBuilder _text = new(begin);
    private string[] _candidates = [];
    private int _candidate = -1;

    /// <summary>The sign before it: a colon or a slash.</summary>
    public char Sign { get; } = sign;

    public string Text => _text.ToString();

    /// <summary>Takes a key; true when the line is complete, null when it was given up.</summary>
    public bool? OnKey(KeyPress key)
    {
        switch (key.Key)
        {
            case Key.Enter:
                return true;
            case Key.Escape:
            case Key.Control when key.Rune == 'C':
                return null;
            case Key.Backspace:
                if (_text.Length == 0) return null;
                _text.Length--;
                Forget();
                return false;
            case Key.Control when key.Rune == 'U':
                _text.Clear();
                Forget();
                return false;
            case Key.Tab:
                Complete();
                return false;
            case Key.Character:
                if (_text.Length < 120) _text.Append(new Rune(key.Rune).ToString());
                Forget();
                return false;
            default:
                return false;
        }
    }

    public void Draw(Area area, int y)
    {
        int x = area.Print(0, y, Ink.Strong, $"{Sign}{Text}");
        area.Put(x, y, ' ', Ink.Selected);
        x += 2;
        for (int i = 0; i < _candidates.Length && x < area.Width; i++)
            x = area.Text(x, y, _candidates[i], i == _candidate ? Ink.Selected : Ink.Dim) + 1;
    }

    private void Complete()
    {
        if (_candidates.Length == 0)
        {
            _candidates = complete(Text);
            _candidate = -1;
        }

        if (_candidates.Length == 0) return;
        _candidate = (_candidate + 1) % _candidates.Length;
        _text.Clear().Append(_candidates[_candidate]);
        if (_candidates.Length == 1) Forget();
    }

    private void Forget()
    {
        _candidates = [];
        _candidate = -1;
    }
}
