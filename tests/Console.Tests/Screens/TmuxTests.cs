using System;
using System.IO;
using System.Threading;
using Xunit;

namespace LowLatency.Console.Tests.Screens;

/// <summary>
/// The program in a real terminal: what tmux shows is, cell by cell, what the same replay draws in memory, and the
/// terminal is given back on every way out. Without tmux these say that they were skipped.
/// </summary>
public sealed class TmuxTests
{
    private static int _marks;

    private const string Ui = " replay --ui --paused --no-stamps";

    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(200, 60)]
    public void Screens_InTmux_AreThoseInMemory(int columns, int rows)
    {
        if (!TmuxTerminal.IsThere()) return;
        using ScreenHarness harness = new(columns, rows);
        harness.RunTo(ScreenHarness.Slot);
        using TmuxTerminal tmux = new(columns, rows);
        tmux.Line(TmuxTerminal.Program + Ui);
        tmux.WaitFor(text => text.Contains("PAUSED", StringComparison.Ordinal));
        tmux.Line($":seek {ScreenHarness.Slot}");
        foreach (string keys in new[] { "1", "3", "4", "7" })
        {
            // Rates over time are of the time of the look, and only the wide picture draws their history.
            if (keys == "1" && columns >= 120) continue;

            tmux.Key("Escape");
            tmux.Key(keys);
            AssertShows(tmux, harness.Type("<Escape>" + keys).Settle().Screen.Text());
        }

        tmux.Key("3");
        tmux.Key("Enter");
        AssertShows(tmux, harness.Type("3<Enter>").Settle().Screen.Text());
    }

    [Fact]
    public void ResizeStorm_EndsWithAWholeScreen()
    {
        if (!TmuxTerminal.IsThere()) return;
        using ScreenHarness harness = new(120, 40);
        harness.RunTo(ScreenHarness.Slot);
        using TmuxTerminal tmux = new(120, 40);
        tmux.Line(TmuxTerminal.Program + Ui);
        tmux.WaitFor(text => text.Contains("PAUSED", StringComparison.Ordinal));
        tmux.Line($":seek {ScreenHarness.Slot}");
        tmux.Key("3");
        for (int i = 0; i < 25; i++) tmux.Resize(60 + (i * 37 % 120), 10 + (i * 13 % 40));
        tmux.Resize(70, 20);
        tmux.WaitFor(text => text.StartsWith("too small: 70x20", StringComparison.Ordinal));
        tmux.Resize(120, 40);
        tmux.Key("Escape");
        AssertShows(tmux, harness.Type("3").Settle().Screen.Text());
    }

    [Theory]
    [InlineData("q")]
    [InlineData("C-c")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("INT")]
    public void Exit_EveryWay_GivesTheTerminalBack(string way)
    {
        if (!TmuxTerminal.IsThere()) return;
        using TmuxTerminal tmux = new(80, 24);
        string before = Modes(tmux);
        string pidFile = Path.Combine(Path.GetTempPath(), $"lowlatency-{Guid.NewGuid():N}.pid");
        tmux.Line($"(echo $BASHPID > {pidFile}; exec {TmuxTerminal.Program}{Ui})");
        tmux.WaitFor(text => text.Contains("PAUSED", StringComparison.Ordinal));
        Assert.Equal("1", tmux.Flag("alternate_on"));
        Assert.Equal("0", tmux.Flag("cursor_flag"));
        if (way is "q" or "C-c") tmux.Key(way);
        else System.Diagnostics.Process.Start("kill", [$"-{way}", File.ReadAllText(pidFile).Trim()]).WaitForExit();
        tmux.WaitFor(text => text.TrimEnd().EndsWith("ready>", StringComparison.Ordinal));
        File.Delete(pidFile);
        Assert.Equal("0", tmux.Flag("alternate_on"));
        Assert.Equal("1", tmux.Flag("cursor_flag"));
        Assert.Equal("1", tmux.Flag("wrap_flag"));
        Assert.Equal(before, Modes(tmux));
    }

    [Fact]
    public void CtrlZ_StopsTheJob_AndFgDrawsItAnew()
    {
        if (!TmuxTerminal.IsThere()) return;
        using ScreenHarness harness = new(100, 30);
        string screen = harness.RunTo(ScreenHarness.Slot).Type("3").Settle().Screen.Text();
        using TmuxTerminal tmux = new(100, 30);
        string before = Modes(tmux);
        tmux.Line(TmuxTerminal.Program + Ui);
        tmux.WaitFor(text => text.Contains("PAUSED", StringComparison.Ordinal));
        tmux.Line($":seek {ScreenHarness.Slot}");
        tmux.Key("3");
        AssertShows(tmux, screen); // the first frames still lack figures: only a screen at rest can be compared
        tmux.Key("C-z");
        tmux.WaitFor(text => text.TrimEnd().EndsWith("ready>", StringComparison.Ordinal));
        Assert.Equal("0", tmux.Flag("alternate_on"));
        Assert.Equal(before, Modes(tmux));
        tmux.Line("fg");
        AssertShows(tmux, screen);
        Assert.Equal("1", tmux.Flag("alternate_on"));
    }

    [Fact]
    public void NoTerminal_PrintsLinesAsAlways()
    {
        if (!TmuxTerminal.IsThere()) return;
        using TmuxTerminal tmux = new(100, 50);
        const string Count = " 2>&1 </dev/null | grep -c -e 'plain lines' -e '100 %'";
        tmux.Line(TmuxTerminal.Program + " replay --ui --no-stamps" + Count);
        tmux.WaitFor(text => text.Contains("\n2\n", StringComparison.Ordinal));
        Assert.Equal("0", tmux.Flag("alternate_on"));
    }

    private static string Modes(TmuxTerminal tmux)
    {
        string mark = $"\nend-{Interlocked.Increment(ref _marks)}\n";
        tmux.Line($"clear; stty -a | grep -v rows; echo {mark.Trim()}");
        string text = tmux.WaitFor(screen => screen.Contains(mark, StringComparison.Ordinal));
        return text[..text.IndexOf(mark, StringComparison.Ordinal)];
    }

    private static void AssertShows(TmuxTerminal tmux, string expected)
    {
        string wanted = expected.TrimEnd('\n');
        string? last = null;
        try
        {
            tmux.WaitFor(text => (last = text.TrimEnd('\n')) == wanted);
        }
        catch (TimeoutException)
        {
            Assert.Equal(wanted, last);
        }
    }
}
