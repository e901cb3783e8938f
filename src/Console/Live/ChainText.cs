using System;
using System.Globalization;
using System.IO;

namespace LowLatency.ConsoleHost.Live;

/// <summary>What a live run knew of the chain besides accounts, as text.</summary>
internal static class ChainText
{
    public static void Write(TextWriter output, ChainReport r)
    {
        Line(output, $"");
        Line(output, $"Chain                              asked  answered  429  behind  failed");
        Requests(output, "blockhashes", r.BlockhashRequests);
        if (r.BlockhashChecks.Asked != 0) Requests(output, "  valid, of another node", r.BlockhashChecks);
        Requests(output, "priority fees", r.FeeRequests);
        if (r.BlockhashesToAgree != 0)
        {
            Row(output, "blockhashes told, once an endpoint", r.BlockhashesToAgree);
            Row(output, "  agreed on by two", r.BlockhashesAgreed);
            if (r.BlockhashesTakenAlone != 0)
                Row(output, "  of one, all others silent", r.BlockhashesTakenAlone);
            Row(output, "  not valid, says another", r.BlockhashesDenied);
            Row(output, "  cannot be beside another's", r.BlockhashContradictions);
        }

        if (r.BlockhashesOfStreams != 0) Row(output, "blockhashes told by streams", r.BlockhashesOfStreams);
        Row(output, "blockhashes known", r.Blockhashes);
        if (r.BlockhashesRefused != 0) Row(output, "  refused, cannot be", r.BlockhashesRefused);
        Row(output, "  blocks left at the end", r.BlocksLeft);
        Row(output, "  least blocks left in a message", r.BlocksLeftLeast);
        Row(output, "  messages not built, all expired", r.BlockhashesExpired);
        Row(output, "block height", (long)r.BlockHeight);
        Row(output, "accounts whose fees are asked for", r.FeeAccounts);
        if (r.FeeSlotsRefused != 0) Row(output, "  slots' fees refused, too far ahead", r.FeeSlotsRefused);
        Line(output, $"  {"price, micro-lamports a unit",-34}{r.MicroLamportsPerCu,12:N0}  {r.PriceRule}");
        Line(output, $"  {"  newest slots contested",-34}{r.CongestionPercent,12:0.##} %");
        if (r.Simulation is { } simulation) Write(output, simulation);
    }

    private static void Write(TextWriter output, SimulationReport r)
    {
        Line(output, $"");
        Line(output, $"Simulations (nothing is sent)");
        Row(output, "messages offered", r.Offered);
        Row(output, "  beyond the rate, skipped", r.BeyondRate);
        Row(output, "  queue full, dropped", r.QueueFull);
        if (r.Unreadable != 0) Row(output, "  not readable as messages", r.Unreadable);
        Row(output, "asked", r.Asked);
        Row(output, "answered", r.Answered);
        foreach ((string kind, long count) in r.FailedCalls) Row(output, $"  no answer: {kind}", count);
        foreach ((string end, long count) in r.Ends) Row(output, $"  ended {end}", count);
        if (r.Unmatched != 0) Row(output, "  of a message not remembered", r.Unmatched);
        Row(output, "swaps learned from", r.SwapsLearned);
        Row(output, "failures told to the quarantine", r.RouteFailures);
    }

    private static void Requests(TextWriter output, string name, ChainRequests r) =>
        Line(
            output,
            $"  {name,-30}{r.Asked,8:N0}{r.Answered,10:N0}{r.RateLimited,5:N0}{r.Behind,8:N0}{r.Failed,8:N0}");

    private static void Row(TextWriter output, string name, long count) => Line(output, $"  {name,-34}{count,12:N0}");

    private static void Line(TextWriter output, FormattableString text) =>
        output.Write(text.ToString(CultureInfo.InvariantCulture).TrimEnd() + "\n");
}
