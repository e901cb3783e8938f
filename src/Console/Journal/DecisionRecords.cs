using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>
/// Decisions as data: one JSON object a line, or CSV. Amounts are text in JSON, because they exceed 2^53.
/// </summary>
internal static class DecisionRecords
{
    public const string CsvHeader =
        "id,slot,received_utc_ns,reason,route,pools,base_mint,amount_in,amount_out,gross_profit,net_profit_lamports,"
        + "signature_fee_lamports,priority_fee_lamports,tip_lamports,minimum_out,compute_unit_limit,"
        + "state_age_slots_max,latency_ns,message_version,message_bytes,landing_ppm,expected_value_lamports";

    public static void WriteJson(JournalView journal, JournalledDecision journalled, TextWriter output)
    {
        Opportunity d = journalled.Decision;
        JsonArray legs = [];
        for (int i = 0; i < d.LegCount; i++) legs.Add((JsonNode)Leg(journal.Leg(d, i)));
        JsonObject record = new()
        {
            ["id"] = DecisionId.Of(d).ToString(),
            ["synthetic"] = journal.Run?.Synthetic ?? false,
            ["slot"] = d.Slot,
            ["received_utc_ns"] = d.ReceiveUtcNs,
            ["reason"] = d.Reason.ToString(),
            ["why"] = ReasonText.Of(journal, d),
            ["route"] = journal.Route(d),
            ["route_digest"] = d.RouteDigest.ToString("x16", CultureInfo.InvariantCulture),
            ["base_mint"] = journal.BaseMint(d).Key.ToString(),
            ["amount_in"] = Text(d.AmountInRaw),
            ["amount_out"] = Text(d.AmountOutRaw),
            ["gross_profit"] = d.GrossProfitRaw.ToString(CultureInfo.InvariantCulture),
            ["net_profit_lamports"] = d.NetProfitLamports.ToString(CultureInfo.InvariantCulture),
            ["signature_fee_lamports"] = Text(d.SignatureFeeLamports),
            ["priority_fee_lamports"] = Text(d.PriorityFeeLamports),
            ["tip_lamports"] = Text(d.TipLamports),
            ["rent_lamports"] = Text(d.RentLamports),
            ["fee_origin"] = FeeOrigin(d),
            ["landing_ppm"] = d.ComputeUnitLimit == 0 ? null : d.LandingPpm,
            ["landing_lives"] = d.ComputeUnitLimit == 0 ? null : d.LandingLives,
            ["expected_value_lamports"] = d.ComputeUnitLimit == 0
                ? null
                : d.ExpectedValueLamports.ToString(CultureInfo.InvariantCulture),
            ["minimum_out"] = Text(d.MinimumOutRaw),
            ["profit_at_risk"] = Text(d.ProfitAtRiskRaw),
            ["staleness_penalty_lamports"] = d.StalenessPenaltyLamports.ToString(CultureInfo.InvariantCulture),
            ["reserve_margin_ppm"] = d.ReserveMarginE6,
            ["sizing_gap"] = d.SizingGapRaw == ulong.MaxValue ? null : Text(d.SizingGapRaw),
            ["sizing_method"] = d.SizingMethod.ToString(),
            ["sizing_proof"] = d.SizingProof.ToString(),
            ["split"] = Split(journal, d),
            ["compute_unit_limit"] = d.ComputeUnitLimit,
            ["state_age_slots_max"] = d.StateAgeSlotsMax,
            ["latency_ns"] = d.DecisionLatencyNs,
            ["stage_latency_ns"] = Stages(d),
            ["life"] = journal.Life(in d) is { } life ? Life(journal, life) : null,
            ["legs"] = legs,
            ["message_version"] = journalled.Message.Length == 0 ? null : Version(d),
            ["message_base64"] =
                journalled.Message.Length == 0 ? null : System.Convert.ToBase64String(journalled.Message),
        };
        output.Write(record.ToJsonString(JsonOutput.Compact) + "\n");
    }

    private static JsonObject? Split(JournalView journal, Opportunity d)
    {
        if (d.Split.Count == 0) return null;
        JsonArray parts = [];
        for (int i = 0; i < d.Split.Count; i++)
        {
            SplitPart part = d.Split.Parts[i];
            parts.Add((JsonNode)new JsonObject
            {
                ["pool"] = journal.PoolAddress(part.PoolId).ToString(),
                ["second_pool"] =
                    part.SecondPoolId < 0 ? null : journal.PoolAddress(part.SecondPoolId).ToString(),
                ["amount_in"] = Text(part.AmountInRaw),
            });
        }

        return new()
        {
            ["leg"] = d.Split.Leg + 1,
            ["legs_replaced"] = d.Split.LegCount,
            ["gain"] = d.Split.GainRaw.ToString(CultureInfo.InvariantCulture),
            ["amount_in"] = Text(d.Split.AmountInRaw),
            ["parts"] = parts,
            ["executed"] = false,
        };
    }

