using System;
using System.IO;
using LowLatency.ConsoleHost.Journal;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.Engine.Events;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>One decision in the words of <c>explain</c>, made once when it is opened; it stands still then.</summary>
internal sealed class ExplainPane
{
    private readonly string[] _lines;
    private int _top;
    private int _height = 1;

    public ExplainPane(in Opportunity decision, DecisionBook book)
    {
        StringWriter text = new() { NewLine = "\n" };
        new DecisionText(book, text).Write(in decision, decision.MessageLengthBytes);
        _lines = text.ToString().TrimEnd('\n').Split('\n');
    }

    public void Draw(Area area)
    {
        bool hasMore = _lines.Length > area.Height;
        _height = hasMore ? area.Height - 1 : area.Height;
        _top = Math.Clamp(_top, 0, Math.Max(0, _lines.Length - _height));
        for (int i = 0; i < _height && _top + i < _lines.Length; i++)
        {
            string line = _lines[_top + i];
            area.Text(0, i, line, InkOf(line, _top + i));
        }

        if (!hasMore) return;
        int last = Math.Min(_lines.Length, _top + _height);
        area.Print(0, area.Height - 1, Ink.Dim, $"lines {_top + 1} to {last} of {_lines.Length}; down for more");
    }

    public bool OnKey(KeyPress key)
    {
        Scroller scroller = new() { At = _top };
        scroller.Fit(_lines.Length, _height);
        if (!scroller.OnKey(key)) return false;
        _top = Math.Min(scroller.At, _lines.Length);
        return true;
    }

    private static Ink InkOf(string line, int number)
    {
        if (number == 0) return line.Contains(": GO", StringComparison.Ordinal) ? Ink.Good : Ink.Warn;
        bool isHeading = line.Length != 0 && line[0] != ' ';
        if (number <= 2 && isHeading) return Ink.Strong;
        return isHeading && (line.StartsWith("Leg", StringComparison.Ordinal)
            || line.StartsWith("Money", StringComparison.Ordinal)
            || line.StartsWith("Costs", StringComparison.Ordinal)
            || line.StartsWith("Transaction", StringComparison.Ordinal)) ? Ink.Title : Ink.Normal;
    }
}
