using System;
using System.Collections.Generic;
using System.Text;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Tests.Submission;

/// <summary>
/// Reads what each instruction of a transaction consumed out of the log of a simulation or of a landed transaction
/// (<c>logs</c> of simulateTransaction, <c>logMessages</c> of a transaction's meta), given as text.
/// </summary>
internal static class SimulationLog
{
    /// <summary>
    /// Fills <paramref name="units"/> with the compute units of each top-level instruction, in order. False if the log
    /// was cut short by the node, names more instructions than there is room for, or does not add up; then nothing
    /// should be learned from it.
    /// </summary>
    /// <param name="logs">Lines of the log.</param>
    /// <param name="units">Compute units by instruction.</param>
    /// <param name="count">Instructions the log names.</param>
    public static bool TryReadUnits(IEnumerable<string> logs, Span<uint> units, out int count)
    {
        ArgumentNullException.ThrowIfNull(logs);
        InstructionUnits reader = new(units);
        foreach (string line in logs) reader.Take(Encoding.UTF8.GetBytes(line));
        count = reader.Count;
        return reader.IsWhole;
    }
}
