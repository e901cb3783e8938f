using System.Globalization;
using LowLatency.Engine.Events;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>What became of a decision's cycle, in words.</summary>
internal static class LifeText
{
    public static string Of(DecisionBook journal, LifeRecord life)
    {
        string span = life.SpanSlots switch
        {
            0 => "within its first slot",
            1 => "after 1 slot",
            _ => string.Create(CultureInfo.InvariantCulture, $"after {life.SpanSlots:N0} slots"),
        };
        string pool = life.EndPoolId < 0 ? "a pool" : $"pool {journal.PoolAddress(life.EndPoolId)}";
        string end = life.Label switch
        {
            LifeLabel.Alive => $"Alive, profitable at the margin {span}, when following ended",
            LifeLabel.Captured => $"Captured {span}: a swap moved {pool}",
            LifeLabel.Evaporated when life.EndPoolId < 0 =>
                $"Evaporated: a pool could not quote {span}, when following ended",
            LifeLabel.Evaporated => $"Evaporated {span}: fee or liquidity of {pool} changed, no swap",
            LifeLabel.Stale => $"Was stale, proved {span}: the state it was decided on was not the market's",
            _ => "Our error: quoting it again on the same state gave other amounts",
        };
        DecisionId first = new(life.Sequence, life.Ordinal);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{end}; decided {life.DecisionCount:N0} times, first {first} in slot {life.BirthSlot}");
    }
}
