using LowLatency.ConsoleHost.Rendering;
using LowLatency.Engine.Pipeline.View;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>A stage as the pipeline's picture shows it.</summary>
internal sealed class StageRow(string name, string group, int groupIndex, int stageIndex)
{
    /// <summary>Half a minute of half seconds.</summary>
    public const int HistoryCount = 60;

    private long _sampled;

    public string Name { get; } = name;

    public string Group { get; } = group;

    public int GroupIndex { get; } = groupIndex;

    /// <summary>Events it had to see.</summary>
    public long Events { get; private set; }

    /// <summary>Events a second in the last sample; negative before the first.</summary>
    public double EventsPerSecond { get; private set; } = -1;

    public History Rates { get; } = new(HistoryCount);

    public void Take(in GroupFigures figures) => Events = figures.Seen[stageIndex];

    public void Sample(double seconds)
    {
        EventsPerSecond = (Events - _sampled) / seconds;
        _sampled = Events;
        Rates.Add(EventsPerSecond);
    }

    /// <summary>Begins to count again, as after a pause.</summary>
    public void Skip() => _sampled = Events;
}
