namespace LowLatency.Engine.Venues;

/// <summary>What a number of a venue's account is; units stand last in the name.</summary>
public enum AccountFactId : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Status or switches, in the program's own bits; 0 for most.</summary>
    Status = 1,

    /// <summary>Unix time from which swaps are open; 0 for always.</summary>
    OpensAt = 2,

    /// <summary>Trade fee, millionths.</summary>
    FeeRatePpm = 3,

    /// <summary>Creator's fee, millionths.</summary>
    CreatorFeeRatePpm = 4,

    /// <summary>1 if the creator's fee is charged.</summary>
    CreatorFeeOn = 5,

    /// <summary>Trade fee, numerator.</summary>
    FeeNumerator = 6,

    /// <summary>Trade fee, denominator.</summary>
    FeeDenominator = 7,

    /// <summary>Owner's fee, numerator.</summary>
    OwnerFeeNumerator = 8,

    /// <summary>Owner's fee, denominator.</summary>
    OwnerFeeDenominator = 9,

    /// <summary>Base fee at the start of its schedule, billionths.</summary>
    CliffFeeRatePpb = 10,

    /// <summary>Kind of schedule of the base fee, by the program's numbers.</summary>
    BaseFeeMode = 11,

    /// <summary>On which side fees are taken, by the program's numbers.</summary>
    FeeMode = 12,

    /// <summary>Control factor of the fee that follows volatility; 0 for none.</summary>
    DynamicFeeControl = 13,

    /// <summary>Volatility that such a fee was last charged on.</summary>
    VolatilityAccumulator = 14,

    /// <summary>Liquidity providers' fee, 1e-4.</summary>
    LpFeeBps = 15,

    /// <summary>Protocol's fee, 1e-4.</summary>
    ProtocolFeeBps = 16,

    /// <summary>Creator's fee, 1e-4.</summary>
    CreatorFeeBps = 17,

    /// <summary>Tick spacing.</summary>
    TickSpacing = 18,

    /// <summary>Current tick.</summary>
    Tick = 19,

    /// <summary>Square root of the price, Q64.64.</summary>
    SqrtPriceX64 = 20,

    /// <summary>Liquidity in range.</summary>
    Liquidity = 21,

    /// <summary>Step between bins, 1e-4.</summary>
    BinStepBps = 22,

    /// <summary>Active bin.</summary>
    ActiveBin = 23,

    /// <summary>Factor of the base fee.</summary>
    BaseFactor = 24,

    /// <summary>Set aside for the protocol on side A, base units.</summary>
    OwedA = 25,

    /// <summary>Set aside for the protocol on side B, base units.</summary>
    OwedB = 26,

    /// <summary>1 for a coin in mayhem mode.</summary>
    MayhemMode = 27,

    /// <summary>1 for a coin with cashback.</summary>
    CashbackCoin = 28,

    /// <summary>Curve, by the program's numbers.</summary>
    CurveType = 29,

    /// <summary>First tick of an array.</summary>
    FirstTick = 30,

    /// <summary>Ticks of an array with liquidity or orders.</summary>
    InitializedTicks = 31,

    /// <summary>Number of an array.</summary>
    ArrayIndex = 32,

    /// <summary>Bins of an array with tokens or orders.</summary>
    FilledBins = 33,
}
