using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>What one bin does to a swap. Amounts in base units.</summary>
internal struct DlmmFill
{
    /// <summary>Taken from the swap's input, fee included where the fee is on the input.</summary>
    internal ulong GrossIn;

    /// <summary>Given to the swap, fee excluded where the fee is on the output.</summary>
    internal ulong NetOut;

    /// <summary>Whole trade fee.</summary>
    internal ulong Fee;

    /// <summary>Input without fee: all layers, and the market makers' part.</summary>
    internal ulong NetIn, MakerIn;

    /// <summary>Output before fee, per layer.</summary>
    internal ulong MakerOut, ProcessingOut, OpenOut;

    /// <summary>True if the swap went on to the open orders (they become the batch in processing).</summary>
    internal bool OpenTouched;

    /// <summary>Fee shares: market makers (net of the protocol's), order placers, protocol.</summary>
    internal ulong MakerFee, OrderFee, ProtocolFee;
}

/// <summary>
/// Trades within one bin: market-making liquidity first, then the order batch in processing, then open orders, all at
/// the bin's price. Built for one bin and one fee rate.
/// Source: dlmm-sdk@fb02e51 commons/src/quote.rs (get_exact_in_fill_amount_result, swap_exact_in_quote_at_bin,
/// swap_exact_out_quote_at_bin); error codes and the refusals observed in the program are in DlmmProgram.
/// </summary>
internal readonly ref struct DlmmBinTrade
{
    private readonly UInt128 _price;
    private readonly ulong _maker;
    private readonly ulong _processing;
    private readonly ulong _open;
    private readonly uint _rate;
    private readonly bool _xToY;
    private readonly bool _feeOnInput;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal DlmmBinTrade(in DlmmBin bin, ulong processing, ulong open, uint rate, bool xToY, bool feeOnInput)
    {
        _price = bin.PriceX64;
        _maker = xToY ? bin.AmountY : bin.AmountX;
        _processing = processing;
        _open = open;
        _rate = rate;
        _xToY = xToY;
        _feeOnInput = feeOnInput;
    }

    /// <summary>
    /// Sells at most <paramref name="amountIn"/> (fee included). Returns 0 or the program's error code.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint ExactIn(ulong amountIn, ref DlmmFill fill)
    {
        ulong fee = _feeOnInput ? DlmmFees.FeeInGross(amountIn, _rate) : 0;
        ulong net = amountIn - fee;
        ulong left = net;
        uint error = FillLayer(_maker, ref left, out fill.MakerOut);
        fill.MakerIn = net - left;
        if (error == 0 && left != 0 && (_processing | _open) != 0) error = FillOrders(ref left, ref fill);
        if (error != 0) return error;

        ulong gross = amountIn;
        if (left != 0)
        {
            net -= left;
            fee = _feeOnInput ? DlmmFees.FeeOnNet(net, _rate) : 0;
            gross = net + fee;
            if (gross < net) return DlmmProgram.MathOverflow;
        }

        ulong grossOut = fill.MakerOut + fill.ProcessingOut + fill.OpenOut;
        if (grossOut < fill.MakerOut) return DlmmProgram.MathOverflow;
        if (!_feeOnInput) fee = DlmmFees.FeeInGross(grossOut, _rate);
        fill.NetIn = net;
        fill.GrossIn = gross;
        fill.NetOut = _feeOnInput ? grossOut : grossOut - fee;
        fill.Fee = fee;
        return 0;
    }

    /// <summary>
    /// Buys exactly <paramref name="amountOut"/>, or all the bin holds if that is not more, for at most
    /// <paramref name="maxIn"/>. Returns 0 or the program's error code.
    /// </summary>
    internal uint ExactOut(ulong amountOut, ulong maxIn, ref DlmmFill fill)
    {
        ulong grossOut = amountOut + (_feeOnInput ? 0 : DlmmFees.FeeOnNet(amountOut, _rate));
        if (grossOut < amountOut) return DlmmProgram.TypeCastFailed;
        ulong available = SaturatingAdd(SaturatingAdd(_maker, _open), _processing);
        if (grossOut >= available) return ExactIn(maxIn, ref fill);

        // The whole output is converted at once, then filled layer by layer: with limit orders behind the market
        // makers the two roundings can differ, and the program refuses. (The public SDK converts layer by layer and
        // never refuses.)
        if (!BinMath.TryAmountIn(grossOut, _price, _xToY, out ulong net)) return DlmmProgram.TypeCastFailed;
        ulong gross = net + (_feeOnInput ? DlmmFees.FeeOnNet(net, _rate) : 0);
        if (gross < net) return DlmmProgram.TypeCastFailed;
        if (gross > maxIn) return DlmmProgram.InsufficientInAmount;
        uint error = ExactIn(gross, ref fill);
        if (error != 0) return error;
        return fill.NetOut < amountOut ? DlmmProgram.UndeterminedError : 0;
    }

    private uint FillOrders(ref ulong left, ref DlmmFill fill)
    {
        uint error = FillLayer(_processing, ref left, out fill.ProcessingOut);
        if (error != 0 || left == 0 || _open == 0) return error;
        fill.OpenTouched = true;
        return FillLayer(_open, ref left, out fill.OpenOut);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint FillLayer(ulong layer, ref ulong left, out ulong amountOut)
    {
        amountOut = 0;
        if (layer == 0) return 0;
        if (!BinMath.TryAmountIn(layer, _price, _xToY, out ulong capacity)) return DlmmProgram.TypeCastFailed;
        if (left >= capacity)
        {
            amountOut = layer;
            left -= capacity;
            return 0;
        }

        if (!BinMath.TryAmountOut(left, _price, _xToY, out amountOut)) return DlmmProgram.TypeCastFailed;
        left = 0;
        return 0;
    }

    private static ulong SaturatingAdd(ulong a, ulong b) => a + b < a ? ulong.MaxValue : a + b;
}
