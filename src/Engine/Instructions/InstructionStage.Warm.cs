using System;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Keeping warm: the instructions of routes taken last are written again, and in turn compared with their templates
/// and built into a message that nobody gets.
/// </summary>
public sealed partial class InstructionStage
{
    private const int WarmRoutes = 4;
    private readonly Opportunity[] _warmTaken = new Opportunity[WarmRoutes];
    private int _warmNext;
    private int _warmTurn;

    /// <summary>Times a template fitted again; says nothing but keeps the work from being optimized away.</summary>
    private long _warmed;

    /// <inheritdoc/>
    public int WarmRounds => 2;

    /// <inheritdoc/>
    public void Warm()
    {
        _warmTurn = (_warmTurn + 1) % (2 * WarmRoutes);
        ref readonly Opportunity one = ref _warmTaken[_warmTurn >> 1];
        if (one.LegCount == 0 || !TryWriteRoute(in one, out int count)) return;
        RouteShape shape = new(_instructions.AsSpan(0, count), _budgetCount, _config);
        if ((_warmTurn & 1) != 0) WarmBuild(in shape);
        else if (Templates.HasFitting(one.RouteDigest, in shape, Tables.Version)) _warmed++;
    }

    /// <summary>A route's first message is built, not patched: rare, so its code and tables were cold.</summary>
    private void WarmBuild(in RouteShape shape)
    {
        RouteTemplate scratch = Templates.Scratch;
        if (BuildAnyForm(scratch, in shape) == MessageStatus.Ok) _warmed++;
        scratch.Clear();
    }

    private void NoteWarm(in Opportunity taken)
    {
        _warmTaken[_warmNext] = taken;
        _warmNext = (_warmNext + 1) % WarmRoutes;
    }
}
