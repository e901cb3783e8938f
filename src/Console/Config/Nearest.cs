using System;
using System.Collections.Generic;

namespace LowLatency.ConsoleHost.Config;

/// <summary>Finds what a person probably meant.</summary>
internal static class Nearest
{
    /// <summary>
    /// The candidate with the fewest single-letter edits, if they are at most a third of the word (at least 2); of
    /// equals the one with the longest common beginning. Null if nothing is that near. Case does not count.
    /// </summary>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        int limit = Math.Max(2, word.Length / 3);
        foreach (string candidate in candidates)
        {
            int distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            bool isNearer = distance < limit || best is null;
            bool isAlike = distance == limit && best is not null && Common(word, candidate) > Common(word, best);
            if (distance > limit || !(isNearer || isAlike)) continue;
            limit = distance;
            best = candidate;
        }

        return best;
    }

    /// <summary>"; did you mean 'x'?", or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> candidates) =>
        Find(word, candidates) is { } near ? $"; did you mean '{near}'?" : string.Empty;

    private static int Common(string a, string b)
    {
        int length = 0;
        int most = Math.Min(a.Length, b.Length);
        while (length < most && char.ToLowerInvariant(a[length]) == char.ToLowerInvariant(b[length])) length++;
        return length;
    }

    /// <summary>Levenshtein distance: insertions, deletions and replacements.</summary>
    internal static int Distance(string a, string b)
    {
        int[] row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
