using System;
using System.Diagnostics;
using System.IO;
using System.Threading;

namespace LowLatency.Console.Tests.Screens;

/// <summary>A real terminal: a tmux server of its own with one window that runs a shell.</summary>
internal sealed class TmuxTerminal : IDisposable
{
    private const int LimitSeconds = 90; // for machines with more to do than cores to do it on

    private readonly string _socket = $"lowlatency-{Guid.NewGuid():N}";

    public TmuxTerminal(int columns, int rows)
    {
        Tmux(
            "-f", "/dev/null", "new-session", "-d", "-s", "t", "-x", $"{columns}", "-y", $"{rows}",
            "env LC_ALL=C.UTF-8 LANG=C.UTF-8 TERM=screen-256color PS1='ready> ' bash --norc --noprofile");
        WaitFor(text => text.Contains("ready>", StringComparison.Ordinal));
    }

    /// <summary>True if tmux can be run here; if not, says so where the test run is read.</summary>
    public static bool IsThere()
    {
        try
        {
            ProcessStartInfo version = new("tmux", "-V") { RedirectStandardOutput = true };
            using Process? process = Process.Start(version);
            process?.WaitForExit();
            return process?.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            System.Console.WriteLine("SKIPPED: screens in a real terminal, there is no tmux");
            return false;
        }
    }

    /// <summary>Command line of the program under test.</summary>
    public static string Program => $"dotnet {Path.Combine(AppContext.BaseDirectory, "lowlatency.dll")}";

    /// <summary>Types text, then Enter.</summary>
    public void Line(string text)
    {
        Tmux("send-keys", "-t", "t", "-l", text);
        Key("Enter");
    }

    /// <summary>Presses a key by tmux's name.</summary>
    public void Key(string name) => Tmux("send-keys", "-t", "t", name);

    public void Resize(int columns, int rows) => Tmux("resize-window", "-t", "t", "-x", $"{columns}", "-y", $"{rows}");

    /// <summary>The cells on the screen, without blanks at the ends of rows.</summary>
    public string Text()
    {
        string[] rows = Tmux("capture-pane", "-p", "-t", "t").Split('\n');
        for (int i = 0; i < rows.Length; i++) rows[i] = rows[i].TrimEnd();
        return string.Join('\n', rows);
    }

    /// <summary>What tmux knows of the window, such as alternate_on or cursor_flag.</summary>
    public string Flag(string name) => Tmux("display-message", "-p", "-t", "t", $"#{{{name}}}").Trim();

    public string WaitFor(Func<string, bool> isThere)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            string text = Text();
            if (isThere(text)) return text;
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > LimitSeconds)
                throw new TimeoutException($"the screen is still:\n{text}");
            Thread.Sleep(30);
        }
    }

    public void Dispose() => Tmux("kill-server");

    private string Tmux(params string[] arguments)
    {
        ProcessStartInfo start = new("tmux") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-L");
        start.ArgumentList.Add(_socket);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
