namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>Which deployment of the program a pool is quoted for: error numbers and a few checks differ.</summary>
public enum RaydiumClmmRevision : byte
{
    /// <summary>The source of July 2026 (dynamic fee, fee_on, limit orders). The default.</summary>
    Current = 0,

    /// <summary>
    /// The binary of April 2024: panics where an amount exceeds 64 bits on the way to the next tick, lets a swap
    /// without
    /// price limit end partly filled, demands that the price moves.
    /// </summary>
    April2024 = 1,
}

/// <summary>Why a swap fails, by cause; <see cref="RaydiumClmmFaults"/> gives the numbers of each revision.</summary>
internal enum RaydiumClmmFault : byte
{
    None = 0,
    NotOpenYet,
    SwapDisabled,
    ZeroAmount,
    PriceLimit,
    SqrtPrice,
    FirstArray,
    FirstArrayUnknown,
    NextArray,
    NextArrayUnknown,
    TooManyArrays,
    NoArrays,
    EmptyArray,
    MissingExtension,
    ExtensionUnknown,
    ExtensionBoundary,
    NoLiquidityForDirection,
    LiquidityInsufficient,
    ZeroLiquidity,
    LiquiditySubtraction,
    LiquidityAddition,
    AmountOverflow,
    CalculateOverflow,
    TransferFeeMismatch,
    InvalidOrders,
    TooSmallAmount,
    PartialFill,
    PriceUnmoved,
    StepBeyondTarget,
    TooLittleOutput,
    TooMuchInput,
    VaultFrozen,
    VaultInsufficient,
    Panic,
}

/// <summary>
/// Program error numbers and quote statuses of the faults. Numbers: 6000 + position in the program's error.rs, or
/// Anchor's
/// own: 2501 require_eq, 2505 require_gt, 2506 require_gte. Zero: the program aborts without a number.
/// Source: raydium-clmm programs/amm/src/error.rs at 03b44b7 (current) and cc1adca (April 2024).
/// </summary>
internal static class RaydiumClmmFaults
{
    internal static uint Code(RaydiumClmmFault fault, RaydiumClmmRevision revision) =>
        revision == RaydiumClmmRevision.Current ? CurrentCode(fault) : OldCode(fault);

    internal static QuoteStatus Status(RaydiumClmmFault fault) => fault switch
    {
        RaydiumClmmFault.None => QuoteStatus.Ok,
        RaydiumClmmFault.NotOpenYet => QuoteStatus.NotOpenYet,
        RaydiumClmmFault.SwapDisabled => QuoteStatus.SwapDisabled,
        RaydiumClmmFault.ZeroAmount => QuoteStatus.ZeroAmount,
        RaydiumClmmFault.PriceLimit or RaydiumClmmFault.SqrtPrice => QuoteStatus.PriceLimit,
        RaydiumClmmFault.FirstArray or RaydiumClmmFault.FirstArrayUnknown or RaydiumClmmFault.NextArray
            or RaydiumClmmFault.NextArrayUnknown or RaydiumClmmFault.NoArrays
            or RaydiumClmmFault.MissingExtension => QuoteStatus.MissingTickArray,
        RaydiumClmmFault.ExtensionUnknown => QuoteStatus.Incomplete,
        RaydiumClmmFault.TooManyArrays => QuoteStatus.TooManyArrays,
        RaydiumClmmFault.EmptyArray or RaydiumClmmFault.InvalidOrders
            or RaydiumClmmFault.StepBeyondTarget or RaydiumClmmFault.ExtensionBoundary
            or RaydiumClmmFault.LiquiditySubtraction or RaydiumClmmFault.LiquidityAddition => QuoteStatus.InvalidState,
        RaydiumClmmFault.NoLiquidityForDirection or RaydiumClmmFault.LiquidityInsufficient
            or RaydiumClmmFault.ZeroLiquidity or RaydiumClmmFault.PartialFill
            or RaydiumClmmFault.VaultInsufficient => QuoteStatus.InsufficientLiquidity,
        RaydiumClmmFault.TooSmallAmount or RaydiumClmmFault.PriceUnmoved => QuoteStatus.ZeroOutput,
        RaydiumClmmFault.TooLittleOutput or RaydiumClmmFault.TooMuchInput => QuoteStatus.SlippageExceeded,
        RaydiumClmmFault.VaultFrozen => QuoteStatus.Frozen,
        _ => QuoteStatus.Overflow,
    };

