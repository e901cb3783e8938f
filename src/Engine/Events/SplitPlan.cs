using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Events;

/// <summary>One branch's part of a section that is spread: through one pool, or through two in a row.</summary>
public struct SplitPart
{
    /// <summary>Pool id in the market graph.</summary>
    public int PoolId;

    /// <summary>Pool id of the branch's second leg; -1 if it has one leg.</summary>
    public int SecondPoolId;

    /// <summary>Exact input of the part, base units of the section's input mint.</summary>
    public ulong AmountInRaw;
}

/// <summary>The parts; the route's own pools first, if they take part.</summary>
[InlineArray(MaxCount)]
public struct SplitParts
{
    /// <summary>Most branches a section is spread over.</summary>
    public const int MaxCount = 4;

    private SplitPart _first;
}

/// <summary>
/// The best way found to spread a section of a route (one leg, or two in a row) over parallel branches, by exact
/// quotes: an alternative that is shown, not executed. All zero if there is none that gains.
/// </summary>
public struct SplitPlan
{
    /// <summary>Gross profit above this decision's, base units of the base mint, before the costs of swaps.</summary>
    public long GainRaw;

    /// <summary>Exact input of the whole route.</summary>
    public ulong AmountInRaw;

    /// <summary>First leg of the section that is spread, from 0.</summary>
    public byte Leg;

    /// <summary>Legs of the route that the section replaces, 1 or 2.</summary>
    public byte LegCount;

    /// <summary>Number of parts; 0 if there is no plan.</summary>
    public byte Count;

    /// <summary>The parts.</summary>
    public SplitParts Parts;
}
