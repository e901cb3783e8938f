using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Decide first, refine after. Each candidate gets an upper bound of its net profit from the continuous optimum, which
/// exact quotes never exceed by more than rounding. The best bound is sized exactly first, and as soon as an exact net
/// profit is as large as every bound left, it is the event's best: it is taken and its message built, before the others
/// are looked at. A candidate whose bound is below the required profit, or that shares a pool with a better one that is
/// taken, is refused on its bound alone and never quoted. Taken by net profit, a route whose message cannot be built
/// blocks no other. The sizes are then refined off the way of the decision (<see cref="RefineStage"/>).
/// </summary>
public sealed partial class ScoringStage
{
    private readonly IRouteMessages? _messages;
    private readonly StampClock _stamps;
    private readonly FirstBounds _bounds;
    private readonly BestFirst _open;
    private readonly BestFirst _sized;
    private readonly bool[] _isTaken; // by pool

    /// <summary>
    /// Polishes a taken route with the whole budget, renews its message if the size changed, and looks for a split.
    /// What could not be renewed stays as it was decided.
    /// </summary>
    public void Refine(ref Opportunity one, ulong eventSlot)
    {
        _eventSlot = eventSlot;
        if (!_settings.PolishAll) Polish(ref one);
        if (_settings.SplitQuotesMax == 0) return;
        ulong cap = Cap(one.BaseMintId);
        _splits.Plan(ref one, cap, _settings.SplitQuotesMax, ref _refined.Row(Edges(in one), cap));
        QuoteCount += _splits.QuotesUsed;
    }

    /// <summary>Sizes with the whole budget, unless that was done on the same curves before.</summary>
    private SizingStatus SizeWhole(ReadOnlySpan<int> edges, ulong cap)
    {
        ref RefinedRoute row = ref _refined.Row(edges, cap);
        if (row.IsSized && _sizer.TryRecall(edges, cap, in row.Size)) return SizingStatus.Ok;
        SizingStatus status = _sizer.Size(edges, cap, _settings.PolishScansMax, _settings.PolishQuotesMax);
        row.IsSized = status == SizingStatus.Ok;
        if (row.IsSized) row.Size = _sizer.Found;
        return status;
    }

    private void Polish(ref Opportunity one)
    {
        Opportunity before = one;
        DecisionReason reason = Score(ref one, isPolished: true);
        bool isSame = one.AmountInRaw == before.AmountInRaw && one.AmountOutRaw == before.AmountOutRaw;
        bool isRenewed = isSame || _messages is null || one.MessageLengthBytes == 0 || _messages.TryRenew(ref one);
        if (reason != DecisionReason.Go || !isRenewed) one = before;
    }

    private void Decide(ref MarketEvent cause)
    {
        (long first, int count) = (cause.OpportunityPosition, cause.OpportunityCount);
        _rates.BeginEvent();
        _open.Clear();
        _sized.Clear();
        RankAll(_ring, first, count);
        while (true)
        {
            if (_open.Count != 0 && (_sized.Count == 0 || _open.TopKey > _sized.TopKey))
            {
                (long bound, int item) = (_open.TopKey, _open.Pop());
                Size(ref _ring[first + item], item, bound);
            }
            else if (_sized.Count != 0)
            {
                Take(ref cause, ref _ring[first + _sized.Pop()], first);
            }
            else
            {
                break;
            }
        }

        _stamps.TakeFirst(ref cause, StampId.Decision);
        for (int i = 0; i < count; i++)
        {
            ref Opportunity one = ref _ring[first + i];
            DecisionCount++;
            _byReason[(int)one.Reason]++;
            if (one.Reason == DecisionReason.Go) MarkPools(in one, isTaken: false);
            if (one.ComputeUnitLimit == 0) continue;

            // It decides nothing if no expected value is asked for, so nothing waited for it.
            one.LandingPpm = Landing.Estimate(in one, out one.LandingLives);
            NoteWarm(in one);
        }
    }

