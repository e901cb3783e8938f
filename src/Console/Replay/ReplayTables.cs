using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Dedup;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Dispatch;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>Turns counters into the rows of a report. Zero counts are left out: absence means none.</summary>
internal static class ReplayTables
{
    public static SortedDictionary<string, long> Messages(DecodeCounters counters) =>
        Counts<MessageKind>(kind => counters[kind]);

    public static SortedDictionary<string, long> Refusals(DecodeCounters counters) =>
        Counts<DecodeCause>(cause => cause == DecodeCause.None ? 0 : counters[cause]);

    public static SortedDictionary<string, long> Drops(MarketPipeline pipeline) =>
        Counts<DropCause>(cause => cause == DropCause.None
            ? 0
            : pipeline.Dedup.Dropped(cause) + pipeline.Graph.Dropped(cause));

    /// <summary>What the engine counted besides drops: refusals, bounds that were met, feeds that failed.</summary>
    public static SortedDictionary<string, long> Incidents(MarketPipeline pipeline)
    {
        SortedDictionary<string, long> rows = Counts<DecodeStatus>(
            status => status == DecodeStatus.Ok ? 0 : pipeline.Graph.DecodeFailures(status), "Account refused: ");
        (string Name, long Count)[] others =
        [
            ("Account refused when linked", pipeline.Graph.LinkedUndecodable),
            ("Registration table full", pipeline.Graph.TableFull),
            ("All feeds down", pipeline.Graph.Gaps),
            ("All pools stale", pipeline.Graph.StaleTimes),
            ("Opportunity ring full", pipeline.Cycles.RingFullCount),
            ("Cycle buffer full, search continued", pipeline.Cycles.BufferFullCount),
            ("Cycles not followed, table full", pipeline.Life.NotFollowedCount),
            ("Labels lost, life ring full", pipeline.Life.LostLabelCount),
            ("Quarantines", pipeline.Scoring.LifeQuarantine.QuarantineCount
                + pipeline.Scoring.LandingQuarantine.QuarantineCount),
            ("Quarantine table full", pipeline.Scoring.LifeQuarantine.OverflowCount
                + pipeline.Scoring.LandingQuarantine.OverflowCount),
            ("Message ring full", pipeline.Instructions.MessageRingFull),
            ("Event ring full", pipeline.Refused),
        ];
        foreach ((string name, long count) in others)
        {
            if (count != 0) rows[name] = count;
        }

        return rows;
    }

    /// <summary>
    /// What the search did, and what the global search said of it. Counts of the engine's faults are there even if
    /// zero.
    /// </summary>
    public static SortedDictionary<string, long> Search(MarketPipeline pipeline)
    {
        CycleStage cycles = pipeline.Cycles;
        CycleAudit audit = cycles.Audit;
        SortedDictionary<string, long> rows = new(StringComparer.Ordinal)
        {
            ["Audit: global searches"] = audit.CompletedCount,
            ["Audit: disagreements"] = audit.DisagreementCount,
            ["Foreseen: contradictions"] = cycles.ContradictionCount,
        };
        (string Name, long Count)[] others =
        [
            ("Foreseen: updates without opportunity", pipeline.Graph.ForeseenCount),
            ("Searches", cycles.SearchCount),
            ("Searches ended by price bounds", cycles.RejectedCount),
            ("Searches that met a bound", cycles.WorkBoundCount),
            ("Searches still to go on", cycles.DeferredCount),
            ("Audit: cycles compared", audit.AuditedCount),
            ("Audit: waiting for a search", audit.WaitingCount),
            ("Audit: gone when found", audit.OutdatedCount),
            ("Audit: through no base mint", audit.NoBaseCount),
            ("Audit: longer, sent to scoring", audit.LongerCount),
            ("Audit: longer than a route", audit.TooLongCount),
            ("Audit: begun again", audit.RestartedCount),
        ];
        foreach ((string name, long count) in others)
        {
            if (count != 0) rows[name] = count;
        }

        return rows;
    }

    public static SortedDictionary<string, long> Decisions(DecisionStatistics decisions) =>
        Counts<DecisionReason>(decisions.By);

    public static SortedDictionary<string, long> PoolsByState(MarketGraph market)
    {
        SortedDictionary<string, long> states = new(StringComparer.Ordinal);
        for (int i = 0; i < market.PoolCount; i++)
        {
            string state = market.State(i).ToString();
            if (market.State(i) != PoolState.Coherent) state += $" ({market.Pool(i).Readiness})";
            states[state] = states.GetValueOrDefault(state) + 1;
        }

        return states;
    }

    public static SortedDictionary<string, long> PoolsByVenue(MarketGraph market)
    {
        SortedDictionary<string, long> venues = new(StringComparer.Ordinal);
        for (int i = 0; i < market.PoolCount; i++)
        {
            string venue = market.Pool(i).Venue.ToString();
            venues[venue] = venues.GetValueOrDefault(venue) + 1;
        }

        return venues;
    }

