using System.CommandLine;
using System.IO;
using LowLatency.ConsoleHost.Reports;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>report &lt;run&gt;</c>: a run folder as one page and as JSON.</summary>
internal static class ReportCommand
{
    private const string PageName = "report.html";
    private const string JsonName = "report.json";

    private const string Examples =
        """
        Examples:
          lowlatency replay --run-dir first-run      first: keep a run in a folder
          lowlatency report first-run                first-run/report.html and report.json
          lowlatency report first-run --force        write them again

        The page needs no network and no script; report.json holds every number on it.
        What each figure means: docs/report.md.
        Exit codes: 0 done, 2 wrong usage, 65 run folder damaged, 66 no such folder or file,
        73 a report is there already (--force), or cannot be written.
        """;

    private static readonly Argument<string> RunFolderPath = new("run")
    {
        Description = "Folder that `replay` or `run` wrote with --run-dir.",
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite the report of the run." };

    internal static Command Create()
    {
        Verb command = new("report", "Write a run's report: one self-contained HTML page, and JSON.", Examples)
        {
            RunFolderPath, Force,
        };
        command.SetAction(result => Run(
            result.GetValue(RunFolderPath)!, result.GetValue(Force), result.InvocationConfiguration.Output));
        return command;
    }

    /// <summary>Runs the verb on the given writer.</summary>
    internal static int Run(string folder, bool force, TextWriter output)
    {
        RunReport report = RunReport.Read(folder);
        string page = Path.Combine(folder, PageName);
        string json = Path.Combine(folder, JsonName);
        foreach (string path in (string[])[page, json])
        {
            if (!force && File.Exists(path))
                throw new CommandException($"{path}: it exists; --force overwrites it", ExitCodes.CannotCreate);
        }

        output.Write(UserFile.Make(folder, () =>
        {
            File.WriteAllText(json, report.ToJson());
            File.WriteAllText(page, ReportPage.Render(report));
            return $"{page}\n{json}\n";
        }));
        return ExitCodes.Ok;
    }
}
