using System;
using System.Threading;

namespace LowLatency.Engine.Pipeline;

/// <summary>Why the pipeline stopped on its own.</summary>
/// <param name="Where">Stage group or thread.</param>
/// <param name="FirstSequence">First event of the batch that failed.</param>
/// <param name="LastSequence">Last event of it.</param>
/// <param name="Cause">The exception; a broken invariant, never bad input.</param>
public sealed record FatalFault(string Where, long FirstSequence, long LastSequence, Exception Cause);

/// <summary>
/// The pipeline's fuse: the first fault is kept, publishing stops, nothing trades on. Any thread may trip it; it cannot
/// be reset.
/// </summary>
public sealed class Fatal
{
    private FatalFault? _fault;

    /// <summary>The first fault; null while all is well.</summary>
    public FatalFault? Fault => Volatile.Read(ref _fault);

    /// <summary>True once tripped.</summary>
    public bool IsTripped => Fault is not null;

    /// <summary>Keeps the first fault.</summary>
    /// <returns>True if this was the first.</returns>
    public bool Halt(FatalFault fault) => Interlocked.CompareExchange(ref _fault, fault, null) is null;
}
