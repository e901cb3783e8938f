using System;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>
/// Where each microsecond went: percentiles a stage, one histogram drawn, the slowest events and their culprit.
/// </summary>
internal sealed class LatencyScreen : Screen
{
    private const int ShortRows = 24; // below, blank lines and a chart line make room for the slowest event

    private readonly Scroller _scroller = new();
    private readonly SlowEvent[] _slow = new SlowEvent[WorstEvents.Capacity];
    private readonly Comparison<SlowEvent> _slowest = static (a, b) => b.TotalNs.CompareTo(a.TotalNs);
    private readonly double[] _heights = new double[256];

    public override string Name => "Latency";

    public override string Hints => "up/down choose the histogram";

    public override bool OnKey(KeyPress key, Model model) => _scroller.OnKey(key);

    public override void Draw(Area area, Model model)
    {
        if (model.Latency.Rows.Count == 0)
        {
            area.Text(0, 1, "no data: the run takes no time stamps (--no-stamps)", Ink.Dim);
            DrawRuntime(area, 3, model);
            return;
        }

        bool isShort = area.Height < ShortRows;
        int y = DrawTable(area, model) + (isShort ? 0 : 1);
        int chart = Math.Clamp(area.Height - y - 10, isShort ? 2 : 3, 12);
        LatencyFigures chosen = model.Latency.Rows[_scroller.At];
        DrawHistogram(area.Part(0, y, area.Width, chart + 2), chosen);
        y += chart + 2;
        y = DrawRuntime(area, y, model);
        DrawSlowest(area.Part(0, y, area.Width, area.Height - y), model);
    }

    private int DrawTable(Area area, Model model)
    {
        _scroller.Fit(model.Latency.Rows.Count, model.Latency.Rows.Count);
        area.Text(0, 0, "time in a step, with waits", Ink.Dim);
        area.Right(34, 0, Ink.Dim, $"count");
        area.Right(43, 0, Ink.Dim, $"p50");
        area.Right(52, 0, Ink.Dim, $"p90");
        area.Right(61, 0, Ink.Dim, $"p99");
        area.Right(70, 0, Ink.Dim, $"p99.9");
        area.Right(79, 0, Ink.Dim, $"max");
        int y = 1;
        foreach (LatencyFigures row in model.Latency.Rows)
        {
            bool isChosen = y - 1 == _scroller.At;
            area.Text(0, y, row.Name, Ink.Normal);
            if (row.Count == 0) area.Text(27, y, "no data", Ink.Dim);
            else
            {
                area.Right(34, y, Ink.Normal, $"{row.Count:N0}");
                for (int i = 0; i < row.Ns.Length; i++)
                    area.Right(43 + (9 * i), y, Ink.Normal, $"{new Duration(row.Ns[i])}");
                area.Right(79, y, Ink.Normal, $"{new Duration(row.MaxNs)}");
            }

            if (isChosen) area.TintRow(y, Ink.Selected);
            y++;
        }

        return y;
    }

    /// <summary>Counts by time, both on logarithmic scales: a tail of one in a million is still a column.</summary>
    private void DrawHistogram(Area area, LatencyFigures chosen)
    {
        int x = area.Print(0, 0, Ink.Title, $"{chosen.Name} ");
        area.Text(x, 0, "(how many, log scale; time, log scale)", Ink.Dim);
        LatencyHistogram histogram = chosen.Histogram;
        if (histogram.Count == 0)
        {
            area.Text(0, 1, "no data", Ink.Dim);
            return;
        }

        int rows = area.Height - 2;
        int columns = Math.Min(area.Width, _heights.Length);
        double low = Math.Log(Math.Max(1, histogram.MinNs));
        double step = Math.Max(1e-3, (Math.Log(Math.Max(2, histogram.MaxNs + 1)) - low) / columns);
        double top = 0;
        long from = 0;
        for (int i = 0; i < columns; i++)
        {
            long to = i == columns - 1 ? LatencyHistogram.MaxTrackableNs : (long)Math.Exp(low + (step * (i + 1)));
            long count = to > from ? histogram.CountBetween(from, to) : 0;
            _heights[i] = count == 0 ? 0 : 1 + Math.Log10(count);
            top = Math.Max(top, _heights[i]);
            from = Math.Max(from, to + 1);
        }

        for (int i = 0; i < columns; i++)
        {
            double height = rows * _heights[i] / top;
            for (int r = 0; r < rows; r++)
                area.Put(i, rows - r, Glyphs.Column(Math.Clamp(height - r, 0, 1)), Ink.Bar);
        }

        area.Print(0, rows + 1, Ink.Dim, $"{new Duration(histogram.MinNs)}");
        area.Print(columns / 2, rows + 1, Ink.Dim, $"{new Duration((long)Math.Exp(low + (step * columns / 2)))}");
        area.Right(columns, rows + 1, Ink.Dim, $"{new Duration(histogram.MaxNs)}");
    }

