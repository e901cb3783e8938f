using System.Collections.Generic;
using LowLatency.ConsoleHost.Journal;
using LowLatency.Engine.Events;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>
/// The decisions on the screen and the published pools, as a book that the words of <c>explain</c> read.
/// </summary>
internal sealed class LiveBook(Model model) : DecisionBook
{
    public override JournalRunInfo? Run => model.Run?.Info;

    protected override IReadOnlyList<AppliedSetting> Changes => model.Run?.Trail.Applied ?? [];

    public override Opportunity? DecisionOf(DecisionId id) =>
        model.Decisions.TryFind(id.Sequence, id.Ordinal, out Opportunity decision) ? decision : null;

    public override LifeRecord? Life(in Opportunity decision) =>
        model.Decisions.LifeOf(decision.Sequence, decision.Ordinal);

    protected override PoolDescription PoolOf(int poolId)
    {
        return model.Run is { } run && poolId < run.View.Pools.Count ? run.View.Describe(poolId) : default;
    }
}