    private static uint CurrentCode(RaydiumClmmFault fault) => fault switch
    {
        RaydiumClmmFault.SwapDisabled => 6000,
        RaydiumClmmFault.EmptyArray => 6009,
        RaydiumClmmFault.PriceLimit => 6011,
        RaydiumClmmFault.SqrtPrice => 6012,
        RaydiumClmmFault.LiquiditySubtraction => 6013,
        RaydiumClmmFault.LiquidityAddition => 6014,
        RaydiumClmmFault.LiquidityInsufficient => 6016,
        RaydiumClmmFault.TooLittleOutput => 6018,
        RaydiumClmmFault.TooMuchInput => 6019,
        RaydiumClmmFault.ZeroAmount => 6020,
        RaydiumClmmFault.TooSmallAmount => 6022,
        RaydiumClmmFault.NextArray or RaydiumClmmFault.NextArrayUnknown or RaydiumClmmFault.NoArrays
            or RaydiumClmmFault.TooManyArrays => 6023,
        RaydiumClmmFault.FirstArray or RaydiumClmmFault.FirstArrayUnknown => 6024,
        RaydiumClmmFault.MissingExtension or RaydiumClmmFault.ExtensionUnknown => 6035,
        RaydiumClmmFault.NoLiquidityForDirection => 6036,
        RaydiumClmmFault.AmountOverflow => 6037,
        RaydiumClmmFault.CalculateOverflow => 6038,
        RaydiumClmmFault.TransferFeeMismatch => 6039,
        RaydiumClmmFault.InvalidOrders => 6042,
        RaydiumClmmFault.ZeroLiquidity => 6047,
        _ => AnchorCode(fault),
    };

    private static uint OldCode(RaydiumClmmFault fault) => fault switch
    {
        RaydiumClmmFault.SwapDisabled => 6001,
        RaydiumClmmFault.EmptyArray => 6011,
        RaydiumClmmFault.PriceLimit => 6013,
        RaydiumClmmFault.SqrtPrice => 6014,
        RaydiumClmmFault.LiquiditySubtraction => 6015,
        RaydiumClmmFault.LiquidityAddition => 6016,
        RaydiumClmmFault.LiquidityInsufficient => 6019,
        RaydiumClmmFault.TooLittleOutput => 6022,
        RaydiumClmmFault.TooMuchInput => 6023,
        RaydiumClmmFault.ZeroAmount => 6024,
        RaydiumClmmFault.TooSmallAmount => 6026,
        RaydiumClmmFault.NextArray or RaydiumClmmFault.NextArrayUnknown or RaydiumClmmFault.TooManyArrays => 6027,
        RaydiumClmmFault.FirstArray or RaydiumClmmFault.FirstArrayUnknown => 6028,
        RaydiumClmmFault.MissingExtension => 6040,
        RaydiumClmmFault.NoLiquidityForDirection => 6041,
        _ => AnchorCode(fault),
    };

    private static uint AnchorCode(RaydiumClmmFault fault) => fault switch
    {
        RaydiumClmmFault.VaultInsufficient => 1,
        RaydiumClmmFault.VaultFrozen => 17,
        RaydiumClmmFault.PartialFill => 2501,
        RaydiumClmmFault.NotOpenYet or RaydiumClmmFault.PriceUnmoved or RaydiumClmmFault.ExtensionBoundary => 2505,
        RaydiumClmmFault.StepBeyondTarget => 2506,
        _ => 0,
    };
}
