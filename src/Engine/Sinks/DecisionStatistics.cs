using System;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Sinks;

/// <summary>
/// Counts decisions by reason and keeps the most profitable routes: one row a route, its best decision. Owner thread:
/// the sinks'; read after the run or through a copy.
/// </summary>
public sealed class DecisionStatistics : IDecisionSink
{
    /// <summary>Routes kept.</summary>
    public const int TopCount = 10;

    private readonly long[] _byReason = new long[Enum.GetValues<DecisionReason>().Length];
    private readonly Opportunity[] _top = new Opportunity[TopCount];
    private int _topCount;

    /// <summary>Decisions.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// Sum of the predicted net profit of everything taken, lamports. Successive decisions on one state are each
    /// counted.
    /// </summary>
    public long TakenNetProfitLamports { get; private set; }

    /// <summary>Messages built.</summary>
    public long Messages { get; private set; }

    /// <summary>The best routes, most profitable first.</summary>
    public ReadOnlySpan<Opportunity> Top => _top.AsSpan(0, _topCount);

    /// <summary>Decisions with a reason.</summary>
    public long By(DecisionReason reason) => _byReason[(int)reason];

    /// <inheritdoc/>
    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
        Count++;
        _byReason[(int)decision.Reason]++;
        if (message.Length != 0) Messages++;
        if (decision.Reason == DecisionReason.Go) TakenNetProfitLamports += decision.NetProfitLamports;
        if (_topCount == TopCount && decision.NetProfitLamports <= _top[TopCount - 1].NetProfitLamports) return;
        Rank(in decision);
    }

    private void Rank(in Opportunity decision)
    {
        int at = _topCount;
        for (int i = 0; i < _topCount; i++)
        {
            if (_top[i].RouteDigest != decision.RouteDigest) continue;
            if (_top[i].NetProfitLamports >= decision.NetProfitLamports) return;
            at = i; // the route's better decision replaces the older one
            break;
        }

        if (at == _topCount)
        {
            if (_topCount < TopCount) _topCount++;
            else at = TopCount - 1;
        }

        for (; at > 0 && _top[at - 1].NetProfitLamports < decision.NetProfitLamports; at--) _top[at] = _top[at - 1];
        _top[at] = decision;
    }
}
