using System;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// The local proof. Each leg's output is a staircase of the route's input, and the profit falls by one with every unit
/// of input that changes none of them: between two inputs at which some leg's output changes, only the lower one can be
/// best. So the neighbourhood of an input x is: x - 1 and x + 1; for each leg the next input at which its output rises;
/// and for each leg the least input that still gives its output at x - 1. All are found with exact quotes (bracketing,
/// outputs never fall as inputs rise) and quoted through the whole route. A better one becomes the new x.
/// </summary>
public sealed partial class InputSizer
{
    /// <summary>
    /// Exact leg quotes of a local proof. One neighbourhood of n legs takes about 3 n (n + 1) + n (2 n + 3), 200 at
    /// most; each move gains a base unit, and the polish comes first, so that a few moves are usual.
    /// </summary>
    public const int ProofQuotesMax = 16_384;

    private bool _isEvaluated; // _amounts are those of the input looked at last
    private readonly ulong[] _anchor = new ulong[Legs.MaxCount + 1];

    private void ProveNeighbours()
    {
        int kept = _quotesLeft;
        _quotesLeft = ProofQuotesMax;
        while (_quotesLeft > 0)
        {
            long before = _bestProfit;
            LookAround();
            if (_bestProfit > before) continue;
            _isLocalMaximum = _quotesLeft > 0;
            break;
        }

        // What the proof left over is no one's: the count of quotes used stays right.
        int used = ProofQuotesMax - _quotesLeft;
        _quotesGiven += used;
        _quotesLeft = kept;
    }

    /// <summary>Quotes the neighbourhood of the best input; stops at the first better one.</summary>
    private void LookAround()
    {
        ulong centre = _bestAmounts[0];
        _bestAmounts.AsSpan(0, _count + 1).CopyTo(_anchor);
        if (TryBetter(centre + 1) || LookAlongSteps(isUp: true, centre + 1)) return;
        if (TryBetter(centre - 1) || !_isEvaluated) return;
        CopyAmounts(_anchor);
        if (TryBetter(centre - 2)) return;
        _ = LookAlongSteps(isUp: false, centre - 2);
    }

    /// <summary>
    /// Quotes the least inputs that give each leg one unit more than its output at the anchor, or the anchor's own;
    /// true if one is better. They are nested: a leg's output only changes where the one's before it does. So what was
    /// quoted last, at <paramref name="looked"/>, one step of the legs before on, tells which of the next legs change
    /// there too (most do: a staircase that is finer than the steps before it) and bounds the search for the others.
    /// </summary>
    private bool LookAlongSteps(bool isUp, ulong looked)
    {
        for (int last = 0; last < _count; last++)
        {
            ulong amount = _anchor[last + 1];
            if (_isEvaluated)
            {
                // Below the anchor the step's start is right above an input that gives less.
                bool hasChanged = isUp ? _amounts[last + 1] > amount : _amounts[last + 1] < amount;
                if (hasChanged) continue;
                if (isUp || _amounts[0] < _anchor[0]) CopyAmounts(_anchor);
            }

            if (isUp) amount++;
            int leg = last;
            while (leg >= 0 && TryStep(leg, isUp, ref amount)) leg--;
            if (leg >= 0) return false;
            if (amount == looked) continue;
            looked = amount;
            if (TryBetter(amount)) return true;
            if (isUp || !_isEvaluated) continue;
            CopyAmounts(_anchor);
            looked--;
            if (TryBetter(looked)) return true;
        }

        return false;
    }

    /// <summary>
    /// Replaces an output of a leg by the least input that gives it, which lies above the anchor's input on the way up,
    /// else at or below it; false if the pool gives no more.
    /// </summary>
    private bool TryStep(int leg, bool isUp, ref ulong amount)
    {
        ulong target = amount;
        ulong known = _anchor[leg];
        double guess = Math.Ceiling(_curve.LegMaps[leg].Invert(_bestSteps[leg].Needed(target)));
        ulong at = guess >= 1 && guess < AmountMax ? (ulong)guess : known;
        (ulong low, ulong high) = isUp ? (known, ulong.MaxValue) : (0, known);
        at = isUp ? Math.Max(at, known + 1) : Math.Min(at, known);
        ulong step = 1;
        bool isReached = !isUp;
        while (_quotesLeft > 0 && high - low > 1)
        {
            // A failed quote means too little to give anything below the anchor, more than there is above it.
            ulong output = Out(leg, at);
            bool isEnough = output >= target || (output == 0 && isUp);
            if (isEnough) (high, isReached) = (at, output >= target);
            else low = at;
            bool isBracketed = low > (isUp ? known : 0) && high < (isUp ? ulong.MaxValue : known);
            if (isBracketed || step > long.MaxValue) at = low + ((high - low) / 2);
            else if (isEnough) at = high - low > step ? high - step : low + 1;
            else at = high - low > step ? low + step : high - 1;

            // Steps stay below 2^64: a step of 0 would ask for the same kept quote for ever.
            if (step <= long.MaxValue) step *= 2;
        }

        amount = high;
        return isReached;
    }

    /// <summary>Quotes an input exactly and keeps it if it gains more than the best so far.</summary>
    private bool TryBetter(ulong input)
    {
        _isEvaluated = TryEvaluate(input, out long profit);
        if (!_isEvaluated || profit <= _bestProfit) return false;
        Keep(profit);
        return true;
    }
}
