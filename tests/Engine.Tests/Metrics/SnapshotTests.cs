using System;
using System.Runtime.CompilerServices;
using System.Threading;
using LowLatency.Engine.Metrics;
using Xunit;

namespace LowLatency.Engine.Tests.Metrics;

public sealed class SnapshotTests
{
    [InlineArray(64)]
    private struct Block
    {
        private long _first;
    }

    [Fact]
    public void TryRead_NeverPublished_IsFalse()
    {
        Assert.False(new SnapshotCell<long>().TryRead(out _));
        Assert.False(new SnapshotTable<long>(4).TryRead(2, out _));
    }

    [Fact]
    public void TryRead_Published_GivesTheNewest()
    {
        SnapshotCell<long> cell = new();
        cell.Publish(0);
        Assert.True(cell.TryRead(out long value));
        Assert.Equal(0, value);
        cell.Publish(7);
        Assert.True(cell.TryRead(out value));
        Assert.Equal(7, value);
    }

    [Fact]
    public void Rows_ArePublishedByThemselves()
    {
        SnapshotTable<long> table = new(3);
        table.Publish(1, 5);
        Assert.False(table.TryRead(0, out _));
        Assert.True(table.TryRead(1, out long value));
        Assert.Equal(5, value);
        Assert.Equal(5, table.Own(1));
    }

    /// <summary>All words of a value are of one write, however fast the writer is.</summary>
    [Fact]
    public void TryRead_WhileWriting_IsNeverTorn()
    {
        SnapshotCell<Block> cell = new();
        bool isDone = false;
        Thread writer = new(() =>
        {
            Block block = default;
            for (long n = 1; !Volatile.Read(ref isDone); n++)
            {
                for (int i = 0; i < 64; i++) block[i] = n;
                cell.Publish(in block);
            }
        });
        writer.Start();
        long reads = 0;
        long last = 0;
        long end = Environment.TickCount64 + 500;
        while (Environment.TickCount64 < end)
        {
            if (!cell.TryRead(out Block block)) continue;
            reads++;
            for (int i = 1; i < 64; i++) Assert.Equal(block[0], block[i]);
            Assert.True(block[0] >= last, "a read went back in time");
            last = block[0];
        }

        Volatile.Write(ref isDone, true);
        writer.Join();
        Assert.True(reads > 0, "nothing was read");
    }
}
