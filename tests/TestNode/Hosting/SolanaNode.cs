using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Pubsub;
using LowLatency.TestNode.Rpc;
using LowLatency.TestNode.State;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LowLatency.TestNode.Hosting;

/// <summary>
/// A Solana node on real sockets for tests: one chain out of a capture, N endpoints over it, faults from a script.
/// Step it slot by slot (<see cref="Step"/>), or let it run at a pace (<see cref="RunAsync"/>); not both at once.
/// </summary>
public sealed class SolanaNode : IAsyncDisposable
{
    private readonly SolanaNodeOptions _options;
    private readonly WebApplication _app;
    private readonly X509Certificate2? _certificate;
    private readonly FaultDriver _driver;
    private readonly Dictionary<int, Func<HttpContext, Task>> _handlers = [];
    private readonly ConcurrentQueue<FaultStep?> _injected = new();
    private volatile bool _isPaced;

    private SolanaNode(SolanaNodeOptions options, MarketTape tape)
    {
        _options = options;
        Tape = tape;
        Ledger = new Ledger(tape.Slots[0].ParentSlot, tape.BaseAccounts, options.Ledger);
        Player = new TapePlayer(tape, Ledger);
        Endpoints = [.. Enumerable.Range(0, options.Endpoints).Select(
            i => new SolanaEndpoint(i, Ledger, Transactions, FaultLog, options))];
        _driver = new FaultDriver(this, options.Faults);
        _certificate = options.UseTls ? TestCertificate.Create() : null;
        for (int i = 0; i < options.Plugins.Count; i++)
        {
            int number = options.Endpoints + i;
            EndpointFaults faults = new(number, Ledger, FaultLog);
            options.Plugins[i].Attach(new NodeSeam(number, Ledger, Transactions, faults));
        }

        _app = BuildApp();
    }

    public MarketTape Tape { get; }

    /// <summary>The truth.</summary>
    public Ledger Ledger { get; }

    public TapePlayer Player { get; }

    public IReadOnlyList<SolanaEndpoint> Endpoints { get; }

    /// <summary>Addresses of the plug-ins, in order.</summary>
    public IReadOnlyList<Uri> PluginUrls { get; private set; } = [];

    public TransactionDesk Transactions { get; } = new();

    /// <summary>Faults that happened.</summary>
    public FaultLog FaultLog { get; } = new();

    /// <summary>The certificate clients have to trust; null without TLS.</summary>
    public X509Certificate2? Certificate => _certificate;

    public static async Task<SolanaNode> StartAsync(SolanaNodeOptions options)
    {
        string capture = options.CapturePath ?? BundledCapture();
        SolanaNode node = new(options, MarketTape.Load(capture));
        await node._app.StartAsync();
        node.ReadPorts();
        return node;
    }

    /// <summary>The market of data/market-small.</summary>
    public static string BundledCapture() => Repository.MarketSmall("capture.jsonl.gz");

    /// <summary>Plays slots, each with the faults that are due before it; the last slot's bank.</summary>
    public Bank Step(int slots = 1)
    {
        Bank bank = Finish(Begin());
        for (int i = 1; i < slots; i++) bank = Finish(Begin());
        return bank;
    }

    /// <summary>
    /// Does a fault beside the script: now, or before the next slot while the node runs at a pace, because a fork that
    /// came between the opening and the end of a slot would take its number.
    /// </summary>
    public void Inject(FaultStep step)
    {
        if (_isPaced) _injected.Enqueue(step);
        else _driver.Apply(step);
    }

    /// <summary>
    /// Ends all faults that last or wait, as a test does before it compares states; before the next slot while the
    /// node runs at a pace.
    /// </summary>
    public void EndFaults()
    {
        if (_isPaced) _injected.Enqueue(null);
        else _driver.EndAll();
    }

    /// <summary>
    /// Pings every open WebSocket of an endpoint; the number of them. A pong comes once the client has read everything
    /// that was sent before.
    /// </summary>
    public int PingClients(int endpoint)
    {
        int count = 0;
        foreach (PubsubConnection connection in Endpoints[endpoint].Pubsub.Connections)
        {
            if (connection.Outbox.TryAppend(Opcode.Ping, "all read?"u8)) count++;
        }

        return count;
    }

    /// <summary>Plays until stopped or until the given number of laps is over.</summary>
    public async Task RunAsync(NodePace pace, CancellationToken stop)
    {
        _isPaced = true;
        try
        {
            await new NodeRunner(this).RunAsync(pace, stop);
        }
        finally
        {
            _isPaced = false;
            DoInjected();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SolanaEndpoint endpoint in Endpoints) endpoint.Pubsub.AbortAll();
        using CancellationTokenSource hurry = new(TimeSpan.FromSeconds(2));
        try
        {
            await _app.StopAsync(hurry.Token);
        }
        catch (OperationCanceledException)
        {
            // Connections that did not end in time are dropped with the server.
        }

        await _app.DisposeAsync();
        _certificate?.Dispose();
    }

    internal Bank Begin()
    {
        DoInjected();
        _driver.BeforeSlot();
        return Player.Begin();
    }

    internal Bank Finish(Bank bank)
    {
        Transactions.LandDue(Ledger, bank);
        return Player.Finish(bank);
    }

    internal bool TryApplyToPlugin(FaultStep step)
    {
        int index = step.Endpoint - Endpoints.Count;
        return index < _options.Plugins.Count && _options.Plugins[index].Apply(step);
    }

    private void DoInjected()
    {
        while (_injected.TryDequeue(out FaultStep? step))
        {
            if (step is null) _driver.EndAll();
            else _driver.Apply(step);
        }
    }

    private WebApplication BuildApp()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // A slow client must be cut by this node's own lag rule or not at all.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.AddServerHeader = false;
            for (int i = 0; i < Endpoints.Count; i++) Listen(kestrel, i, HttpProtocols.Http1, _certificate);
            for (int i = 0; i < _options.Plugins.Count; i++)
                Listen(kestrel, Endpoints.Count + i, _options.Plugins[i].Protocols, null);
        });
        WebApplication app = builder.Build();
        app.Run(context => _handlers[context.Connection.LocalPort](context));
        return app;
    }

    private void Listen(KestrelServerOptions kestrel, int number, HttpProtocols protocols, X509Certificate2? identity)
    {
        int port = _options.Port == 0 ? 0 : _options.Port + number;
        kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = protocols;
            if (identity is not null) listen.UseHttps(identity);
        });
    }

    private void ReadPorts()
    {
        IServerAddressesFeature addresses =
            _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        List<Uri> bound = [.. addresses.Addresses.Select(a => new Uri(a))];
        for (int i = 0; i < Endpoints.Count; i++)
        {
            Endpoints[i].SetPort(bound[i].Port, _options.UseTls);
            _handlers[bound[i].Port] = Endpoints[i].HandleAsync;
        }

        for (int i = 0; i < _options.Plugins.Count; i++)
            _handlers[bound[Endpoints.Count + i].Port] = _options.Plugins[i].HandleAsync;
        PluginUrls = [.. bound.Skip(Endpoints.Count)];
    }
}
