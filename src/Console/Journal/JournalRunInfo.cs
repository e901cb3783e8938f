using System;
using System.Text.Json;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>
/// What a journal says about its run, so that a decision can be explained without the command line that made it.
/// </summary>
internal sealed record JournalRunInfo
{
    public string Capture { get; set; } = string.Empty;
    public string Runner { get; set; } = string.Empty;
    public bool Synthetic { get; init; }
    public long MinimumProfitLamports { get; init; }
    public long? MinimumExpectedValueLamports { get; init; }
    public int LandingSlots { get; init; }
    public int TipShareBps { get; init; }
    public ulong TipFloorLamports { get; init; }
    public ulong TipCapLamports { get; init; }
    public ulong PriorityFeeMicroLamportsPerCu { get; init; }
    public uint MaxStateAgeSlots { get; init; }
    public ulong MinimumInputRaw { get; init; }
    public string Wallet { get; set; } = string.Empty;

    public static JournalRunInfo Of(string capture, PipelineSettings settings, bool isSynthetic)
    {
        SearchSettings search = settings.Search;
        return new JournalRunInfo
        {
            Capture = capture,
            Synthetic = isSynthetic,
            Runner = settings.Runner.ToString(),
            MinimumProfitLamports = search.MinimumProfitLamports,
            MinimumExpectedValueLamports = search.MinimumExpectedValueLamports,
            LandingSlots = search.LandingSlots,
            TipShareBps = search.TipShareBps,
            TipFloorLamports = search.TipFloorLamports,
            TipCapLamports = search.TipCapLamports,
            PriorityFeeMicroLamportsPerCu = search.PriorityFeeMicroLamportsPerCu,
            MaxStateAgeSlots = search.MaxStateAgeSlots,
            MinimumInputRaw = search.MinimumInputRaw,
            Wallet = settings.Instructions.Wallet.ToString(),
        };
    }

    /// <summary>The same with a setting changed. A largest input is not part of it.</summary>
    public JournalRunInfo With(in SettingChange change)
    {
        ulong value = change.Value;
        return change.Id switch
        {
            SettingId.MinimumProfitLamports => this with { MinimumProfitLamports = (long)value },
            SettingId.MinimumExpectedValueLamports => this with
            {
                MinimumExpectedValueLamports = change.IsNone ? null : (long)value,
            },
            SettingId.TipShareBps => this with { TipShareBps = (int)value },
            SettingId.TipFloorLamports => this with { TipFloorLamports = value },
            SettingId.TipCapLamports => this with { TipCapLamports = value },
            SettingId.MaxStateAgeSlots => this with
            {
                MaxStateAgeSlots = change.IsNone ? uint.MaxValue : (uint)value,
            },
            _ => this,
        };
    }

    public byte[] ToBytes() =>
        JsonSerializer.SerializeToUtf8Bytes(this, JsonOutput.Compact.Shape<JournalRunInfo>());

    /// <summary>Reads it back; null if the journal has none, or one of another program.</summary>
    public static JournalRunInfo? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return null;
        try
        {
            return JsonSerializer.Deserialize(bytes, JsonOutput.Compact.Shape<JournalRunInfo>());
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
