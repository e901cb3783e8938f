using System.Collections.Generic;

namespace LowLatency.ConsoleHost.Bench.Floor;

/// <summary>Figures of one step at one load, nanoseconds from the intended arrival; a figure a turn.</summary>
internal sealed record FloorRow
{
    public required string Load { get; init; }

    public required string Step { get; init; }

    /// <summary>Messages of all turns.</summary>
    public required long Messages { get; set; }

    public required List<long> P50 { get; init; }

    public required List<long> P99 { get; init; }
}

/// <summary>What no engine can leave out of a message, measured.</summary>
internal sealed record FloorResult
{
    public required MachineBlock Machine { get; init; }

    public required string Capture { get; init; }

    /// <summary>Account notifications of a lap.</summary>
    public required int MessagesPerLap { get; init; }

    /// <summary>Account notifications that are not measured: of another encoding, or damaged.</summary>
    public required int LeftOut { get; init; }

    public required int Accounts { get; init; }

    /// <summary>Characters of base64 of the middle one, and of the one that 90 of 100 do not exceed.</summary>
    public required int DataP50 { get; init; }

    public required int DataP90 { get; init; }

    public required double SecondsPerTurn { get; init; }

    public required List<FloorRow> Rows { get; init; }
}
