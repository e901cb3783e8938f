using System;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Synthetic;

/// <summary>A mint of the synthetic market.</summary>
/// <param name="Key">Address.</param>
/// <param name="Decimals">Decimals.</param>
/// <param name="PriceMicroUsd">Price of a whole token, millionths of a dollar; pools begin at it.</param>
internal sealed record SyntheticMint(Pubkey Key, byte Decimals, ulong PriceMicroUsd);

/// <summary>
/// One constant-product pool whose vaults move by the program's integer arithmetic.
/// Source: raydium-cp-swap@609780f curve/fees.rs, constant_product.rs; raydium-amm@27f461d math.rs.
/// </summary>
internal sealed class SyntheticPool
{
    private const ulong Million = 1_000_000;

    private readonly bool _isCpmm;

    /// <summary>A pool of two mints.</summary>
    public SyntheticPool(bool isCpmm, SyntheticAccount state, SyntheticAccount vault0, SyntheticAccount vault1)
    {
        _isCpmm = isCpmm;
        State = state;
        Vault0 = vault0;
        Vault1 = vault1;
    }

    /// <summary>The pool account.</summary>
    public SyntheticAccount State { get; }

    /// <summary>Vault of token 0 (AMM v4: coin).</summary>
    public SyntheticAccount Vault0 { get; }

    /// <summary>Vault of token 1 (AMM v4: pc).</summary>
    public SyntheticAccount Vault1 { get; }

    /// <summary>Swaps up to 1 % of the reserve into the pool; true if the pool account changed, too.</summary>
    public bool SwapRandomly(Prng random)
    {
        bool zeroToOne = random.NextUInt64(2) == 0;
        int side = zeroToOne ? 0 : 1;
        SyntheticAccount vaultIn = zeroToOne ? Vault0 : Vault1;
        SyntheticAccount vaultOut = zeroToOne ? Vault1 : Vault0;
        ulong reserveIn = vaultIn.TokenAmount - FeesOwed(side);
        ulong reserveOut = vaultOut.TokenAmount - FeesOwed(1 - side);
        ulong amountIn = 1 + random.NextUInt64(Math.Max(1, reserveIn / 100));
        ulong fee = _isCpmm
            ? DivideUp((UInt128)amountIn * SyntheticLayouts.CpmmTradeFeeRate, Million)
            : DivideUp((UInt128)amountIn * 25, 10_000);
        ulong traded = amountIn - fee;
        ulong amountOut = (ulong)((UInt128)reserveOut * traded / ((UInt128)reserveIn + traded));
        if (amountIn > ulong.MaxValue / 4 - vaultIn.TokenAmount || amountOut >= reserveOut) return false;
        vaultIn.TokenAmount += amountIn;
        vaultOut.TokenAmount -= amountOut;
        if (!_isCpmm) return false;
        AddFee(SyntheticLayouts.CpmmProtocolFees0, side, (UInt128)fee * SyntheticLayouts.CpmmProtocolFeeRate / Million);
        AddFee(SyntheticLayouts.CpmmFundFees0, side, (UInt128)fee * SyntheticLayouts.CpmmFundFeeRate / Million);
        return true;
    }

    private static ulong DivideUp(UInt128 dividend, ulong divisor) => (ulong)((dividend + divisor - 1) / divisor);

    private ulong FeesOwed(int side) => !_isCpmm
        ? 0
        : State.GetUInt64(SyntheticLayouts.CpmmProtocolFees0 + (8 * side))
            + State.GetUInt64(SyntheticLayouts.CpmmFundFees0 + (8 * side));

    private void AddFee(int offset0, int side, UInt128 amount)
    {
        int offset = offset0 + (8 * side);
        State.SetUInt64(offset, State.GetUInt64(offset) + (ulong)amount);
    }
}
