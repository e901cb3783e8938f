using System;
using System.IO;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Framing;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Geyser.Client;

/// <summary>Answer of a unary call.</summary>
/// <typeparam name="T">What the call gives.</typeparam>
/// <param name="End">
/// Cause None if the call gave a value; else why not, with the server's code and words as of a stream.
/// </param>
/// <param name="Value">The value; default unless the cause is None.</param>
public readonly record struct YellowstoneReply<T>(ConnectionEnd End, T? Value)
{
    /// <summary>True if there is a value.</summary>
    public bool IsOk => End.Cause == ConnectionCause.None;
}

/// <summary>A recent blockhash as GetLatestBlockhash gives it.</summary>
/// <param name="Slot">Slot of the answer.</param>
/// <param name="Blockhash">Hash.</param>
/// <param name="LastValidBlockHeight">Last block height at which a transaction may name it.</param>
public readonly record struct GeyserBlockhash(ulong Slot, Pubkey Blockhash, ulong LastValidBlockHeight);

/// <summary>
/// The calls of a Yellowstone server that give one answer: for checks and start-up, not for the hot path. Throws
/// nothing for what a server or a network does.
/// Source: rpcpool/yellowstone-grpc@0013f2d5 geyser.proto (service Geyser; field numbers of requests and answers).
/// </summary>
public sealed class YellowstoneClient : IDisposable
{
    /// <summary>Answers are a few dozen bytes; a version is a few hundred.</summary>
    private const int MaxAnswerBytes = 1 << 16;

    private readonly GrpcChannel _channel;
    private readonly YellowstoneOptions _options;

    /// <summary>A client for the server of <paramref name="options"/>.</summary>
    public YellowstoneClient(YellowstoneOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _channel = new GrpcChannel(
            options.Address, options.Token, TimeSpan.FromTicks(options.ConnectTimeoutNs / 100), options.Tls);
    }

    /// <summary>The server's version, as it words it (JSON in most servers).</summary>
    public Task<YellowstoneReply<string>> GetVersionAsync(CancellationToken cancellation) => CallAsync(
        "GetVersion", [], static answer => Encoding.UTF8.GetString(answer.Bytes(1)), cancellation);

    /// <summary>Echoes a number: the round trip of a call.</summary>
    public Task<YellowstoneReply<int>> PingAsync(int count, CancellationToken cancellation) => CallAsync(
        "Ping", new ProtoWriter().Number(1, (ulong)count).ToArray(), static answer => (int)answer.Number(1),
        cancellation);

    /// <summary>The newest slot at a commitment.</summary>
    public Task<YellowstoneReply<ulong>> GetSlotAsync(GeyserCommitment commitment, CancellationToken cancellation) =>
        CallAsync("GetSlot", Request(commitment), static answer => answer.Number(1), cancellation);

    /// <summary>The newest block height at a commitment.</summary>
    public Task<YellowstoneReply<ulong>> GetBlockHeightAsync(
        GeyserCommitment commitment, CancellationToken cancellation) =>
        CallAsync("GetBlockHeight", Request(commitment), static answer => answer.Number(1), cancellation);

    /// <summary>A recent blockhash at a commitment.</summary>
    public Task<YellowstoneReply<GeyserBlockhash>> GetLatestBlockhashAsync(
        GeyserCommitment commitment, CancellationToken cancellation) => CallAsync(
        "GetLatestBlockhash",
        Request(commitment),
        static answer => KeyText.TryDecode(answer.Bytes(2), out Pubkey hash)
            ? new GeyserBlockhash(answer.Number(1), hash, answer.Number(3))
            : throw new InvalidDataException("the blockhash is no Base58 key"),
        cancellation);

    /// <summary>The first slot that Subscribe can replay from; 0 if the server keeps none.</summary>
    public Task<YellowstoneReply<ulong>> GetFirstReplaySlotAsync(CancellationToken cancellation) =>
        CallAsync("SubscribeReplayInfo", [], static answer => answer.Number(1), cancellation);

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private static byte[] Request(GeyserCommitment commitment) =>
        new ProtoWriter().Number(1, (ulong)commitment).ToArray();

    private async Task<YellowstoneReply<T>> CallAsync<T>(
        string method, byte[] request, Func<ProtoFields, T> read, CancellationToken cancellation)
    {
        ConnectionEnd end;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromTicks(_options.ConnectTimeoutNs / 100));
        try
        {
            using GrpcRequestStream body = new();
            body.TrySend(request);
            body.Complete();
            using HttpResponseMessage response =
                await _channel.SendAsync(method, body, limit.Token).ConfigureAwait(false);
            end = GrpcChannel.Judge(response) ?? default;
            if (end.Cause == ConnectionCause.None)
            {
                byte[]? answer = await ReadAnswerAsync(response, limit.Token).ConfigureAwait(false);
                if (answer is null) return Failed<T>(ConnectionCause.MessageTooLong, "the answer is above the limit");
                GrpcStatus? status = GrpcStatus.Read(response.TrailingHeaders);
                if (status is { Code: GrpcCode.Ok }) return Read(answer, read);
                end = status is null
                    ? new ConnectionEnd(ConnectionCause.EndOfStream, 0, "the answer ends without a gRPC status")
                    : GrpcChannel.FromStatus(status.Value);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            end = new ConnectionEnd(ConnectionCause.ConnectTimeout, 0, "no answer in time");
        }
        catch (Exception error)
        {
            end = GrpcChannel.FromException(error);
        }

        return new YellowstoneReply<T>(
            end with { Detail = EndpointAddress.RedactIn(end.Detail, _options.Address) }, default);
    }

    /// <summary>The whole answer; null if it is longer than any can be, of which no more is read then.</summary>
    private static async Task<byte[]?> ReadAnswerAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[MaxAnswerBytes + 1];
        int read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation)
            .ConfigureAwait(false);
        return read > MaxAnswerBytes ? null : buffer[..read];
    }

    private static YellowstoneReply<T> Read<T>(byte[] answer, Func<ProtoFields, T> read)
    {
        GrpcFramer framer = new(MaxAnswerBytes);
        answer.CopyTo(framer.GetRoom());
        framer.Advance(answer.Length);
        FrameStatus status = framer.TryRead(out ReadOnlySpan<byte> message);
        if (status == FrameStatus.Compressed)
            return Failed<T>(ConnectionCause.CompressedMessage, "a compressed answer");
        if (status != FrameStatus.Frame || !framer.IsAtBoundary || !ProtoReader.IsWellFormed(message))
            return Failed<T>(ConnectionCause.ProtocolViolation, "the answer is not one message");
        try
        {
            return new YellowstoneReply<T>(default, read(new ProtoFields(message.ToArray())));
        }
        catch (InvalidDataException error)
        {
            return Failed<T>(ConnectionCause.ProtocolViolation, error.Message);
        }
    }

    private static YellowstoneReply<T> Failed<T>(ConnectionCause cause, string detail) =>
        new(new ConnectionEnd(cause, 0, detail), default);
}
