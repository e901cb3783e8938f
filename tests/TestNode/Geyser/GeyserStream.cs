using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Threading.Channels;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using Microsoft.AspNetCore.Http;

namespace LowLatency.TestNode.Geyser;

/// <summary>One Subscribe call: what is wanted, what waits to be sent. Changed under the ledger's lock.</summary>
internal sealed class GeyserStream
{
    private const int PrefixBytes = 5;

    private readonly HttpContext _context;
    private readonly Channel<GeyserUpdate> _waiting = Channel.CreateUnbounded<GeyserUpdate>();
    private int _status;

    public GeyserStream(HttpContext context) => _context = context;

    /// <summary>Accounts asked for.</summary>
    public HashSet<Pubkey> Accounts { get; private set; } = [];

    /// <summary>Whether block metas were asked for.</summary>
    public bool WantsBlockMetas { get; private set; }

    /// <summary>Takes what a request asks for in the place of what was asked before.</summary>
    public void Ask(GeyserRequest request) =>
        (Accounts, WantsBlockMetas) = (request.Accounts, request.WantsBlockMetas);

    public void SendIfWanted(GeyserUpdate update)
    {
        if (update.IsBlockMeta && !WantsBlockMetas) return;
        if (update.Key is not { } key || Accounts.Contains(key)) Send(update);
    }

    public void Send(GeyserUpdate update) => _waiting.Writer.TryWrite(update);

    /// <summary>Cuts the call without a word.</summary>
    public void Abort() => _context.Abort();

    /// <summary>Ends the call with a status behind what waits.</summary>
    public void End(int status)
    {
        _status = status;
        _waiting.Writer.TryComplete();
    }

    /// <summary>Answers with a status and nothing else.</summary>
    public void Refuse(int status, string message)
    {
        _context.Response.Headers["grpc-status"] = $"{status}";
        _context.Response.Headers["grpc-message"] = message;
    }

    /// <summary>Sends what waits until the stream ends.</summary>
    public async Task WriteAsync()
    {
        Stream body = _context.Response.Body;
        while (await _waiting.Reader.WaitToReadAsync(_context.RequestAborted))
        {
            while (_waiting.Reader.TryRead(out GeyserUpdate? update))
            {
                byte[] frame = new byte[PrefixBytes + update.Message.Length];
                BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), update.Message.Length);
                update.Message.CopyTo(frame, PrefixBytes);
                await body.WriteAsync(frame, _context.RequestAborted);
            }

            await body.FlushAsync(_context.RequestAborted);
        }

        _context.Response.AppendTrailer("grpc-status", $"{_status}");
        await _context.Response.CompleteAsync();
    }

    /// <summary>The next request; null behind the last.</summary>
    public async Task<GeyserRequest?> ReadRequestAsync()
    {
        byte[] prefix = new byte[PrefixBytes];
        Stream body = _context.Request.Body;
        if (await body.ReadAtLeastAsync(prefix, PrefixBytes, throwOnEndOfStream: false) < PrefixBytes) return null;
        byte[] message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await body.ReadExactlyAsync(message);
        return GeyserRequest.Read(message);
    }
}
