using System;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>A gRPC server by hand on Kestrel, HTTP/2 without TLS; each call runs what the test says.</summary>
internal sealed class GeyserServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Func<GeyserCall, Task> _handler;
    private int _calls;

    private GeyserServer(Func<GeyserCall, Task> handler)
    {
        _handler = handler;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, o => o.Protocols = HttpProtocols.Http2));
        _application = builder.Build();
        _application.Run(OnCallAsync);
    }

    /// <summary>What a test's handler threw; a test ends with none.</summary>
    public ConcurrentQueue<Exception> Failures { get; } = new();

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    public static async Task<GeyserServer> StartAsync(Func<GeyserCall, Task> handler)
    {
        GeyserServer server = new(handler);
        await server._application.StartAsync();
        server.Address = new Uri(server._application.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(2));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }

    private async Task OnCallAsync(HttpContext context)
    {
        GeyserCall call = new(context, Interlocked.Increment(ref _calls));
        try
        {
            await _handler(call);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // the client went away
        }
        catch (Exception error)
        {
            Failures.Enqueue(error);
        }
    }
}

/// <summary>One call of a client.</summary>
internal sealed class GeyserCall
{
    private readonly byte[] _prefix = new byte[5];

    public GeyserCall(HttpContext context, int number)
    {
        Context = context;
        Number = number;
        context.Response.ContentType = "application/grpc";
    }

    public HttpContext Context { get; }

    /// <summary>From 1, over all clients.</summary>
    public int Number { get; }

    public string Method => Context.Request.Path.Value!.Split('/')[^1];

    public string Token => Context.Request.Headers["x-token"].ToString();

    /// <summary>The next message of the client; null behind the last.</summary>
    public async Task<byte[]?> ReadAsync()
    {
        int read = await Context.Request.Body.ReadAtLeastAsync(_prefix, 5, throwOnEndOfStream: false);
        if (read == 0) return null;
        byte[] message = new byte[BinaryPrimitives.ReadUInt32BigEndian(_prefix.AsSpan(1))];
        await Context.Request.Body.ReadExactlyAsync(message);
        return message;
    }

    /// <summary>Reads until a request that is no ping.</summary>
    public async Task<byte[]?> ReadSubscribeAsync()
    {
        while (await ReadAsync() is { } message)
        {
            if (message.Length == 0 || message[0] >> 3 != 9) return message;
        }

        return null;
    }

    public static byte[] Frame(byte[] message, byte flag = 0, int? length = null)
    {
        byte[] frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length ?? message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public Task SendAsync(byte[] message) => SendRawAsync(Frame(message));

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        await Context.Response.Body.WriteAsync(bytes, Context.RequestAborted);
        await Context.Response.Body.FlushAsync(Context.RequestAborted);
    }

    public void End(int status, string message = "")
    {
        if (!Context.Response.HasStarted && status != 0)
        {
            Context.Response.Headers["grpc-status"] = status.ToString();
            Context.Response.Headers["grpc-message"] = message;
            return;
        }

        Context.Response.AppendTrailer("grpc-status", status.ToString());
        if (message.Length != 0) Context.Response.AppendTrailer("grpc-message", message);
    }

    public void Reset(int errorCode) => Context.Features.Get<IHttpResetFeature>()!.Reset(errorCode);

    /// <summary>Waits until the client goes away.</summary>
    public async Task HoldAsync()
    {
        try
        {
            await Task.Delay(Timeout.Infinite, Context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
