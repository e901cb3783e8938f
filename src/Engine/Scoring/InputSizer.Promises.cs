using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Scoring;

/// <summary>What the model promises more than the best so far, and its exact quotes.</summary>
public sealed partial class InputSizer
{
    /// <summary>Promises noted before they are quoted.</summary>
    private const int PromisesMax = 64;

    private readonly (double Profit, double Amount, double Input)[] _promise =
        new (double Profit, double Amount, double Input)[PromisesMax];

    private RoundingModel.Predictions _looked;
    private int _promises;
    private bool _isWaiting; // amounts of the first two chains wait for two more

    /// <summary>
    /// Notes the amounts of the pivot that promise more than the best so far; at the latest when promises are settled.
    /// </summary>
    private void Look(int pivot, Vector256<double> amounts, Vector256<double> others)
    {
        int at = _isWaiting ? 2 : 0;
        (_looked[at].Amounts, _looked[at + 1].Amounts) = (amounts, others);
        _isWaiting = !_isWaiting;
        if (_isWaiting) return;
        _model.Predict(pivot, ref _looked);

        // Quotes that settle promises may have changed the model.
        if (NoteTwo(pivot, 0)) _model.Predict(pivot, ref _looked);
        _ = NoteTwo(pivot, 2);
    }

    /// <summary>Predicts what still waits.</summary>
    private void LookAtWaiting(int pivot)
    {
        if (!_isWaiting) return;
        _isWaiting = false;
        _model.Predict(pivot, ref _looked);
        _ = NoteTwo(pivot, 0);
    }

    /// <summary>Notes two chains; true if there was no more room and promises were settled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool NoteTwo(int pivot, int first)
    {
        ref readonly RoundingModel.Prediction one = ref _looked[first];
        ref readonly RoundingModel.Prediction other = ref _looked[first + 1];
        Vector256<double> best = Vector256.Create((double)_bestProfit);
        if (!Vector256.GreaterThanAny(Vector256.Max(one.Profits, other.Profits), best)) return false;
        Note(in one);
        Note(in other);
        if (_promises <= PromisesMax - (2 * Vector256<double>.Count)) return false;
        SettlePromises(pivot);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
        LookAtWaiting(pivot);
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
