using System.Globalization;
using System.IO;
using LowLatency.Engine.Events;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>Where compute units, price and tip of a decision came from, in words.</summary>
internal static class FeeText
{
    private const int ValueColumn = 11;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static void Write(DecisionBook journal, in Opportunity decision, TextWriter output)
    {
        if (decision.FeeOrigin.PriceRule == FeeRule.None) return; // a journal written before origins were kept
        output.Write("Fees       where they come from\n");
        for (int i = 0; i < decision.LegCount; i++)
        {
            Leg leg = decision.Legs[i];
            string source = leg.AreUnitsLearned ? "learned from executed swaps" : "fixed estimate";
            string steps = leg.ExtraStepCount == 0 ? string.Empty : Text($", {leg.ExtraStepCount:N0} extra steps");
            TextWrap.Write(
                output,
                Text($"  units    leg {i + 1}, {journal.Leg(decision, i).Venue}: {leg.ComputeUnits:N0}, {source}; ")
                    + Text($"{leg.CrossedCount:N0} crossed{steps}"),
                ValueColumn);
        }

        uint margin = decision.ComputeUnitLimit - UnitsOf(decision);
        TextWrap.Write(
            output,
            Text($"           other instructions {decision.OtherComputeUnits:N0}, margin {margin:N0}; ")
                + Text($"limit {decision.ComputeUnitLimit:N0}"),
            ValueColumn);
        TextWrap.Write(output, "  price    " + Price(decision.FeeOrigin), ValueColumn);
        TextWrap.Write(output, "  tip      " + Tip(journal, decision), ValueColumn);
    }

    private static uint UnitsOf(in Opportunity decision)
    {
        ulong units = decision.OtherComputeUnits;
        for (int i = 0; i < decision.LegCount; i++) units += decision.Legs[i].ComputeUnits;
        return (uint)ulong.Min(units, decision.ComputeUnitLimit); // the limit itself is capped
    }

    private static string Price(in FeeOrigin origin)
    {
        string price = Text($"{origin.MicroLamportsPerCu:N0} micro-lamports a unit");
        if (origin.PriceRule == FeeRule.Settings) return $"{price}: the settings' least, no recent fees are known";
        string seen = Text($"percentile {origin.PercentileBps / 100.0:0.##} of {origin.SlotCount} slots ")
            + Text($"({origin.WindowPrice:N0}; newest slots {origin.RecentPrice:N0}, ")
            + Text($"{origin.CongestionBps / 100.0:0.##} % of them contested), ")
            + Text($"times {origin.BiasBps / 10_000.0:0.##} for the bias of minima");
        return origin.PriceRule switch
        {
            FeeRule.Floor => $"{price}: raised to the settings' least; {seen}",
            FeeRule.Cap => $"{price}: lowered to the settings' most; {seen}",
            _ => $"{price}: {seen}",
        };
    }

    private static string Tip(DecisionBook journal, in Opportunity decision)
    {
        string tip = Text($"{decision.TipLamports:N0} lamports");
        string share = journal.RunAt(in decision) is { } run
            ? Text($"{run.TipShareBps / 100.0:0.##} % of the profit after network fees")
            : "the share of the profit after network fees";
        return decision.FeeOrigin.TipRule switch
        {
            FeeRule.Floor => $"{tip}: the least allowed; {share} is below it",
            FeeRule.Cap => $"{tip}: the most allowed; {share} is above it",
            _ => $"{tip}: {share}",
        };
    }

    private static string Text(System.FormattableString text) => text.ToString(Invariant);
}
