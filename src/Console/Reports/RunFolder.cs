using System.IO;
using System.Text.Json;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>
/// A folder that keeps one run for <c>report</c>: <c>run.journal</c> (every decision, written while it runs),
/// <c>run.json</c> (<see cref="RunRecord"/>) and one <c>.hgrm</c> file a latency, both written when it has ended.
/// </summary>
internal static class RunFolder
{
    /// <summary>File of the journal.</summary>
    public const string JournalName = "run.journal";

    /// <summary>File of the record.</summary>
    public const string RecordName = "run.json";

    private static readonly JsonSerializerOptions Reading =
        new(JsonOutput.Indented) { RespectNullableAnnotations = true };

    /// <summary>Option of the verbs that keep a run.</summary>
    public const string OptionName = "--run-dir";

    /// <summary>Path of the journal in a run folder.</summary>
    public static string JournalOf(string folder) => Path.Combine(folder, JournalName);

    /// <summary>The journal to write: the folder's if there is one, else the one that was named.</summary>
    /// <exception cref="CommandException">Both are given.</exception>
    public static string? JournalOf(string? folder, string? journal)
    {
        if (folder is null) return journal;
        return journal is null
            ? JournalOf(folder)
            : throw new CommandException(
                $"give {OptionName} or --journal, not both: a run folder has its journal");
    }

    /// <summary>Makes the folder before the run; one that holds a run already is refused.</summary>
    /// <exception cref="CommandException">It cannot be made or holds a run.</exception>
    public static void Prepare(string folder)
    {
        foreach (string name in (string[])[RecordName, JournalName])
        {
            if (File.Exists(Path.Combine(folder, name)))
            {
                throw new CommandException(
                    $"{OptionName} {folder}: it holds a run already ({name}); give another folder",
                    ExitCodes.CannotCreate);
            }
        }

        UserFile.Make($"{OptionName} {folder}", () => Directory.CreateDirectory(folder));
    }

    /// <summary>Writes what is known when the run has ended.</summary>
    /// <exception cref="CommandException">A file cannot be written.</exception>
    public static void Write(string folder, RunRecord record, PipelineLatency? latency)
    {
        string path = Path.Combine(folder, RecordName);
        UserFile.Make($"{OptionName} {folder}", () =>
        {
            foreach ((string step, LatencyHistogram histogram) in ReplayTables.Histograms(latency))
            {
                using StreamWriter text = File.CreateText(Path.Combine(folder, RunRecord.FileOf(step)));
                HistogramText.Write(histogram, text, unitNs: 1_000);
            }

            File.WriteAllText(path, JsonOutput.Report(record) + "\n");
            return path;
        });
    }

    /// <summary>Reads the record of a run.</summary>
    /// <exception cref="CommandException">Folder or file is missing, or is not what it should be.</exception>
    public static RunRecord Read(string folder)
    {
        string path = Path.Combine(folder, RecordName);
        if (!Directory.Exists(folder))
        {
            string what = File.Exists(folder) ? "it is a file, not a run folder" : "there is no such folder";
            throw new CommandException(
                $"{folder}: {what}; `lowlatency replay --run-dir {folder}` makes one", ExitCodes.NoInput);
        }

        if (!File.Exists(path))
        {
            string why = File.Exists(JournalOf(folder))
                ? $"the run did not end in order; `lowlatency explain --journal {JournalOf(folder)}` reads it"
                : $"this is no run folder; `lowlatency replay --run-dir {folder}` makes one";
            throw new CommandException($"{path}: there is no such file: {why}", ExitCodes.NoInput);
        }

        string text = UserFile.Read(path, static file => new StreamReader(file).ReadToEnd());
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (HasNullElement(document.RootElement))
                throw new CommandException($"{path}: damaged: a list with null in it", ExitCodes.BadData);
            RunRecord record = document.Deserialize(Reading.Shape<RunRecord>())
                ?? throw new CommandException($"{path}: damaged: it holds null", ExitCodes.BadData);
            if (record.Format == RunRecord.FormatName && record.Version == RunRecord.FormatVersion)
            {
                return record.Curves.Count == record.Report.Latency.Count
                    ? record
                    : throw new CommandException(
                        $"{path}: damaged: {record.Curves.Count} curves of {record.Report.Latency.Count} latencies",
                        ExitCodes.BadData);
            }

            throw new CommandException(
                $"{path}: format {record.Format} version {record.Version}; this build reads {RunRecord.FormatName} "
                + $"version {RunRecord.FormatVersion}: use the build that wrote it",
                ExitCodes.BadData);
        }
        catch (JsonException fault)
        {
            throw new CommandException($"{path}: damaged: {fault.Message}", ExitCodes.BadData);
        }
    }

    /// <summary>True if some list has null in it, which no record has and the serializer lets pass.</summary>
    private static bool HasNullElement(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    if (item.ValueKind == JsonValueKind.Null || HasNullElement(item)) return true;
                }

                return false;
            case JsonValueKind.Object:
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    if (HasNullElement(member.Value)) return true;
                }

                return false;
            default:
                return false;
        }
    }
}
