using System;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline.View;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>
/// The picture of the machine: rings, stages with their rates and latencies, what was dropped and decided.
/// </summary>
internal sealed class PipelineScreen : Screen
{
    private const int BarColumns = 20;
    private const int WideColumns = 120;
    private const int NarrowFunnelColumns = 34;
    private const int ShortRows = 24; // below, blank lines make room for the funnel
    private static readonly string[] DropNames = Enum.GetNames<DropCause>();
    private static readonly string[] ReasonNames = Enum.GetNames<DecisionReason>();

    public override string Name => "Pipeline";

    public override string Hints => "space pause  . step a slot  +/- speed";

    public override void Draw(Area area, Model model)
    {
        if (model.Run is not { } run)
        {
            area.Text(0, 1, "no data: the run has not begun", Ink.Dim);
            return;
        }

        int y = DrawRings(area, run.View);
        int gap = area.Height < ShortRows ? 0 : 1;
        y = DrawStages(area, y + gap, model) + gap;
        int split = area.Width >= WideColumns ? area.Width / 2 : NarrowFunnelColumns;
        DrawFunnel(area.Part(0, y, split - 2, area.Height - y), model);
        DrawCounts(area.Part(split, y, area.Width - split, area.Height - y), model);
    }

    private static int DrawRings(Area area, PipelineView view)
    {
        area.Heading(0, "Rings");
        int y = 1;
        if (view.EventRingEntries == 0)
        {
            int x = area.Text(0, y, "events       ", Ink.Dim);
            area.Text(x, y, "no ring: stages run on the feed's own thread (inline)", Ink.Normal);
            y++;
        }
        else
        {
            DrawRing(area, y++, "events", view.EventRingOccupancy, view.EventRingEntries);
            long refused = view.Refused;
            if (refused != 0) area.Print(64, y - 1, Ink.Bad, $"{refused:N0} refused");
        }

        int end = DrawRing(area, y, "payloads", view.PayloadRingUsedBytes, view.PayloadRingBytes);
        area.Print(end + 1, y, Ink.Dim, $"({new Bytes(view.PayloadRingBytes)})");
        return y + 1;
    }

    private static int DrawRing(Area area, int y, string name, long used, long capacity)
    {
        area.Text(0, y, name, Ink.Dim);
        double share = capacity == 0 ? 0 : (double)used / capacity;
        area.Put(13, y, '[', Ink.Dim);
        area.Bar(14, y, BarColumns, share, share > 0.5 ? Ink.Bad : Ink.Bar);
        area.Put(14 + BarColumns, y, ']', Ink.Dim);
        return area.Print(16 + BarColumns, y, Ink.Normal, $"{used:N0} of {capacity:N0}");
    }

    private static int DrawStages(Area area, int top, Model model)
    {
        area.Heading(top, "Stages");
        int y = top + 1;
        bool isWide = area.Width >= WideColumns;
        area.Text(0, y, "stage", Ink.Dim);
        area.Right(26, y, Ink.Dim, $"events");
        area.Right(35, y, Ink.Dim, $"events/s");
        area.Right(43, y, Ink.Dim, $"lag");
        area.Right(53, y, Ink.Dim, $"p50");
        area.Right(63, y, Ink.Dim, $"p99");
        area.Right(73, y, Ink.Dim, $"max");
        if (isWide) area.Text(76, y, "events/s, newest right", Ink.Dim);
        y++;
        int group = -1;
        foreach (StageRow stage in model.Stages)
        {
            bool isFirst = stage.GroupIndex != group;
            group = stage.GroupIndex;
            int x = area.Text(0, y, stage.Name, Ink.Strong);
            if (isFirst && model.Run!.View.GroupCount > 1) area.Print(x + 1, y, Ink.Dim, $"@{stage.Group}");
            area.Right(26, y, Ink.Normal, $"{stage.Events:N0}");
            if (stage.EventsPerSecond < 0 || model.IsPaused) area.Right(35, y, Ink.Dim, $"-");
            else area.Right(35, y, Ink.Normal, $"{new Count(stage.EventsPerSecond)}");
            if (isFirst) area.Right(43, y, Ink.Normal, $"{model.Run!.View.GroupLagEntries(group):N0}");
            DrawLatency(area, y, model.Latency.Find(stage.Name));
            if (isWide)
                area.Sparkline(76, y, Math.Min(StageRow.HistoryCount, area.Width - 76), stage.Rates, Ink.Bar);
            y++;
        }

        return y;
    }

    private static void DrawLatency(Area area, int y, LatencyFigures? latency)
    {
        if (latency is null || latency.Count == 0)
        {
            area.Right(53, y, Ink.Dim, $"no data");
            return;
        }

        area.Right(53, y, Ink.Normal, $"{new Duration(latency.P50Ns)}");
        area.Right(63, y, Ink.Normal, $"{new Duration(latency.P99Ns)}");
        area.Right(73, y, Ink.Normal, $"{new Duration(latency.MaxNs)}");
    }

    private static void DrawFunnel(Area area, Model model)
    {
        area.Heading(0, "Funnel");
        if (!model.HasMarket || !model.HasDedup || !model.HasSinks)
        {
            area.Text(0, 1, "no data yet", Ink.Dim);
            return;
        }

        MarketFigures market = model.Market;
        int y = 1;
        Row(area, y++, "updates accepted", model.Dedup.Accepted, "first of the endpoints", Ink.Normal);
        Row(area, y++, "searches", market.Searches, "a pool's rates changed", Ink.Normal);
        Row(area, y++, "cycles", market.Cycles, "rates multiply to > 1", Ink.Normal);
        Row(area, y++, "decisions", model.Sinks.Decisions, "one a cycle and base mint", Ink.Normal);
        Row(area, y++, "taken", market.MessagesBuilt, "unsigned message built", Ink.Good);
        long withheld = model.Source.Gate.WithheldCount;
        Row(area, y, "withheld", withheld, "by the trading gate", withheld == 0 ? Ink.Normal : Ink.Warn);
    }

    private static void Row(Area area, int y, ReadOnlySpan<char> name, long count, ReadOnlySpan<char> note, Ink ink)
    {
        area.Text(0, y, name, Ink.Normal);
        area.Right(30, y, ink, $"{count:N0}");
        if (area.Width > NarrowFunnelColumns) area.Text(32, y, note, Ink.Dim);
    }

    private static void DrawCounts(Area area, Model model)
    {
        if (area.Height < 2 || !model.HasSinks) return;
        area.Heading(0, "Decided and dropped, by cause");
        int y = 1;
        long decisions = Math.Max(1, model.Sinks.Decisions);
        for (int i = 1; i < ReasonCounts.Length && y < area.Height; i++)
        {
            long count = model.Sinks.Reasons[i];
            if (count == 0) continue;
            Ink ink = i == (int)DecisionReason.Go ? Ink.Good : Ink.Normal;
            area.Text(0, y, ReasonNames[i], ink);
            area.Right(30, y, ink, $"{count:N0}");
            area.Bar(32, y++, Math.Min(BarColumns, area.Width - 32), (double)count / decisions, Ink.Bar);
        }

        for (int i = 1; i < DropCounts.Length && y < area.Height; i++)
        {
            long count = model.Dropped((DropCause)i);
            if (count == 0) continue;
            area.Print(0, y, Ink.Dim, $"dropped: {DropNames[i]}");
            area.Right(30, y++, Ink.Dim, $"{count:N0}");
        }
    }
}
