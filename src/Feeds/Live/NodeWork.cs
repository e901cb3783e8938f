using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Live;

/// <summary>
/// Something that asks HTTP nodes all the time, on a task of its own from <see cref="Start"/> until it is disposed.
/// </summary>
public abstract class NodeWork : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _task = Task.CompletedTask;

    private protected NodeWork(IReadOnlyList<SolanaRpc> nodes, IClock clock)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(clock);
        Nodes = nodes;
        Clock = clock;
    }

    private protected IReadOnlyList<SolanaRpc> Nodes { get; }

    private protected IClock Clock { get; }

    /// <summary>
    /// Told what the work failed with, once: a broken invariant, never what a node said. Set before the start.
    /// </summary>
    public Action<string, Exception>? OnFault { get; set; }

    /// <summary>Cancelled when the work is to end.</summary>
    private protected CancellationToken Stopping => _stop.Token;

    /// <summary>Begins. Once.</summary>
    public void Start()
    {
        if (Nodes.Count != 0) _task = Task.Run(RunAsync);
    }

    /// <summary>Stops and waits for the task.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _task.GetAwaiter().GetResult();
        _stop.Dispose();
        Release();
    }

    /// <summary>The work, until it is cancelled.</summary>
    private protected abstract Task WorkAsync();

    /// <summary>Gives back what is held; the task has ended.</summary>
    private protected virtual void Release()
    {
    }

    private async Task RunAsync()
    {
        try
        {
            await WorkAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception fault)
        {
            // The one catch of this task: nobody looks at it before the end, and what it did is done no longer.
            if (OnFault is not { } told) throw;
            told(GetType().Name, fault);
        }
    }
}
