using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Journal;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>explain [id] --journal file</c>: says in words why a decision is what it is.</summary>
internal static class ExplainCommand
{
    private const int SampleCount = 5;

    private const string Examples =
        """
        Examples:
          lowlatency replay --journal run.journal          first: write a journal
          lowlatency explain --journal run.journal         what is in it
          lowlatency explain 902.4 --journal run.journal   one decision in words
          lowlatency explain --journal run.journal --reason Go --brief
          lowlatency explain --journal run.journal --all --csv > decisions.csv
          lowlatency explain --journal run.journal --against before.journal   what changed first

        Exit codes: 0 done, 2 wrong usage or no such decision, 3 --against: they differ, 65 a
        journal is damaged (what came before the damage is explained), 66 no such file.
        """;

    private static readonly Argument<string?> Id = new("id")
    {
        Description = "Decision: sequence of the event, a dot, number among its decisions, as in reports.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> JournalFile = new("--journal")
    {
        Description = "Journal that `replay` or `run` wrote with --journal.",
        HelpName = "file",
    };

    private static readonly Option<string?> Against = new("--against")
    {
        Description = "Journal of another run over the same input: says which decision differs first, and in what.",
        HelpName = "file",
    };

    private static readonly Option<bool> All = new("--all") { Description = "Every decision." };

    private static readonly Option<string[]> Reason = new("--reason")
    {
        Description = $"Every decision with one of these reasons: {string.Join(", ", ReasonNames())}.",
        HelpName = "reason",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> Brief = new("--brief") { Description = "One line a decision." };

    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object a line on stdout." };

    private static readonly Option<bool> Csv = new("--csv") { Description = "CSV with a header line on stdout." };

    internal static Command Create()
    {
        Verb command = new("explain", "Explain a run's decisions: route, amounts, costs, why or why not.", Examples)
        {
            Id, JournalFile, Against, All, Reason, Brief, Json, Csv,
        };
        command.SetAction(result => Run(
            result, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    /// <summary>Runs the verb on the given writers.</summary>
    internal static int Run(ParseResult result, TextWriter output, TextWriter errors)
    {
        string path = result.GetValue(JournalFile) ?? throw new CommandException(
            "give --journal <file>; `lowlatency replay --journal run.journal` writes one");
        JournalView journal = JournalView.Open(path);
        if (result.GetValue(Against) is { } against) return Compare(result, journal, against, output, errors);
        if (journal.Damage is null)
        {
            Write(result, journal, output);
            if (journal.Hash is null) errors.WriteLine($"explain: note: {path}: the run did not end in order");
            return ExitCodes.Ok;
        }

        try
        {
            Write(result, journal, output);
        }
        finally
        {
            // Also when what was asked for is not in what could be read: it may be behind the damage.
            string read = journal.Decisions.Count.ToString("N0", CultureInfo.InvariantCulture);
            errors.WriteLine($"explain: {journal.Damage} ({read} decisions)");
        }

        return ExitCodes.BadData;
    }

    private static int Compare(
        ParseResult result, JournalView journal, string against, TextWriter output, TextWriter errors)
    {
        if (result.GetValue(Json) || result.GetValue(Csv) || result.GetValue(Brief)
            || Choose(result, journal) is not null)
            throw new CommandException("--against compares whole journals: give it with --journal only");
        JournalView other = JournalView.Open(against);
        bool isSame = JournalDiff.Write(journal, other, output);
        foreach (JournalView one in (JournalView[])[journal, other])
        {
            if (one.Damage is not null) errors.WriteLine($"explain: {one.Damage}");
        }

        if (journal.Damage is not null || other.Damage is not null) return ExitCodes.BadData;
        return isSame ? ExitCodes.Ok : ExitCodes.CheckFailed;
    }

    private static void Write(ParseResult result, JournalView journal, TextWriter output)
    {
        bool json = result.GetValue(Json);
        bool csv = result.GetValue(Csv);
        if (json && csv) throw new CommandException("give --json or --csv, not both");
        List<JournalledDecision>? chosen = Choose(result, journal);
        if (chosen is null)
        {
            if (json || csv || result.GetValue(Brief))
                throw new CommandException("say which decisions: an id such as 902.4, --reason Go, or --all");
            Summarise(journal, output);
            return;
        }

        DecisionText text = new(journal, output);
        if (csv) output.Write(DecisionRecords.CsvHeader + "\n");
        for (int i = 0; i < chosen.Count; i++)
        {
            if (json)
            {
                DecisionRecords.WriteJson(journal, chosen[i], output);
            }
            else if (csv)
            {
                DecisionRecords.WriteCsv(journal, chosen[i], output);
            }
            else if (result.GetValue(Brief))
            {
                text.WriteBrief(chosen[i].Decision);
            }
            else
            {
                if (i != 0) output.Write("\n" + new string('-', 80) + "\n");
                text.Write(chosen[i].Decision, chosen[i].Message.Length);
            }
        }
    }

    /// <summary>The decisions asked for; null if none were.</summary>
    private static List<JournalledDecision>? Choose(ParseResult result, JournalView journal)
    {
        string? id = result.GetValue(Id);
        string[] reasons = result.GetValue(Reason) ?? [];
        bool all = result.GetValue(All);
        if ((id is null ? 0 : 1) + (reasons.Length == 0 ? 0 : 1) + (all ? 1 : 0) > 1)
            throw new CommandException("give an id, --reason or --all, one of them");
        if (id is not null) return [Find(journal, id)];
        if (all) return [.. journal.Decisions];
        if (reasons.Length == 0) return null;
        HashSet<DecisionReason> wanted = [];
        foreach (string text in reasons) wanted.Add(ParseReason(text));
        List<JournalledDecision> chosen = [];
        foreach (JournalledDecision journalled in journal.Decisions)
        {
            if (wanted.Contains(journalled.Decision.Reason)) chosen.Add(journalled);
        }

        return chosen;
    }

    private static JournalledDecision Find(JournalView journal, string text)
    {
        if (!DecisionId.TryParse(text, out DecisionId id))
            throw new CommandException($"{text}: not a decision id; give <sequence>.<ordinal> such as 902.4");
        if (journal.Find(id) is { } found) return found;
        int count = journal.CountOf(id.Sequence);
        string there = count == 0
            ? $"event {id.Sequence} has none; `lowlatency explain --journal {journal.FilePath} --all --brief` lists all"
            : $"event {id.Sequence} has {id.Sequence}.0 to {id.Sequence}.{count - 1}";
        throw new CommandException(
            $"{text}: no such decision in {journal.FilePath}: {there}",
            journal.Damage is null ? ExitCodes.Usage : ExitCodes.BadData);
    }

    private static DecisionReason ParseReason(string text)
    {
        foreach (string name in ReasonNames())
        {
            if (string.Equals(name, text, StringComparison.OrdinalIgnoreCase)) return Enum.Parse<DecisionReason>(name);
        }

        string[] names = ReasonNames();
        throw new CommandException(
            $"--reason {text}: no such reason{Nearest.Hint(text, names)}; give one of {string.Join(", ", names)}");
    }

    private static string[] ReasonNames() => Enum.GetNames<DecisionReason>()[1..];

    private static void Summarise(JournalView journal, TextWriter output)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        string run = journal.Run is { } info ? $" on {info.Capture}" : string.Empty;
        string hash = journal.Hash is { } value ? $", decision hash {value.ToString("x16", invariant)}" : string.Empty;
        output.Write(string.Create(
            invariant, $"{journal.FilePath}: {journal.Decisions.Count:N0} decisions{run}{hash}\n"));
        foreach (DecisionReason reason in Enum.GetValues<DecisionReason>())
        {
            List<string> ids = [];
            int count = 0;
            foreach (JournalledDecision journalled in journal.Decisions)
            {
                if (journalled.Decision.Reason != reason) continue;
                if (count++ < SampleCount) ids.Add(DecisionId.Of(journalled.Decision).ToString());
            }

            if (count == 0) continue;
            string more = count > SampleCount ? ", ..." : string.Empty;
            output.Write(string.Create(invariant, $"  {reason,-20}{count,9:N0}   {string.Join(", ", ids)}{more}\n"));
        }

        output.Write(
            $"Explain one: lowlatency explain <id> --journal {journal.FilePath}\n"
            + "Explain many: --reason Go, or --all; with --brief one line each\n");
    }
}
