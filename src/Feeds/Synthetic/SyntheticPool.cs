using System;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Synthetic;

/// <summary>A mint of the synthetic market.</summary>
/// <param name="Key">Address.</param>
/// <param name="Decimals">Decimals.</param>
/// <param name="PriceMicroUsd">Price of a whole token, millionths of a dollar; pools begin at it.</param>
internal sealed record SyntheticMint(Pubkey Key, byte Decimals, ulong PriceMicroUsd);

/// <summary>The programs of the synthetic market.</summary>
internal enum SyntheticVenue
{
    /// <summary>Raydium CPMM.</summary>
    RaydiumCpmm,

    /// <summary>Raydium AMM v4.</summary>
    RaydiumAmm,

    /// <summary>PumpSwap; token 0 is its base, token 1 its quote.</summary>
    PumpSwap,

    /// <summary>SPL Token Swap, constant product.</summary>
    TokenSwap,
}

/// <summary>
/// One constant-product pool whose vaults move by the program's integer arithmetic.
/// Source: raydium-cp-swap@609780f curve/fees.rs, constant_product.rs; raydium-amm@27f461d math.rs; pump-swap-sdk 1.20
/// buyBaseInput, sellBaseInput; solana-program-library token-swap curve/base.rs swap.
/// </summary>
internal sealed class SyntheticPool
{
    private const ulong Million = 1_000_000;
    private const ulong BpsOne = 10_000;

    private readonly SyntheticVenue _venue;

    /// <summary>A pool of two mints.</summary>
    public SyntheticPool(
        SyntheticVenue venue, SyntheticAccount state, SyntheticAccount vault0, SyntheticAccount vault1)
    {
        _venue = venue;
        State = state;
        Vault0 = vault0;
        Vault1 = vault1;
    }

    /// <summary>The pool account.</summary>
    public SyntheticAccount State { get; }

    /// <summary>Vault of token 0 (AMM v4: coin; PumpSwap: base).</summary>
    public SyntheticAccount Vault0 { get; }

    /// <summary>Vault of token 1 (AMM v4: pc; PumpSwap: quote).</summary>
    public SyntheticAccount Vault1 { get; }

    /// <summary>
    /// Swaps up to 1 % of the reserve into the pool (a purchase on PumpSwap: out of it); true if the program wrote the
    /// pool account, too.
    /// </summary>
    public bool SwapRandomly(Prng random)
    {
        bool zeroToOne = random.NextUInt64(2) == 0;
        int side = zeroToOne ? 0 : 1;
        SyntheticAccount vaultIn = zeroToOne ? Vault0 : Vault1;
        SyntheticAccount vaultOut = zeroToOne ? Vault1 : Vault0;
        bool isPurchase = _venue == SyntheticVenue.PumpSwap && !zeroToOne;
        ulong reserveIn = vaultIn.TokenAmount - FeesOwed(side);
        ulong reserveOut = vaultOut.TokenAmount - FeesOwed(1 - side);
        ulong amount = 1 + random.NextUInt64(Math.Max(1, (isPurchase ? reserveOut : reserveIn) / 100));
        ulong fee = 0;
        (ulong gained, ulong lost) = _venue switch
        {
            SyntheticVenue.PumpSwap when isPurchase => Purchase(reserveIn, reserveOut, amount),
            SyntheticVenue.PumpSwap => Sale(reserveIn, reserveOut, amount),
            SyntheticVenue.TokenSwap => TokenSwap(reserveIn, reserveOut, amount),
            SyntheticVenue.RaydiumCpmm => Raydium(
                reserveIn, reserveOut, amount, fee = ShareUp(amount, SyntheticLayouts.CpmmTradeFeeRate, Million)),
            _ => Raydium(reserveIn, reserveOut, amount, ShareUp(amount, 25, BpsOne)),
        };
        if (gained > ulong.MaxValue / 4 - vaultIn.TokenAmount || lost >= reserveOut) return false;
        vaultIn.TokenAmount += gained;
        vaultOut.TokenAmount -= lost;
        if (_venue != SyntheticVenue.RaydiumCpmm) return _venue == SyntheticVenue.PumpSwap;
        AddFee(SyntheticLayouts.CpmmProtocolFees0, side, (UInt128)fee * SyntheticLayouts.CpmmProtocolFeeRate / Million);
        AddFee(SyntheticLayouts.CpmmFundFees0, side, (UInt128)fee * SyntheticLayouts.CpmmFundFeeRate / Million);
        return true;
    }

    private static (ulong Gained, ulong Lost) Raydium(ulong reserveIn, ulong reserveOut, ulong amountIn, ulong fee) =>
        (amountIn, AmountOut(reserveIn, reserveOut, amountIn - fee));

    /// <summary>The program takes no more than the least input that the output needs.</summary>
    private static (ulong Gained, ulong Lost) TokenSwap(ulong reserveIn, ulong reserveOut, ulong amountIn)
    {
        ulong fees = Math.Max(1, Share(amountIn, SyntheticLayouts.TokenSwapTradeFeeBps, BpsOne))
            + Math.Max(1, Share(amountIn, SyntheticLayouts.TokenSwapOwnerFeeBps, BpsOne));
        if (fees >= amountIn) return default;
        UInt128 product = (UInt128)reserveIn * reserveOut;
        ulong newOut = (ulong)DivideUp(product, (UInt128)reserveIn + (amountIn - fees));
        if (newOut >= reserveOut) return default;
        ulong newIn = (ulong)DivideUp(product, newOut);
        return (newIn - reserveIn + fees, reserveOut - newOut);
    }

    /// <summary>Exact base out; the LP fee stays, the protocol's leaves at once.</summary>
    private static (ulong Gained, ulong Lost) Purchase(ulong quoteReserve, ulong baseReserve, ulong baseOut)
    {
        if (baseOut >= baseReserve) return default;
        ulong net = (ulong)DivideUp((UInt128)quoteReserve * baseOut, baseReserve - baseOut);
        return (net + ShareUp(net, SyntheticLayouts.PumpSwapLpFeeBps, BpsOne), baseOut);
    }

    /// <summary>Exact base in; all but the LP fee leaves.</summary>
    private static (ulong Gained, ulong Lost) Sale(ulong baseReserve, ulong quoteReserve, ulong baseIn)
    {
        ulong gross = AmountOut(baseReserve, quoteReserve, baseIn);
        return (baseIn, gross - ShareUp(gross, SyntheticLayouts.PumpSwapLpFeeBps, BpsOne));
    }

    private static ulong AmountOut(ulong reserveIn, ulong reserveOut, ulong traded) =>
        (ulong)((UInt128)reserveOut * traded / ((UInt128)reserveIn + traded));

    private static ulong Share(ulong amount, ulong numerator, ulong denominator) =>
        (ulong)((UInt128)amount * numerator / denominator);

    private static ulong ShareUp(ulong amount, ulong numerator, ulong denominator) =>
        (ulong)DivideUp((UInt128)amount * numerator, denominator);

    private static UInt128 DivideUp(UInt128 dividend, UInt128 divisor) => (dividend + divisor - 1) / divisor;

    private ulong FeesOwed(int side) => _venue != SyntheticVenue.RaydiumCpmm
        ? 0
        : State.GetUInt64(SyntheticLayouts.CpmmProtocolFees0 + (8 * side))
            + State.GetUInt64(SyntheticLayouts.CpmmFundFees0 + (8 * side));

    private void AddFee(int offset0, int side, UInt128 amount)
    {
        int offset = offset0 + (8 * side);
        State.SetUInt64(offset, State.GetUInt64(offset) + (ulong)amount);
    }
}
