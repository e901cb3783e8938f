using Xunit;

namespace LowLatency.Console.Tests.Screens;

/// <summary>Every screen over a fixed run, cell by cell, at three sizes.</summary>
public sealed class ScreenGoldenTests
{
    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(200, 60)]
    public void Screens_OfAFixedRun_AreAsApproved(int columns, int rows)
    {
        ScreenView view = new(new FixedSource(), columns, rows);
        for (int i = 0; i < 20; i++) view.Draw(); // latencies are looked at one a frame
        foreach ((string name, string keys) in new[]
        {
            ("pipeline", "1"),
            ("opportunities", ":screen opportunities<Enter>"),
            ("opportunities-profit", "s"),
            ("opportunities-filter", "/NoGross<Enter>"),
            ("explain", "<Enter>"),
            ("help", "<Escape>?"),
            ("feeds", "2"),
            ("graph", "4"),
            ("graph-curve", "<Enter>"),
            ("graph-mints", "<Escape>m"),
            ("graph-mint-pools", "<Enter>"),
            ("latency", "<Escape>m5<Down>"),
            ("log", "6"),
            ("log-search", "/endpoint 1<Enter>"),
            ("settings", "8"),
            ("command", ":s<Tab>"),
        })
        {
            Golden.Check($"{name}-{columns}x{rows}", view.Type(keys).Screen.Text());
        }
    }

    [Theory]
    [InlineData(79, 24)]
    [InlineData(80, 23)]
    [InlineData(20, 3)]
    public void Draw_TooSmall_SaysSo(int columns, int rows)
    {
        ScreenView view = new(new FixedSource(), columns, rows);
        view.Draw();
        Assert.Equal($"too small: {columns}x{rows}", view.Screen.Row(0));
        Assert.Equal("needs 80x24", view.Screen.Row(1));
    }

    [Fact]
    public void Draw_ResizeStorm_EveryFrameIsWhole()
    {
        ScreenView view = new(new FixedSource(), 80, 24);
        (int Columns, int Rows)[] sizes = [(200, 60), (1, 1), (81, 25), (500, 3), (3, 200), (120, 40), (80, 24)];
        for (int round = 0; round < 40; round++)
        {
            (int columns, int rows) = sizes[round % sizes.Length];
            view.Resize(columns, rows);
            view.Type("<Tab>"); // compares all cells after each frame
        }
    }
}
