using System.Globalization;
using LowLatency.Engine.Events;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>Why a decision is what it is, in one or two sentences with the decision's own numbers.</summary>
internal static class ReasonText
{
    public static string Of(DecisionBook journal, in Opportunity decision) => decision.Reason switch
    {
        DecisionReason.Go => decision.MessageLengthBytes == 0
            ? "Taken: all costs are covered. Its message was lost because the sinks lagged behind."
            : "Taken: the predicted profit covers all costs; an unsigned transaction was built.",
        DecisionReason.NoGrossProfit =>
            "Not taken: the spot prices promise a gain, but no size gives one once fees and price impact are exact.",
        DecisionReason.BelowMinimumProfit => Below(journal, decision),
        DecisionReason.BelowExpectedValue => Unlikely(journal, decision),
        DecisionReason.TornPool =>
            "Not taken: a pool's accounts are of different slots, so its price is not one that ever stood.",
        DecisionReason.GappedPool =>
            "Not taken: every endpoint was down at once, and a pool has not been seen again completely since.",
        DecisionReason.StalePool => string.Create(
            CultureInfo.InvariantCulture,
            $"Not taken: the oldest pool state is {decision.StateAgeSlotsMax} slots old{Limit(journal, in decision)}."),
        DecisionReason.QuoteFailed => QuoteFailure(journal, decision),
        DecisionReason.SizeTooSmall =>
            "Not taken: the best size is below the smallest sensible input"
            + (journal.RunAt(in decision) is { } run ? $" ({Number(run.MinimumInputRaw)} base units)." : "."),
        DecisionReason.Dominated => Dominated(journal, decision),
        DecisionReason.Quarantined => "Not taken: the route failed before and is in quarantine.",
        DecisionReason.TransactionTooLarge => TooLarge(decision),
        DecisionReason.InstructionFailed => "Not taken: no swap instruction can be written for a leg.",
        DecisionReason.NoBlockhash =>
            "Not taken: every blockhash that is known has expired or is about to, and no node has told a newer one; "
            + "the chain would refuse a message.",
        DecisionReason.AwaitingAgreement =>
            "Not taken: so much is at risk that a second endpoint must have delivered every state on the route; "
            + "it is decided again when the missing copies come.",
        DecisionReason.WorkBound => "Not taken: the search reached its work bound before this route was sized.",
        _ => $"Reason {decision.Reason}.",
    };

    private static string TooLarge(in Opportunity decision)
    {
        const string Why =
            "Not taken: the transaction would exceed the packet size, also with the lookup tables that are known";
        if (decision.BlamedAccountCount == 0) return $"{Why}.";
        string over = decision.MessageBytesOver == 0
            ? "it has more accounts than one transaction may lock"
            : $"{Number((ulong)decision.MessageBytesOver)} bytes too many";
        return $"{Why}: {over}, and {decision.BlamedAccountCount} accounts take 32 bytes each "
            + "that a table could carry (live: its address in watch.accounts).";
    }

    private static string Below(DecisionBook journal, in Opportunity decision)
    {
        string earned = decision.SizingMethod == SizingMethod.Bound
            ? "Not taken: its bound, a gain that no size exceeds, leaves "
                + $"{Number(decision.NetProfitLamports)} lamports before the priority fee"
            : decision.NetProfitLamports < 0
            ? $"Not taken: costs exceed the gain by {Number(-decision.NetProfitLamports)} lamports"
            : $"Not taken: {Number(decision.NetProfitLamports)} lamports are left after costs";
        return journal.RunAt(in decision) is { } run
            ? $"{earned}; at least {Number(run.MinimumProfitLamports)} are required."
            : $"{earned}.";
    }

    private static string Unlikely(DecisionBook journal, in Opportunity decision)
    {
        string odds = (decision.LandingPpm / 10_000.0).ToString("0.##", CultureInfo.InvariantCulture);
        string why = $"Not taken: it is still there when the transaction lands with {odds} % only, which makes its "
            + $"expected value {Number(decision.ExpectedValueLamports)} lamports";
        return journal.RunAt(in decision) is { MinimumExpectedValueLamports: { } required }
            ? $"{why}; at least {Number(required)} are required."
            : $"{why}.";
    }

    private static string Dominated(DecisionBook journal, in Opportunity decision)
    {
        const string Why = "Not taken: another opportunity of the same event uses one of its pools and earns more";
        string bound = decision.SizingMethod == SizingMethod.Bound
            ? $" This one leaves {Number(decision.NetProfitLamports)} at most, by its bound; it was not quoted."
            : string.Empty;
        return journal.Winner(decision) is { } winner
            ? $"{Why}: {DecisionId.Of(winner)}, net {Number(winner.NetProfitLamports)} lamports.{bound}"
            : $"{Why}.{bound}";
    }

    private static string QuoteFailure(DecisionBook journal, in Opportunity decision)
    {
        for (int i = 0; i < decision.LegCount; i++)
        {
            LegView leg = journal.Leg(decision, i);
            if (leg.Leg.QuoteStatus == 0) continue;
            return $"Not taken: leg {i + 1} ({leg.Venue}) cannot be quoted: {(QuoteStatus)leg.Leg.QuoteStatus}.";
        }

        return "Not taken: a pool on the route cannot quote at the moment.";
    }

    private static string Limit(DecisionBook journal, in Opportunity decision) =>
        journal.RunAt(in decision) is { } run && run.MaxStateAgeSlots != uint.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"; at most {run.MaxStateAgeSlots} are allowed")
            : string.Empty;

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(ulong value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