    public static List<EndpointReport> Endpoints(EndpointRace race, FeedStatistics feed)
    {
        List<EndpointReport> rows = [];
        foreach (EndpointStatistics endpoint in feed.Endpoints)
        {
            EndpointRow row = race[endpoint.EndpointId];
            rows.Add(new EndpointReport(
                endpoint.EndpointId, endpoint.Address, endpoint.Opens, endpoint.Closes, row.Delivered, row.Wins,
                row.Duplicates, row.Missed, Percent(row.Missed, row.Delivered + row.Missed), row.Gaps, row.SlotsTold,
                row.SlotsAbandoned, Percent(row.SlotsTold - row.SlotsAbandoned, row.SlotsTold),
                Ms(row.LeadNs, 50), Ms(row.LeadNs, 99), Ms(row.LagNs, 50), Ms(row.LagNs, 99)));
        }

        return rows;
    }

    /// <summary>Null where there is nothing to have a share of.</summary>
    private static double? Percent(long part, long whole) => whole == 0 ? null : 100.0 * part / whole;

    public static List<LatencyRow> Latency(PipelineLatency? latency)
    {
        List<LatencyRow> rows = [];
        foreach ((string step, LatencyHistogram h) in Histograms(latency))
        {
            rows.Add(new LatencyRow(
                step, h.Count, h.ValueAtPercentile(50), h.ValueAtPercentile(90), h.ValueAtPercentile(99),
                h.ValueAtPercentile(99.9), h.MaxNs));
        }

        return rows;
    }

    /// <summary>The steps that were measured, in order, then the whole way by outcome.</summary>
    public static IEnumerable<(string Step, LatencyHistogram Histogram)> Histograms(PipelineLatency? latency)
    {
        if (latency is null) yield break;
        for (StampId stamp = StampId.Published; stamp <= StampId.Refine; stamp++)
        {
            string step = stamp == StampId.Published ? "decode" : stamp.ToString().ToLowerInvariant();
            if (latency.Step(stamp).Count != 0) yield return (step, latency.Step(stamp));
        }

        if (latency.Dropped.Count != 0) yield return ("whole: dropped", latency.Dropped);
        if (latency.NoOpportunity.Count != 0) yield return ("whole: no opportunity", latency.NoOpportunity);
        if (latency.Decided.Count != 0) yield return ("whole: decided", latency.Decided);
    }

    public static List<RouteReport> TopRoutes(DecisionStatistics decisions, MarketPipeline pipeline)
    {
        List<RouteReport> rows = [];
        HashSet<string> shown = [];
        foreach (ref readonly Opportunity o in decisions.Top)
        {
            if (!shown.Add(PoolSet(in o))) continue; // the same cycle, begun at another base mint
            StringBuilder route = new();
            for (int i = 0; i < o.LegCount; i++)
            {
                Leg leg = o.Legs[i];
                PoolDescription pool = pipeline.Describe(leg.PoolId);
                bool aToB = leg.Direction == (byte)SwapDirection.AToB;
                if (i == 0) route.Append(MintName.Of(aToB ? pool.MintA : pool.MintB));
                route.Append(" -").Append((VenueId)pool.Venue).Append("> ");
                route.Append(MintName.Of(aToB ? pool.MintB : pool.MintA));
            }

            string id = string.Create(CultureInfo.InvariantCulture, $"{o.Sequence}.{o.Ordinal}");
            PoolDescription start = pipeline.Describe(o.Legs[0].PoolId);
            bool startsAtA = o.Legs[0].Direction == (byte)SwapDirection.AToB;
            NamedMint mint = startsAtA ? new(start.MintA, start.DecimalsA) : new(start.MintB, start.DecimalsB);
            bool isPriced = o.ComputeUnitLimit != 0;
            rows.Add(new RouteReport(
                id, o.Slot, o.Reason.ToString(), route.ToString(), mint.Key.ToString(), o.AmountInRaw, o.AmountOutRaw,
                o.GrossProfitRaw, o.NetProfitLamports, o.TipLamports, isPriced ? o.LandingPpm : null,
                isPriced ? o.ExpectedValueLamports : null,
                Amount(mint, o.AmountInRaw), Amount(mint, o.GrossProfitRaw)));
        }

        return rows;
    }

    private static string PoolSet(in Opportunity o)
    {
        List<string> pools = [];
        for (int i = 0; i < o.LegCount; i++)
            pools.Add(string.Create(CultureInfo.InvariantCulture, $"{o.Legs[i].PoolId}:{o.Legs[i].Direction}"));
        pools.Sort(StringComparer.Ordinal);
        return string.Join(' ', pools);
    }

    private static string Amount(in NamedMint mint, Int128 raw) =>
        mint.InTokens(raw) ?? string.Create(CultureInfo.InvariantCulture, $"{raw:N0} base units");

