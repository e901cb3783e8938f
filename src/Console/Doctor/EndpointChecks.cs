using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Pools;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Geyser;
using LowLatency.Feeds.Geyser.Client;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Rpc;

namespace LowLatency.ConsoleHost.Doctor;

/// <summary>How endpoints are looked at.</summary>
internal sealed record EndpointCheckOptions
{
    /// <summary>Calls from which the latency is taken.</summary>
    public int Calls { get; init; } = 20;

    /// <summary>Longest wait for an answer.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Longest wait for the first slot of a subscription.</summary>
    public TimeSpan SlotTimeout { get; init; } = TimeSpan.FromSeconds(8);
}

/// <summary>
/// Looks at one endpoint: does it answer, is it mainnet, how fast, does it push slots, is its clock ours.
/// </summary>
internal sealed class EndpointChecks
{
    // Source: solana docs "clusters": genesis hash of mainnet-beta.
    private static readonly Pubkey MainnetGenesis = Pubkey.Parse("5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d");

    private const int SlowP50Ms = 100; // half of the shortest slot time that is planned (SIMD-0525)
    private const double SkewWarnSeconds = 2;
    private const double SkewFailSeconds = 30;

    private readonly LiveEndpoint _endpoint;
    private readonly EndpointCheckOptions _options;
    private readonly DoctorReport _report = new();
    private readonly string _area;

    public EndpointChecks(LiveEndpoint endpoint, EndpointCheckOptions options)
    {
        _endpoint = endpoint;
        _options = options;
        _area = $"endpoint {endpoint}";
    }

