using System;
using System.Text;
using LowLatency.Console.Tests.Rendering;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.ConsoleHost.Screens;

namespace LowLatency.Console.Tests.Screens;

/// <summary>
/// The console without a machine around it: keys go in, each frame goes through the encoder into a virtual terminal,
/// whose every cell must then be the one that was drawn.
/// </summary>
internal sealed class ScreenView
{
    private readonly FrameEncoder _encoder = new(new Palette(ColorDepth.Palette), asciiOnly: false);
    private readonly CellBuffer _buffer = new();

    public ScreenView(IRunSource source, int columns, int rows)
    {
        App = new ScreenApp(source, () => new RuntimeFigures(3, 1, 0, TimeSpan.FromMilliseconds(1.5), 48_000_000));
        Resize(columns, rows);
    }

    public ScreenApp App { get; }

    public VirtualTerminal Screen { get; private set; } = null!;

    /// <summary>Types keys: characters, or names in angle brackets such as &lt;Enter&gt;.</summary>
    public ScreenView Type(string keys)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            int close = keys[i] == '<' ? keys.IndexOf('>', i) : -1;
            if (close < 0)
            {
                App.OnKey(new KeyPress(Key.Character, keys[i]));
                continue;
            }

            App.OnKey(new KeyPress(Enum.Parse<Key>(keys[(i + 1)..close])));
            i = close;
        }

        Draw();
        return this;
    }

    public void Resize(int columns, int rows)
    {
        Screen = new VirtualTerminal(columns, rows);
        _buffer.Resize(columns, rows);
        _encoder.Invalidate();
    }

    public void Draw()
    {
        App.Draw(_buffer, nowMs: 1_000_000);
        Screen.Feed(_encoder.Encode(_buffer));
        for (int y = 0; y < _buffer.Rows; y++)
        {
            StringBuilder wanted = new();
            foreach (Cell cell in _buffer.Row(y))
            {
                if (!cell.IsTail) wanted.Append(new Rune(cell.Rune));
            }

            string shown = Screen.Row(y);
            if (wanted.ToString().TrimEnd() != shown) throw new InvalidOperationException($"row {y} shows: {shown}");
        }
    }
}
