using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Time;

namespace LowLatency.Feeds.Rpc;

/// <summary>Bounds and times of HTTP calls.</summary>
public sealed record SolanaRpcOptions
{
    /// <summary>Headers of every call (tokens); never written down.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Nanoseconds for one attempt.</summary>
    public long TimeoutNs { get; init; } = 10_000_000_000;

    /// <summary>Attempts of a call whose error may pass.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>Waits between attempts.</summary>
    public BackoffOptions Backoff { get; init; } = new() { FirstNs = 200_000_000, LongestNs = 5_000_000_000 };

    /// <summary>Calls a second.</summary>
    public double CallsPerSecond { get; init; } = 40;

    /// <summary>Calls at once.</summary>
    public int Burst { get; init; } = 20;

    /// <summary>Longest answer with accounts, bytes.</summary>
    public int MaxAnswerBytes { get; init; } = 128 << 20;

    /// <summary>Longest answer without accounts (hashes, heights, fees, statuses), bytes.</summary>
    public int MaxShortAnswerBytes { get; init; } = 1 << 20;

    /// <summary>Seed of the waits' jitter.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Judges the server's certificate instead of the system's rules.</summary>
    public RemoteCertificateValidationCallback? CertificateCheck { get; init; }

    /// <summary>
    /// Number of the endpoint among those that agree on blockhashes, in every request's id; 0 = there is no other.
    /// </summary>
    public int BlockhashSource { get; init; }

    /// <summary>
    /// Ask for accounts that go to <see cref="AccountExchanges"/> and nowhere else as base64+zstd. Other answers are
    /// read here, as base64.
    /// </summary>
    public bool CompressesAccounts { get; init; }

    /// <summary>
    /// Where answers that decide something go as raw bytes (accounts, blockhashes, fees, simulations); null keeps them
    /// to the caller.
    /// </summary>
    public IExchangeSink? AccountExchanges { get; init; }
}

/// <summary>What happened to the calls of one endpoint. Any thread.</summary>
public sealed class RpcCounters
{
    private readonly long[] _errors = new long[(int)RpcErrorKind.Other + 1];
    private long _calls;
    private long _attempts;
    private long _retries;

    /// <summary>Calls.</summary>
    public long Calls => Volatile.Read(ref _calls);

    /// <summary>HTTP requests.</summary>
    public long Attempts => Volatile.Read(ref _attempts);

    /// <summary>Requests that repeated one that had failed.</summary>
    public long Retries => Volatile.Read(ref _retries);

    /// <summary>Failed attempts of a kind.</summary>
    public long this[RpcErrorKind kind] => Volatile.Read(ref _errors[(int)kind]);

    internal void OnCall() => Interlocked.Increment(ref _calls);

    internal void OnAttempt(bool isRetry)
    {
        Interlocked.Increment(ref _attempts);
        if (isRetry) Interlocked.Increment(ref _retries);
    }

    internal void OnError(RpcErrorKind kind) => Interlocked.Increment(ref _errors[(int)kind]);
}

/// <summary>
/// One endpoint's JSON-RPC over HTTP: pacing, time limits, retries of what may pass, typed errors. Any thread.
/// Not on the hot path.
/// </summary>
internal sealed class RpcTransport : IDisposable
{
    private const int NanosecondsPerMillisecond = 1_000_000;

    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    private readonly Uri _address;
    private readonly SolanaRpcOptions _options;
    private readonly IClock _clock;
    private readonly HttpMessageInvoker _client;
    private readonly TokenBucket _bucket;
    private long _seedOffset;

