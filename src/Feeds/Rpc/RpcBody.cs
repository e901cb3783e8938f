using System;
using System.Buffers;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// The body of an answer in a rented buffer, given back by <see cref="Dispose"/>: snapshots are megabytes long and come
/// all day, and as arrays of their own they would live in the large object heap until its next full collection. The
/// stock is one for all threads: the runtime's shared one keeps an array of each size for every thread that gave one
/// back, and pool threads come and go. Bound: <see cref="KeptArrays"/> of each power of two up to
/// <see cref="KeptBytesMax"/>; longer answers are not kept. Any thread.
/// </summary>
internal sealed class RpcBody : IDisposable
{
    private const int FirstBytes = 64 << 10;
    private const int KeptBytesMax = 16 << 20;
    private const int KeptArrays = 4;

    private static readonly ArrayPool<byte> Stock = ArrayPool<byte>.Create(KeptBytesMax, KeptArrays);

    private byte[] _buffer;
    private int _length;

    private RpcBody(int capacityBytes) => _buffer = Stock.Rent(capacityBytes);

    /// <summary>The bytes; valid until disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads a body to its end; null if it is longer than <paramref name="maxBytes"/>.</summary>
    public static async Task<RpcBody?> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellation)
    {
        long? told = content.Headers.ContentLength;
        if (told > maxBytes) return null;
        using Stream stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        RpcBody body = new((int)Math.Min(told + 1 ?? FirstBytes, maxBytes)); // one more: the read that sees the end
        try
        {
            while (true)
            {
                if (body._length == body._buffer.Length) body.Grow();
                int count = await stream.ReadAsync(body._buffer.AsMemory(body._length), cancellation)
                    .ConfigureAwait(false);
                if (count == 0) return body;
                body._length += count;
                if (body._length <= maxBytes) continue;
                body.Dispose();
                return null;
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length != 0) Stock.Return(buffer);
    }

    private void Grow()
    {
        byte[] larger = Stock.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        Stock.Return(_buffer);
        _buffer = larger;
    }
}
