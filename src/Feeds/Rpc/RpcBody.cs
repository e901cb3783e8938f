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
/// <see cref="KeptBytesMax"/>; what a longer answer holds is never copied again and freed with it
/// (<see cref="LongBody"/>), so that no answer holds more than its own bytes and the kept ones. Any thread.
/// </summary>
internal sealed class RpcBody : IDisposable
{
    private const int FirstBytes = 64 << 10;
    private const int KeptBytesMax = 16 << 20;
    private const int KeptArrays = 4;

    private static readonly ArrayPool<byte> Stock = ArrayPool<byte>.Create(KeptBytesMax, KeptArrays);

    private byte[] _rented = [];
    private LongBody? _long;
    private Memory<byte> _room;
    private int _length;

    private RpcBody(int capacityBytes) => Take(capacityBytes);

    /// <summary>The bytes; valid until disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _room[.._length];

    /// <summary>Reads a body to its end; null if it is longer than <paramref name="maxBytes"/>.</summary>
    public static async Task<RpcBody?> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellation)
    {
        long? told = content.Headers.ContentLength;
        if (told > maxBytes) return null;
        using Stream stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        int longest = (int)Math.Min((told ?? maxBytes) + 1, Array.MaxLength); // one more: the read that sees the end
        RpcBody body = new(told is null ? Math.Min(FirstBytes, longest) : longest);
        try
        {
            while (true)
            {
                if (body._length == body._room.Length) body.Grow(longest);
                int count = await stream.ReadAsync(body._room[body._length..], cancellation).ConfigureAwait(false);
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
        byte[] rented = _rented;
        LongBody? block = _long;
        _rented = [];
        _long = null;
        _room = default;
        _length = 0;
        if (rented.Length != 0) Stock.Return(rented);
        ((IDisposable?)block)?.Dispose();
    }

    // Short ones double; the first that is too long for the stock gets all the room that the answer may need.
    private void Grow(int longest)
    {
        byte[] outgrown = _rented;
        Memory<byte> bytes = _room;
        Take(bytes.Length >= KeptBytesMax ? longest : bytes.Length * 2);
        bytes.CopyTo(_room);
        Stock.Return(outgrown);
    }

    private void Take(int capacityBytes)
    {
        if (capacityBytes <= KeptBytesMax)
        {
            _rented = Stock.Rent(capacityBytes);
            _room = _rented;
            return;
        }

        _rented = [];
        _long = new LongBody(capacityBytes);
        _room = _long.Memory;
    }
}