    private static int DrawRuntime(Area area, int y, Model model)
    {
        RuntimeFigures runtime = model.Runtime;
        int x = area.Text(0, y, "runtime  ", Ink.Title);
        x = area.Print(x, y, Ink.Normal, $"collections {runtime.Gen0}/{runtime.Gen1}/{runtime.Gen2}, ");
        x = area.Print(x, y, Ink.Normal, $"paused {new Duration((long)(runtime.Pauses.TotalMilliseconds * 1e6))}, ");
        area.Print(x, y, Ink.Normal, $"heap {new Bytes(runtime.HeapBytes)}");
        if (model.Run is not { } run) return y + 1;
        x = area.Text(0, y + 1, "allocated since the first frame  ", Ink.Dim);
        for (int i = 0; i < run.View.GroupCount; i++)
        {
            x = area.Print(x, y + 1, Ink.Dim, $"{run.View.GroupName(i)} ");
            x = area.Print(x, y + 1, Ink.Normal, $"{new Bytes(model.AllocatedBytes(i))}  ");
        }

        // Accounts that came larger than any state of theirs before: the one thing that allocates once it runs.
        if (model.HasMarket)
            area.Print(x, y + 1, Ink.Dim, $"buffers grown {model.Market.BufferAllocations:N0}x");

        return y + 2;
    }

    private void DrawSlowest(Area area, Model model)
    {
        if (area.Height < 2 || model.Run?.View.Latency?.Worst is not { } worst) return;
        int count = 0;
        for (int i = 0; i < worst.Rows.Count; i++)
        {
            if (worst.Rows.TryRead(i, out SlowEvent slow)) _slow[count++] = slow;
        }

        area.Text(0, 0, "slowest events", Ink.Title);
        area.Right(32, 0, Ink.Dim, $"whole");
        area.Text(34, 0, "of it in", Ink.Dim);
        area.Text(58, 0, "routes, bytes, pool", Ink.Dim);
        _slow.AsSpan(0, count).Sort(_slowest);
        for (int i = 0; i < Math.Min(count, area.Height - 1); i++) DrawSlow(area, i + 1, in _slow[i], model.Names);
    }

    private static void DrawSlow(Area area, int y, in SlowEvent slow, PoolNames names)
    {
        area.Print(0, y, Ink.Normal, $"event {slow.Sequence} slot {slow.Slot}");
        area.Right(32, y, Ink.Strong, $"{new Duration(slow.TotalNs)}");
        long previous = slow.Stamps[0];
        long longest = 0;
        StampId culprit = StampId.Published;
        for (int i = 1; i < Stamps.Count; i++)
        {
            if (slow.Stamps[i] == 0) continue;
            if (slow.Stamps[i] - previous > longest)
            {
                longest = slow.Stamps[i] - previous;
                culprit = (StampId)i;
            }

            previous = slow.Stamps[i];
        }

        area.Print(34, y, Ink.Warn, $"{LatencyRows.NameOf(culprit)} {new Duration(longest)}");
        int x = area.Print(58, y, Ink.Normal, $"{slow.OpportunityCount:N0}, {new Bytes(slow.PayloadLengthBytes)}");
        if (slow.PoolId < 0) return;
        PoolName name = names.Of(slow.PoolId);
        area.Print(x, y, Ink.Dim, $", {VenueNames.Short(name.Venue)} {name.MintA}/{name.MintB}");
    }
}