    /// <summary>
    /// Bounds every candidate, those on the first pieces of their curves several at a time. PERF: never a part of its
    /// caller, so that what is kept warm is the code that an event runs.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RankAll(OpportunityRing ring, long first, int count)
    {
        bool bounds = count > 1 && !_settings.PolishAll;
        bool isPlain = bounds && _settings.MaxDepthShareBps >= 10_000;
        bool hasFailures = LandingQuarantine.Count + LifeQuarantine.Count != 0;
        for (int from = 0; from < count; from += FirstBounds.Width)
        {
            int lanes = Math.Min(FirstBounds.Width, count - from);
            _bounds.Clear();
            for (int lane = 0; isPlain && lane < lanes; lane++)
            {
                ref readonly Opportunity one = ref ring[first + from + lane];
                _bounds.Set(lane, in one, Cap(one.BaseMintId));
            }

            if (isPlain) _bounds.Solve(lanes);
            for (int lane = 0; lane < lanes; lane++)
            {
                int i = from + lane;
                ref Opportunity one = ref ring[first + i];
                bool isBounded = _bounds.IsBounded(lane); // all its pools are coherent then
                one.Reason = isBounded ? CheckAge(in one) : CheckStates(in one);
                if (hasFailures && one.Reason == DecisionReason.None && IsQuarantined(in one))
                    one.Reason = DecisionReason.Quarantined;
                if (one.Reason != DecisionReason.None) continue;
                if (_bounds.IsKnown(lane))
                    Order(ref one, i, _bounds.Status(lane), _bounds.Input(lane), _bounds.ProfitBound(lane));
                else if (isBounded || (bounds && IsBounded(in one)))
                    Walk(ref one, i);
                else
                    _open.Add(long.MaxValue, i);
            }
        }
    }

    /// <summary>Bounds a candidate by a walk along its curves.</summary>
    private void Walk(ref Opportunity one, int item)
    {
        SizingStatus status = _sizer.LocateBound(Edges(in one), Cap(one.BaseMintId));
        double profit = status == SizingStatus.Ok ? _sizer.ProfitBound : 0;
        Order(ref one, item, status, _sizer.ContinuousInput, profit);
    }

    private void Order(ref Opportunity one, int item, SizingStatus status, double input, double profit)
    {
        one.Reason = status switch
        {
            SizingStatus.Ok => DecisionReason.None,
            SizingStatus.NoGain => DecisionReason.NoGrossProfit,
            _ => DecisionReason.SizeTooSmall,
        };
        if (status != SizingStatus.Ok) return;
        FillBound(ref one, input, profit);
        if (one.NetProfitLamports < _hot.MinimumProfitLamports) one.Reason = DecisionReason.BelowMinimumProfit;
        else _open.Add(one.NetProfitLamports, item);
    }

    /// <summary>Quotes the candidate of the best bound, unless a better one has taken a pool of it.</summary>
    private void Size(ref Opportunity one, int item, long bound)
    {
        if (bound != long.MaxValue && TouchesTaken(in one))
        {
            one.Reason = DecisionReason.Dominated;
            return;
        }

        if (bound != long.MaxValue && _sized.Count != 0)
        {
            // What is quoted is above this only by the penalty, and a penalty costs a tenth of the quotes.
            long lower = LessPenalty(in one, bound);
            if (lower <= _sized.TopKey)
            {
                _open.Add(lower, item);
                return;
            }
        }

        one.Reason = Score(ref one, isPolished: _settings.PolishAll);
        if (one.Reason == DecisionReason.Go)
            _sized.Add(one.NetProfitLamports - one.StalenessPenaltyLamports, item);
    }

