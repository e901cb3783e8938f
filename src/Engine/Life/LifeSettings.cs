using System;

namespace LowLatency.Engine.Life;

/// <summary>How long and how many profitable cycles are followed; fixed at start.</summary>
public sealed record LifeSettings
{
    /// <summary>
    /// Slots a cycle is followed. Default 16, about 6 s: by then whoever wanted it has had ten blocks to take it.
    /// </summary>
    public int FollowSlots { get; init; } = 16;

    /// <summary>
    /// Most cycles followed at once. Full: a new one is not followed, and counted; those followed are followed to their
    /// end, because leaving out long lives would make the half-lives too short.
    /// </summary>
    public int MaxFollowed { get; init; } = 4096;

    /// <summary>Checks the ranges once, at start-up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(FollowSlots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FollowSlots, 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFollowed, 1);
    }
}
