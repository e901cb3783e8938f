using System;
using System.Collections.Generic;
using System.Globalization;
using LowLatency.Engine.Events;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>
/// Followed cycles over slots. Above: how many were born, stacked by how they ended. Below: a bar each from birth to
/// end, in the first row that is free; full colour if one of its decisions was a Go, faint if none was.
/// </summary>
internal static class TimelinePlot
{
    private const int Left = 50;
    private const int Right = 14;
    private const int Top = 18;
    private const int ColumnsHeight = 90;
    private const int Gap = 14;
    private const int RowHeight = 9;
    private const int BarHeight = 7;
    private const int Bottom = 44;
    private const double LeastBar = 3;

    public static string Draw(JournalDigest journal, int width)
    {
        Scale across = SlotScale(journal, Left, width - Right);
        List<int> rows = Rows(journal, across);
        int count = 0;
        foreach (int row in rows) count = Math.Max(count, row + 1);
        int bars = Top + ColumnsHeight + Gap;
        int height = bars + (count * RowHeight) + Bottom;
        Svg svg = new(width, height, "followed cycles over slots, by how they ended");
        SlotGrid(svg, across, journal, Top, height - Bottom);
        Columns(svg, across, journal);
        for (int i = 0; i < rows.Count; i++)
        {
            LifeBar life = journal.Lives[i];
            double x = across.At(life.BirthSlot);
            double end = across.At(life.BirthSlot + (double)life.SpanSlots);
            string hint = string.Create(
                CultureInfo.InvariantCulture,
                $"{life.Id}: {life.Label}, {life.SpanSlots} slots from slot {life.BirthSlot}; net "
                + $"{Mark.SolText(life.NetProfitLamports)}; {life.Decisions} decisions"
                + $"{(life.Taken ? ", taken" : ", not taken")}; {life.Venues}");
            svg.Rect(
                x, bars + (rows[i] * RowHeight), Math.Max(LeastBar, end - x), BarHeight,
                $"fill {StyleOf(life.Label)}{(life.Taken ? string.Empty : " faint")}",
                Mark.Tie($"journal.lives[{i}].span_slots", life.SpanSlots), hint);
        }

        return svg.Close();
    }

    /// <summary>Colour of a label.</summary>
    public static string StyleOf(string label) => label switch
    {
        nameof(LifeLabel.Alive) => "c0",
        nameof(LifeLabel.Captured) => "c1",
        nameof(LifeLabel.Evaporated) => "c6",
        nameof(LifeLabel.Stale) => "c3",
        _ => "c8",
    };

    /// <summary>The scale of slots that all drawings over time share.</summary>
    public static Scale SlotScale(JournalDigest journal, double from, double to) =>
        new(journal.FirstSlot, journal.LastSlot + 1.0, from, to);

    /// <summary>Lines and labels of the slots, counted from the first.</summary>
    public static void SlotGrid(Svg svg, Scale across, JournalDigest journal, double top, double bottom)
    {
        Scale since = new(0, across.High - across.Low, across.At(across.Low), across.At(across.High));
        foreach (double tick in since.Ticks(svg.Width == Svg.Wide ? 10 : 4, whole: true))
        {
            svg.Line(since.At(tick), top, since.At(tick), bottom, "grid");
            string text = tick.ToString("+0;-0;0", CultureInfo.InvariantCulture);
            if (since.At(tick) + (text.Length * Svg.CharWidth / 2) > svg.Width) continue;
            svg.Label(since.At(tick), bottom + 16, "middle", text);
        }

        string title = string.Create(CultureInfo.InvariantCulture, $"slots since {journal.FirstSlot}");
        svg.Label((across.At(across.Low) + across.At(across.High)) / 2, bottom + 36, "middle", title);
    }

    private static void Columns(Svg svg, Scale across, JournalDigest journal)
    {
        long most = 1;
        foreach (SlotBucket bucket in journal.Buckets) most = Math.Max(most, Sum(bucket.Births));
        Scale up = new(0, most, Top + ColumnsHeight, Top);
        svg.Line(Left, up.At(0), svg.Width - Right, up.At(0), "base");
        svg.Label(Left - 6, up.At(most) + 4, "end", most.ToString("N0", CultureInfo.InvariantCulture));
        svg.Label(Left - 6, up.At(0) + 4, "end", "0");
        string per = journal.SlotsPerBucket == 1 ? "slot" : $"{journal.SlotsPerBucket} slots";
        svg.Label(Left, Top - 6, "start", $"born in each {per}");
        for (int i = 0; i < journal.Buckets.Count; i++)
        {
            SlotBucket bucket = journal.Buckets[i];
            double x = across.At(bucket.Slot);
            double width = Math.Max(1, across.At(bucket.Slot + (double)journal.SlotsPerBucket) - x - 0.5);
            double below = 0;
            for (int label = 0; label < bucket.Births.Count; label++)
            {
                if (bucket.Births[label] == 0) continue;
                double y = up.At(below + bucket.Births[label]);
                svg.Rect(
                    x, y, width, up.At(below) - y, $"fill {StyleOf(journal.LabelNames[label])}",
                    Mark.Tie($"journal.buckets[{i}].births[{label}]", bucket.Births[label]));
                below += bucket.Births[label];
            }
        }
    }

    private static List<int> Rows(JournalDigest journal, Scale across)
    {
        List<double> ends = [];
        List<int> rows = [];
        foreach (LifeBar life in journal.Lives)
        {
            double x = across.At(life.BirthSlot);
            int row = 0;
            while (row < ends.Count && ends[row] > x) row++;
            if (row == ends.Count) ends.Add(0);
            ends[row] = Math.Max(x + LeastBar, across.At(life.BirthSlot + (double)life.SpanSlots)) + 1;
            rows.Add(row);
        }

        return rows;
    }

    private static long Sum(IReadOnlyList<long> counts)
    {
        long sum = 0;
        foreach (long count in counts) sum += count;
        return sum;
    }
}
