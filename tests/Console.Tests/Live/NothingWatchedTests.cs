using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Commands;
using Xunit;

namespace LowLatency.Console.Tests.Live;

/// <summary><c>run</c> of a configuration that names no pool says so before it begins.</summary>
public sealed class NothingWatchedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-nothing-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", true)]
    [InlineData(""", "watch": { "pools": ["Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE"] }""", false)]
    public void Run_SaysAtItsBeginThatNothingIsWatched(string watch, bool isSaid)
    {
        string config = Path.Combine(_folder, "my.json");
        File.WriteAllText(config, $$"""{ "endpoints": [{ "http": "http://127.0.0.1:1" }]{{watch}} }""");
        RunOptionSet options = new(isConfigRequired: true);
        Command command = new("run");
        options.AddTo(command);
        ParseResult parsed = command.Parse(["--config", config, "--no-warm-up", "--seconds", "0.2"]);
        using StringWriter output = new();
        using StringWriter errors = new();
        Assert.Equal(
            ExitCodes.Ok,
            RunCommand.Run(options, parsed, "run", new Dictionary<string, string>(), output, errors));
        const string Warning = "run: nothing is watched, so nothing will be decided: lowlatency pools discover";
        Assert.Equal(isSaid, errors.ToString().StartsWith(Warning, StringComparison.Ordinal));
    }
}
