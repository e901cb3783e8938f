using System;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Feeds.Live;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>Who delivers first, what was lost, where the chain is and how much of the slot is left.</summary>
internal sealed class FeedsScreen : Screen
{
    private const int BarColumns = 24;

    public override string Name => "Feeds";

    public override string Hints => "space pause  . step a slot  +/- speed";

    public override void Draw(Area area, Model model)
    {
        area.Heading(0, "Slot clock");
        if (model.Run is null || !model.HasDedup || model.Slot == 0)
        {
            area.Text(0, 1, "no data: no slot was seen yet", Ink.Dim);
            return;
        }

        DrawClock(area, model);
        area.Heading(5, "Endpoints, the race for each update");
        int y = DrawEndpoints(area, 6, model) + 1;
        area.Heading(y, "Feed");
        DrawFeed(area, y + 1, model);
    }

    private static void DrawClock(Area area, Model model)
    {
        SlotClock clock = model.SlotClock;
        int x = area.Print(0, 1, Ink.Strong, $"slot {model.Slot}");
        if (model.Dedup.HeadSlot == 0) area.Text(x, 1, "   head no data", Ink.Dim);
        else area.Print(x, 1, Ink.Normal, $"   head {model.Dedup.HeadSlot}");
        long meanNs = clock.MeanSlotNs;
        if (meanNs <= 0) area.Text(0, 2, "no data: one slot so far, so its length is not known", Ink.Dim);
        else
        {
            long leftNs = Math.Max(0, meanNs - clock.ElapsedNs);
            x = area.Print(0, 2, Ink.Normal, $"since first update {new Duration(clock.ElapsedNs),7} ");
            area.Put(x, 2, '[', Ink.Dim);
            area.Bar(x + 1, 2, BarColumns, Math.Min(1, (double)clock.ElapsedNs / meanNs), Ink.Bar);
            area.Put(x + 1 + BarColumns, 2, ']', Ink.Dim);
            area.Print(x + 3 + BarColumns, 2, Ink.Normal, $"{new Duration(leftNs)} left of {new Duration(meanNs)}");
        }

        x = area.Print(0, 3, Ink.Normal, $"forks {model.Dedup.Forks:N0}   rollbacks {model.Dedup.Rollbacks:N0}   ");
        if (!model.HasMarket) return;
        Ink ink = model.Market.Gaps == 0 ? Ink.Normal : Ink.Bad;
        x = area.Print(x, 3, ink, $"all feeds down {model.Market.Gaps:N0} times   ");
        ink = model.Market.StaleTimes == 0 ? Ink.Normal : Ink.Bad;
        area.Print(x, 3, ink, $"all pools stale {model.Market.StaleTimes:N0} times");
    }

    private static int DrawEndpoints(Area area, int y, Model model)
    {
        area.Text(0, y, "endpoint", Ink.Dim);
        area.Right(28, y, Ink.Dim, $"delivered");
        area.Right(37, y, Ink.Dim, $"first");
        area.Right(45, y, Ink.Dim, $"share");
        area.Right(53, y, Ink.Dim, $"copies");
        area.Right(61, y, Ink.Dim, $"missed");
        area.Right(69, y, Ink.Dim, $"opened");
        area.Right(75, y, Ink.Dim, $"lost");
        y++;
        if (model.Endpoints.Rows.Count == 0) area.Text(0, y++, "no data: no endpoint was seen yet", Ink.Dim);
        foreach (EndpointView row in model.Endpoints.Rows) y = DrawEndpoint(area, y, row, model);
        return y;
    }

