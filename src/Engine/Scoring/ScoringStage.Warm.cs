using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Keeping warm: routes that were quoted last are bounded or scored again, and nothing of it is kept.
/// </summary>
public sealed partial class ScoringStage
{
    /// <summary>Routes remembered: those of the last few events.</summary>
    private const int WarmRoutes = 16;

    /// <summary>Routes of a slice that bounds them, which then takes about as long as one that scores.</summary>
    private const int WarmBounds = 4;

    private readonly OpportunityRing _warmRoutes = new(WarmRoutes);
    private readonly CurveMark[] _warmMarks = new CurveMark[WarmBounds * Legs.MaxCount];
    private int _warmNext;
    private int _warmTurn;

    /// <inheritdoc/>
    /// <remarks>
    /// Curves are as much copied afterwards as before, since a walk may depend on it. Not where agreement is asked for:
    /// asking a pool makes it awaited.
    /// </remarks>
    public void Warm()
    {
        _warmTurn = (_warmTurn + 1) % WarmRoutes;
        bool bounds = _warmTurn % WarmBounds == 0;
        int count = bounds ? WarmBounds : 1;
        for (int i = 0; i < count; i++)
        {
            ref readonly Opportunity one = ref _warmRoutes[_warmTurn + i];
            if (one.LegCount == 0 || _agreement is not null || CheckStates(in one) != DecisionReason.None) return;
        }

        long quotes = QuoteCount;
        Mark(count, goesBack: false);
        if (bounds) WarmOrder();
        else _ = Score(ref _warmRoutes[_warmTurn], isPolished: false);
        Mark(count, goesBack: true);
        QuoteCount = quotes;
    }

    private void WarmOrder()
    {
        _rates.BeginEvent();
        _open.Clear();
        RankAll(_warmRoutes, _warmTurn, WarmBounds);
        if (_open.Count == 0) return;
        long bound = _open.TopKey;
        _ = LessPenalty(in _warmRoutes[_warmTurn + _open.Pop()], bound);
        _open.Clear();
    }

    /// <summary>Notes how much of the curves of a slice's routes is copied, or goes back to it.</summary>
    private void Mark(int count, bool goesBack)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            ReadOnlySpan<int> edges = Edges(in _warmRoutes[_warmTurn + i]);
            for (int leg = 0; leg < edges.Length; leg++)
            {
                ref CurveMark mark = ref _warmMarks[(i * Legs.MaxCount) + leg];
                if (goesBack) _graph.RestoreCurve(edges[leg], mark);
                else mark = _graph.MarkCurve(edges[leg]);
            }
        }
    }

    private void NoteWarm(in Opportunity one)
    {
        ref Opportunity noted = ref _warmRoutes[_warmNext];
        noted.LegCount = one.LegCount;
        noted.BaseMintId = one.BaseMintId;
        noted.StateAgeSlotsMax = one.StateAgeSlotsMax;
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            noted.Legs[leg].PoolId = one.Legs[leg].PoolId;
            noted.Legs[leg].Direction = one.Legs[leg].Direction;
        }

        _warmNext = (_warmNext + 1) % WarmRoutes;
    }
}
