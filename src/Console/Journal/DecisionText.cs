using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>A decision in words, for a terminal of 80 columns.</summary>
internal sealed class DecisionText(DecisionBook journal, TextWriter output)
{
    private const int SignatureBytes = 64;
    private const int ValueColumn = 11;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>All about a decision; <paramref name="messageBytes"/> is 0 if no message was built.</summary>
    public void Write(in Opportunity decision, int messageBytes)
    {
        string verdict = decision.Reason == DecisionReason.Go ? "GO" : $"NO, {decision.Reason}";
        string label = journal.Run is { Synthetic: true } ? " (SYNTHETIC MARKET)" : string.Empty;
        Line($"Decision {DecisionId.Of(decision)}: {verdict}{label}");
        TextWrap.Write(output, ReasonText.Of(journal, decision), 0);
        Line(string.Empty);
        TextWrap.Write(output, $"Route      {journal.Route(decision)}", ValueColumn);
        Line(string.Create(
            Invariant,
            $"           digest {decision.RouteDigest:x16}, product of spot rates {decision.MarginalProduct:F6}"));
        Line(string.Create(
            Invariant,
            $"Event      {decision.Sequence}, slot {decision.Slot}, received {Utc(decision.ReceiveUtcNs)}"));
        Line($"State      {State(decision.StateAgeSlotsMax)}");
        if (journal.Life(in decision) is { } life)
            TextWrap.Write(output, $"Life       {LifeText.Of(journal, life)}", ValueColumn);
        Latency(decision);
        for (int i = 0; i < decision.LegCount; i++) Leg(journal.Leg(decision, i), i);
        Money(decision);
        Transaction(decision, messageBytes);
    }

    /// <summary>One line: id, slot, reason, net profit, route.</summary>
    public void WriteBrief(in Opportunity decision) => Line(string.Create(
        Invariant,
        $"{DecisionId.Of(decision),-10} slot {decision.Slot}  {decision.Reason,-19} "
        + $"net {decision.NetProfitLamports,14:N0}  {journal.Route(decision)}"));

    private static string State(uint ageSlots) => ageSlots switch
    {
        0 => "every pool on the route changed in this slot",
        1 => "oldest pool on the route last changed one slot before",
        _ => string.Create(Invariant, $"oldest pool on the route last changed {ageSlots:N0} slots before"),
    };

    private void Leg(LegView leg, int index)
    {
        QuoteStatus status = (QuoteStatus)leg.Leg.QuoteStatus;
        string crossed = leg.Leg.CrossedCount == 0
            ? string.Empty
            : string.Create(Invariant, $", {leg.Leg.CrossedCount:N0} ticks or bins crossed");
        Line(string.Empty);
        bool isQuoted = status != QuoteStatus.Ok || leg.Leg.AmountInRaw != 0;
        Line($"Leg {index + 1}      {leg.Venue}, {(isQuoted ? $"quote {status}{crossed}" : "not quoted")}");
        Line($"  pool     {leg.Pool}");
        Line($"  in mint  {leg.MintIn.Key} ({leg.MintIn.Name})");
        Line($"  out mint {leg.MintOut.Key} ({leg.MintOut.Name})");
        if (leg.Leg.AmountInRaw == 0) return; // never sized
        Line($"  in       {Amount(leg.MintIn, leg.Leg.AmountInRaw)}");
        Line($"  out      {Amount(leg.MintOut, leg.Leg.AmountOutRaw)}");
        if (leg.Leg.MinimumOutRaw == 0) return; // never a candidate for a transaction
        double margin = 1 - ((double)leg.Leg.MinimumOutRaw / leg.Leg.AmountOutRaw);
        Line($"  min out  {Amount(leg.MintOut, leg.Leg.MinimumOutRaw)}"
            + (margin > 0 ? string.Create(Invariant, $", {margin * 1e6:0.#} ppm less") : string.Empty));
    }

    private void Money(in Opportunity decision)
    {
        if (decision.AmountInRaw == 0) return;
        NamedMint mint = journal.BaseMint(decision);
        Line(string.Empty);
        bool isBound = decision.SizingMethod == SizingMethod.Bound;
        string bound = isBound ? ", the bound's estimate, not quoted" : string.Empty;
        Line($"Money      in base units of {mint.Name}{bound}");
        Row("in", decision.AmountInRaw, mint);
        Row("out", decision.AmountOutRaw, mint);
        Row("gross profit", decision.GrossProfitRaw, mint);
        if (decision.ComputeUnitLimit == 0) return; // costs were never computed
        Int128 worth = (Int128)decision.NetProfitLamports + decision.SignatureFeeLamports + decision.PriorityFeeLamports
            + decision.RentLamports + decision.TipLamports;
        NamedMint sol = NamedMint.Sol;
        Line("Costs      in lamports");
        Row("gross, worth", worth, sol);
        Row("signature fee", -(Int128)decision.SignatureFeeLamports, sol);
        Row("priority fee", -(Int128)decision.PriorityFeeLamports, sol);
        if (decision.RentLamports != 0) Row("account rent", -(Int128)decision.RentLamports, sol);
        Row("tip", -(Int128)decision.TipLamports, sol);
        Row("net profit", decision.NetProfitLamports, sol);
        if (journal.RunAt(in decision) is { } run) Row("required", run.MinimumProfitLamports, sol);
        FeeText.Write(journal, decision, output);
        Expectation(decision);
        if (decision.ProfitAtRiskRaw == 0 && decision.ReserveMarginE6 == 0) return; // never came so far
        Row("for staleness", decision.StalenessPenaltyLamports, sol);
        Line($"Risk       {Amount(mint, decision.ProfitAtRiskRaw)} of the profit, "
            + "by moves to expect since the pools' updates");
        Line(string.Create(
            Invariant,
            $"  margin   a reserve may move {decision.ReserveMarginE6 / 10_000.0:0.####} % before it fails"));
        SizeLines(decision, mint);
        SplitLines(decision, mint);
    }