    public static List<CheckReport> Checks(ReplayRun run)
    {
        List<CheckReport> checks = [];
        if (run.StateTruth is { } state)
        {
            List<string> differences = state.Differences.ConvertAll(d =>
                $"slot {d.Slot} account {d.Account}: expected {d.Expected}, got {d.Actual}");
            checks.Add(new CheckReport(
                "state truth", state.Passed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{state.SlotsCompared:N0} of {state.SlotsTotal:N0} slots, {state.AccountCount} accounts, "
                    + $"{state.AccountsCompared:N0} states compared, {state.DifferenceCount:N0} different"),
                differences));
        }

        if (run.GroundTruth is { } truth)
        {
            List<string> differences = truth.Differences.ConvertAll(d =>
                $"slot {d.Slot} route {d.Route}: profit {d.ExpectedProfit} expected, "
                + $"{d.ActualProfit?.ToString(CultureInfo.InvariantCulture) ?? "none"}: {d.Why}");
            checks.Add(new CheckReport(
                "ground truth", truth.Passed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{truth.SlotsCompared:N0} of {truth.SlotsTotal:N0} slots, {truth.Cycles:N0} cycles: "
                    + $"{truth.Equal:N0} equal, "
                    + $"{truth.Better:N0} better (by at most {truth.BetterByMax:N0}), {truth.Worse:N0} worse, "
                    + $"{truth.Missing:N0} missing; {truth.Excluded:N0} left out by venue, "
                    + $"{truth.OldRounding:N0} by AMM v4's old rounding, {truth.SizedAgain:N0} sized again "
                    + $"with the audit's budget"),
                differences));
        }

        return checks;
    }

    public static List<string> Notes(ReplaySettings settings, ReplayRun run)
    {
        List<string> notes = [];
        if (run.Feed!.FramesWithDerivedTime != 0)
        {
            notes.Add(
                "The capture has no receive times: they were derived from slots; pace and settle window are nominal.");
        }

        if (run.Feed.Total[DecodeCause.UnknownSubscription] != 0)
        {
            notes.Add(run.Feed.FramesByKind[(int)CaptureFrameKind.Request] == 0
                ? "Notifications of unknown subscriptions were refused: no request in the capture says which accounts "
                    + "they are of. A file <name>.subscriptions.json beside it may say so (docs/capture-format.md)."
                : "Notifications of unknown subscriptions were refused; messages on their way when a connection broke "
                    + "are such.");
        }

        if (run.Orderer is { TooLate: > 0 } orderer)
        {
            notes.Add(
                $"{orderer.TooLate} updates came more than {Truth.SlotOrderer.WindowSlots} slots late; "
                + "the checks did not see them.");
        }

        if (run.Pipeline is { } pipeline)
        {
            if (pipeline.Graph.Market.PoolCount == 0) notes.Add("No account of a pool came: there is no market in it.");
            else if (run.Decisions.Count == 0) notes.Add("No opportunity: see 'Pools by state'.");
            if (LackingAccounts.Note(pipeline.Graph) is { } lacking) notes.Add(lacking);
            if (pipeline.Graph.DeniedInVain is { Count: > 0 } vain)
            {
                notes.Add(
                    $"denied kept nothing out with {string.Join(", ", vain)}: no pool, mint or program of a pool that "
                    + "came.");
            }
        }

        if (settings.Pipeline.Instructions.Wallet == CaptureSidecar.DryRunWallet)
        {
            notes.Add(
                "No wallet is configured: transactions name a dry-run address for which nobody has a key (--wallet).");
        }

        if (settings.ChangedKeys.Count != 0)
            notes.Add($"Settings that were set: {string.Join(", ", settings.ChangedKeys)}.");
        if (run.JournalFailure is { } failure) notes.Add($"The journal is incomplete: {failure}");
        if (settings.RunFolder is { } folder)
        {
            notes.Add($"The run is in {folder}: lowlatency report {folder}");
        }
        else if (settings.JournalPath is { } journal)
        {
            string count = run.JournalCount.ToString("N0", CultureInfo.InvariantCulture);
            notes.Add($"{count} decisions are in {journal}: lowlatency explain --journal {journal}");
        }

        if (run.Transactions is { } files)
            notes.Add(files.Failure is { } why
                ? $"Transactions: {files.Written:N0} files, then: {why}"
                : $"Transactions: {files.Written:N0} files in {settings.TransactionsFolder}.");
        return notes;
    }

    private static SortedDictionary<string, long> Counts<T>(Func<T, long> count, string prefix = "")
        where T : struct, Enum
    {
        SortedDictionary<string, long> rows = new(StringComparer.Ordinal);
        foreach (T value in Enum.GetValues<T>())
        {
            long n = count(value);
            if (n != 0) rows[prefix + value] = n;
        }

        return rows;
    }

    private static double? Ms(LatencyHistogram h, double percentile) =>
        h.Count == 0 ? null : Math.Round(h.ValueAtPercentile(percentile) / 1e6, 3);
}
