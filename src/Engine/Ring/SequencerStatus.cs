namespace LowLatency.Engine.Ring;

/// <summary>Outcome of claiming entries.</summary>
public enum SequencerStatus : byte
{
    /// <summary>Claimed: fill the entries, then publish them.</summary>
    Ok = 0,

    /// <summary>The slowest consumer has not freed enough entries.</summary>
    Full = 1,

    /// <summary>The ring was halted; nothing will be consumed any more.</summary>
    Halted = 2,

    /// <summary>The count is below one or above the ring's capacity, so it could never be claimed.</summary>
    BadCount = 3,
}

/// <summary>Outcome of waiting for entries.</summary>
public enum BarrierStatus : byte
{
    /// <summary>At least the entry asked for is available.</summary>
    Ok = 0,

    /// <summary>Nothing came within the strategy's patience: do housekeeping and wait again.</summary>
    Idle = 1,

    /// <summary>The ring was halted: leave the loop.</summary>
    Alerted = 2,
}
