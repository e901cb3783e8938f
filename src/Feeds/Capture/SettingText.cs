using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Capture;

/// <summary>
/// Settings that changed, as a capture holds them: a line of <c>key=value</c> each, keys as in the configuration, value
/// a whole number or <c>none</c>. A map has a line an entry: <c>maxInputRaw.mint=value</c>.
/// </summary>
public static class SettingText
{
    private const string None = "none";
    private static readonly (SettingId Id, string Key)[] Keys =
    [
        (SettingId.MinimumProfitLamports, "minimumProfitLamports"),
        (SettingId.MinimumExpectedValueLamports, "minimumExpectedValueLamports"),
        (SettingId.StalenessPenaltyBps, "stalenessPenaltyBps"),
        (SettingId.MaxStateAgeSlots, "maxStateAgeSlots"),
        (SettingId.MaxNotionalLamports, "maxNotionalLamports"),
        (SettingId.MaxInputRaw, "maxInputRaw"),
        (SettingId.TipShareBps, "tipShareBps"),
        (SettingId.TipFloorLamports, "tipFloorLamports"),
        (SettingId.TipCapLamports, "tipCapLamports"),
    ];

    /// <summary>The setting of a configuration key; None if it is not one that may change.</summary>
    public static SettingId IdOf(string key)
    {
        foreach ((SettingId id, string name) in Keys)
        {
            if (name == key) return id;
        }

        return SettingId.None;
    }

    /// <summary>The configuration key of a setting; empty for none.</summary>
    public static string KeyOf(SettingId id)
    {
        foreach ((SettingId known, string name) in Keys)
        {
            if (known == id) return name;
        }

        return string.Empty;
    }

    /// <summary>One line, without its end.</summary>
    public static string Line(in SettingChange change)
    {
        string mint = change.Id == SettingId.MaxInputRaw ? $".{change.Mint}" : string.Empty;
        string value = change.IsNone ? None : change.Value.ToString(CultureInfo.InvariantCulture);
        return $"{KeyOf(change.Id)}{mint}={value}";
    }

    /// <summary>The bytes of a frame.</summary>
    public static byte[] Write(IReadOnlyList<SettingChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        StringBuilder text = new();
        foreach (SettingChange change in changes) text.Append(Line(in change)).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>
    /// Reads a frame into <paramref name="changes"/>; false if a line of it is wrong: none is taken then.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> text, List<SettingChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        changes.Clear();
        while (!text.IsEmpty)
        {
            int end = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (line.IsEmpty) continue;
            if (!TryReadLine(line, out SettingChange change))
            {
                changes.Clear();
                return false;
            }

            changes.Add(change);
        }

        return changes.Count != 0;
    }

    private static bool TryReadLine(ReadOnlySpan<byte> line, out SettingChange change)
    {
        change = default;
        int equals = line.IndexOf((byte)'=');
        if (equals <= 0) return false;
        ReadOnlySpan<byte> key = line[..equals];
        ReadOnlySpan<byte> value = line[(equals + 1)..];
        Pubkey mint = default;
        int point = key.IndexOf((byte)'.');
        if (point >= 0)
        {
            if (!Pubkey.TryParse(Encoding.UTF8.GetString(key[(point + 1)..]), out mint)) return false;
            key = key[..point];
        }

        SettingId id = IdOf(Encoding.UTF8.GetString(key));
        if (point >= 0 != (id == SettingId.MaxInputRaw)) return false;
        bool isNone = value.SequenceEqual("none"u8);
        ulong number = 0;
        if (!isNone && (!Utf8Parser.TryParse(value, out number, out int used) || used != value.Length)) return false;
        change = new SettingChange(id, number, isNone, mint);
        return change.IsValid;
    }
}
