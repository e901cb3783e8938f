using System.Collections.Generic;
using System.Globalization;
using LowLatency.ConsoleHost.Journal;
using LowLatency.Engine.Events;
using LowLatency.Feeds.Capture;

namespace LowLatency.ConsoleHost.Config;

/// <summary>
/// Rows of settings with those that changed while the run was at work: value now, and the event from which on. Made
/// again only when there is a new change. One thread.
/// </summary>
internal sealed class ChangedRows
{
    private IReadOnlyList<SettingRow> _start = [];
    private IReadOnlyList<SettingRow> _rows = [];
    private IReadOnlyList<AppliedSetting>? _applied;

    public IReadOnlyList<SettingRow> Of(IReadOnlyList<SettingRow> start, SettingTrail trail)
    {
        IReadOnlyList<AppliedSetting> applied = trail.Applied;
        if (ReferenceEquals(_applied, applied) && ReferenceEquals(_start, start)) return _rows;
        _start = start;
        _applied = applied;
        _rows = applied.Count == 0 ? start : With(start, trail, applied);
        return _rows;
    }

    private static List<SettingRow> With(
        IReadOnlyList<SettingRow> start, SettingTrail trail, IReadOnlyList<AppliedSetting> applied)
    {
        List<SettingRow> rows = [.. start];
        foreach (AppliedSetting one in applied)
        {
            string line = SettingText.Line(one.Change);
            int equals = line.IndexOf('=');
            string name = line[..equals];
            string key = SettingText.KeyOf(one.Change.Id);
            string place = trail.PlaceOf(key) ?? "recorded";
            string source = string.Create(CultureInfo.InvariantCulture, $"{place}, after event {one.Sequence}");
            int keyAt = rows.FindIndex(row => row.Name == key);
            int at = rows.FindIndex(row => row.Name == name);
            SettingRow changed = new(
                keyAt < 0 ? string.Empty : rows[keyAt].Section, name, line[(equals + 1)..], source);
            if (at >= 0) rows[at] = changed;
            else rows.Insert(keyAt + 1, changed); // an entry of a map stands below its map
        }

        return rows;
    }
}
