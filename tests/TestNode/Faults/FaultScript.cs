using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using LowLatency.Engine.Numerics;

namespace LowLatency.TestNode.Faults;

/// <summary>One planned fault.</summary>
/// <param name="AtSlot">Happens before the slot with this number is played, counted from 0 at the start.</param>
/// <param name="Endpoint">Endpoint, from 0; of no meaning for forks, which all endpoints see.</param>
/// <param name="Kind">What.</param>
/// <param name="Count">How many messages, answers or accounts.</param>
/// <param name="Value">Length or code, see the kind; 0 takes the kind's own.</param>
public sealed record FaultStep(int AtSlot, int Endpoint, FaultKind Kind, int Count = 1, int Value = 0)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{AtSlot} {Endpoint} {Kind} {Count} {Value}");
}

/// <summary>
/// The plan of a run's faults, in order of slots. Made from a seed, by hand, or read from text: a line a step,
/// `slot endpoint kind count value`, `#` begins a comment. The same script over the same capture does the same.
/// </summary>
public sealed class FaultScript
{
    public FaultScript(params IEnumerable<FaultStep> steps) => Steps = [.. steps.OrderBy(s => s.AtSlot)];

    public static FaultScript None { get; } = new();

    public IReadOnlyList<FaultStep> Steps { get; }

    /// <summary>Every kind there is.</summary>
    public static IReadOnlyList<FaultKind> AllKinds { get; } = Enum.GetValues<FaultKind>();

    /// <summary>A fault about every <paramref name="everySlots"/> slots, drawn from the seed.</summary>
    public static FaultScript FromSeed(
        ulong seed, int firstSlot, int lastSlot, int everySlots, int endpoints, IReadOnlyList<FaultKind>? kinds = null)
    {
        Prng random = new(seed);
        // A lie is no fault that a client could repair alone; what follows it in the list lasts or lies too.
        kinds ??= [.. AllKinds.Where(k => k < FaultKind.Lie)];
        List<FaultStep> steps = [];
        for (int slot = firstSlot; slot < lastSlot; slot += 1 + random.NextInt32((2 * everySlots) - 1))
        {
            FaultKind kind = kinds[random.NextInt32(kinds.Count)];
            steps.Add(new FaultStep(slot, random.NextInt32(endpoints), kind, 1 + random.NextInt32(5)));
        }

        return new FaultScript(steps);
    }

    /// <exception cref="InvalidDataException">A line is not understood.</exception>
    public static FaultScript Parse(string text)
    {
        List<FaultStep> steps = [];
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Split('#')[0];
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length == 0) continue;
            bool ok = words.Length is >= 3 and <= 5;
            int[] numbers = [0, 0, 0, 1, 0];
            for (int i = 0; ok && i < words.Length; i++) ok = i == 2 || int.TryParse(words[i], out numbers[i]);
            if (!ok || !Enum.TryParse(words[2], ignoreCase: true, out FaultKind kind))
                throw new InvalidDataException(
                    $"line {number}: '{raw.Trim()}' is not `slot endpoint kind [count] [value]`");
            steps.Add(new FaultStep(numbers[0], numbers[1], kind, numbers[3], numbers[4]));
        }

        return new FaultScript(steps);
    }

    public override string ToString()
    {
        StringBuilder text = new();
        foreach (FaultStep step in Steps) text.Append(step).Append('\n');
        return text.ToString();
    }
}
