using System.Collections.Generic;
using LowLatency.ConsoleHost.Rendering;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>Every setting in force and what set it: a flag, a variable, the file, or nothing (the default).</summary>
internal sealed class SettingsScreen : Screen
{
    private readonly Scroller _scroller = new();

    public override string Name => "Settings";

    public override string Hints => "up/down scroll";

    public override bool OnKey(KeyPress key, Model model) => _scroller.OnKey(key);

    public override void Draw(Area area, Model model)
    {
        IReadOnlyList<SettingRow> rows = model.Source.Settings;
        area.Text(0, 0, "setting", Ink.Dim);
        area.Text(31, 0, "value", Ink.Dim);
        area.Text(54, 0, "set by", Ink.Dim);
        if (rows.Count == 0) area.Text(0, 1, "no data", Ink.Dim);
        _scroller.Fit(rows.Count, area.Height - 1);
        for (int i = 0; i < area.Height - 1 && _scroller.Top + i < rows.Count; i++)
        {
            SettingRow row = rows[_scroller.Top + i];
            bool isSet = row.Source != "default";
            area.Part(0, 0, 30, area.Height).Text(0, i + 1, row.Name, isSet ? Ink.Strong : Ink.Normal);
            area.Part(31, 0, 22, area.Height).Text(0, i + 1, row.Value, isSet ? Ink.Strong : Ink.Normal);
            area.Text(54, i + 1, row.Source, isSet ? Ink.Warn : Ink.Dim);
            if (_scroller.Top + i == _scroller.At) area.TintRow(i + 1, Ink.Selected);
        }
    }
}
