using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>The exact quotes of a size.</summary>
public sealed partial class InputSizer
{
    /// <summary>Quotes kept a leg, by the lowest digits of the input: neighbours have their own place.</summary>
    private const int KeptQuotes = 16;

    /// <summary>
    /// Exact output of a leg, 0 if the quote fails. PERF: a least input is quoted on its own first and then with the
    /// whole route, and sizes a unit apart share the inputs of the coarser mints' legs, so the last quotes of each leg
    /// are kept: half of a polish need not be made again (InputSizerBenchmark).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Out(int leg, ulong amountIn)
    {
        int at = (leg * KeptQuotes) + (int)(amountIn % KeptQuotes);
        _at[leg] = at;
        ref KeptQuote kept = ref _kept[at];
        if (kept.Sizing != _sizing || kept.Step.InRaw != amountIn) Quote(leg, amountIn, ref kept);
        if (kept.Status == QuoteStatus.Ok) return kept.Step.OutRaw;
        (FailedLeg, FailedStatus) = (leg, kept.Status);
        return 0;
    }

    private void Quote(int leg, ulong amountIn, ref KeptQuote kept)
    {
        (kept.Status, kept.Sizing) = (Quote(leg, amountIn, ref kept.Step), _sizing);
    }

    // PERF: the quote is not cleared before it is made.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private QuoteStatus Quote(int leg, ulong amountIn, ref LegStep step)
    {
        _quotesLeft--;
        ref SwapRequest request = ref _requests[leg];
        request.AmountRaw = amountIn;
        QuoteStatus status = _graph.Pool(_poolIds[leg]).Quote(request, out SwapQuote quote);
        (step.InRaw, step.OutRaw) = (amountIn, quote.AmountOutRaw);
        (step.StartInRaw, step.StartOutRaw) = (quote.LastStepInRaw, quote.LastStepOutRaw);
        step.FeeRateE9 = quote.LastFeeRateE9 == 0 ? quote.FeeRateE9 : quote.LastFeeRateE9;
        (step.FeeOnOutput, step.Crossed, step.ExtraSteps) =
            (quote.FeeOnOutput, quote.CrossedCount, quote.ExtraStepCount);
        return status;
    }

    /// <summary>
    /// Quotes an input within the caps as the only one of its sizing: straight into the result, keeping no quote.
    /// PERF: a quote that is written to be kept and copied twice waits for its own stores (InputSizerBenchmark).
    /// </summary>
    private bool TryOnce(ulong input)
    {
        ulong amount = input;
        for (int leg = 0; leg < _count; leg++)
        {
            if (amount > _legCaps[leg]) return false;
            _bestAmounts[leg] = amount;
            QuoteStatus status = Quote(leg, amount, ref _bestSteps[leg]);
            amount = _bestSteps[leg].OutRaw;
            if (status != QuoteStatus.Ok) (FailedLeg, FailedStatus) = (leg, status);
            if (status != QuoteStatus.Ok || amount == 0) return false;
        }

        if (amount > long.MaxValue) return false;
        _bestAmounts[_count] = amount;
        _bestProfit = (long)amount - (long)input;
        return true;
    }

    /// <summary>Evaluates an input exactly and keeps it if it is the best (less input wins a tie).</summary>
    private bool Try(ulong input)
    {
        if (!TryEvaluate(input, out long profit)) return false;
        if (profit > _bestProfit || (profit == _bestProfit && input < _bestAmounts[0])) Keep(profit);
        return true;
    }

    /// <summary>Quotes the route at an input within the caps; amounts and steps are then its.</summary>
    private bool TryEvaluate(ulong input, out long profit)
    {
        profit = 0;
        if (input < _minimumInput || input > _cap) return false;
        _amounts[0] = input;
        ulong amount = input;
        for (int leg = 0; leg < _count; leg++)
        {
            if (amount > _legCaps[leg]) return false;
            amount = Out(leg, amount);
            if (amount == 0) return false;
            _amounts[leg + 1] = amount;
        }

        if (amount > long.MaxValue) return false;
        for (int leg = 0; _modelReady && leg < _count; leg++) _model.Learn(leg, in LastStep(leg));
        profit = (long)amount - (long)input;
        return true;
    }

    private void Keep(long profit)
    {
        _bestProfit = profit;
        CopyAmounts(_bestAmounts);
        for (int leg = 0; leg < _count; leg++) _bestSteps[leg] = LastStep(leg);
    }

    /// <summary>Copies the amounts looked at last.</summary>
    private void CopyAmounts(ulong[] destination) => _amounts.AsSpan(0, _count + 1).CopyTo(destination);

    private ref readonly LegStep LastStep(int leg) => ref _kept[_at[leg]].Step;
}
