using System;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Off the way of the decision, inside the same event: gives what is taken the size that the large budget and the local
/// proof find, has its message patched, and looks for a split. A sender may use a message from the moment it is built,
/// exact and guarded as it is; one that waits for the end of the event, like journal and hash, gets the proven sizes.
/// Owner: the market group's thread.
/// </summary>
public sealed class RefineStage(ScoringStage scoring, OpportunityRing ring) : IStage
{
    /// <inheritdoc/>
    public string Name => "refine";

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        foreach (ref readonly MarketEvent one in batch)
        {
            for (int i = 0; i < one.OpportunityCount; i++)
            {
                ref Opportunity taken = ref ring[one.OpportunityPosition + i];
                if (taken.Reason != DecisionReason.Go) continue;
                scoring.Refine(ref taken, one.Slot);
                work++;
            }
        }

        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }
}
