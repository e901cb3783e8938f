using System;
using LowLatency.ConsoleHost.Rendering;
using Xunit;

namespace LowLatency.Console.Tests.Rendering;

public sealed class TerminalSessionTests
{
    [Fact]
    public void Session_BeginAndEnd_LeavesTheTerminalAsItWas()
    {
        FakeTerminal fake = new(80, 24);
        using (new TerminalSession(fake))
        {
            Assert.True(fake.IsRaw);
            Assert.True(fake.Screen.IsAlternate);
            Assert.False(fake.Screen.IsCursorShown);
            Assert.True(fake.Screen.ReportsFocus);
        }

        AssertRestored(fake);
    }

    [Fact]
    public void Session_Exception_LeavesTheTerminalAsItWas()
    {
        FakeTerminal fake = new(80, 24);
        Assert.Throws<InvalidOperationException>((Action)(() => FailInside(fake)));
        AssertRestored(fake);
    }

    private static void FailInside(FakeTerminal fake)
    {
        using TerminalSession session = new(fake);
        session.Write("half a frame"u8);
        throw new InvalidOperationException();
    }

    [Fact]
    public void Write_AfterTheEnd_IsDropped()
    {
        FakeTerminal fake = new(80, 24);
        TerminalSession session = new(fake);
        session.Dispose();
        session.Write("late"u8);
        Assert.Equal(string.Empty, fake.Screen.Row(0));
    }

    private static void AssertRestored(FakeTerminal fake)
    {
        Assert.False(fake.IsRaw);
        Assert.False(fake.Screen.IsAlternate);
        Assert.True(fake.Screen.IsCursorShown);
        Assert.True(fake.Screen.IsWrapping);
        Assert.False(fake.Screen.ReportsFocus);
    }
}

/// <summary>A terminal for tests: bytes go to a <see cref="VirtualTerminal"/>, keys come from a list.</summary>
internal sealed class FakeTerminal(int columns, int rows) : ITerminal
{
    public VirtualTerminal Screen { get; private set; } = new(columns, rows);

    public bool IsRaw { get; private set; }

    public (int Columns, int Rows) Size => (Screen.Columns, Screen.Rows);

    public void EnterRaw() => IsRaw = true;

    public void LeaveRaw() => IsRaw = false;

    public void Write(ReadOnlySpan<byte> bytes) => Screen.Feed(bytes);

    public int Read(Span<byte> destination, int timeoutMs) => 0;

    public void Suspend()
    {
    }

    public void Dispose() => LeaveRaw();
}