    public static void WriteCsv(JournalView journal, JournalledDecision journalled, TextWriter output)
    {
        Opportunity d = journalled.Decision;
        List<string> pools = [];
        for (int i = 0; i < d.LegCount; i++) pools.Add(journal.Leg(d, i).Pool.ToString());
        bool hasMessage = journalled.Message.Length != 0;
        output.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{DecisionId.Of(d)},{d.Slot},{d.ReceiveUtcNs},{d.Reason},{journal.Route(d)},{string.Join(' ', pools)},"
            + $"{journal.BaseMint(d).Key},{d.AmountInRaw},{d.AmountOutRaw},{d.GrossProfitRaw},{d.NetProfitLamports},"
            + $"{d.SignatureFeeLamports},{d.PriorityFeeLamports},{d.TipLamports},{d.MinimumOutRaw},"
            + $"{d.ComputeUnitLimit},{d.StateAgeSlotsMax},{d.DecisionLatencyNs},"
            + $"{(hasMessage ? Version(d) : string.Empty)},"
            + $"{journalled.Message.Length},{(d.ComputeUnitLimit == 0 ? string.Empty : d.LandingPpm)},"
            + $"{(d.ComputeUnitLimit == 0 ? string.Empty : d.ExpectedValueLamports)}\n"));
    }

    private static JsonObject Leg(LegView leg) => new()
    {
        ["venue"] = leg.Venue,
        ["pool"] = leg.Pool.ToString(),
        ["input_mint"] = leg.MintIn.Key.ToString(),
        ["output_mint"] = leg.MintOut.Key.ToString(),
        ["amount_in"] = Text(leg.Leg.AmountInRaw),
        ["amount_out"] = Text(leg.Leg.AmountOutRaw),
        ["minimum_out"] = Text(leg.Leg.MinimumOutRaw),
        ["quote_status"] = ((QuoteStatus)leg.Leg.QuoteStatus).ToString(),
        ["crossed"] = leg.Leg.CrossedCount,
        ["extra_steps"] = leg.Leg.ExtraStepCount,
        ["compute_units"] = leg.Leg.ComputeUnits,
        ["compute_units_learned"] = leg.Leg.AreUnitsLearned,
    };

    private static JsonObject? FeeOrigin(Opportunity d)
    {
        FeeOrigin origin = d.FeeOrigin;
        if (origin.PriceRule == FeeRule.None) return null;
        return new()
        {
            ["other_compute_units"] = d.OtherComputeUnits,
            ["micro_lamports_per_cu"] = Text(origin.MicroLamportsPerCu),
            ["price_rule"] = origin.PriceRule.ToString(),
            ["window_price"] = Text(origin.WindowPrice),
            ["recent_price"] = Text(origin.RecentPrice),
            ["slots"] = origin.SlotCount,
            ["congestion_bps"] = origin.CongestionBps,
            ["percentile_bps"] = origin.PercentileBps,
            ["bias_bps"] = origin.BiasBps,
            ["tip_rule"] = origin.TipRule.ToString(),
        };
    }

    private static JsonObject Life(JournalView journal, LifeRecord life) => new()
    {
        ["label"] = life.Label.ToString(),
        ["first_decision"] = new DecisionId(life.Sequence, life.Ordinal).ToString(),
        ["decisions"] = life.DecisionCount,
        ["birth_slot"] = life.BirthSlot,
        ["end_slot"] = life.EndSlot,
        ["span_slots"] = life.SpanSlots,
        ["ended_by_pool"] = life.EndPoolId < 0 ? null : journal.PoolAddress(life.EndPoolId).ToString(),
    };

    private static JsonObject Stages(in Opportunity decision)
    {
        JsonObject steps = [];
        Stamps stamps = decision.Stamps;
        long previous = stamps[0];
        for (StampId id = StampId.Published; previous != 0 && id <= StampId.Refine; id++)
        {
            long stamp = stamps[(int)id];
            if (stamp == 0) continue;
            steps[id == StampId.Published ? "decode" : id.ToString().ToLowerInvariant()] = stamp - previous;
            previous = stamp;
        }

        return steps;
    }

    private static string Version(in Opportunity d) => d.MessageVersion switch { 0 => "legacy", 1 => "v0", _ => "v1" };

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
