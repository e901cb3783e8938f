namespace LowLatency.Engine.Numerics;

/// <summary>Direction of an integer division. Every conversion states it; it follows the on-chain program.</summary>
public enum Rounding : byte
{
    /// <summary>Toward zero (floor for unsigned values).</summary>
    Down = 0,

    /// <summary>Away from zero (ceiling for unsigned values).</summary>
    Up = 1,
}
