using System;
using System.Collections.Generic;

namespace LowLatency.Engine.Tests.Ring;

/// <summary>One participant whose calls are interleaved with the others'.</summary>
internal interface IActor
{
    bool IsDone { get; }

    /// <summary>Makes one call. False = it could not go on now (full, nothing available) and nothing has
    /// changed.</summary>
    bool Step();
}

/// <summary>
/// Runs actors on one thread under every schedule that differs from the plain one (stay with an actor until it is
/// blocked
/// or done, then take the next) by at most <c>deviationLimit</c> other choices, at any points. Each schedule starts
/// with
/// new actors and is repeated exactly from its list of choices.
/// </summary>
internal sealed class ScheduleExplorer
{
    private readonly Func<IActor[]> _newActors;
    private readonly int _deviationLimit;

    internal ScheduleExplorer(Func<IActor[]> newActors, int deviationLimit)
    {
        _newActors = newActors;
        _deviationLimit = deviationLimit;
    }

    internal int ScheduleCount { get; private set; }

    /// <summary>The first schedule that fails, in words; null if none does.</summary>
    internal string? FindFailure()
    {
        Stack<(int[] Choices, int Deviations)> open = new([([], 0)]);
        while (open.TryPop(out (int[] Choices, int Deviations) prefix))
        {
            ScheduleCount++;
            string? failure = Run(prefix.Choices, prefix.Deviations, open);
            if (failure is not null)
                return failure;
        }
        return null;
    }

    private string? Run(int[] prefix, int deviations, Stack<(int[] Choices, int Deviations)> open)
    {
        IActor[] actors = _newActors();
        bool[] blocked = new bool[actors.Length];
        List<int> choices = [];
        int current = -1;
        while (true)
        {
            List<int> runnable = [];
            for (int i = 0; i < actors.Length; i++)
            {
                if (!actors[i].IsDone && !blocked[i])
                    runnable.Add(i);
            }
            if (runnable.Count == 0)
                return Array.TrueForAll(actors, a => a.IsDone) ? null : $"stuck after {string.Join(' ', choices)}";
            int plain = runnable.Contains(current) ? current : NextAfter(runnable, current);
            int chosen = choices.Count < prefix.Length ? prefix[choices.Count] : plain;
            if (choices.Count >= prefix.Length && deviations < _deviationLimit)
            {
                foreach (int other in runnable)
                {
                    if (other != chosen)
                        open.Push(([.. choices, other], deviations + 1));
                }
            }
            current = chosen;
            choices.Add(chosen);
            try
            {
                if (actors[chosen].Step())
                    Array.Clear(blocked);
                else
                    blocked[chosen] = true;
            }
            catch (InvalidOperationException broken)
            {
                return $"{broken.Message} after {string.Join(' ', choices)}";
            }
        }
    }

    private static int NextAfter(List<int> runnable, int current)
    {
        foreach (int actor in runnable)
        {
            if (actor > current)
                return actor;
        }
        return runnable[0];
    }
}
