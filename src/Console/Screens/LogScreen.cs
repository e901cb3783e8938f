using System;
using LowLatency.ConsoleHost.Rendering;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>What happened, newest last. It never stops: it follows the end unless the cursor is moved up.</summary>
internal sealed class LogScreen : Screen
{
    private const int ShiftColumns = 30;
    private const int ShiftMax = 600;
    private static readonly string[] LevelNames = ["debug", "info", "warning", "ERROR"];
    private readonly long[] _shown = new long[RunLog.Capacity];
    private readonly Scroller _scroller = new() { At = int.MaxValue };
    private string _search = string.Empty;
    private LogLevel _least = LogLevel.Info;
    private bool _follows = true;
    private int _shift;

    public override string Name => "Log";

    public override string Hints => "/ search  l level  G newest  right: long lines";

    public override string? Filter => _search;

    public override void SetFilter(string text, Model model) => _search = text;

    public override bool OnKey(KeyPress key, Model model)
    {
        if (key.Is('l'))
        {
            _least = (LogLevel)(((int)_least + 1) % LevelNames.Length);
            return true;
        }

        if (key.Key is Key.Left or Key.Right)
        {
            _shift = Math.Clamp(_shift + (key.Key == Key.Right ? ShiftColumns : -ShiftColumns), 0, ShiftMax);
            return true;
        }

        if (!_scroller.OnKey(key)) return false;
        _follows = key.Key == Key.End || key.Is('G');
        return true;
    }

    public override void Draw(Area area, Model model)
    {
        RunLog log = model.Source.Log;
        long total = log.Count;
        int count = 0;
        for (long n = Math.Max(0, total - RunLog.Capacity); n < total; n++)
        {
            if (log.TryRead(n, out LogLine line) && IsWanted(in line)) _shown[count++] = n;
        }

        int x = area.Print(0, 0, Ink.Dim, $"{total:N0} lines, {count:N0} shown, from {LevelNames[(int)_least]} up (l)");
        if (_search.Length != 0) x = area.Print(x, 0, Ink.Warn, $"  search: {_search}");
        long gone = total - RunLog.Capacity;
        if (gone > 0) x = area.Print(x, 0, Ink.Dim, $"  the oldest {gone:N0} are gone");
        if (_shift != 0) x = area.Print(x + 2, 0, Ink.Warn, $"from column {_shift + 1:N0}; left goes back");
        if (!_follows) area.Text(x + 2, 0, "scrolled; G follows again", Ink.Warn);
        if (count == 0) area.Text(0, 2, total == 0 ? "no data: nothing was logged yet" : "no line matches", Ink.Dim);
        if (_follows) _scroller.At = int.MaxValue;
        int height = area.Height - 1;
        _scroller.Fit(count, height);
        for (int i = 0; i < height && _scroller.Top + i < count; i++)
        {
            if (log.TryRead(_shown[_scroller.Top + i], out LogLine line)) DrawLine(area, i + 1, in line, _shift);
            if (!_follows && _scroller.Top + i == _scroller.At) area.TintRow(i + 1, Ink.Selected);
        }
    }

    private bool IsWanted(in LogLine line) =>
        line.Level >= _least
        && (_search.Length == 0 || line.Text.Contains(_search, StringComparison.OrdinalIgnoreCase)
            || line.Area.Contains(_search, StringComparison.OrdinalIgnoreCase));

    private static void DrawLine(Area area, int y, in LogLine line, int shift)
    {
        long second = line.UtcMs / 1000;
        int end = area.Print(0, y, Ink.Dim, $"{second / 3600 % 24:D2}:{second / 60 % 60:D2}:{second % 60:D2}");
        area.Print(end, y, Ink.Dim, $".{line.UtcMs % 1000:D3}");
        Ink ink = line.Level switch
        {
            LogLevel.Error => Ink.Bad,
            LogLevel.Warning => Ink.Warn,
            LogLevel.Debug => Ink.Dim,
            _ => Ink.Normal,
        };
        area.Text(13, y, LevelNames[(int)line.Level], ink);
        int x = area.Text(21, y, line.Area, Ink.Dim);
        x = area.Text(Math.Max(x + 1, 29), y, line.Text.AsSpan(Math.Min(shift, line.Text.Length)), ink);
        if (line.Slot != 0) area.Print(x, y, Ink.Dim, $" (slot {line.Slot})");
    }
}
