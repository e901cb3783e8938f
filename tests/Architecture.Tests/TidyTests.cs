using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace LowLatency.Architecture.Tests;

/// <summary>Style as a test: what reviewers would otherwise have to look for.</summary>
public sealed class TidyTests
{
    private const int MaxLineColumns = 120;
    private const int MaxSourceLines = 400;
    private const int MaxTestLines = 600;

    private static readonly string[] HotFolders =
    [
        "src/Engine/Events", "src/Engine/Ring", "src/Engine/Dedup", "src/Engine/Graph", "src/Engine/Cycles",
        "src/Engine/Scoring", "src/Engine/Chain", "src/Engine/Numerics", "src/Engine/Venues",
    ];

    [Fact]
    public void Files_StayShort()
    {
        List<string> long_ = [];
        foreach (string file in AllSources())
        {
            string[] lines = File.ReadAllLines(file);
            bool isTest = SourceTree.Relative(file).StartsWith("tests/", StringComparison.Ordinal);
            int limit = isTest ? MaxTestLines : MaxSourceLines;
            if (lines.Length > limit && !lines.Any(l => l.Contains("tidy-ok:")))
                long_.Add($"{SourceTree.Relative(file)}: {lines.Length} lines, limit {limit}");
        }

        Assert.True(long_.Count == 0, string.Join('\n', long_));
    }

    [Fact]
    public void Lines_StayShort()
    {
        List<string> wide = [];
        foreach (string file in AllSources())
        {
            int number = 0;
            foreach (string line in File.ReadLines(file))
            {
                number++;
                if (line.Length > MaxLineColumns && !line.Contains("tidy-ok:"))
                    wide.Add($"{SourceTree.Relative(file)}:{number}: {line.Length} columns");
            }
        }

        Assert.True(wide.Count == 0, string.Join('\n', wide));
    }

    [Fact]
    public void Sources_HaveNoUnfinishedMarks()
    {
        // Put together so that this file does not contain what it looks for.
        Regex unfinished = new("\\b(TO" + "DO|FIX" + "ME|HA" + "CK)\\b|NotImplemented" + "Exception");
        List<string> found = AllSources().Where(f => unfinished.IsMatch(File.ReadAllText(f)))
            .Select(SourceTree.Relative).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void HotFolders_UseNoDecimalAndNoInterpolation()
    {
        Regex forbidden = new(@"\bdecimal\b|\$""|\bDictionary<|\bList<|\basync\b|\block\s*\(");
        List<string> found = [];
        foreach (string file in HotFolders.SelectMany(f => SourceTree.Files(f)))
        {
            string source = File.ReadAllText(file);
            if (source.Contains("tidy-ok: cold")) continue; // start-up code in a hot folder, marked as such
            string[] lines = FolderRulesTests.WithoutComments(source).Split('\n');
            for (int i = 0; i < lines.Length; i++)
            {
                bool isStartUp = lines[i].Contains("throw ") || lines[i].Contains("Exception(")
                    || lines[i].Contains("Debug.");
                if (forbidden.IsMatch(lines[i]) && !isStartUp)
                    found.Add($"{SourceTree.Relative(file)}: {lines[i].Trim()}");
            }
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void UnsafeCode_SaysWhyItIsSafe()
    {
        Regex risky = new(@"\bUnsafe\.(Add|AddByteOffset|As|AsRef|Read|Write|SkipInit)\b|\bunsafe\b");
        List<string> found = SourceTree.Files("src")
            .Where(f => risky.IsMatch(FolderRulesTests.WithoutComments(File.ReadAllText(f))))
            .Where(f => !File.ReadAllText(f).Contains("SAFETY:")).Select(SourceTree.Relative).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private static IEnumerable<string> AllSources() =>
        SourceTree.Files("src").Concat(SourceTree.Files("tests")).Concat(SourceTree.Files("perf"));
}
