using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>
/// Two journals of the same input: the first decision that is not the same, and what about it. Same means what
/// <see cref="DecisionHash"/> covers; times are no part of it.
/// </summary>
internal static class JournalDiff
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>Says where <paramref name="mine"/> leaves <paramref name="other"/>; true if it never does.</summary>
    public static bool Write(JournalView mine, JournalView other, TextWriter output)
    {
        int common = Math.Min(mine.Decisions.Count, other.Decisions.Count);
        int first = 0;
        while (first < common && HashOf(mine.Decisions[first]) == HashOf(other.Decisions[first])) first++;
        output.WriteLine(string.Create(
            Invariant,
            $"{mine.FilePath}: {mine.Decisions.Count:N0} decisions; {other.FilePath}: {other.Decisions.Count:N0}"));
        if (first == mine.Decisions.Count && first == other.Decisions.Count)
        {
            output.WriteLine("Every decision is the same.");
            return true;
        }

        output.WriteLine(string.Create(Invariant, $"The first {first:N0} are the same; then"));
        WriteOne(mine, first, output);
        WriteOne(other, first, output);
        if (first < common)
        {
            foreach (string line in Differences(mine, other, first)) output.WriteLine($"  {line}");
        }

        Count(mine, other, first, output);
        return false;
    }

    private static ulong HashOf(JournalledDecision journalled)
    {
        DecisionHash hash = new();
        hash.OnDecision(journalled.Decision, journalled.Message);
        return hash.Value;
    }

    private static void WriteOne(JournalView journal, int index, TextWriter output)
    {
        output.Write($"{journal.FilePath}: ");
        if (index < journal.Decisions.Count)
            new DecisionText(journal, output).WriteBrief(journal.Decisions[index].Decision);
        else
            output.WriteLine("no further decision");
    }

    /// <summary>What differs, each in the first journal's value and the second's.</summary>
    private static List<string> Differences(JournalView mine, JournalView other, int index)
    {
        List<(string Name, string Value)> left = Members(mine, mine.Decisions[index]);
        List<(string Name, string Value)> right = Members(other, other.Decisions[index]);
        List<string> lines = [];
        for (int i = 0; i < left.Count; i++)
        {
            if (left[i].Value != right[i].Value) lines.Add($"{left[i].Name,-18} {left[i].Value} | {right[i].Value}");
        }

        return lines;
    }

    private static List<(string Name, string Value)> Members(JournalView journal, JournalledDecision journalled)
    {
        Opportunity d = journalled.Decision;
        List<string> legs = [];
        for (int i = 0; i < d.LegCount; i++)
        {
            Leg leg = d.Legs[i];
            legs.Add(string.Create(
                Invariant, $"{journal.PoolAddress(leg.PoolId)} {leg.AmountInRaw:N0} > {leg.AmountOutRaw:N0}"));
        }

        return
        [
            ("id", DecisionId.Of(d).ToString()), ("slot", d.Slot.ToString(Invariant)), ("reason", d.Reason.ToString()),
            ("route", journal.Route(d)), ("in", Text(d.AmountInRaw)), ("out", Text(d.AmountOutRaw)),
            ("net lamports", Text(d.NetProfitLamports)), ("priority fee", Text(d.PriorityFeeLamports)),
            ("tip", Text(d.TipLamports)), ("minimum out", Text(d.MinimumOutRaw)),
            ("for staleness", Text(d.StalenessPenaltyLamports)), ("odds, ppm", Text(d.LandingPpm)),
            ("split", $"{Text(d.Split.AmountInRaw)} for {Text(d.Split.GainRaw)} more"),
            ("legs", string.Join(", ", legs)), ("message", Message(journalled.Message)),
        ];
    }

    private static string Message(byte[] message) => message.Length == 0
        ? "none"
        : $"{Text(message.Length)} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(message).AsSpan(0, 8))}..";

    private static string Text(Int128 value) => value.ToString("N0", Invariant);

    /// <summary>
    /// How many decisions of the first journal the second has too, by id; all before <paramref name="first"/> are the
    /// same.
    /// </summary>
    private static void Count(JournalView mine, JournalView other, int first, TextWriter output)
    {
        int same = first, changed = 0;
        for (int i = first; i < mine.Decisions.Count; i++)
        {
            JournalledDecision journalled = mine.Decisions[i];
            if (other.Find(DecisionId.Of(journalled.Decision)) is not { } twin) continue;
            if (HashOf(journalled) == HashOf(twin)) same++;
            else changed++;
        }

        output.WriteLine(string.Create(
            Invariant,
            $"By id: {same:N0} the same, {changed:N0} changed, {mine.Decisions.Count - same - changed:N0} in the first "
            + $"only, {other.Decisions.Count - same - changed:N0} in the second only."));
    }
}
