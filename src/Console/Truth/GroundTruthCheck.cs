using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Truth;

/// <summary>A cycle of the truth file that the engine missed or sized worse.</summary>
internal sealed record CycleDifference(ulong Slot, string Route, long ExpectedProfit, long? ActualProfit, string Why);

/// <summary>
/// Compares what the engine finds with a <c>truth-cycles.jsonl</c> file: after each slot of the file every listed
/// cycle must stand in the engine's book with at least the listed profit. The accepted updates drive a second, inline
/// pipeline of the same stages in slot order, without caps on size; so the comparison does not depend on what an
/// endpoint's lag let the live pipeline see at which moment.
/// </summary>
internal sealed class GroundTruthCheck
{
    private const int DifferencesKeptOfEachKind = 10;

    /// <summary>
    /// The old division rounded up gives 0 when twice the numerator is below the denominator: input * 25 * 2 &lt;
    /// 10,000. Source: README of the vectors, Raydium AMM v4.
    /// </summary>
    private const ulong OldRoundingInputRaw = 200;

    private readonly Dictionary<ulong, JsonElement> _slots = [];
    private readonly MarketPipeline _pipeline;
    private readonly RouteBook _book;
    private readonly InputSizer _auditSizer;
    private readonly Func<VenueId, bool> _venues;
    private readonly Dictionary<string, VenueId> _venueOf = [];

    /// <summary>
    /// A check against <paramref name="path"/>, over cycles whose venues all pass <paramref name="venues"/>.
    /// </summary>
    public GroundTruthCheck(string path, PipelineSettings settings, Func<VenueId, bool> venues)
    {
        _venues = venues;
        TruthFile.Read(path, o =>
        {
            if (!o.TryGetProperty("slot", out JsonElement slot) || !o.TryGetProperty("cycles", out JsonElement cycles))
                throw new InvalidDataException("no 'slot' and 'cycles'; is this a truth-cycles file?");

            foreach (JsonElement cycle in cycles.EnumerateArray()) CheckForm(cycle);
            _slots[slot.GetUInt64()] = o;
        });

        RouteBook? book = null;
        _pipeline = new MarketPipeline(
            settings.ForGroundTruth(), null,
            p => [book = new RouteBook(p.Graph.Market, p.Graph.Touched, p.Opportunities)]);
        _book = book!;
        _auditSizer = new InputSizer(_pipeline.Graph.Market, _pipeline.Settings.Search.MinimumInputRaw);
    }

    /// <summary>Slots compared.</summary>
    public int SlotsCompared { get; private set; }

    /// <summary>Slots of the truth file.</summary>
    public int SlotsTotal => _slots.Count;

    /// <summary>Cycles compared.</summary>
    public long Cycles { get; private set; }

    /// <summary>Cycles left out because a venue is not priced by this build.</summary>
    public long Excluded { get; private set; }

    /// <summary>
    /// Cycles left out because a Raydium AMM v4 leg of theirs takes less than <see cref="OldRoundingInputRaw"/>: the
    /// binary that made the truth charges no fee there, the program's current source does.
    /// </summary>
    public long OldRounding { get; private set; }

    /// <summary>Found with exactly the listed profit.</summary>
    public long Equal { get; private set; }

    /// <summary>Found with more.</summary>
    public long Better { get; private set; }

    /// <summary>
    /// Cycles that the running engine's polish budget sized below the truth and that were sized again, on the same
    /// state, with the audit's budget (a running engine polishes only what it takes, and within microseconds).
    /// </summary>
    public long SizedAgain { get; private set; }

    /// <summary>Found with less.</summary>
    public long Worse { get; private set; }

    /// <summary>Not found.</summary>
    public long Missing { get; private set; }

    /// <summary>Largest gain over the listed profit, base units.</summary>
    public long BetterByMax { get; private set; }

    /// <summary>The first differences.</summary>
    public List<CycleDifference> Differences { get; } = [];

    public bool Passed => Worse == 0 && Missing == 0 && SlotsCompared == SlotsTotal;

    /// <summary>Takes a complete slot: applies it, then compares if the file lists it.</summary>
    public void OnSlot(CompleteSlot complete)
    {
        Publish(EventKind.Slot, complete.Slot, complete.Parent, null);
        foreach (AccountUpdate update in complete.Updates)
        {
            Publish(update.IsSnapshot ? EventKind.AccountSnapshot : EventKind.Account, update.Slot, 0, update);
        }

        Publish(EventKind.SlotSettled, complete.Slot, 0, null);
        if (_slots.TryGetValue(complete.Slot, out JsonElement truth)) Compare(complete.Slot, truth);
    }

