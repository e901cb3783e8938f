using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using LowLatency.ConsoleHost.Live;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>
/// The report as text: what happened in two sentences, then sections of aligned columns, at most 80 wide.
/// </summary>
internal sealed class ReplayText(TextWriter output)
{
    private const int ShownPools = 5;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public void Write(ReplayReport r)
    {
        Headline(r);
        Counts("Decisions", r.Decisions);
        Routes(r.TopRoutes);
        Lives(r.Lives);
        Field(r.Field);
        Counts("Cycle search and its audit", r.Search);
        Counts("Pools by venue", r.PoolsByVenue);
        Counts("Pools by state", r.PoolsByState);
        Counts("Messages", r.Messages);
        Counts("Refused by the decoder", r.DecodeRefusals);
        Counts("Events dropped", r.Drops);
        if (r.Incidents.Count != 0) Counts("Incidents in the engine", r.Incidents);
        Endpoints(r.Endpoints);
        if (r.Live is not null) LiveText.Write(output, r.Live);
        Latency(r.Latency);
        Line(string.Empty);
        Line(string.Create(Invariant,
            $"Memory: {r.AllocatedBytesPerEvent:N1} B allocated an event (registration and reports included),"));
        Line(string.Create(Invariant,
            $"  collections {r.Collections[0]}/{r.Collections[1]}/{r.Collections[2]} (generation 0/1/2)"));
        Wrapped(string.Create(Invariant,
            $"Unsigned transactions built {r.MessagesBuilt:N0}, searches that met a bound {r.SearchesBounded:N0}, "
            + $"forks {r.Forks}, rollbacks {r.Rollbacks}"), 2);
        foreach (CheckReport check in r.Checks) Check(check);
        foreach (string note in r.Notes) Wrapped($"Note: {note}", 2);
        Line($"Decision hash {r.DecisionHash} ({r.DecisionCount.ToString("N0", Invariant)} decisions)");
    }

    private void Headline(ReplayReport r)
    {
        if (r.Synthetic) Line("SYNTHETIC MARKET: made by a seeded generator, no chain data in it.");
        string end = r.Outcome == "Completed"
            ? string.Empty
            : $" It ended early ({r.Outcome}); this is what came before.";
        long taken = r.Decisions.GetValueOrDefault("Go");
        long pools = 0;
        foreach (long count in r.PoolsByVenue.Values) pools += count;
        Wrapped(
            string.Create(
                Invariant,
                $"{(r.Live is null ? "Replayed" : "Received")} {Span(r.CaptureSeconds)} of {r.Capture} in "
                + $"{r.ElapsedSeconds:F2} s "
                + $"({r.Runner.ToLowerInvariant()}): {r.Frames:N0} frames gave {r.Events:N0} events "
                + $"({r.EventsPerSecond:N0}/s, {(r.LastSlot == 0 ? "no slot" : $"up to slot {r.LastSlot}")}).{end}"),
            0);
        Wrapped(
            string.Create(
                Invariant,
                $"On {pools:N0} pools the engine decided {r.DecisionCount:N0} opportunities and took {taken:N0}; ")
            + "nothing was sent. Look deeper: --journal <file>, then `lowlatency explain`; --json gives this as data.",
            0);
    }

    private static string Span(double seconds) => seconds switch
    {
        < 600 => string.Create(Invariant, $"{seconds:F1} s"),
        < 7200 => string.Create(Invariant, $"{seconds / 60:F1} min"),
        < 172_800 => string.Create(Invariant, $"{seconds / 3600:F1} h"),
        _ => string.Create(Invariant, $"{seconds / 86_400:F1} days"),
    };

    private void Counts(string title, SortedDictionary<string, long> rows)
    {
        Line(string.Empty);
        Line(title);
        if (rows.Count == 0) Line("  none");
        foreach ((string name, long count) in rows) Line(string.Create(Invariant, $"  {name,-32}{count,14:N0}"));
    }

    private void Endpoints(IReadOnlyList<EndpointReport> rows)
    {
        Line(string.Empty);
        Line("Endpoint race (p50 / p99)  opened  closed delivered     first    copies  missed");
        foreach (EndpointReport e in rows)
        {
            string name = e.Address.Length == 0 ? $"{e.Endpoint}" : $"{e.Endpoint} {e.Address}";
            if (name.Length > 24) name = name[..24];
            Line(string.Create(Invariant,
                $"  {name,-24}{e.Opened,7}{e.Closed,8}{e.Delivered,10:N0}{e.First,10:N0}"
                + $"{e.Duplicates,10:N0}{e.Missed,8:N0}"));
            Line(string.Create(Invariant,
                $"    when first, ahead by {Ms(e.LeadMsP50, e.LeadMsP99)}; when second, behind by "
                + $"{Ms(e.LagMsP50, e.LagMsP99)}"));
            Line(string.Create(Invariant,
                $"    loss {Percent(e.LossPercent)}, cover lost {e.Gaps:N0} times, "
                + $"fork accuracy {Percent(e.ForkAccuracyPercent)} of {e.SlotsTold:N0} slots"));
        }
    }

