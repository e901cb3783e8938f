using Xunit;

namespace LowLatency.Console.Tests.Screens;

/// <summary>Every screen, cell by cell, at three sizes, after the same slot of the bundled capture.</summary>
public sealed class ScreenGoldenTests
{
    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(200, 60)]
    public void Screens_AfterASlot_AreAsApproved(int columns, int rows)
    {
        using ScreenHarness harness = new(columns, rows);
        harness.RunTo(ScreenHarness.Slot);
        foreach ((string name, string keys) in new[]
        {
            ("pipeline", "1"),
            ("opportunities", ":screen opportunities<Enter>"),
            ("opportunities-profit", "s"),
            ("opportunities-filter", "/NoGross<Enter>"),
            ("explain", "<Enter>"),
            ("help", "<Escape>?"),
        })
        {
            Golden.Check($"{name}-{columns}x{rows}", harness.Type(keys).Settle().Screen.Text());
        }
    }

    [Theory]
    [InlineData(79, 24)]
    [InlineData(80, 23)]
    [InlineData(20, 3)]
    public void Draw_TooSmall_SaysSo(int columns, int rows)
    {
        using ScreenHarness harness = new(columns, rows);
        Assert.Equal($"too small: {columns}x{rows}", harness.Screen.Row(0));
        Assert.Equal("needs 80x24", harness.Screen.Row(1));
    }

    [Fact]
    public void Draw_ResizeStorm_EveryFrameIsWhole()
    {
        using ScreenHarness harness = new(80, 24);
        harness.RunTo(ScreenHarness.Slot);
        (int Columns, int Rows)[] sizes = [(200, 60), (1, 1), (81, 25), (500, 3), (3, 200), (120, 40), (80, 24)];
        for (int round = 0; round < 40; round++)
        {
            (int columns, int rows) = sizes[round % sizes.Length];
            harness.Resize(columns, rows);
            harness.Type("<Tab>"); // the harness compares all cells after each frame
        }
    }
}
