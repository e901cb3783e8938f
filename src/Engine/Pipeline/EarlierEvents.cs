using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Ring;

namespace LowLatency.Engine.Pipeline;

/// <summary>
/// Makes room in the side rings where the sinks have a thread of their own (split): an event then finds them as it
/// does inline, empty of earlier events, so that what does not fit is the same in every layout. In a replay only;
/// live, a slow journal must not stop the market. Owner: the market group's thread.
/// </summary>
internal sealed class EarlierEvents(
    StageGroup group, Sequence own, Sequence last, Sequencer sequencer, Fatal fatal) : IRoomMaker
{
    /// <inheritdoc/>
    public bool TryFinishEarlier()
    {
        long before = group.CurrentSequence - 1;
        if (last.Value >= before) return false;
        if (own.Value < before)
        {
            // The events of this batch so far: the sinks may not see them otherwise.
            own.Value = before;
            sequencer.SignalConsumers();
        }

        SpinWait spin = default;
        while (last.Value < before)
        {
            if (sequencer.IsHalted || fatal.IsTripped) return false;
            spin.SpinOnce();
        }

        return true;
    }
}
