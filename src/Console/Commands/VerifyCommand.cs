using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>verify --vectors &lt;file|dir&gt;</c>: runs published vectors through the product's own code. Exit code 0 if
/// every case
/// agrees, 3 if one does not, 65 if a file is not a vector file, 66 if it is not there.
/// </summary>
internal static class VerifyCommand
{
    private const int DefaultShownDifferences = 5;

    private const string Examples =
        """
        Examples:
          lowlatency verify --vectors tests/Vectors
          lowlatency verify --vectors mine.json.gz --show 0

        Exit codes: 0 every case agrees, 2 wrong usage, 3 one does not, 65 not a vector file, 66 no
        such file.
        """;

    /// <summary>The verb.</summary>
    internal static Command Create()
    {
        Option<string[]> vectors = new("--vectors")
        {
            Description = "Vector file (.json or .json.gz) or a folder of them; may be given more than once.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
            HelpName = "file",
        };
        Option<bool> json = new("--json") { Description = "Print the result as JSON on stdout." };
        Option<int> show = new("--show")
        {
            Description = "Differences to print per file (0 = all).",
            DefaultValueFactory = _ => DefaultShownDifferences,
        };
        Verb command = new("verify", "Run published test vectors through the product's own code.", Examples)
        {
            vectors, json, show,
        };
        command.SetAction(result => Run(
            result.GetValue(vectors) ?? [], result.GetValue(json), result.GetValue(show),
            result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    /// <summary>Runs the verb on the given writers.</summary>
    internal static int Run(IReadOnlyList<string> paths, bool asJson, int shownDifferences, TextWriter output,
        TextWriter errors)
    {
        List<VectorRun> runs = [];
        foreach (string path in Expand(paths)) runs.Add(RunFile(path, errors));

        int limit = shownDifferences <= 0 ? int.MaxValue : shownDifferences;
        if (asJson) WriteJson(runs, limit, output);
        else WriteText(runs, limit, output);
        foreach (VectorRun run in runs)
            if (run.FailedCount != 0) return ExitCodes.CheckFailed;
        return ExitCodes.Ok;
    }

    private static List<string> Expand(IReadOnlyList<string> paths)
    {
        List<string> files = [];
        foreach (string path in paths)
        {
            if (!Directory.Exists(path))
            {
                files.Add(path);
                continue;
            }

            List<string> found = [];
            foreach (string file in Directory.EnumerateFiles(path))
                if (file.EndsWith(".json", StringComparison.Ordinal)
                    || file.EndsWith(".json.gz", StringComparison.Ordinal))
                    found.Add(file);
            if (found.Count == 0)
                throw new CommandException($"{path}: the folder has no .json or .json.gz file", ExitCodes.NoInput);
            found.Sort(StringComparer.Ordinal);
            files.AddRange(found);
        }

        return files;
    }

    private static VectorRun RunFile(string path, TextWriter errors)
    {
        using VectorDocument document = VectorDocument.Load(path);
        IVectorSuite suite = VectorSuites.Find(document)
            ?? throw new CommandException(
                $"{path}: format '{document.Format}' is not a vector format this version knows", ExitCodes.BadData);
        VectorRun? run = null;
        try
        {
            run = new VectorRun(document.Name, suite.CountCases(document), Progress(errors));
            suite.Run(document, run);
            return run;
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or IndexOutOfRangeException)
        {
            string what = e switch
            {
                InvalidOperationException => "a member is not of the JSON type that the format says",
                IndexOutOfRangeException => "a list is shorter than the format says",
                _ => e.Message,
            };
            // The first cases come after the pools, and either may be wrong.
            string where = run is null or { DoneCount: 0 }
                ? string.Empty
                : string.Create(CultureInfo.InvariantCulture, $" case {run.DoneCount + 1} of {run.CaseCount}:");
            throw new CommandException($"{path}:{where} {what}", ExitCodes.BadData);
        }
    }

    private static Action<VectorRun>? Progress(TextWriter errors)
    {
        if (!StandardWriter.IsWatched(errors)) return null;
        return run =>
        {
            if (run.DoneCount % 50 != 0 && run.DoneCount != run.CaseCount) return;
            errors.Write($"\r{run.Name}: {run.DoneCount}/{run.CaseCount} cases");
            if (run.DoneCount == run.CaseCount) errors.WriteLine();
        };
    }

    private static void WriteText(List<VectorRun> runs, int limit, TextWriter output)
    {
        int passed = 0;
        int failed = 0;
        int explained = 0;
        foreach (VectorRun run in runs)
        {
            passed += run.PassedCount;
            failed += run.FailedCount;
            explained += run.ExplainedCount;
            string counts = $"{run.PassedCount} passed, {run.FailedCount} failed, {run.ExplainedCount} explained";
            output.WriteLine($"{run.Name}: {counts}");
            foreach ((string rule, int count) in run.Explanations) output.WriteLine($"  explained {count}: {rule}");
            for (int i = 0; i < run.Differences.Count && i < limit; i++)
            {
                VectorDifference difference = run.Differences[i];
                output.WriteLine(
                    $"  case {difference.CaseId}: {difference.Field}: "
                    + $"expected {difference.Expected}, got {difference.Got}");
            }

            if (run.Differences.Count > limit) output.WriteLine(
                $"  and {run.Differences.Count - limit} more (--show 0 prints all)");
        }

        output.WriteLine($"total: {passed} passed, {failed} failed, {explained} explained");
        foreach ((VenueId venue, StateTally states) in StatesOf(runs))
        {
            string skipped = string.Join(", ", states.SkippedChanged.Select(
                pair => string.Create(CultureInfo.InvariantCulture, $"{RoleName(pair.Key)} {pair.Value:N0}")));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"accounts after {states.Swaps:N0} {venue} swaps: {states.Compared:N0} bytes compared"
                + $", {states.ComparedChanged:N0} of them changed by the swap"
                + $"; {states.Skipped:N0} changed bytes not modelled{(skipped.Length == 0 ? "" : $" ({skipped})")}"));
        }
    }

    private static SortedDictionary<VenueId, StateTally> StatesOf(List<VectorRun> runs)
    {
        VectorRun all = new(string.Empty, 0);
        foreach ((VenueId venue, StateTally states) in runs.SelectMany(run => run.States))
            all.StatesOf(venue).Add(states);
        return all.States;
    }

    private static string RoleName(AccountRole role) => role == AccountRole.None ? "other accounts" : role.ToString();

    private static void WriteJson(List<VectorRun> runs, int limit, TextWriter output)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("files");
            foreach (VectorRun run in runs) WriteRun(json, run, limit);
            json.WriteEndArray();
            json.WriteStartArray("states");
            foreach ((VenueId venue, StateTally states) in StatesOf(runs)) WriteStates(json, venue, states);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(bytes.ToArray()));
    }

    private static void WriteStates(Utf8JsonWriter json, VenueId venue, StateTally states)
    {
        json.WriteStartObject();
        json.WriteString("venue", venue.ToString());
        json.WriteNumber("swaps", states.Swaps);
        json.WriteNumber("comparedBytes", states.Compared);
        json.WriteNumber("comparedChangedBytes", states.ComparedChanged);
        json.WriteNumber("skippedChangedBytes", states.Skipped);
        json.WriteStartObject("skippedByRole");
        foreach ((AccountRole role, long count) in states.SkippedChanged) json.WriteNumber(RoleName(role), count);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter json, VectorRun run, int limit)
    {
        json.WriteStartObject();
        json.WriteString("file", run.Name);
        json.WriteNumber("cases", run.CaseCount);
        json.WriteNumber("passed", run.PassedCount);
        json.WriteNumber("failed", run.FailedCount);
        json.WriteNumber("explained", run.ExplainedCount);
        json.WriteStartObject("explanations");
        foreach ((string rule, int count) in run.Explanations) json.WriteNumber(rule, count);
        json.WriteEndObject();
        json.WriteStartArray("differences");
        for (int i = 0; i < run.Differences.Count && i < limit; i++)
        {
            VectorDifference difference = run.Differences[i];
            json.WriteStartObject();
            json.WriteString("case", difference.CaseId);
            json.WriteString("field", difference.Field);
            json.WriteString("expected", difference.Expected);
            json.WriteString("got", difference.Got);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
