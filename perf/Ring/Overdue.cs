using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;

namespace LowLatency.Ring;

/// <summary>A measurement took too long; the message says where each of its threads and rings is.</summary>
internal sealed class OverdueException(string message) : Exception(message);

/// <summary>What is told of a measurement that took too long.</summary>
internal static class Overdue
{
    /// <summary>Between two looks: what has not moved by then is stuck, not slow.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(200);

    internal static OverdueException Told(
        Side[] sides, List<(string Name, Func<long> Read)> followed, TimeSpan elapsed)
    {
        long[] before = Read(followed);
        Thread.Sleep(Apart);
        long[] after = Read(followed);
        StringBuilder text = new();
        _ = text.Append(CultureInfo.InvariantCulture, $"not done after {elapsed.TotalSeconds:F1} s");
        for (int i = 0; i < sides.Length; i++)
        {
            string name = i == sides.Length - 1 ? "measured side" : $"side {i + 1}";
            _ = text.Append(CultureInfo.InvariantCulture, $"\n  {name}, core {sides[i].Core}: {Of(sides[i])}");
        }
        for (int i = 0; i < followed.Count; i++)
        {
            long moved = after[i] - before[i];
            _ = text.Append(
                CultureInfo.InvariantCulture,
                $"\n  {followed[i].Name}: {after[i]}, moved by {moved} in {Apart.TotalMilliseconds:F0} ms");
        }
        return new OverdueException(text.ToString());
    }

    private static long[] Read(List<(string Name, Func<long> Read)> followed)
    {
        long[] positions = new long[followed.Count];
        for (int i = 0; i < positions.Length; i++)
            positions[i] = followed[i].Read();
        return positions;
    }

    private static string Of(Side side)
    {
        string phase = side.Phase switch
        {
            Phase.Starting => "starting",
            Phase.AtTheGate => "at the start gate",
            Phase.Running => "running",
            _ => "done",
        };
        return side.Phase == Phase.Done || side.SystemId == 0 ? phase : phase + Scheduled(side.SystemId);
    }

    /// <summary>
    /// What Linux knows: the state (R on a core or wants one, S sleeps), what it sleeps in, processor time, time spent
    /// wanting a core.
    /// </summary>
    private static string Scheduled(int systemId)
    {
        try
        {
            string folder = $"/proc/self/task/{systemId}";
            string stat = File.ReadAllText(folder + "/stat");
            string waitsIn = File.ReadAllText(folder + "/wchan").Trim();
            string[] times = File.ReadAllText(folder + "/schedstat").Split(' ');
            char state = stat[stat.LastIndexOf(')') + 2];
            double onCoreMs = long.Parse(times[0], CultureInfo.InvariantCulture) / 1e6;
            double waitedMs = long.Parse(times[1], CultureInfo.InvariantCulture) / 1e6;
            return string.Create(
                CultureInfo.InvariantCulture,
                $", state {state} {(waitsIn is "" or "0" ? "" : $"in {waitsIn} ")}(on a core {onCoreMs:F0} ms, "
                + $"wanted one {waitedMs:F0} ms)");
        }
        catch (Exception exception) when (exception is IOException or FormatException or UnauthorizedAccessException)
        {
            return ", gone or not told by the system";
        }
    }
}
