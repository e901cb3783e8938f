using System;
using System.Runtime.InteropServices;
using LowLatency.Feeds.Live;
using Xunit;

namespace LowLatency.Feeds.Tests.Live;

public sealed class MemoryKeeperTests
{
    private const int BlockBytes = 1024;
    private const int Blocks = 64 << 10;

    /// <summary>Freed blocks below one that is not freed: the C library keeps their pages by itself.</summary>
    [Fact]
    public unsafe void Trim_AfterMuchWasFreed_GivesThePagesBack()
    {
        using MemoryKeeper keeper = new();
        if (!keeper.IsWorking)
        {
            Assert.False(OperatingSystem.IsLinux() && RuntimeInformation.RuntimeIdentifier.StartsWith(
                "linux-x64", StringComparison.Ordinal), "glibc has both functions");
            return;
        }

        nint[] blocks = new nint[Blocks];
        for (int i = 0; i < Blocks; i++)
        {
            // SAFETY: a block of its own size, written whole and freed once.
            blocks[i] = (nint)NativeMemory.Alloc(BlockBytes);
            new Span<byte>((void*)blocks[i], BlockBytes).Fill(1);
        }

        for (int i = 0; i < Blocks - 1; i++) NativeMemory.Free((void*)blocks[i]);
        long before = Environment.WorkingSet;
        keeper.Trim();
        long after = Environment.WorkingSet;
        NativeMemory.Free((void*)blocks[^1]);
        Assert.Equal(1, keeper.Trims);
        Assert.True(after < before - (Blocks * (long)BlockBytes / 2), $"{before} bytes, then {after}");
    }
}
