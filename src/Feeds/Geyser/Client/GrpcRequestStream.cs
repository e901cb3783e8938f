using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using LowLatency.Feeds.Framing;

namespace LowLatency.Feeds.Geyser.Client;

/// <summary>
/// The request body of a gRPC call, open as long as the call: messages are sent as they are handed in, from any thread.
/// Bound: <see cref="MaxWaiting"/> messages; a peer that takes none is given up by the connection's watch.
/// </summary>
internal sealed class GrpcRequestStream : HttpContent
{
    private const int MaxWaiting = 64;

    private readonly Channel<byte[]> _frames = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    public GrpcRequestStream() => Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

    /// <summary>Hands a message in; false if too many wait.</summary>
    public bool TrySend(ReadOnlySpan<byte> message)
    {
        byte[] frame = new byte[GrpcFramer.PrefixBytes + message.Length];
        GrpcFramer.WritePrefix(frame, message.Length);
        message.CopyTo(frame.AsSpan(GrpcFramer.PrefixBytes));
        return _frames.Writer.TryWrite(frame);
    }

    /// <summary>Nothing more will be sent.</summary>
    public void Complete() => _frames.Writer.TryComplete();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        while (await _frames.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_frames.Reader.TryRead(out byte[]? frame))
                await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