    private static string Ms(double? p50, double? p99) =>
        p50 is null ? "no data" : string.Create(Invariant, $"{p50:F1} / {p99:F1} ms");

    private static string Percent(double? value) =>
        value is null ? "no data" : string.Create(Invariant, $"{value:F2} %");

    private void Latency(IReadOnlyList<LatencyRow> rows)
    {
        Line(string.Empty);
        Line("Latency (service time)   count      p50      p90      p99    p99.9      max");
        if (rows.Count == 0) Line("  no data: nothing came, or no stamps were taken (--no-stamps)");
        foreach (LatencyRow l in rows)
        {
            Line(string.Create(Invariant,
                $"  {l.Step,-21}{l.Count,7:N0}{DurationText.Of(l.P50Ns),9}{DurationText.Of(l.P90Ns),9}"
                + $"{DurationText.Of(l.P99Ns),9}{DurationText.Of(l.P999Ns),9}{DurationText.Of(l.MaxNs),9}"));
        }
    }

    private void Routes(IReadOnlyList<RouteReport> rows)
    {
        Line(string.Empty);
        Line("Best cycles, each once (ids are for `lowlatency explain`)");
        if (rows.Count == 0) Line("  none");
        foreach (RouteReport r in rows)
        {
            Line(string.Create(
                Invariant,
                $"  {r.Id,-10}{r.Reason}, slot {r.Slot}, net {r.NetProfitLamports:N0} lamports"));
            Wrapped($"            {r.Route}", 14);
            string tip = MintName.Decimal(r.TipLamports, 9);
            Line($"            in {r.AmountInText}, gross {r.GrossProfitText}, tip {tip} SOL");
            Line(r.LandingPpm is not { } ppm
                ? "            at most: refused on this bound, never quoted"
                : string.Create(
                    Invariant,
                    $"            there when it lands {ppm / 10_000.0:0.#} %, expected "
                    + $"{r.ExpectedValueLamports:N0} lamports"));
        }
    }

    private void Lives(LifeReport lives)
    {
        if (lives.Labels.Count == 0) return;
        string half = Half(lives.HalfLifeSlots, lives.FollowSlots);
        Counts($"Profitable cycles, how they ended (half-life {half})", lives.Labels);
        Line("  By pair of pools          lives  captured evaporated  half-life");
        for (int i = 0; i < Math.Min(lives.Pairs.Count, ShownPools); i++)
        {
            PairLifeReport pair = lives.Pairs[i];
            Line(string.Create(
                Invariant,
                $"  {Short(pair.PoolA)} {Short(pair.PoolB)}{pair.Lives,9:N0}"
                + $"{pair.Captured,10:N0}{pair.Evaporated,11:N0}  {Half(pair.HalfLifeSlots, lives.FollowSlots)}"));
        }
    }

    private static string Short(string address) => $"{address[..4]}..{address[^4..]}";

    private static string Half(int? slots, int followed) => slots is { } known
        ? string.Create(Invariant, $"{known} slots")
        : string.Create(Invariant, $"over {followed} slots");

    private void Field(FieldReport field)
    {
        if (field.Pools.Count == 0) return;
        Line(string.Empty);
        Line(string.Create(
            Invariant,
            $"Most mispriced pools at the end, of {field.Pools.Count:N0} (energy {field.Energy:G3}, components "
            + $"{field.Components})"));
        for (int i = 0; i < Math.Min(field.Pools.Count, ShownPools); i++)
        {
            PoolCurl pool = field.Pools[i];
            Line(string.Create(
                Invariant, $"  {pool.CurlBps,10:F2} bps  {pool.Venue,-14}{pool.Pair,-25} {Short(pool.Pool)}"));
        }
    }

    private void Check(CheckReport check)
    {
        Wrapped($"{(check.Passed ? "PASS" : "FAIL")} {check.Name}: {check.Summary}", 2);
        foreach (string difference in check.Differences) Line($"  {difference}");
    }

    private void Wrapped(string text, int indent) => TextWrap.Write(output, text, indent);

    private void Line(string text) => output.Write(text.TrimEnd() + "\n");
}
