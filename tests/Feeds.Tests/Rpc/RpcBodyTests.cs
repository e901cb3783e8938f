using System;
using System.Net.Http;
using System.Numerics;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Rpc;
using Xunit;

namespace LowLatency.Feeds.Tests.Rpc;

public sealed class RpcBodyTests
{
    private const int Stocked = 32 << 20; // one array of each power of two from 64 KiB to 16 MiB

    [Theory]
    [InlineData(1_000)]
    [InlineData(70_000)]
    [InlineData((16 << 20) - 1)]
    [InlineData(16 << 20)]
    [InlineData(100 << 20)]
    public async Task Read_EndlessAnswer_IsGivenUpAtTheBound_WithNoArrayBeyondTheStock(int maxBytes)
    {
        using StreamContent content = new(new NumberedStream(long.MaxValue, out Func<long> taken));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Task<RpcBody?> reading = RpcBody.ReadAsync(content, maxBytes, CancellationToken.None);
        Assert.True(reading.IsCompletedSuccessfully); // so all of it was allocated by this thread
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Null(await reading);
        long most = maxBytes < 16 << 20 ? BitOperations.RoundUpToPowerOf2((uint)Math.Max(maxBytes + 1, 64 << 10))
            : maxBytes + 1L; // the stock's arrays are rounded up
        Assert.InRange(taken(), maxBytes + 1L, most);
        Assert.InRange(allocated, 0, Stocked + 10_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_536)]
    [InlineData(16 << 20)]
    [InlineData((16 << 20) + 1)]
    [InlineData(40_000_000)]
    public async Task Read_LongAnswer_IsWhole_WithAndWithoutItsLengthTold(int length)
    {
        foreach (bool isTold in new[] { false, true })
        {
            using StreamContent content = new(new NumberedStream(length, out _));
            if (isTold) content.Headers.ContentLength = length;
            using RpcBody? body = await RpcBody.ReadAsync(content, 40_000_000, CancellationToken.None);
            Assert.NotNull(body);
            Assert.Equal(length, body.Bytes.Length);
            Assert.Equal(-1, FirstWrong(body.Bytes.Span));
        }
    }

    [Fact]
    public void LongBody_Disposed_GivesNoBytes()
    {
        LongBody block = new(1_000);
        block.Memory.Span[999] = 7;
        using (block.Memory[999..].Pin())
        {
            Assert.Equal(7, block.GetSpan()[999]);
        }

        ((IDisposable)block).Dispose();
        ((IDisposable)block).Dispose();
        Assert.Throws<ObjectDisposedException>(() => block.GetSpan().Length);
        Assert.Throws<ObjectDisposedException>(() => block.Pin());
    }

    private static int FirstWrong(ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != NumberedStream.At(i)) return i;
        }

        return -1;
    }

    /// <summary>Fills whatever room it is given, until its end.</summary>
    private sealed class NumberedStream : ForwardStream
    {
        private readonly long _length;
        private long _taken;

        public NumberedStream(long length, out Func<long> taken)
        {
            _length = length;
            taken = () => _taken;
        }

        public static byte At(long index) => (byte)(index % 251);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = (int)Math.Min(buffer.Length, _length - _taken);
            Span<byte> room = buffer.Span[..count];
            for (int i = 0; i < room.Length; i++) room[i] = At(_taken + i);
            _taken += count;
            return new ValueTask<int>(count);
        }
    }
}
