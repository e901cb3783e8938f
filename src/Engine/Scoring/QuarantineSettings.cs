using System;

namespace LowLatency.Engine.Scoring;

/// <summary>When a route that keeps failing is left alone, and for how long; fixed at start.</summary>
public sealed record QuarantineSettings
{
    /// <summary>Failures in a row that put a route into quarantine; 0 turns quarantine off.</summary>
    public int AfterFailures { get; init; } = 3;

    /// <summary>First quarantine, slots; each further failure doubles it. Default 32, about 13 s.</summary>
    public ulong BaseSlots { get; init; } = 32;

    /// <summary>Longest quarantine, slots. Default 8192, about an hour.</summary>
    public ulong CapSlots { get; init; } = 8192;

    /// <summary>Routes remembered, rounded up to a power of two.</summary>
    public int Capacity { get; init; } = 4096;

    /// <summary>Checks the ranges once, at start-up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(AfterFailures);
        ArgumentOutOfRangeException.ThrowIfZero(BaseSlots);
        ArgumentOutOfRangeException.ThrowIfLessThan(CapSlots, BaseSlots);
        ArgumentOutOfRangeException.ThrowIfLessThan(Capacity, RouteQuarantine.Ways);
    }
}
