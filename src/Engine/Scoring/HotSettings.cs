using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// The settings that may change while a run is at work, with the values now in force. Scoring reads them here for every
/// candidate; an event of <see cref="EventKind.Setting"/> writes them, on the same thread and between two events, so a
/// change cuts the run at the same place in every layout and in a replay. Owner: the market group's thread.
/// </summary>
/// <param name="settings">Values at the start.</param>
public sealed class HotSettings(SearchSettings settings)
{
    /// <summary>Least net profit of a Go, lamports.</summary>
    public long MinimumProfitLamports { get; private set; } = settings.MinimumProfitLamports;

    /// <summary>Least expected value of a Go, lamports; null: it decides nothing.</summary>
    public long? MinimumExpectedValueLamports { get; private set; } = settings.MinimumExpectedValueLamports;

    /// <summary>Share of the profit at risk that a Go must earn on top, 1/10,000.</summary>
    public int StalenessPenaltyBps { get; private set; } = settings.StalenessPenaltyBps;

    /// <summary>Oldest pool state on a route, slots behind the event; uint.MaxValue: no limit.</summary>
    public uint MaxStateAgeSlots { get; private set; } = settings.MaxStateAgeSlots;

    /// <summary>Largest input in lamports' worth; ulong.MaxValue: no limit.</summary>
    public ulong MaxNotionalLamports { get; private set; } = settings.MaxNotionalLamports;

    /// <summary>Tip as a share of the profit after network fees, 1/10,000.</summary>
    public int TipShareBps { get; private set; } = settings.TipShareBps;

    /// <summary>Least tip, lamports.</summary>
    public ulong TipFloorLamports { get; private set; } = settings.TipFloorLamports;

    /// <summary>Largest tip, lamports.</summary>
    public ulong TipCapLamports { get; private set; } = settings.TipCapLamports;

    /// <summary>
    /// Puts a change in force. <see cref="SettingId.MaxInputRaw"/> is kept by mint id where the sizes are made; here it
    /// changes nothing. A value out of range changes nothing.
    /// </summary>
    public void Apply(in SettingChange change)
    {
        if (!change.IsValid) return;
        ulong limit = change.IsNone ? ulong.MaxValue : change.Value;
        switch (change.Id)
        {
            case SettingId.MinimumProfitLamports:
                MinimumProfitLamports = (long)change.Value;
                break;
            case SettingId.MinimumExpectedValueLamports:
                MinimumExpectedValueLamports = change.IsNone ? null : (long)change.Value;
                break;
            case SettingId.StalenessPenaltyBps:
                StalenessPenaltyBps = (int)change.Value;
                break;
            case SettingId.MaxStateAgeSlots:
                MaxStateAgeSlots = (uint)limit;
                break;
            case SettingId.MaxNotionalLamports:
                MaxNotionalLamports = limit;
                break;
            case SettingId.TipShareBps:
                TipShareBps = (int)change.Value;
                break;
            case SettingId.TipFloorLamports:
                TipFloorLamports = change.Value;
                break;
            case SettingId.TipCapLamports:
                TipCapLamports = change.Value;
                break;
        }
    }
}
