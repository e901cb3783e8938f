using System;
using System.Collections.Generic;
using System.IO;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>
/// Every number of a report: the record of the run and what its journal adds. <c>report.json</c> is this object, and
/// the page shows nothing else.
/// </summary>
internal sealed record RunReport(RunRecord Run, JournalDigest Journal)
{
    /// <summary>Reads a run folder; its two files must be of one run.</summary>
    /// <exception cref="CommandException">A file is missing or damaged, or they do not belong together.</exception>
    public static RunReport Read(string folder)
    {
        RunRecord run = RunFolder.Read(folder);
        string path = RunFolder.JournalOf(folder);
        if (!File.Exists(path)) throw new CommandException($"{path}: there is no such file", ExitCodes.NoInput);
        try
        {
            using FileStream file = File.OpenRead(path);
            DecisionStatistics statistics = new();
            JournalDigest digest = JournalScan.Read(file, path, statistics, out JournalReader reader);
            Check(path, run.Report, statistics, reader);
            return new RunReport(run, digest);
        }
        catch (InvalidDataException fault)
        {
            throw new CommandException(fault.Message, ExitCodes.BadData);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: {fault.Message}", ExitCodes.NoInput);
        }
    }

    /// <summary>The report as JSON.</summary>
    public string ToJson() => JsonOutput.Report(this) + "\n";

    private static void Check(
        string path, ReplayReport report, DecisionStatistics statistics, JournalReader reader)
    {
        if (reader.Damage is { } damage) throw new CommandException(damage, ExitCodes.BadData);
        string hash = reader.Hash is { } value ? ReplayReport.HashText(value) : "none";
        if (hash != report.DecisionHash)
        {
            throw new CommandException(
                $"{path}: its decision hash is {hash}, that of {RunFolder.RecordName} is {report.DecisionHash}: "
                + "the files are not of one run, or the journal was cut off",
                ExitCodes.BadData);
        }

        SortedDictionary<string, long> counts = ReplayTables.Decisions(statistics);
        foreach (string reason in Enum.GetNames<DecisionReason>())
        {
            long inJournal = counts.GetValueOrDefault(reason);
            long inRecord = report.Decisions.GetValueOrDefault(reason);
            if (inJournal == inRecord) continue;
            throw new CommandException(
                $"{path}: {inJournal} decisions {reason}, {RunFolder.RecordName} says {inRecord}: one is damaged",
                ExitCodes.BadData);
        }
    }
}
