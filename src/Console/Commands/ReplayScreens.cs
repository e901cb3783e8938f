using System;
using System.IO;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.ConsoleHost.Replay;
using LowLatency.ConsoleHost.Screens;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>replay --ui</c>: a replay under the screens.</summary>
internal static class ReplayScreens
{
    /// <summary>The terminal, or null and a note if there is none: then lines are printed as always.</summary>
    public static ITerminal? TryOpenTerminal(string verb, TextWriter errors)
    {
        string? why = Console.IsInputRedirected || Console.IsOutputRedirected
            ? "stdin and stdout are not both a terminal"
            : Environment.GetEnvironmentVariable("TERM") == "dumb" ? "TERM is dumb" : null;
        if (why is null)
        {
            try
            {
                return OperatingSystem.IsWindows() ? new WindowsTerminal() : new UnixTerminal();
            }
            catch (InvalidOperationException fault)
            {
                why = fault.Message;
            }
        }

        errors.WriteLine($"{verb}: --ui: {why}; plain lines instead");
        return null;
    }

    /// <summary>Runs to the end of the run, or until the user ends it; the screens may be left before.</summary>
    public static ReplayRun Run(
        ReplaySettings settings, bool isPaused, ITerminal terminal, ReplayProgressLine progress, TextWriter errors)
    {
        using ReplaySession session = new(settings, isPaused);
        session.Start();
        ScreenExit exit = Show(session, settings, terminal, errors);
        if (exit == ScreenExit.Detach && session.Ended is null)
        {
            if (session.Run is { } watched) progress.Follow(watched);
            session.Lines = progress;
        }

        session.Finish(mustEnd: exit == ScreenExit.Quit);
        return session.Unopened is { } unopened ? throw CommandException.Of(unopened) : session.Run!;
    }

    private static ScreenExit Show(
        ReplaySession session, ReplaySettings settings, ITerminal terminal, TextWriter errors)
    {
        try
        {
            using (terminal)
            {
                var variables = ConfigLayers.ProcessEnvironment();
                bool asciiOnly = !TerminalFeatures.HasGlyphs(variables, OperatingSystem.IsWindows());
                FrameEncoder encoder = new(new Palette(TerminalFeatures.Depth(variables)), asciiOnly);
                ScreenLoop loop = new(
                    terminal, new ScreenApp(session), encoder,
                    () => session.HasFailed || settings.Cancellation.IsCancellationRequested);
                return loop.Run();
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // The screens are not the engine: whatever is wrong with them, the run goes on.
            string why = $"{fault.GetType().Name}: {fault.Message}";
            errors.WriteLine($"{settings.Verb}: the screens failed ({why}); the run goes on");
            return ScreenExit.Detach;
        }
    }
}
