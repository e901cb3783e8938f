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
        _ = UInt256.TryDivRem(
            new UInt256(trade.ClaimingFee, UInt128.Zero), (UInt256)_liquidity, out UInt256 growth, out _);
        ulong lpFee = trade.ClaimingFee + trade.CompoundingFee;
        bool feeInA = _collectFeeMode == 0 && !trade.AToB;
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

    private void MoveVaults(in SwapRequest request, in Trade trade, in SwapQuote quote, bool feeInA)
    {
        TransferFeeRate feeIn = MintInfoOf(trade.AToB).FeeAt(request.Clock.Epoch);
        ulong withheld = TransferFee.Fee(in feeIn, quote.AmountInRaw);
        ref TokenAccountInfo input = ref trade.AToB ? ref _vaultA : ref _vaultB;
        ref TokenAccountInfo output = ref trade.AToB ? ref _vaultB : ref _vaultA;
        input.AmountRaw += quote.AmountInRaw - withheld;
        input.WithheldRaw += withheld;
        output.AmountRaw -= trade.NetOut;
        if (feeInA) _vaultA.AmountRaw -= trade.ReferralFee;
        else _vaultB.AmountRaw -= trade.ReferralFee;
    }
}
