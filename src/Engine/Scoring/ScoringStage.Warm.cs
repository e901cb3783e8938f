using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Scoring;

/// <summary>Keeping warm: routes that were quoted last are scored again, and nothing of it is kept.</summary>
public sealed partial class ScoringStage
{
    /// <summary>Routes remembered: those of the last few events.</summary>
    private const int WarmRoutes = 16;

    private readonly Opportunity[] _warmRoutes = new Opportunity[WarmRoutes];
    private readonly CurveMark[] _warmMarks = new CurveMark[Legs.MaxCount];
    private Opportunity _warmScratch;
    private int _warmNext;
    private int _warmTurn;

    /// <inheritdoc/>
    public int WarmRounds => 4;

    /// <inheritdoc/>
    /// <remarks>
    /// Curves are as much copied afterwards as before, since a walk may depend on it. Not where agreement is asked for:
    /// asking a pool makes it awaited.
    /// </remarks>
    public void Warm()
    {
        _warmTurn = (_warmTurn + 1) % WarmRoutes;
        _warmScratch = _warmRoutes[_warmTurn];
        int legs = _warmScratch.LegCount;
        if (legs == 0 || _agreement is not null || CheckStates(in _warmScratch) != DecisionReason.None) return;
        long quotes = QuoteCount;
        for (int leg = 0; leg < legs; leg++) _warmMarks[leg] = _graph.MarkCurve(EdgeOf(leg));
        _ = Score(ref _warmScratch, false);
        for (int leg = 0; leg < legs; leg++) _graph.RestoreCurve(EdgeOf(leg), _warmMarks[leg]);
        QuoteCount = quotes;
    }

    private int EdgeOf(int leg) => MarketGraph.Edge(
        _warmScratch.Legs[leg].PoolId, (Venues.SwapDirection)_warmScratch.Legs[leg].Direction);

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