    /// <summary>Runs the checks of its kind.</summary>
    public async Task<DoctorReport> RunAsync(CancellationToken cancellation)
    {
        if (_endpoint.Kind == EndpointKind.Yellowstone) await CheckYellowstoneAsync(cancellation).ConfigureAwait(false);
        else await CheckRpcAsync(cancellation).ConfigureAwait(false);
        return _report;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private async Task CheckRpcAsync(CancellationToken cancellation)
    {
        SolanaRpcOptions options = new()
        {
            Headers = _endpoint.Headers,
            TimeoutNs = (long)_options.CallTimeout.TotalNanoseconds,
            MaxAttempts = 1,
            CallsPerSecond = _endpoint.CallsPerSecond,
            Burst = _options.Calls + 10, // our own pace must not show in the latency
        };
        using SolanaRpc rpc = new(_endpoint.Http!, options, SystemClock.Instance);
        RpcResult<bool> health = await rpc.GetHealthAsync(cancellation).ConfigureAwait(false);
        if (health.Error is { } error)
        {
            bool isBehind = error.Kind == RpcErrorKind.NodeUnhealthy;
            bool isLimited = error.Kind == RpcErrorKind.RateLimited;
            string behind = error.SlotsBehind is { } slots ? Text($", {slots} slots behind") : string.Empty;
            Add(
                "health", isLimited ? CheckGrade.Warn : CheckGrade.Fail, RpcSource.Words(error) + behind,
                isBehind ? "wait until the node has caught up, or take it out of endpoints" : FixOf(error));
            if (!isBehind && !isLimited) return;
        }
        else
        {
            Add("health", CheckGrade.Ok, "ok");
        }

        RpcResult<string> version = await rpc.GetVersionAsync(cancellation).ConfigureAwait(false);
        AddCall("version", version, value => value);
        await CheckGenesisAsync(rpc, cancellation).ConfigureAwait(false);
        await CheckLatencyAsync(rpc, cancellation).ConfigureAwait(false);
        await CheckClockAsync(cancellation).ConfigureAwait(false);
        await CheckSlotsAsync(cancellation).ConfigureAwait(false);
        long limited = rpc.Counters[RpcErrorKind.RateLimited];
        Add(
            "rate limit", limited == 0 ? CheckGrade.Ok : CheckGrade.Warn,
            Text($"{limited} of {rpc.Counters.Attempts} calls refused with 429"),
            Text($"lower callsPerSecond (now {_endpoint.CallsPerSecond}) or raise the plan"));
    }

    private async Task CheckGenesisAsync(SolanaRpc rpc, CancellationToken cancellation)
    {
        RpcResult<Pubkey> genesis = await rpc.GetGenesisHashAsync(cancellation).ConfigureAwait(false);
        if (genesis.Error is { } error) Add("network", CheckGrade.Warn, RpcSource.Words(error), FixOf(error));
        else if (genesis.Value == MainnetGenesis) Add("network", CheckGrade.Ok, "mainnet-beta");
        else Add("network", CheckGrade.Fail, $"not mainnet: genesis {genesis.Value}", "give a mainnet-beta address");
    }

    private async Task CheckLatencyAsync(SolanaRpc rpc, CancellationToken cancellation)
    {
        List<double> times = [];
        RpcError? last = null;
        for (int i = 0; i < _options.Calls; i++)
        {
            long from = SystemClock.Instance.NowNs;
            RpcResult<ulong> slot = await rpc.GetSlotAsync(cancellation: cancellation).ConfigureAwait(false);
            if (slot.IsOk) times.Add((SystemClock.Instance.NowNs - from) / 1e6);
            else last = slot.Error;
        }

        if (times.Count == 0)
        {
            Add("latency", CheckGrade.Fail, $"no call succeeded: {RpcSource.Words(last!)}", FixOf(last!));
            return;
        }

        times.Sort();
        double p50 = times[(times.Count - 1) / 2];
        double p99 = times[(int)Math.Ceiling(0.99 * times.Count) - 1];
        bool isGood = p50 < SlowP50Ms && times.Count == _options.Calls;
        Add(
            "latency", isGood ? CheckGrade.Ok : CheckGrade.Warn,
            Text($"getSlot p50 {p50:0.0} ms, p99 {p99:0.0} ms, {times.Count} of {_options.Calls} calls"),
            last is null ? "choose an endpoint nearer to this machine, or this machine nearer to it" : FixOf(last));
    }

    /// <summary>The Date header has whole seconds, so up to one second of difference means nothing.</summary>
    private async Task CheckClockAsync(CancellationToken cancellation)
    {
        using HttpClient client = new() { Timeout = _options.CallTimeout };
        using HttpRequestMessage request = new(HttpMethod.Post, _endpoint.Http)
        {
            Content = new StringContent(
                """{"jsonrpc":"2.0","id":1,"method":"getHealth"}""", Encoding.UTF8, "application/json"),
        };
        foreach ((string name, string value) in _endpoint.Headers) request.Headers.TryAddWithoutValidation(name, value);
        try
        {
            DateTimeOffset before = DateTimeOffset.UtcNow;
            using HttpResponseMessage response = await client.SendAsync(request, cancellation).ConfigureAwait(false);
            DateTimeOffset middle = before + ((DateTimeOffset.UtcNow - before) / 2);
            if (response.Headers.Date is { } date) AddSkew(SkewOf(date, middle).TotalSeconds);
            else Add("clock", CheckGrade.Warn, "the server sends no Date, so clocks cannot be compared");
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            Add("clock", CheckGrade.Warn, "no answer, so clocks cannot be compared", "see health");
        }
    }

    /// <summary>How far the server's clock is from ours at least, given a time without fractions of a second.</summary>
    internal static TimeSpan SkewOf(DateTimeOffset date, DateTimeOffset ours)
    {
        if (date > ours) return date - ours;
        DateTimeOffset latest = date.AddSeconds(1);
        return latest < ours ? latest - ours : TimeSpan.Zero;
    }

    private void AddSkew(double seconds)
    {
        double size = Math.Abs(seconds);
        CheckGrade grade = size >= SkewFailSeconds ? CheckGrade.Fail
            : size >= SkewWarnSeconds ? CheckGrade.Warn : CheckGrade.Ok;
        string side = seconds > 0 ? "behind" : "ahead";
        Add(
            "clock", grade,
            size < 1 ? "agrees with the server's to a second" : Text($"ours is {size:0.0} s {side} of the server's"),
            "set the system's clock by chrony or systemd-timesyncd");
    }

    private async Task CheckSlotsAsync(CancellationToken cancellation)
    {
        InboxSignal signal = new();
        SubscriptionConnectionOptions options = new()
        {
            WebSocket = new WebSocketOptions
            {
                Headers = _endpoint.Headers,
                ConnectTimeoutNs = (long)_options.CallTimeout.TotalNanoseconds,
            },
        };
        using SubscriptionEndpoint socket = new(
            _endpoint.WebSocket!, [new MessageInbox(0, signal)], options, SystemClock.Instance);
        SubscriptionConnection connection = socket.Shards[0];
        long from = SystemClock.Instance.NowNs;
        socket.Start();
        while (connection.LastSlot == 0 && SystemClock.Instance.NowNs - from < _options.SlotTimeout.TotalNanoseconds
            && !cancellation.IsCancellationRequested && connection.Counters.Attempts <= 2)
        {
            await Task.Delay(10, CancellationToken.None).ConfigureAwait(false);
        }

        double ms = (SystemClock.Instance.NowNs - from) / 1e6;
        if (connection.LastSlot != 0)
        {
            Add("subscriptions", CheckGrade.Ok, Text($"first slot after {ms:0} ms"));
            return;
        }

        ConnectionEnd end = connection.LastEnd;
        string why = connection.Counters.Opens > 0
            ? Text($"connected, but no slot in {_options.SlotTimeout.TotalSeconds:0} s")
            : Text($"no connection: {end.Cause}");
        Add(
            "subscriptions", CheckGrade.Fail, why,
            "state ws: a node of your own serves subscriptions at the port after http's");
    }

    private async Task CheckYellowstoneAsync(CancellationToken cancellation)
    {
        YellowstoneOptions options = new()
        {
            Address = _endpoint.Grpc!,
            Token = _endpoint.Token,
            ConnectTimeoutNs = (long)_options.CallTimeout.TotalNanoseconds,
        };
        using YellowstoneClient client = new(options);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.CallTimeout);
        YellowstoneReply<string> version = await client.GetVersionAsync(limit.Token).ConfigureAwait(false);
        if (!version.IsOk)
        {
            Add("version", CheckGrade.Fail, $"no answer: {version.End.Cause}", "check address, token and TLS (https)");
            return;
        }

        Add("version", CheckGrade.Ok, version.Value ?? string.Empty);
        YellowstoneReply<ulong> slot =
            await client.GetSlotAsync(GeyserCommitment.Processed, limit.Token).ConfigureAwait(false);
        if (slot.IsOk) Add("slot", CheckGrade.Ok, Text($"{slot.Value}"));
        else Add("slot", CheckGrade.Warn, $"no answer: {slot.End.Cause}", "use another endpoint");
    }

    private void AddCall<T>(string name, RpcResult<T> result, Func<T, string> text)
    {
        if (result.Error is { } error) Add(name, CheckGrade.Warn, RpcSource.Words(error), FixOf(error));
        else Add(name, CheckGrade.Ok, text(result.Value));
    }

    private static string FixOf(RpcError error) => error.Kind switch
    {
        RpcErrorKind.Unauthorized => "check the key in the address or the token",
        RpcErrorKind.RateLimited => "lower callsPerSecond, wait, or raise the plan",
        RpcErrorKind.ConnectFailed or RpcErrorKind.Timeout => "check address, network and firewall",
        _ => "use another endpoint",
    };

    private void Add(string name, CheckGrade grade, string text, string fix = "") =>
        _report.Add(_area, name, grade, text, fix);
}
