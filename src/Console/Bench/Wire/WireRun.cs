using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Threading;
using LowLatency.ConsoleHost.Config;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Rpc;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.ConsoleHost.Bench.Wire;

/// <summary>Which thread does the feed's work.</summary>
internal enum WireReceive
{
    /// <summary>The connection's, which spins on its socket.</summary>
    Connection,

    /// <summary>The connection's, which sleeps until something comes.</summary>
    ConnectionWait,

    /// <summary>The feed's own, woken by the connection's.</summary>
    Own,
}

/// <summary>What to measure.</summary>
internal sealed record WireSettings(
    string CapturePath, double MessagesPerSecond, double Seconds, double WarmUpSeconds, RunnerKind Runner,
    WireReceive Receive);

/// <summary>
/// From the wire to the signed transaction: a sender in a process of its own holds a schedule, this process receives
/// with the live feed's own connection, decodes, decides, builds and signs with a throw-away key. Every message carries
/// its intended arrival; both processes read the system's monotonic clock.
/// </summary>
internal sealed class WireRun : IDisposable
{
    private const int WaitMs = 60_000;
    private const int InboxBytes = 16 << 20;
    private const long SpinNs = 1_000_000_000;

    private readonly WireSettings _settings;
    private readonly Ed25519Signer _signer;
    private readonly MarketPipeline _pipeline;
    private readonly InboxSignal _signal = new();
    private readonly MessageInbox _inbox;
    private readonly CancellationTokenSource _stop = new();
    private readonly long _baseNs = SystemClock.Instance.NowNs;
    private readonly Process _sender;
    private WireStage _stage = null!;
    private ExceptionDispatchInfo? _failure;

    public WireRun(WireSettings settings)
    {
        _settings = settings;
        Span<byte> seed = stackalloc byte[32];
        RandomNumberGenerator.Fill(seed);
        _signer = Ed25519Signer.Create(seed);
        CryptographicOperations.ZeroMemory(seed);
        EngineConfig config = new() { Runner = settings.Runner };
        _pipeline = new MarketPipeline(
            config.Build(_signer.PublicKey, new Dictionary<Pubkey, Pubkey>(), stamps: false),
            marketObservers: _ => [_stage],
            messages: pipeline => _stage = new WireStage(pipeline, _signer, _baseNs));
        _inbox = new MessageInbox(0, _signal, InboxBytes);
        _sender = StartSender();
    }

    /// <summary>Measures.</summary>
    /// <exception cref="CommandException">The sender ended, or the connection broke.</exception>
    public WireResult Execute(TextWriter progress)
    {
        MachineBlock machine = MachineBlock.Read();
        using SubscriptionConnection connection = Connect();
        LiveFeed feed = new([_inbox], _signal, new LiveFeedOptions
        {
            Cancellation = _stop.Token,
            OnIdle = _pipeline.OnFeedIdle,
            OnSpin = _pipeline.OnFeedSpin,
            OnBegin = connection.Start,
            RunsOnConnections = _settings.Receive != WireReceive.Own,
        });
        _pipeline.Start();
        Thread thread = new(() => Run(feed)) { Name = "feed", IsBackground = true };
        thread.Start();
        try
        {
            bool isOver = SpinWait.SpinUntil(
                () => connection.IsSettled || _failure is not null || _sender.HasExited, WaitMs);
            if (!isOver)
                throw new CommandException($"the connection did not open: {connection.LastEnd}", ExitCodes.Error);
            progress.WriteLine($"bench: wire, warm-up of {_settings.WarmUpSeconds} s");
            Order();
            _ = Answer("warm");
            Thread.Sleep(200); // what is on its way arrives, tier-1 code is installed
            return Measure(machine, connection);
        }
        finally
        {
            _stop.Cancel();
            thread.Join();
            _pipeline.DrainAndStop();
        }
    }

    /// <summary>Ends it early: without the sender <see cref="Execute"/> throws. Any thread.</summary>
    public void End() => _sender.Kill();

    /// <inheritdoc/>
    public void Dispose()
    {
        _sender.StandardInput.Close();
        if (!_sender.WaitForExit(2000)) _sender.Kill();
        _sender.Dispose();
        _signer.Dispose();
        _stop.Dispose();
    }