    /// <summary>
    /// The bound less the staleness penalty. Sizing asks for the risk at the input that it tries first, the rounded
    /// optimum, and so does this: the same number, unless the pools give less there than their curves. A gross profit
    /// below the risk is at risk as a whole. What such a one leaves rises with it where tip and penalty together take
    /// at most all of it, up to two roundings, so it is bounded by that of the largest; else by the risk itself.
    /// </summary>
    private long LessPenalty(in Opportunity one, long bound)
    {
        if (!TryExpectMoves(in one)) return bound;
        ulong cap = Cap(one.BaseMintId);
        if (_sizer.Locate(Edges(in one), cap, canJump: true) != SizingStatus.Ok) return bound;
        double risk = Math.Ceiling(_sizer.RiskAtOptimum(_moves, cap));
        if (!(risk >= 0)) return bound;
        bool isPart = risk < one.GrossProfitRaw;
        long lamports = _rates.ToLamports(one.BaseMintId, isPart ? (long)risk : one.GrossProfitRaw);
        long part = isPart ? bound - (long)Penalty((ulong)Math.Max(0, lamports - 1)) : long.MinValue;
        long whole = _hot.TipShareBps + _hot.StalenessPenaltyBps <= 10_000
            ? _fees.AtMost(lamports, out _) - (long)Penalty((ulong)lamports) + 2
            : _fees.AtMost(lamports + 1, out _);
        return Math.Min(bound, Math.Max(part, whole));
    }

    /// <summary>Moves of the route's pools to expect by now; false if none is.</summary>
    private bool TryExpectMoves(in Opportunity one)
    {
        double sum = 0;
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            _moves[leg] = _drift.Expected(one.Legs[leg].PoolId, _eventSlot);
            sum += _moves[leg];
        }

        return sum > 0;
    }

    private void Take(ref MarketEvent cause, ref Opportunity one, long first)
    {
        if (TouchesTaken(in one))
        {
            one.Reason = DecisionReason.Dominated;
            return;
        }

        _stamps.TakeFirst(ref cause, StampId.Decision);
        if (_messages is not null)
        {
            _messages.Build(ref one);
            if (one.Reason != DecisionReason.Go) return;
            _stamps.TakeFirst(ref cause, StampId.Transaction);
        }

        MarkPools(in one, isTaken: true);
        RefuseTaken(first);
    }

    /// <summary>
    /// Refuses all that waits and shares a pool with what is taken, which mostly is all: a sweep in place of taking
    /// each out of the order.
    /// </summary>
    private void RefuseTaken(long first)
    {
        (long[] bounds, int[] items, int count) = _open.Reopen();
        for (int i = 0; i < count; i++)
        {
            ref Opportunity one = ref _ring[first + items[i]];
            if (bounds[i] == long.MaxValue || !TouchesTaken(in one)) _open.Add(bounds[i], items[i]);
            else one.Reason = DecisionReason.Dominated;
        }
    }

    /// <summary>True if no quote of the route exceeds its curve by more than rounding.</summary>
    private bool IsBounded(in Opportunity one)
    {
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            if (!FirstPieces.IsExact(_graph.Pool(one.Legs[leg].PoolId))) return false;
        }

        return true;
    }

    /// <summary>Amounts and profit of the located optimum, none of it quoted.</summary>
    private void FillBound(ref Opportunity one, double input, double profit)
    {
        long gross = (long)Math.Min(Math.Ceiling(profit), InputSizer.AmountMax);
        one.SizingMethod = SizingMethod.Bound;
        one.AmountInRaw = (ulong)Math.Clamp(Math.Round(input), 1, InputSizer.AmountMax);
        one.AmountOutRaw = one.AmountInRaw + (ulong)gross;
        one.GrossProfitRaw = gross;
        one.SignatureFeeLamports = NetworkFees.LamportsPerSignature;
        one.NetProfitLamports = _fees.AtMost(
            _rates.ToLamports(one.BaseMintId, gross), out one.TipLamports);
    }

    private bool TouchesTaken(in Opportunity one)
    {
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            if (_isTaken[one.Legs[leg].PoolId]) return true;
        }

        return false;
    }

    private void MarkPools(in Opportunity one, bool isTaken)
    {
        for (int leg = 0; leg < one.LegCount; leg++) _isTaken[one.Legs[leg].PoolId] = isTaken;
    }
}
