using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Capture;

namespace LowLatency.ConsoleHost.Config;

/// <summary>What a configuration that was read again means for the run at work.</summary>
/// <param name="Changes">Settings to put in force.</param>
/// <param name="Taken">The same in words: key, old and new value, place.</param>
/// <param name="Refused">Keys that only a new start can change, in words; their old values stay.</param>
/// <param name="Places">Where each of these keys is written now.</param>
/// <param name="Pause">New value of <c>pause</c>; null if it is as it was.</param>
internal sealed record ReloadPlan(
    IReadOnlyList<SettingChange> Changes, IReadOnlyList<string> Taken, IReadOnlyList<string> Refused,
    IReadOnlyDictionary<string, string> Places, bool? Pause);

/// <summary>
/// The configuration that is in force while a run is at work. Risk, size, tip and pause may be changed by a later
/// reading; every other key stands until the next start.
/// </summary>
internal sealed class ConfigReload
{
    /// <summary>Key that withholds messages.</summary>
    public const string PauseKey = "pause";

    private readonly Dictionary<string, string> _texts = [];
    private readonly Dictionary<Pubkey, ulong> _largest;
    private readonly IReadOnlyList<Pubkey> _baseMints;

    /// <summary>The configuration that the run began with.</summary>
    public ConfigReload(EngineConfig start)
    {
        foreach (ConfigKey key in ConfigCatalog.Keys) _texts[key.Name] = key.TextOf(start);
        _largest = new Dictionary<Pubkey, ulong>(start.MaxInputRaw);
        _baseMints = [.. start.BaseMints];
    }

    /// <summary>True if a key may be changed while a run is at work.</summary>
    public static bool IsHot(string key) => key == PauseKey || SettingText.IdOf(key) != SettingId.None;

    /// <summary>Compares with what is in force, and takes what may change as in force from now on.</summary>
    public ReloadPlan Take(EngineConfig next)
    {
        List<SettingChange> changes = [];
        List<string> taken = [];
        List<string> refused = [];
        Dictionary<string, string> places = [];
        bool? pause = null;
        foreach (ConfigKey key in ConfigCatalog.Keys)
        {
            string before = _texts[key.Name];
            string after = key.TextOf(next);
            if (before == after) continue;
            string place = next.Origins.TryGetValue(key.Name, out ConfigValue? origin) ? origin.Place : "default";
            string words = $"{key.Name} {Shown(before)} -> {Shown(after)} ({place})";
            if (!IsHot(key.Name))
            {
                refused.Add($"{words}: only a new start changes it; {Shown(before)} stays");
                continue;
            }

            _texts[key.Name] = after;
            taken.Add(words);
            places[key.Name] = place;
            if (key.Name == PauseKey) pause = next.Pause;
            else if (key.Name == SettingText.KeyOf(SettingId.MaxInputRaw)) AddLargest(next, changes);
            else changes.Add(ChangeOf(SettingText.IdOf(key.Name), next));
        }

        return new ReloadPlan(changes, taken, refused, places, pause);
    }

    private static string Shown(string text) => text.Length == 0 ? "not set" : text;

    private void AddLargest(EngineConfig next, List<SettingChange> changes)
    {
        foreach (Pubkey mint in _baseMints)
        {
            bool had = _largest.TryGetValue(mint, out ulong before);
            bool has = next.MaxInputRaw.TryGetValue(mint, out ulong after);
            if (had == has && before == after) continue;
            changes.Add(new SettingChange(SettingId.MaxInputRaw, after, IsNone: !has, mint));
            if (has) _largest[mint] = after;
            else _largest.Remove(mint);
        }
    }

    private static SettingChange ChangeOf(SettingId id, EngineConfig next) => id switch
    {
        SettingId.MinimumProfitLamports => new SettingChange(id, (ulong)next.MinimumProfitLamports),
        SettingId.MinimumExpectedValueLamports => next.MinimumExpectedValueLamports is { } least
            ? new SettingChange(id, (ulong)least)
            : new SettingChange(id, 0, IsNone: true),
        SettingId.StalenessPenaltyBps => new SettingChange(id, (ulong)next.StalenessPenaltyBps),
        SettingId.MaxStateAgeSlots => new SettingChange(id, next.MaxStateAgeSlots),
        SettingId.MaxNotionalLamports => new SettingChange(id, next.MaxNotionalLamports),
        SettingId.TipShareBps => new SettingChange(id, (ulong)next.TipShareBps),
        SettingId.TipFloorLamports => new SettingChange(id, next.TipFloorLamports),
        _ => new SettingChange(SettingId.TipCapLamports, next.TipCapLamports),
    };
}