    private WireResult Measure(MachineBlock machine, SubscriptionConnection connection)
    {
        _stage.Reset();
        int[] collections = Collections();
        long refused = _pipeline.Refused + _inbox.DroppedFrames;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        Order();
        int first = _sender.StandardOutput.Read(); // the rest of its answer becomes strings once the bytes are counted
        Thread.Sleep(100); // threaded layouts finish what is on its way
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        string[] done = Split((char)first + _sender.StandardOutput.ReadLine(), "done");
        int[] after = Collections();
        for (int i = 0; i < after.Length; i++) collections[i] = after[i] - collections[i];
        _failure?.Throw();
        if (connection.Counters.Opens != 1)
            throw new CommandException($"the connection broke: {connection.LastEnd}", ExitCodes.Error);
        ReadOnlySpan<byte> last = _stage.LastTransaction;
        return new WireResult
        {
            Version = WireResult.CurrentVersion,
            CreatedUtc = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            Build = typeof(WireRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion ?? "not known",
            Capture = Path.GetFileName(_settings.CapturePath),
            Runner = _settings.Runner.ToString().ToLowerInvariant(),
            Receive = _settings.Receive switch
            {
                WireReceive.Own => "own",
                WireReceive.ConnectionWait => "connection-wait",
                _ => "connection",
            },
            Signer = _signer.Library.ToString(),
            Machine = machine,
            MessagesPerSecond = _settings.MessagesPerSecond,
            Messages = Number(done[1]),
            Updates = _stage.Updates,
            Dropped = _stage.Dropped,
            Refused = _pipeline.Refused + _inbox.DroppedFrames - refused + _stage.RefusedMessages,
            Signed = _stage.Sign.Count,
            IsVerified = last.Length > 65 && Ed25519Signer.Verify(_signer.PublicKey, last[65..], last[1..65]),
            SenderLateNs = [Number(done[2]), Number(done[3]), Number(done[4])],
            AllocatedBytes = allocated,
            Collections = collections,
            ResidentBytes = Environment.WorkingSet,
            Times = Times(),
        };
    }

    private SortedDictionary<string, BenchTimes> Times()
    {
        SortedDictionary<string, BenchTimes> times = new(StringComparer.Ordinal);
        Add("0 intended arrival to end of the socket read", _stage.Wire);
        Add("1 intended arrival to no opportunity, searched", _stage.NoOpportunity);
        Add("2 intended arrival to all decided, none taken", _stage.Decided);
        Add("3 read to first unsigned transaction", _stage.Unsigned);
        Add("4 one signature", _stage.Sign);
        Add("5 intended arrival to first signed", _stage.FirstSigned);
        Add("6 intended arrival to all signed, sizes proven", _stage.AllSigned);
        return times;

        void Add(string name, LatencyHistogram histogram)
        {
            if (histogram.Count != 0) times[name] = BenchTimes.Of(histogram);
        }
    }

    private void Run(LiveFeed feed)
    {
        try
        {
            _ = feed.Run(_pipeline.Publisher, new ReplayClock());
        }
        catch (Exception fault)
        {
            // The one catch of this thread: the measuring thread throws it again.
            Volatile.Write(ref _failure, ExceptionDispatchInfo.Capture(fault));
        }
    }

    private SubscriptionConnection Connect()
    {
        List<Pubkey> accounts = [];
        string[] words;
        for (words = Answer("account", "port"); words[0] == "account"; words = Answer("account", "port"))
            accounts.Add(Pubkey.Parse(words[1]));
        SubscriptionConnection connection = new(
            new Uri($"ws://127.0.0.1:{words[1]}/"), "loopback", _inbox, new SubscriptionConnectionOptions
            {
                WebSocket = new WebSocketOptions { SpinNs = _settings.Receive == WireReceive.Connection ? SpinNs : 0 },
                Subscriptions = new SubscriptionOptions { RequestsPerSecond = 20_000, MaxSubscriptions = 100_000 },
            },
            SystemClock.Instance);
        connection.TrySubscribe(SubscriptionSpec.Slot());
        foreach (Pubkey account in accounts) connection.TrySubscribe(SubscriptionSpec.Account(account));
        return connection;
    }

    private Process StartSender()
    {
        string self = Environment.ProcessPath!;
        bool isOwn = Path.GetFileNameWithoutExtension(self) == "lowlatency";
        ProcessStartInfo start = new(isOwn ? self : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (!isOwn) start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "lowlatency.dll"));
        CultureInfo c = CultureInfo.InvariantCulture;
        foreach (string word in new[]
        {
            "bench", _settings.CapturePath, "--wire-sender", _baseNs.ToString(c),
            "--load", _settings.MessagesPerSecond.ToString(c), "--seconds", _settings.Seconds.ToString(c),
            "--wire-warm-up", _settings.WarmUpSeconds.ToString(c),
        })
        {
            start.ArgumentList.Add(word);
        }

        return Process.Start(start)!;
    }

    private void Order()
    {
        _sender.StandardInput.WriteLine("go");
        _sender.StandardInput.Flush();
    }

    private string[] Answer(params ReadOnlySpan<string> expected) =>
        Split(_sender.StandardOutput.ReadLine() ?? "nothing", expected);

    private string[] Split(string answer, params ReadOnlySpan<string> expected)
    {
        string[] words = answer.Split(' ');
        _failure?.Throw();
        foreach (string one in expected)
        {
            if (words[0] == one) return words;
        }

        throw new CommandException($"the sender's process said {string.Join(' ', words)}", ExitCodes.Error);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static int[] Collections() => [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];
}
