using System;
using System.Collections.Generic;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Rendering;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>Every setting in force and what set it: a flag, a variable, the file, or nothing (the default).</summary>
internal sealed class SettingsScreen : Screen
{
    // Behind the longest name, priorityFeeCapMicroLamportsPerCu.
    private const int ValueColumn = 33;

    private readonly Scroller _scroller = new();

    public override string Name => "Settings";

    public override string Hints => "up/down scroll";

    public override bool OnKey(KeyPress key, Model model) => _scroller.OnKey(key);

    public override void Draw(Area area, Model model)
    {
        IReadOnlyList<SettingRow> rows = model.Source.Settings;
        area.Text(0, 0, "setting", Ink.Dim);
        int sourceColumn = ValueColumn + 22 + Math.Max(0, (area.Width - ScreenApp.ColumnsMin) * 2 / 3);
        int valueWidth = sourceColumn - ValueColumn - 1;
        area.Text(ValueColumn, 0, "value", Ink.Dim);
        area.Text(sourceColumn, 0, "set by", Ink.Dim);
        if (rows.Count == 0) area.Text(0, 1, "no data", Ink.Dim);
        _scroller.Fit(rows.Count, area.Height - 1);
        for (int i = 0; i < area.Height - 1 && _scroller.Top + i < rows.Count; i++)
        {
            SettingRow row = rows[_scroller.Top + i];
            bool isSet = row.Source != "default";
            area.Part(0, 0, ValueColumn - 1, area.Height).Text(0, i + 1, row.Name, isSet ? Ink.Strong : Ink.Normal);
            area.Part(ValueColumn, 0, valueWidth, area.Height)
                .Text(0, i + 1, row.InWords(), isSet ? Ink.Strong : Ink.Normal);
            area.Text(sourceColumn, i + 1, row.Source, isSet ? Ink.Warn : Ink.Dim);
            if (_scroller.Top + i == _scroller.At) area.TintRow(i + 1, Ink.Selected);
        }
    }
}