    public RpcTransport(Uri address, SolanaRpcOptions options, IClock clock)
    {
        _address = address;
        _options = options;
        _clock = clock;
        _bucket = new TokenBucket(options.CallsPerSecond, options.Burst, clock.NowNs);
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false, // a redirect would carry the key in the address elsewhere
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        };
        if (options.CertificateCheck is not null)
            handler.SslOptions.RemoteCertificateValidationCallback = options.CertificateCheck;
        _client = new HttpMessageInvoker(handler); // HttpClient adds a time limit and a linked token a call: ours do
    }

    public RpcCounters Counters { get; } = new();

    /// <summary>The address, with its secrets.</summary>
    public Uri Address => _address;

    /// <summary>Calls until it succeeds, fails for good or the attempts are used up.</summary>
    /// <param name="request">The request's body.</param>
    /// <param name="id">Its id.</param>
    /// <param name="isForFeed">The answer goes to the exchange sink too.</param>
    /// <param name="maxAttempts">Attempts.</param>
    /// <param name="maxBytes">Longest answer.</param>
    /// <param name="read">Reads the answer to the request of that id.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<RpcResult<T>> CallAsync<T>(
        ReadOnlyMemory<byte> request, ulong id, bool isForFeed, int maxAttempts, int maxBytes,
        Func<ReadOnlyMemory<byte>, ulong, RpcResult<T>> read, CancellationToken cancellation)
    {
        Counters.OnCall();
        Backoff backoff = new(_options.Backoff, _options.Seed + (ulong)Interlocked.Increment(ref _seedOffset));
        for (int attempt = 1; ; attempt++)
        {
            RpcResult<T> result;
            try
            {
                await WaitForTurnAsync(cancellation).ConfigureAwait(false);
                Counters.OnAttempt(attempt > 1);
                result = await TryOnceAsync(request, id, isForFeed, maxBytes, read, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                result = Failed<T>(RpcErrorKind.Cancelled, "cancelled");
            }

            if (result.Error is not { } error) return result;
            Counters.OnError(error.Kind);
            if (!error.IsTransient || attempt >= maxAttempts) return result;
            long waitNs = backoff.NextNs(error.RetryAfterNs);
            if (error.Kind == RpcErrorKind.RateLimited) _bucket.PauseUntil(_clock.NowNs + waitNs);
            try
            {
                await DelayAsync(waitNs, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return Failed<T>(RpcErrorKind.Cancelled, "cancelled");
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private static RpcResult<T> Failed<T>(RpcErrorKind kind, string message, int code = 0, long retryAfterNs = 0) =>
        new(default!, new RpcError { Kind = kind, Message = message, Code = code, RetryAfterNs = retryAfterNs });

    private static Task DelayAsync(long waitNs, CancellationToken cancellation) => Task.Delay(
        (int)((waitNs + NanosecondsPerMillisecond - 1) / NanosecondsPerMillisecond), cancellation);

    private async Task WaitForTurnAsync(CancellationToken cancellation)
    {
        while (!_bucket.TryTake(_clock.NowNs, out long waitNs))
            await DelayAsync(waitNs, cancellation).ConfigureAwait(false);
    }

    private async Task<RpcResult<T>> TryOnceAsync<T>(
        ReadOnlyMemory<byte> request, ulong id, bool isForFeed, int maxBytes,
        Func<ReadOnlyMemory<byte>, ulong, RpcResult<T>> read, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter((int)(_options.TimeoutNs / NanosecondsPerMillisecond));
        long askedUtcNs = _clock.UtcNs;
        RpcBody? body;
        try
        {
            using ReadOnlyMemoryContent content = new(request);
            content.Headers.ContentType = JsonType;
            using HttpRequestMessage message = new(HttpMethod.Post, _address) { Content = content };
            foreach ((string name, string value) in _options.Headers)
                message.Headers.TryAddWithoutValidation(name, value);
            using HttpResponseMessage response =
                await _client.SendAsync(message, limit.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) return Refused<T>(response);
            body = await RpcBody.ReadAsync(response.Content, maxBytes, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed<T>(RpcErrorKind.Timeout, "no answer within the time limit");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Failed<T>(RpcErrorKind.ConnectFailed, EndpointAddress.RedactIn(e.Message, _address));
        }

        if (body is null) return Failed<T>(RpcErrorKind.AnswerTooLong, "the answer is longer than allowed");
        using RpcBody rented = body;
        if (isForFeed && _options.AccountExchanges is { } sink)
        {
            bool isTaken = await sink.OnExchangeAsync(
                askedUtcNs, _clock.NowNs, _clock.UtcNs, request, body.Bytes, cancellation).ConfigureAwait(false);
            if (!isTaken) return Failed<T>(RpcErrorKind.AnswerTooLong, "the answer does not fit into the inbox");
        }

        return read(body.Bytes, id);
    }

    private RpcResult<T> Refused<T>(HttpResponseMessage response)
    {
        int code = (int)response.StatusCode;
        string? header = response.Headers.TryGetValues("Retry-After", out IEnumerable<string>? values)
            ? string.Join(',', values)
            : null;
        long retryAfterNs = RetryAfter.Parse(header, _clock.UtcNs);
        RpcErrorKind kind = code switch
        {
            401 or 403 => RpcErrorKind.Unauthorized,
            429 => RpcErrorKind.RateLimited,
            >= 500 => RpcErrorKind.ServerUnavailable,
            _ => RpcErrorKind.HttpStatus,
        };
        return Failed<T>(kind, $"HTTP {code}", code, retryAfterNs);
    }
}
