using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace LowLatency.ConsoleHost.Bench.Floor;

/// <summary>A floor as text: <c>name  min X med Y max Z unit</c> a line, over the turns.</summary>
internal static class FloorText
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    internal static void Write(FloorResult result, TextWriter output)
    {
        result.Machine.Print(output);
        output.WriteLine(string.Create(
            Invariant,
            $"capture  {result.Capture}: {result.MessagesPerLap:N0} account messages of {result.Accounts:N0} accounts, "
            + $"base64 of {result.DataP50:N0} characters (p50), {result.DataP90:N0} (p90)"));
        if (result.LeftOut != 0)
            output.WriteLine($"         {result.LeftOut} more left out: no plain base64 in them, or damaged");
        output.WriteLine("what no engine can leave out of a message, from its intended arrival, in turns:");
        foreach (FloorRow row in result.Rows)
        {
            Line($"floor, {row.Load}, {row.Step}, p50", row.P50, output);
            Line($"floor, {row.Load}, {row.Step}, p99", row.P99, output);
        }
    }

    private static void Line(string name, List<long> turns, TextWriter output)
    {
        if (turns.Count == 0)
        {
            output.WriteLine($"{name,-56}  not measured: ended before its first turn");
            return;
        }

        List<long> sorted = [.. turns];
        sorted.Sort();
        output.WriteLine(string.Create(
            Invariant,
            $"{name,-56}  min {sorted[0]:F1} med {sorted[sorted.Count / 2]:F1} max {sorted[^1]:F1} ns"));
    }
}
