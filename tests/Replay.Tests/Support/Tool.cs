using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text.Json;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Commands;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;

namespace LowLatency.Replay.Tests.Support;

/// <summary>What a command line printed and returned.</summary>
internal sealed record ToolResult(int Code, string Output, string Errors)
{
    /// <summary>Lines of stderr that are not progress.</summary>
    public string[] ErrorLines => Array.FindAll(
        Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        l => !l.StartsWith("replay ", StringComparison.Ordinal) && !l.StartsWith("inspect ", StringComparison.Ordinal));

    /// <summary>Standard output as JSON.</summary>
    public JsonElement Json
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }
}

/// <summary>Runs the product's own command line inside the test process.</summary>
internal static class Tool
{
    /// <summary>Runs a command line.</summary>
    public static ToolResult Run(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        int code = Program.Run(args, output, TextWriter.Synchronized(errors));
        return new ToolResult(code, output.ToString(), errors.ToString());
    }

    /// <summary>The settings of a replay's command line, without environment.</summary>
    public static ReplaySettings Settings(params string[] args)
    {
        ReplayOptionSet options = new();
        Command command = new("replay");
        options.AddTo(command);
        return options.Read(command.Parse(args), new Dictionary<string, string>());
    }

    /// <summary>Runs a replay with extra stages before the sinks.</summary>
    public static ReplayRun Replay(Func<MarketPipeline, IStage[]>? observers, params string[] args)
    {
        ReplaySettings settings = Settings(args);
        // Slices whenever they are asked for.
        settings = settings with { Pipeline = settings.Pipeline with { WarmRestNs = 0 } };
        ReplayRun run = new(settings, null, observers);
        if (run.Execute() is { } fault) throw new InvalidOperationException(fault.ToString());
        return run;
    }
}
