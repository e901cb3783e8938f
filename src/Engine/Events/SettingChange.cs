using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Events;

/// <summary>
/// Settings that may change while a run is at work: what it risks, how much, and what it tips. Numbers stand in
/// journals, names in captures.
/// </summary>
public enum SettingId : byte
{
    /// <summary>No setting.</summary>
    None = 0,

    /// <summary>Least net profit of a Go, lamports.</summary>
    MinimumProfitLamports = 1,

    /// <summary>Least expected value of a Go, lamports; none: it decides nothing.</summary>
    MinimumExpectedValueLamports = 2,

    /// <summary>Share of the profit at risk set aside, 1/10,000.</summary>
    StalenessPenaltyBps = 3,

    /// <summary>Oldest pool state on a route, slots; none: no limit.</summary>
    MaxStateAgeSlots = 4,

    /// <summary>Largest input in lamports' worth; none: no limit.</summary>
    MaxNotionalLamports = 5,

    /// <summary>Largest input of one base mint, its base units; none: no limit.</summary>
    MaxInputRaw = 6,

    /// <summary>Tip, 1/10,000 of the profit after network fees.</summary>
    TipShareBps = 7,

    /// <summary>Least tip, lamports.</summary>
    TipFloorLamports = 8,

    /// <summary>Largest tip, lamports.</summary>
    TipCapLamports = 9,
}

/// <summary>One setting with its new value, as an event carries it.</summary>
/// <param name="Id">Setting.</param>
/// <param name="Value">Value; 0 if it is none.</param>
/// <param name="IsNone">True if the setting is off (no limit, no requirement).</param>
/// <param name="Mint">Base mint of <see cref="SettingId.MaxInputRaw"/>; zeros for the others.</param>
public readonly record struct SettingChange(SettingId Id, ulong Value, bool IsNone = false, Pubkey Mint = default)
{
    /// <summary>True if the setting exists and the value is in its range; a recording may be damaged.</summary>
    public bool IsValid => IsNone
        ? Value == 0 && Id is SettingId.MinimumExpectedValueLamports or SettingId.MaxStateAgeSlots
            or SettingId.MaxNotionalLamports or SettingId.MaxInputRaw
        : Id switch
        {
            SettingId.MinimumProfitLamports or SettingId.MinimumExpectedValueLamports => Value <= long.MaxValue,
            SettingId.StalenessPenaltyBps or SettingId.TipShareBps => Value <= 10_000,
            SettingId.MaxStateAgeSlots => Value <= uint.MaxValue,
            SettingId.MaxNotionalLamports => Value >= 1,
            SettingId.MaxInputRaw or SettingId.TipFloorLamports or SettingId.TipCapLamports => true,
            _ => false,
        };

    /// <summary>Writes it into a claimed entry.</summary>
    public void WriteTo(ref MarketEvent entry)
    {
        entry.Kind = EventKind.Setting;
        entry.WriteVersion = (ulong)Id;
        entry.Lamports = Value;
        entry.Account = Mint;
        entry.Flags = IsNone ? EventFlags.Absent : EventFlags.None;
    }

    /// <summary>The change that an event of <see cref="EventKind.Setting"/> carries.</summary>
    public static SettingChange Of(in MarketEvent entry) => new(
        (SettingId)entry.WriteVersion, entry.Lamports, (entry.Flags & EventFlags.Absent) != 0, entry.Account);
}

/// <summary>A change and the event that brought it: it is in force for events after that one.</summary>
public readonly record struct AppliedSetting(long Sequence, SettingChange Change);
