using System.Collections.Generic;
using LowLatency.ConsoleHost.Journal;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline.View;

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
        if (model.Run is not { } run || poolId >= run.View.Pools.Count) return default;
        return run.View.Pools.TryRead(poolId, out PoolFigures pool)
            ? new PoolDescription(pool.Address, pool.MintA, pool.MintB, (byte)pool.Venue)
            : default;
    }
}