    private void Publish(EventKind kind, ulong slot, ulong parent, AccountUpdate? update)
    {
        EventPublisher publisher = _pipeline.Publisher;
        ReadOnlySpan<byte> data = update is null ? default : update.Data;
        ClaimStatus status = publisher.TryClaim(data.Length, out Span<byte> payload);
        if (status != ClaimStatus.Ok)
            throw new InvalidOperationException($"ground truth pipeline refused an event: {status}");
        data.CopyTo(payload);
        ref MarketEvent e = ref publisher.Current;
        e.Kind = kind;
        e.Slot = slot;
        e.ParentSlot = parent;
        if (update is not null)
        {
            e.Account = update.Key;
            e.Owner = update.Owner;
            e.Lamports = update.Lamports;
            e.Flags = update.Flags;
        }

        publisher.Publish(data.Length);
    }

    private void Compare(ulong slot, JsonElement truth)
    {
        SlotsCompared++;
        foreach (JsonElement cycle in truth.GetProperty("cycles").EnumerateArray())
        {
            List<string> pools = [];
            foreach (JsonElement pool in cycle.GetProperty("pools").EnumerateArray()) pools.Add(pool.GetString()!);
            if (!pools.TrueForAll(p => _venues(VenueOf(p))))
            {
                Excluded++;
                continue;
            }

            if (RestsOnOldRounding(cycle, pools))
            {
                OldRounding++;
                continue;
            }

            Cycles++;
            long expected = long.Parse(cycle.GetProperty("profit").GetString()!, CultureInfo.InvariantCulture);
            StandingRoute? found = _book.Find(RouteBook.Key(cycle.GetProperty("start").GetString()!, pools));
            if (found is not null && found.ProfitRaw < expected) found = SizeAgain(found);
            Count(slot, cycle, expected, found);
        }
    }

    /// <summary>Throws now what would be thrown amid the run, where it would halt the engine.</summary>
    private static void CheckForm(JsonElement cycle)
    {
        JsonElement pools = cycle.GetProperty("pools");
        foreach (JsonElement pool in pools.EnumerateArray()) _ = Pubkey.Parse(pool.GetString());
        _ = long.Parse(cycle.GetProperty("profit").GetString()!, CultureInfo.InvariantCulture);
        _ = ulong.Parse(cycle.GetProperty("amount_in").GetString()!, CultureInfo.InvariantCulture);
        JsonElement outputs = cycle.GetProperty("legs_out");
        for (int leg = 1; leg < pools.GetArrayLength(); leg++)
            _ = ulong.Parse(outputs[leg - 1].GetString()!, CultureInfo.InvariantCulture);
        foreach (string name in (string[])["start", "route"])
        {
            if (cycle.GetProperty(name).GetString() is null) throw new FormatException($"no '{name}'");
        }
    }

    private bool RestsOnOldRounding(JsonElement cycle, List<string> pools)
    {
        string input = cycle.GetProperty("amount_in").GetString()!;
        JsonElement outputs = cycle.GetProperty("legs_out");
        for (int leg = 0; leg < pools.Count; leg++)
        {
            if (leg > 0) input = outputs[leg - 1].GetString()!;
            if (VenueOf(pools[leg]) != VenueId.RaydiumAmm) continue;
            if (ulong.Parse(input, CultureInfo.InvariantCulture) < OldRoundingInputRaw) return true;
        }

        return false;
    }

    private StandingRoute SizeAgain(StandingRoute route)
    {
        SizedAgain++;
        SizingStatus status = _auditSizer.Size(
            route.Edges, ulong.MaxValue, SearchSettings.AuditScans, SearchSettings.AuditQuotes);
        if (status != SizingStatus.Ok || _auditSizer.Profit <= route.ProfitRaw) return route;
        ulong amountIn = _auditSizer.Amount(0);
        ulong amountOut = _auditSizer.Amount(route.Edges.Length);
        return route with { AmountInRaw = amountIn, AmountOutRaw = amountOut, ProfitRaw = _auditSizer.Profit };
    }

    private void Count(ulong slot, JsonElement cycle, long expected, StandingRoute? found)
    {
        if (found is null) Missing++;
        else if (found.ProfitRaw < expected) Worse++;
        else if (found.ProfitRaw == expected) Equal++;
        else
        {
            Better++;
            BetterByMax = Math.Max(BetterByMax, found.ProfitRaw - expected);
        }

        if (found is not null && found.ProfitRaw >= expected) return;
        if ((found is null ? Missing : Worse) > DifferencesKeptOfEachKind) return;
        string route = cycle.GetProperty("route").GetString()!;
        string amountIn = cycle.GetProperty("amount_in").GetString()!;
        string why = found is null
            ? "not found"
            : $"{found.Reason}, in {found.AmountInRaw} where the truth has {amountIn}";
        Differences.Add(new CycleDifference(slot, route, expected, found?.ProfitRaw, why));
    }

    private VenueId VenueOf(string pool)
    {
        if (_venueOf.TryGetValue(pool, out VenueId venue)) return venue;
        int poolId = _pipeline.Graph.Market.FindPool(Pubkey.Parse(pool));
        if (poolId < 0) return VenueId.None;
        return _venueOf[pool] = _pipeline.Graph.Market.Pool(poolId).Venue;
    }
}
