using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Scoring;

/// <summary>What the model promises more than the best so far, and its exact quotes.</summary>
public sealed partial class InputSizer
{
    /// <summary>Promises noted before they are quoted.</summary>
    private const int PromisesMax = 64;

    private readonly (double Profit, double Amount, double Input)[] _promise =
        new (double Profit, double Amount, double Input)[PromisesMax];

    private int _promises;

    /// <summary>Notes the amounts of the pivot that promise more than the best so far.</summary>
    private void Look(int pivot, Vector256<double> amounts, Vector256<double> others)
    {
        RoundingModel.Prediction one = new() { Amounts = amounts };
        RoundingModel.Prediction other = new() { Amounts = others };
        _model.Predict(pivot, ref one, ref other);
        Vector256<double> best = Vector256.Create((double)_bestProfit);
        if (!Vector256.GreaterThanAny(Vector256.Max(one.Profits, other.Profits), best)) return;
        Note(in one);
        Note(in other);
        if (_promises > PromisesMax - (2 * Vector256<double>.Count)) SettlePromises(pivot);
    }

    private void Note(in RoundingModel.Prediction predicted)
    {
        for (int lane = 0; lane < Vector256<double>.Count; lane++)
        {
            double profit = predicted.Profits.GetElement(lane);
            double input = predicted.Inputs.GetElement(lane);

            // A least input beyond the cap is no size; what promises most at a cap lies behind it.
            if (!(profit > _bestProfit) || !(input <= _cap)) continue;
            _promise[_promises++] = (profit, predicted.Amounts.GetElement(lane), input);
        }
    }

    /// <summary>
    /// Quotes what was noted, the largest promise first, while it promises more than the best: predictions are seldom
    /// wrong, so that one quote settles most of them.
    /// </summary>
    private void SettlePromises(int pivot)
    {
        while (_promises > 0)
        {
            int largest = 0;
            for (int i = 1; i < _promises; i++)
            {
                if (_promise[i].Profit > _promise[largest].Profit) largest = i;
            }

            (double profit, double amount, double input) = _promise[largest];
            if (!(profit > _bestProfit) || _quotesLeft <= 0) break;
            _promise[largest] = _promise[--_promises];
            Verify(pivot, amount, input);
        }

        _promises = 0;
    }

    private void Verify(int pivot, double amount, double input)
    {
        if (!(input >= 1) || !(input < 9e18) || !(amount >= 1) || !(amount < 9e18)) return;
        long before = _bestProfit;
        if (!Try((ulong)input) || _bestProfit == before) TryPivot(pivot, (ulong)amount);
    }
}
