namespace LowLatency.Engine.Venues;

/// <summary>A DEX program family. The number is part of journals and captures' reports: never reuse one.</summary>
public enum VenueId : byte
{
    /// <summary>Not a supported venue.</summary>
    None = 0,

    /// <summary>Raydium AMM v4 (constant product).</summary>
    RaydiumAmm = 1,

    /// <summary>Raydium CPMM (constant product, Token-2022).</summary>
    RaydiumCpmm = 2,

    /// <summary>Raydium CLMM (concentrated liquidity).</summary>
    RaydiumClmm = 3,

    /// <summary>Orca Whirlpool (concentrated liquidity, adaptive fee).</summary>
    OrcaWhirlpool = 4,

    /// <summary>Meteora DLMM (bins, variable fee).</summary>
    MeteoraDlmm = 5,

    /// <summary>Meteora DAMM v2 (one range, fee schedulers).</summary>
    MeteoraDamm = 6,

    /// <summary>PumpSwap (constant product, tiered fee).</summary>
    PumpSwap = 7,

    /// <summary>SPL Token Swap as deployed by Orca v2 (constant product and stable curves).</summary>
    TokenSwap = 8,
}

/// <summary>What an account is to a pool.</summary>
public enum AccountRole : byte
{
    /// <summary>Unknown.</summary>
    None = 0,

    /// <summary>The pool's own state account.</summary>
    Pool = 1,

    /// <summary>Vault (reserve token account) of mint A.</summary>
    VaultA = 2,

    /// <summary>Vault (reserve token account) of mint B.</summary>
    VaultB = 3,

    /// <summary>Mint of side A.</summary>
    MintA = 4,

    /// <summary>Mint of side B.</summary>
    MintB = 5,

    /// <summary>Fee or AMM configuration account.</summary>
    Config = 6,

    /// <summary>Array of price ticks (CLMM).</summary>
    TickArray = 7,

    /// <summary>Array of liquidity bins (DLMM).</summary>
    BinArray = 8,

    /// <summary>Bitmap of arrays outside the pool's own bitmap.</summary>
    BitmapExtension = 9,

    /// <summary>Oracle account (adaptive fee state or price observations that quoting needs).</summary>
    Oracle = 10,

    /// <summary>Fee configuration of another program (PumpSwap fee program), or its global configuration.</summary>
    FeeConfig = 11,

    /// <summary>Order-book market accounts of Raydium AMM v4's legacy instruction.</summary>
    Market = 12,
}

/// <summary>Direction of a swap in the pool's own order of mints.</summary>
public enum SwapDirection : byte
{
    /// <summary>Mint A (token 0, x, coin, base) in, mint B out.</summary>
    AToB = 0,

    /// <summary>Mint B in, mint A out.</summary>
    BToA = 1,
}

/// <summary>What the amount of a swap fixes.</summary>
public enum SwapMode : byte
{
    /// <summary>Exact input.</summary>
    ExactIn = 0,

    /// <summary>Exact output.</summary>
    ExactOut = 1,

    /// <summary>At most this input; the rest is left (DAMM v2 partial fill).</summary>
    PartialFill = 2,
}
