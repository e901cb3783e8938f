using System;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>What a successful swap leaves behind.</summary>
public sealed partial class DammPool
{
    // Source: damm-v2@a3d3827 programs/cp-amm/src/state/pool.rs, apply_swap_result and PoolMetrics::accumulate_fee.
    private void Commit(in SwapRequest request, in Trade trade, in SwapQuote quote)
    {
        UInt256 growth = Growth(in trade);
        ulong lpFee = trade.ClaimingFee + trade.CompoundingFee;
        bool feeInA = IsFeeInA(in trade);
        if (feeInA)
        {
            _protocolFeeA += trade.ProtocolFee;
            _feeAPerLiquidity += growth;
            _metricsLpA += lpFee;
            _metricsProtocolA += trade.ProtocolFee;
        }
        else
        {
            _protocolFeeB += trade.ProtocolFee;
            _feeBPerLiquidity += growth;
            _metricsLpB += lpFee;
            _metricsProtocolB += trade.ProtocolFee;
        }

        _amountA = trade.AmountA;
        _amountB = trade.AmountB;
        _layoutVersion = 1;
        _sqrtPrice = trade.NextPrice;
        _dynamicFee = trade.Dynamic;
        MoveVaults(in request, in trade, in quote, feeInA);
        Hold();
        Prepare();
    }

    private bool IsFeeInA(in Trade trade) => _collectFeeMode == 0 && !trade.AToB;

    private UInt256 Growth(in Trade trade)
    {
        _ = UInt256.TryDivRem(
            new UInt256(trade.ClaimingFee, UInt128.Zero), (UInt256)_liquidity, out UInt256 growth, out _);
        return growth;
    }

    /// <summary>
    /// True if one of the sums of fees is so high that a swap's fee might overflow it: fees per liquidity take up to
    /// 2^192 a swap, the others 64 bits, of which no mint's supply allows a half twice.
    /// </summary>
    private bool AreSumsHigh() =>
        (_protocolFeeA | _protocolFeeB | _metricsProtocolA | _metricsProtocolB) > long.MaxValue
        || IsHigh(_feeAPerLiquidity.High) || IsHigh(_feeBPerLiquidity.High)
        || IsHigh(_metricsLpA) || IsHigh(_metricsLpB);

    private static bool IsHigh(UInt128 sum) => sum >> 64 == ulong.MaxValue;

    // Source: damm-v2@a3d3827 state/pool.rs, apply_swap_result and PoolMetrics::accumulate_fee: each sum is checked.
    private bool IsSumOverflow(in Trade trade)
    {
        bool isA = IsFeeInA(in trade);
        UInt128 lpFee = (UInt128)trade.ClaimingFee + trade.CompoundingFee;
        return trade.ProtocolFee > ulong.MaxValue - (isA ? _protocolFeeA : _protocolFeeB)
            || trade.ProtocolFee > ulong.MaxValue - (isA ? _metricsProtocolA : _metricsProtocolB)
            || lpFee > UInt128.MaxValue - (isA ? _metricsLpA : _metricsLpB)
            || !UInt256.TryAdd(isA ? _feeAPerLiquidity : _feeBPerLiquidity, Growth(in trade), out _);
    }

    private void MoveVaults(in SwapRequest request, in Trade trade, in SwapQuote quote, bool feeInA)
    {
        TransferFeeRate feeIn = MintInfoOf(trade.AToB).FeeAt(request.Clock.Epoch);
        ref TokenAccountInfo input = ref trade.AToB ? ref _vaultA : ref _vaultB;
        ref TokenAccountInfo output = ref trade.AToB ? ref _vaultB : ref _vaultA;
        input.Receive(quote.AmountInRaw, TransferFee.Fee(in feeIn, quote.AmountInRaw));
        output.AmountRaw -= trade.NetOut;
        if (feeInA) _vaultA.AmountRaw -= trade.ReferralFee;
        else _vaultB.AmountRaw -= trade.ReferralFee;
    }
}
