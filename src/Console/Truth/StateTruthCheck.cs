using System.Collections.Generic;
using System.IO;
using System.Text.Json;

namespace LowLatency.ConsoleHost.Truth;

/// <summary>One account whose state differs from the truth after a slot.</summary>
internal sealed record StateDifference(ulong Slot, string Account, string Expected, string Actual);

/// <summary>
/// Compares the accepted account state after every slot with a <c>truth-slots.jsonl</c> file. All accounts that the
/// capture can know are compared after every slot, not only those that changed. Accounts that the file says changed
/// without being subscribed are left out: no client could know them.
/// </summary>
internal sealed class StateTruthCheck
{
    private const int DifferencesKept = 20;

    private readonly Dictionary<ulong, JsonElement> _slots = [];
    private readonly Dictionary<string, string> _expected = [];
    private readonly Dictionary<string, string> _actual = [];
    private readonly HashSet<string> _unsubscribed = [];
    private readonly HashSet<string> _wrong = [];

    public StateTruthCheck(string path)
    {
        TruthFile.Read(path, Take);
        foreach (string key in _unsubscribed) _expected.Remove(key);
    }

    /// <summary>Slots compared.</summary>
    public int SlotsCompared { get; private set; }

    /// <summary>Slots of the truth file.</summary>
    public int SlotsTotal => _slots.Count;

    /// <summary>Account states compared, over all slots.</summary>
    public long AccountsCompared { get; private set; }

    /// <summary>Accounts in comparison.</summary>
    public int AccountCount => _expected.Count;

    /// <summary>Account states that differed, over all slots.</summary>
    public long DifferenceCount { get; private set; }

    /// <summary>The first differences.</summary>
    public List<StateDifference> Differences { get; } = [];

    public bool Passed => DifferenceCount == 0 && SlotsCompared == SlotsTotal;

    /// <summary>Takes a complete slot and compares.</summary>
    public void OnSlot(CompleteSlot complete)
    {
        foreach (AccountUpdate update in complete.Updates) _actual[update.Key.ToString()] = update.TruthHash();
        if (!_slots.TryGetValue(complete.Slot, out JsonElement truth)) return;
        foreach (JsonProperty changed in truth.GetProperty("changed").EnumerateObject())
        {
            if (!_unsubscribed.Contains(changed.Name)) _expected[changed.Name] = changed.Value.GetString()!;
        }

        SlotsCompared++;
        foreach ((string key, string expected) in _expected)
        {
            AccountsCompared++;
            string actual = _actual.GetValueOrDefault(key, "unknown");
            if (actual == expected) continue;
            DifferenceCount++;
            if (_wrong.Add(key) && Differences.Count < DifferencesKept)
                Differences.Add(new StateDifference(complete.Slot, key, expected, actual));
        }
    }

    private void Take(JsonElement o)
    {
        if (!o.TryGetProperty("slot", out JsonElement slot))
            throw new InvalidDataException("no member 'slot'; is this a truth-slots file?");
        if (o.TryGetProperty("accounts", out JsonElement accounts))
        {
            foreach (JsonProperty p in accounts.EnumerateObject()) _expected[p.Name] = p.Value.GetString()!;
            return;
        }

        if (!o.TryGetProperty("changed", out JsonElement changed))
            throw new InvalidDataException("no member 'changed'; is this a truth-slots file?");
        foreach (JsonProperty p in changed.EnumerateObject()) _ = p.Value.GetString();
        _slots[slot.GetUInt64()] = o;
        if (!o.TryGetProperty("changed_unsubscribed", out JsonElement unsubscribed)) return;
        foreach (JsonProperty p in unsubscribed.EnumerateObject()) _unsubscribed.Add(p.Name);
    }
}