    private void SizeLines(in Opportunity decision, in NamedMint mint)
    {
        Line(decision.SizingProof switch
        {
            SizingProof.Global => "Size       proven: no other input gains more",
            SizingProof.Local => "Size       proven among its neighbours: the inputs around it gain no more",
            _ => "Size       not polished: the closed form's input, quoted exactly",
        });
        if (decision.SizingProof == SizingProof.Global) return;
        Line(decision.SizingGapRaw == ulong.MaxValue
            ? "           how much any other could gain is not known: the curve gives no bound"
            : $"           any other gains at most {Amount(mint, decision.SizingGapRaw)} more");
    }

    /// <summary>Expected value, with every number it is made of.</summary>
    private void Expectation(in Opportunity decision)
    {
        ulong lost = decision.SignatureFeeLamports + decision.PriorityFeeLamports;
        string after = journal.RunAt(in decision) is { LandingSlots: var slots } && slots != 1
            ? string.Create(Invariant, $"{slots} slots")
            : "1 slot";
        string from = decision.LandingLives == 0
            ? "from the whole market's lives, none of its pools' yet"
            : string.Create(Invariant, $"from {decision.LandingLives:N0} lives of its pools and the market's");
        TextWrap.Write(
            output,
            string.Create(
                Invariant,
                $"Expected   still there after {after} with {decision.LandingPpm / 10_000.0:0.##} %, {from}; "
                + $"if not, the fees of {lost:N0} lamports are lost"),
            ValueColumn);
        Row("expected", decision.ExpectedValueLamports, NamedMint.Sol);
        if (journal.RunAt(in decision) is { MinimumExpectedValueLamports: { } required })
            Row("required", required, NamedMint.Sol);
    }

    private void SplitLines(in Opportunity decision, in NamedMint mint)
    {
        if (decision.Split.Count == 0) return;
        int last = decision.Split.Leg + decision.Split.LegCount;
        string section = decision.Split.LegCount > 1 ? $"legs {last - 1} and {last}" : $"leg {last}";
        Line($"Split      {section} over {decision.Split.Count} branches would gain "
            + $"{Amount(mint, (ulong)decision.Split.GainRaw)} more, before the costs of more swaps; not executed");
        Line($"  in       {Amount(mint, decision.Split.AmountInRaw)}");
        NamedMint mintIn = journal.Leg(decision, decision.Split.Leg).MintIn;
        for (int i = 0; i < decision.Split.Count; i++)
        {
            SplitPart part = decision.Split.Parts[i];
            string second = part.SecondPoolId < 0 ? string.Empty : $", then {journal.PoolAddress(part.SecondPoolId)}";
            Line($"  part     {Amount(mintIn, part.AmountInRaw)} into {journal.PoolAddress(part.PoolId)}{second}");
        }
    }

    private void Transaction(in Opportunity decision, int messageBytes)
    {
        Line(string.Empty);
        if (messageBytes == 0)
        {
            Line("No transaction was built.");
            return;
        }

        // A signed transaction is a count byte, one signature of the wallet, and the message.
        int signed = 1 + SignatureBytes + messageBytes;
        string version = decision.MessageVersion switch
        {
            0 => "legacy message",
            1 => "v0 message with lookup tables",
            _ => "v1 message",
        };
        int limit = MessageLimits.SizeBytes((MessageVersion)decision.MessageVersion);
        Line($"Transaction, unsigned: {version}");
        Line(string.Create(
            Invariant,
            $"  size     {messageBytes:N0} bytes; {signed:N0} of {limit:N0} once signed"));
        Line(string.Create(Invariant, $"  limit    {decision.ComputeUnitLimit:N0} compute units"));
        Line($"  min out  {Amount(journal.BaseMint(decision), decision.MinimumOutRaw)} of the last leg");
    }

    private void Row(string name, Int128 value, in NamedMint mint)
    {
        string tokens = mint.InTokens(value) is { } text ? $"  {text}" : string.Empty;
        Line(string.Create(Invariant, $"  {name,-14}{value,22:N0}{tokens}"));
    }

    private static string Amount(in NamedMint mint, ulong raw)
    {
        string amount = raw.ToString("N0", Invariant);
        return mint.InTokens(raw) is { } tokens ? $"{amount} base units ({tokens})" : $"{amount} base units";
    }

    private void Latency(in Opportunity decision)
    {
        Stamps stamps = decision.Stamps;
        if (stamps[0] == 0)
        {
            Line("Latency    not taken (--no-stamps)");
            return;
        }

        List<string> steps = [];
        long previous = stamps[0];
        for (StampId id = StampId.Published; id <= StampId.Refine; id++)
        {
            long stamp = stamps[(int)id];
            if (stamp == 0) continue;
            string name = id == StampId.Published ? "decode" : id.ToString().ToLowerInvariant();
            steps.Add($"{name} {DurationText.Of(stamp - previous)}");
            previous = stamp;
        }

        string whole = DurationText.Of(decision.DecisionLatencyNs);
        Line($"Latency    {whole} from the frame in memory to the decision:");
        TextWrap.Write(output, new string(' ', ValueColumn) + string.Join(", ", steps), ValueColumn);
    }

    private static string Utc(long unixNs)
    {
        DateTime time = DateTime.UnixEpoch.AddTicks(unixNs / 100);
        return time.ToString("yyyy-MM-dd HH:mm:ss", Invariant)
            + string.Create(Invariant, $".{unixNs % 1_000_000_000:D9} UTC");
    }

    private void Line(string text) => output.Write(text + "\n");
}
