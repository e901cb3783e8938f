using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Scoring;

/// <summary>Keeping warm: routes that were sized last are sized again, and nothing of it is kept.</summary>
public sealed partial class ScoringStage
{
    /// <summary>Routes remembered: those of the last two or three events.</summary>
    private const int WarmRoutes = 16;

    private const int WarmQuotes = 4;
    private readonly int[] _warmEdges = new int[WarmRoutes * Legs.MaxCount];
    private readonly int[] _warmLegs = new int[WarmRoutes];
    private readonly ulong[] _warmCaps = new ulong[WarmRoutes];
    private readonly CurveMark[] _warmMarks = new CurveMark[Legs.MaxCount];
    private int _warmNext;
    private int _warmTurn;

    /// <inheritdoc/>
    public void Warm()
    {
        _warmTurn = (_warmTurn + 1) % WarmRoutes;
        Span<int> edges = _warmEdges.AsSpan(_warmTurn * Legs.MaxCount, _warmLegs[_warmTurn]);
        if (edges.IsEmpty) return;
        for (int leg = 0; leg < edges.Length; leg++)
        {
            if (!(_graph.Rate(edges[leg]) > 0)) return;
            _warmMarks[leg] = _graph.MarkCurve(edges[leg]);
        }

        _ = _sizer.Size(edges, _warmCaps[_warmTurn], 0, WarmQuotes);
        for (int leg = 0; leg < edges.Length; leg++) _graph.RestoreCurve(edges[leg], _warmMarks[leg]);
    }

    private void NoteWarm(ReadOnlySpan<int> edges, ulong cap)
    {
        edges.CopyTo(_warmEdges.AsSpan(_warmNext * Legs.MaxCount));
        (_warmLegs[_warmNext], _warmCaps[_warmNext]) = (edges.Length, cap);
        _warmNext = (_warmNext + 1) % WarmRoutes;
    }
}
