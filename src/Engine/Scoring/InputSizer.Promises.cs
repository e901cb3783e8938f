using System.Numerics;
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
    /// Notes those of all sizes to look at that promise more than the best so far; at the latest when promises are
    /// settled. PERF: one loop from where amounts are made to where nearly all of them are refused
    /// (InputSizerBenchmark.Polished).
    /// </summary>
    private void Look<T>(int pivot, ref T sizes)
        where T : struct, ISizes
    {
        T at = sizes;
        while (_isWaiting || at.TryNext(this, out _looked[0].Amounts, out _looked[1].Amounts))
        {
            _isWaiting = !at.TryNext(this, out _looked[2].Amounts, out _looked[3].Amounts);
            if (_isWaiting) break;
            if (!_model.Predict(pivot, _bestProfit, ref _looked)) continue;

            // Quotes that settle promises may have changed the model, and the best.
            if (NoteTwo(pivot, 0) && !_model.Predict(pivot, _bestProfit, ref _looked)) continue;
            _ = NoteTwo(pivot, 2);
        }

        sizes = at;
    }

    /// <summary>Predicts what still waits.</summary>
    private void LookAtWaiting(int pivot)
    {
        if (!_isWaiting) return;
        _isWaiting = false;
        (_looked[2].Amounts, _looked[3].Amounts) = (_looked[0].Amounts, _looked[1].Amounts);
        if (_model.Predict(pivot, _bestProfit, ref _looked)) _ = NoteTwo(pivot, 0);
    }

    /// <summary>Notes two chains; true if there was no more room and promises were settled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool NoteTwo(int pivot, int first)
    {
        Note(in _looked[first]);
        Note(in _looked[first + 1]);
        if (_promises <= PromisesMax - (2 * Vector256<double>.Count)) return false;
        SettlePromises(pivot);
        return true;
    }

    private void Note(in RoundingModel.Prediction predicted)
    {
        // A least input beyond the cap is no size; what promises most at a cap lies behind it.
        Vector256<double> isNoted = Vector256.GreaterThan(predicted.Profits, Vector256.Create((double)_bestProfit))
            & Vector256.LessThanOrEqual(predicted.Inputs, Vector256.Create((double)_cap));
        for (uint lanes = isNoted.ExtractMostSignificantBits(); lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            _promise[_promises++] = (predicted.Profits[lane], predicted.Amounts[lane], predicted.Inputs[lane]);
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
        if (!(input >= 1) || !(input < AmountMax) || !(amount >= 1) || !(amount < AmountMax)) return;
        long before = _bestProfit;
        if (!Try((ulong)input) || _bestProfit == before) TryPivot(pivot, (ulong)amount);
    }
}
