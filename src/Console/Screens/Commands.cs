using System;
using System.Collections.Generic;
using System.Globalization;
using LowLatency.ConsoleHost.Config;
using LowLatency.Engine.Pipeline;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>What the keys and the <c>:</c> line do to a run. Every answer is a sentence for the last line.</summary>
internal sealed class Commands(Model model)
{
    private const ulong SeekSlots = 10;
    private static readonly double[] Speeds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 0];

    /// <summary>The commands and what follows them.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "quit", "detach", "pause", "resume", "step", "speed", "seek", "trading", "kill", "explain", "filter", "sort",
        "screen", "reload", "help",
    ];

    /// <summary>What a table of decisions is sorted by, in the order of <see cref="DecisionSort"/>.</summary>
    public static string[] SortWords { get; } =
    [
        "newest", "profit", "size", "age", "latency", "decision", "expected", "odds", "costs", "life", "route",
    ];

    /// <summary>Commands that begin with a text, or words that may follow one.</summary>
    public static string[] Complete(string text)
    {
        (string verb, IEnumerable<string> words) = text.IndexOf(' ') < 0
            ? (string.Empty, Names)
            : text[..text.IndexOf(' ')] switch
            {
                "speed" => ("speed ", new[] { "0.5x", "1x", "2x", "10x", "max" }),
                "trading" => ("trading ", ["pause", "resume", "halt"]),
                "sort" => ("sort ", SortWords),
                "screen" => ("screen ", ScreenApp.ScreenNames),
                _ => (string.Empty, (IEnumerable<string>)[]),
            };
        List<string> found = [];
        foreach (string word in words)
        {
            if ((verb + word).StartsWith(text, StringComparison.OrdinalIgnoreCase)) found.Add(verb + word);
        }

        return [.. found];
    }

    public string TogglePause()
    {
        if (model.Run?.Control is not { } control) return "this feed cannot be paused; p pauses trading";
        if (control.IsPaused) control.Resume();
        else control.Pause();
        return control.IsPaused ? "paused; space goes on, . steps one slot" : "running";
    }

    public string Step()
    {
        if (model.Run?.Control is not { } control) return "this feed cannot be stepped";
        control.StepSlot();
        return "on to the next slot";
    }

    public string ChangeSpeed(int direction)
    {
        if (model.Run?.Control is not { } control) return "the pace of this feed is not ours";
        int at = Array.FindIndex(Speeds, s => Pace(s) >= Pace(control.Speed));
        int next = Math.Clamp((at < 0 ? Speeds.Length - 1 : at) + direction, 0, Speeds.Length - 1);
        control.Speed = Speeds[next];
        return $"speed {SpeedText(control.Speed)}";
    }

    public string SetSpeed(string text)
    {
        if (model.Run?.Control is not { } control) return "the pace of this feed is not ours";
        if (text == "max") control.Speed = 0;
        else if (double.TryParse(text.TrimEnd('x'), CultureInfo.InvariantCulture, out double speed) && speed > 0)
            control.Speed = speed;
        else return $"speed {text}: give max, or a multiple of the recorded pace such as 10x";
        return $"speed {SpeedText(control.Speed)}";
    }

    public string SeekBy(int direction)
    {
        ulong slot = model.Slot;
        if (slot == 0) return "no slot yet";
        return Seek(direction < 0 ? slot - Math.Min(slot, SeekSlots) : slot + SeekSlots);
    }

    public string Seek(ulong slot)
    {
        if (model.Run?.Control is not { } control) return "this feed cannot be moved to a slot";
        if (slot > model.Slot && model.Source.Ended is null)
        {
            control.RunToSlot(slot);
            return $"on to slot {slot}, then paused";
        }

        return model.Source.TryRestart(slot)
            ? $"back to slot {slot}: the replay begins again and runs to there"
            : "this feed cannot go back";
    }

    public string ToggleTrading()
    {
        TradingState state = model.Source.Gate.TogglePause();
        string text = state switch
        {
            TradingState.Active => "trading: Active; this is a dry run, nothing is sent in any state",
            TradingState.Reducing => "trading: Reducing: messages are withheld, decisions go on; p again resumes",
            _ => "trading: Halted; only a new start can change that",
        };
        model.Source.Log.Add(LogLevel.Warning, "trading", text, model.Slot);
        return text;
    }

    public string Kill()
    {
        model.Source.Gate.Halt();
        const string Text = "trading: HALTED: messages are withheld until a new start; decisions go on";
        model.Source.Log.Add(LogLevel.Error, "trading", Text, model.Slot);
        return Text;
    }

    /// <summary>Runs a typed line; null if it is one of the screens' own.</summary>
    public string? Run(string line)
    {
        string[] words = line.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string argument = words.Length > 1 ? words[1] : string.Empty;
        switch (words.Length == 0 ? string.Empty : words[0])
        {
            case "":
                return string.Empty;
            case "pause":
                model.Run?.Control?.Pause();
                return model.Run?.Control is null ? TogglePause() : "paused";
            case "resume":
                model.Run?.Control?.Resume();
                return "running";
            case "step":
                return Step();
            case "speed":
                return SetSpeed(argument);
            case "seek":
                return ulong.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out ulong slot)
                    ? Seek(slot)
                    : $"seek {argument}: give a slot number";
            case "trading":
                return Trading(argument);
            case "reload":
                return model.Source.Reload();
            case "quit" or "detach" or "kill" or "explain" or "filter" or "sort" or "screen" or "help":
                return null;
            default:
                return $"no such command: {words[0]}{Nearest.Hint(words[0], Names)}";
        }
    }

    public static string SpeedText(double speed) =>
        speed <= 0 ? "max" : speed.ToString("0.##", CultureInfo.InvariantCulture) + "x";

    private static double Pace(double speed) => speed <= 0 ? double.PositiveInfinity : speed;

    private string Trading(string wish)
    {
        TradingState state = model.Source.Gate.State;
        return wish switch
        {
            "halt" => Kill(),
            "pause" when state == TradingState.Active => ToggleTrading(),
            "resume" when state == TradingState.Reducing => ToggleTrading(),
            "pause" or "resume" => $"trading: {state}",
            _ => "trading: give pause, resume or halt",
        };
    }
}