    private static int DrawEndpoint(Area area, int y, EndpointView row, Model model)
    {
        bool isOpen = (model.Dedup.OpenMask & (1u << row.EndpointId)) != 0;
        int x = area.Print(0, y, Ink.Strong, $"{row.EndpointId} ");
        bool isDemoted = !isOpen && row.Health is { State: HealthState.Demoted };
        area.Text(x, y, isOpen ? "open" : isDemoted ? "DEMOTED" : "CLOSED", isOpen ? Ink.Good : Ink.Bad);
        var f = row.Figures;
        area.Right(28, y, Ink.Normal, $"{f.Delivered:N0}");
        area.Right(37, y, Ink.Normal, $"{f.Wins:N0}");
        if (f.Delivered != 0) area.Right(45, y, Ink.Normal, $"{100.0 * f.Wins / f.Delivered:F1} %");
        area.Right(53, y, Ink.Normal, $"{f.Duplicates:N0}");
        area.Right(61, y, f.Missed == 0 ? Ink.Normal : Ink.Warn, $"{f.Missed:N0}");
        area.Right(69, y, Ink.Normal, $"{f.Opened:N0}");
        area.Right(75, y, f.Closed == 0 ? Ink.Normal : Ink.Warn, $"{f.Closed:N0}");
        x = area.Text(2, y + 1, row.Address.Length == 0 ? "address unknown" : row.Address, Ink.Dim);
        long behind = (long)(model.Slot - Math.Min(model.Slot, f.SlotMax));
        if (f.SlotMax == 0) area.Text(x, y + 1, "  newest slot no data", Ink.Dim);
        else area.Print(x, y + 1, Ink.Dim, $"  newest slot {f.SlotMax}, {behind:N0} behind");
        x = DrawLead(area, 2, y + 2, "first by ", row.Lead);
        x = DrawLead(area, x, y + 2, ", second by ", row.Lag);
        area.Text(x, y + 2, " (p50 / p99)", Ink.Dim);
        DrawHealth(area, y + 3, in f, row.Health);
        return y + 4;
    }

    private static void DrawHealth(Area area, int y, in EndpointFigures f, EndpointHealthStatus? health)
    {
        int x = area.Text(2, y, "loss ", Ink.Dim);
        long due = f.Delivered + f.Missed;
        x = due == 0
            ? area.Text(x, y, "no data", Ink.Dim)
            : area.Print(x, y, Ink.Normal, $"{100.0 * f.Missed / due:F1} %");
        x = area.Text(x, y, ", forks right ", Ink.Dim);
        x = f.SlotsTold == 0
            ? area.Text(x, y, "no data", Ink.Dim)
            : area.Print(x, y, Ink.Normal, $"{100.0 * (f.SlotsTold - f.SlotsAbandoned) / f.SlotsTold:F1} %");
        x = area.Text(x, y, ", gaps ", Ink.Dim);
        x = area.Print(x, y, f.Gaps == 0 ? Ink.Normal : Ink.Warn, $"{f.Gaps:N0}");
        if (health is not { Demotions: > 0 } h) return;
        x = area.Print(x, y, Ink.Warn, $", demoted {h.Demotions:N0}x:");
        x = DrawCause(area, x, y, " late ", h.Late);
        x = DrawCause(area, x, y, " loss ", h.Loss);
        x = DrawCause(area, x, y, " behind ", h.SlotsBehind);
        x = DrawCause(area, x, y, " breaks ", h.Breaks);
        if (h.State == HealthState.OnTrial) area.Text(x, y, " trial", Ink.Warn);
    }

    private static int DrawCause(Area area, int x, int y, ReadOnlySpan<char> what, long count)
    {
        if (count == 0) return x;
        x = area.Text(x, y, what, Ink.Dim);
        return area.Print(x, y, Ink.Dim, $"{count:N0}");
    }

    private static int DrawLead(Area area, int x, int y, ReadOnlySpan<char> what, LatencyFigures? figures)
    {
        x = area.Text(x, y, what, Ink.Dim);
        if (figures is null || figures.Count == 0) return area.Text(x, y, "no data", Ink.Dim);
        return area.Print(x, y, Ink.Normal, $"{new Duration(figures.P50Ns)} / {new Duration(figures.P99Ns)}");
    }

    private static void DrawFeed(Area area, int y, Model model)
    {
        if (!model.HasProgress)
        {
            area.Text(0, y, "no data: this feed has no end to come nearer to", Ink.Dim);
            return;
        }

        var progress = model.Progress;
        int x = area.Text(0, y, "capture ", Ink.Dim);
        area.Put(x, y, '[', Ink.Dim);
        double share = progress.FileBytes == 0 ? 0 : (double)progress.FileBytesRead / progress.FileBytes;
        area.Bar(x + 1, y, BarColumns, share, Ink.Bar);
        area.Put(x + 1 + BarColumns, y, ']', Ink.Dim);
        x = area.Print(x + 3 + BarColumns, y, Ink.Normal, $"{new Bytes(progress.FileBytesRead)} of ");
        area.Print(x, y, Ink.Normal, $"{new Bytes(progress.FileBytes)}");
        area.Print(0, y + 1, Ink.Normal, $"frames {progress.Frames:N0}   events {progress.Events:N0}");
    }
}
