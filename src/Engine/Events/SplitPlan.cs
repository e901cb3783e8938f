using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Events;

/// <summary>One pool's part of a leg that is spread over parallel pools.</summary>
public struct SplitPart
{
    /// <summary>Pool id in the market graph.</summary>
    public int PoolId;

    /// <summary>Exact input of the part, base units of the leg's input mint.</summary>
    public ulong AmountInRaw;
}

/// <summary>The parts, the leg's own pool first.</summary>
[InlineArray(MaxCount)]
public struct SplitParts
{
    /// <summary>Most pools a leg is spread over.</summary>
    public const int MaxCount = 4;

    private SplitPart _first;
}

/// <summary>
/// The best way found to spread one leg of a route over parallel pools, by exact quotes: an alternative that is shown,
/// not executed. All zero if there is none that gains.
/// </summary>
public struct SplitPlan
{
    /// <summary>Gross profit above this decision's, base units of the base mint, before the costs of swaps.</summary>
    public long GainRaw;

    /// <summary>Exact input of the whole route.</summary>
    public ulong AmountInRaw;

    /// <summary>Leg that is spread, from 0.</summary>
    public byte Leg;

    /// <summary>Number of parts; 0 if there is no plan.</summary>
    public byte Count;

    /// <summary>The parts.</summary>
    public SplitParts Parts;
}
