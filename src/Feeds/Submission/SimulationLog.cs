using System;
using System.Collections.Generic;
using System.Globalization;

namespace LowLatency.Feeds.Submission;

/// <summary>
/// Reads what each instruction of a transaction consumed out of the log of a simulation or of a landed transaction
/// (<c>logs</c> of simulateTransaction, <c>logMessages</c> of a transaction's meta). The units of a called program are
/// in its caller's. Builtin programs (System, Compute Budget) write no such line and count as 0.
/// Source: agave program-runtime stable_log: "Program ADDRESS invoke [DEPTH]", "Program ADDRESS consumed N of M compute
/// units", "Program ADDRESS success" or "failed: REASON"; a program's own text always begins with "Program log: ".
/// </summary>
public static class SimulationLog
{
    private const string Prefix = "Program ";
    private const string Truncated = "Log truncated";

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
        count = 0;
        int depth = 0;
        foreach (string line in logs)
        {
            if (line == Truncated) return false;
            if (!TrySplit(line, out ReadOnlySpan<char> what)) continue;
            if (what.StartsWith("invoke ["))
            {
                if (!TryNumber(what["invoke [".Length..], ']', out uint stated) || stated != depth + 1) return false;
                depth++;
                if (depth > 1) continue;
                if (count == units.Length) return false;
                units[count++] = 0;
            }
            else if (what.StartsWith("consumed ") && depth == 1)
            {
                if (!TryNumber(what["consumed ".Length..], ' ', out units[count - 1])) return false;
            }
            else if (what.SequenceEqual("success") || what.StartsWith("failed: "))
            {
                if (depth-- == 0) return false;
            }
        }

        return depth == 0;
    }

    /// <summary>The part behind "Program ADDRESS "; false for a program's own text and for other lines.</summary>
    private static bool TrySplit(string line, out ReadOnlySpan<char> what)
    {
        what = default;
        if (!line.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> rest = line.AsSpan(Prefix.Length);
        int space = rest.IndexOf(' ');
        if (space <= 0 || rest[space - 1] == ':') return false; // "log:", "data:", "return:"
        what = rest[(space + 1)..];
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, char end, out uint number)
    {
        number = 0;
        int at = text.IndexOf(end);
        return at > 0 && uint.TryParse(text[..at], NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
