using System;
using System.IO;
using LowLatency.ConsoleHost.Live;
using Xunit;

namespace LowLatency.Console.Tests.Live;

public sealed class HugePagesTests
{
    [Fact]
    public void TryReadRange_PlainMemory_IsItsWholeHugePages()
    {
        Assert.True(HugePages.TryReadRange(
            "7f0000100000-7f0000a00000 rw-p 00000000 00:00 0 ", out long from, out long to));
        Assert.Equal((0x7f0000200000, 0x7f0000a00000), (from, to));
    }

    [Theory]
    [InlineData("7f0000100000-7f00002ff000 rw-p 00000000 00:00 0 ")] // no whole page of 2 MiB
    [InlineData("7f0000000000-7f0000a00000 r--p 00000000 00:00 0 ")]
    [InlineData("7f0000000000-7f0000a00000 rw-s 00000000 00:00 0 ")]
    [InlineData("7f0000000000-7f0000a00000 rw-p 00000000 fe:01 1311 /usr/lib/libc.so.6")]
    [InlineData("7ffc00000000-7ffc00a00000 rw-p 00000000 00:00 0 [stack]")]
    [InlineData("")]
    public void TryReadRange_AnythingElse_IsLeftAlone(string line) =>
        Assert.False(HugePages.TryReadRange(line, out _, out _));

    [Fact]
    public void Advise_WhereTheSystemTakesIt_CoversALargeArray()
    {
        const string Mode = "/sys/kernel/mm/transparent_hugepage/enabled";
        if (!File.Exists(Mode) || File.ReadAllText(Mode).Contains("[never]", StringComparison.Ordinal)) return;
        byte[] large = new byte[64 << 20];
        long advised = HugePages.Advise();
        GC.KeepAlive(large);
        Assert.InRange(advised, 32L << 20, long.MaxValue);
    }
}
