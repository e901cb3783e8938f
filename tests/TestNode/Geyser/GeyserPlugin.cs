using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LowLatency.TestNode.Geyser;

/// <summary>
/// The node's Yellowstone side: Subscribe over gRPC with accounts by name, slots, block metas, pings and from_slot. As
/// on a server every write is told at once, inside its slot, and nothing is taken back when a fork ends; a slot that is
/// no longer kept is refused with OUT_OF_RANGE. Faults: Disconnect cuts all streams, Close ends them as UNAVAILABLE,
/// BogusBlockhash makes up the hashes of the next `count` block metas.
/// Source: rpcpool/yellowstone-grpc@0013f2d5 geyser.proto (field numbers), github.com/grpc/grpc PROTOCOL-HTTP2.md.
/// </summary>
public sealed class GeyserPlugin : INodePlugin, ILedgerObserver
{
    private const int OutOfRange = 11;
    private const int Unimplemented = 12;
    private const int Unavailable = 14;
    private const int DrainMs = 1000;
    private const ulong CreatedBank = 5;
    private const ulong Dead = 6;

    private readonly List<GeyserStream> _streams = [];
    private readonly Queue<GeyserUpdate> _kept = new();
    private NodeSeam? _seam;
    private int _untrueBlocks;

    /// <summary>Slots that from_slot may go back.</summary>
    public int KeptSlots { get; init; } = 100;

    /// <summary>from_slot of every Subscribe that named one, in order.</summary>
    public List<ulong> ReplaysAsked { get; } = [];

    /// <summary>Replays refused because the slot is not kept.</summary>
    public int ReplaysRefused { get; private set; }

    /// <summary>Answers to <see cref="PingClients"/>, and every stream's first ping.</summary>
    public int Pongs { get; private set; }

    /// <inheritdoc/>
    public HttpProtocols Protocols => HttpProtocols.Http2;

    private NodeSeam Seam => _seam ?? throw new InvalidOperationException("not attached");

    /// <inheritdoc/>
    public void Attach(NodeSeam seam)
    {
        _seam = seam;
        seam.Ledger.Observe(this);
    }

    /// <summary>Pings every stream behind all that was sent; the number of them.</summary>
    public int PingClients()
    {
        lock (Seam.Ledger.Gate)
        {
            foreach (GeyserStream stream in _streams) stream.Send(GeyserUpdate.Ping());
            return _streams.Count;
        }
    }

    /// <inheritdoc/>
    public bool Apply(FaultStep step)
    {
        if (step.Kind is not (FaultKind.Disconnect or FaultKind.Close or FaultKind.BogusBlockhash)) return false;
        lock (Seam.Ledger.Gate)
        {
            if (step.Kind == FaultKind.BogusBlockhash)
            {
                _untrueBlocks += step.Count;
                return true;
            }

            foreach (GeyserStream stream in _streams)
            {
                if (step.Kind == FaultKind.Disconnect) stream.Abort();
                else stream.End(Unavailable);
                Seam.Faults.Happened(step.Kind, "stream");
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        if (context.Request.Path != "/geyser.Geyser/Subscribe")
        {
            context.Response.Headers["grpc-status"] = $"{Unimplemented}";
            return;
        }

        GeyserStream stream = new(context);
        try
        {
            if (!await OpenAsync(stream)) return;
            Task reading = ReadAsync(stream);
            await stream.WriteAsync();
            await Task.WhenAny(reading, Task.Delay(DrainMs)); // the client ends its side once it has read the status
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The client or a fault ended the stream.
        }
        finally
        {
            lock (Seam.Ledger.Gate) _streams.Remove(stream);
        }
    }

    /// <inheritdoc/>
    public void OnBankCreated(Bank bank) => Tell(GeyserUpdate.Slot(bank.Slot, bank.ParentSlot, CreatedBank));

    /// <inheritdoc/>
    public void OnAccountWritten(Bank bank, in AccountWrite write) => Tell(GeyserUpdate.Account(bank.Slot, in write));

    /// <inheritdoc/>
    public void OnBankFrozen(Bank bank)
    {
        bool isUntrue = _untrueBlocks > 0;
        if (isUntrue)
        {
            _untrueBlocks--;
            Seam.Faults.Happened(FaultKind.BogusBlockhash, $"block {bank.Slot}");
        }

        Tell(GeyserUpdate.BlockMeta(bank, isUntrue ? bank.UntrueBlockhash : bank.Blockhash));
    }

    /// <inheritdoc/>
    public void OnHeadMoved(Commitment commitment, Bank from, Bank to)
    {
        foreach (Bank bank in Ledger.NewBanks(from, to))
            Tell(GeyserUpdate.Slot(bank.Slot, bank.ParentSlot, (ulong)commitment));
    }

    /// <inheritdoc/>
    public void OnBankDead(Bank bank, string error) => Tell(GeyserUpdate.Slot(bank.Slot, bank.ParentSlot, Dead));

    private void Tell(GeyserUpdate update)
    {
        _kept.Enqueue(update);
        ulong oldest = OldestKept();
        while (_kept.TryPeek(out GeyserUpdate? first) && first.OfSlot < oldest) _kept.Dequeue();
        foreach (GeyserStream stream in _streams) stream.SendIfWanted(update);
    }

    private ulong OldestKept() => Seam.Ledger.Processed.Slot + 1 - (ulong)KeptSlots;

    /// <summary>Takes the first request; false if it was refused.</summary>
    private async Task<bool> OpenAsync(GeyserStream stream)
    {
        while (await stream.ReadRequestAsync() is { } request)
        {
            if (request.IsPing) continue;
            lock (Seam.Ledger.Gate)
            {
                stream.Ask(request);
                if (request.FromSlot != 0) ReplaysAsked.Add(request.FromSlot);
                if (request.FromSlot != 0 && request.FromSlot < OldestKept())
                {
                    ReplaysRefused++;
                    stream.Refuse(OutOfRange, "slot is not kept");
                    return false;
                }

                foreach (GeyserUpdate update in _kept)
                {
                    if (request.FromSlot != 0 && update.OfSlot >= request.FromSlot) stream.SendIfWanted(update);
                }

                _streams.Add(stream);
                return true;
            }
        }

        return false;
    }

    private async Task ReadAsync(GeyserStream stream)
    {
        try
        {
            while (await stream.ReadRequestAsync() is { } request)
            {
                lock (Seam.Ledger.Gate)
                {
                    if (!request.IsPing) stream.Ask(request);
                    else stream.Send(GeyserUpdate.Pong(request.PingId));
                    if (request is { IsPing: true, PingId: 1 }) Pongs++;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The writing side ends with the stream too.
        }
    }
}
