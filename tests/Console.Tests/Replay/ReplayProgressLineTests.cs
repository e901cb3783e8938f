using System;
using System.IO;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Feeds.Dispatch;
using Xunit;

namespace LowLatency.Console.Tests.Replay;

public sealed class ReplayProgressLineTests
{
    /// <summary>A small file is read whole at once; what is not replayed yet is not 100 %.</summary>
    [Theory]
    [InlineData(1000, false, " 99 %")]
    [InlineData(999, false, " 99 %")]
    [InlineData(338, false, " 33 %")]
    [InlineData(1000, true, "100 %")]
    [InlineData(999, true, " 99 %")]
    public void Write_ShareOfTheFile_IsAHundredAtTheEndOnly(long read, bool isEnd, string expected)
    {
        StringWriter errors = new();
        new ReplayProgressLine(errors).Write(new FeedProgress(read, 1000, 10, 10, 5, 0, isEnd));
        Assert.StartsWith($"replay {expected}  slot 5", errors.ToString(), StringComparison.Ordinal);
    }
}
