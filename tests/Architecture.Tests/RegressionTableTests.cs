using System;
using System.Collections.Generic;
using System.IO;
using System.Text.RegularExpressions;
using Xunit;

namespace LowLatency.Architecture.Tests;

/// <summary>docs/regressions.md names tests; each of them must exist and run.</summary>
public sealed class RegressionTableTests
{
    private static readonly Regex Named = new(@"`(\w+)\.(\w+)`", RegexOptions.Compiled);

    [Fact]
    public void EveryTestNamedInTheRegressionTable_Exists()
    {
        string table = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "regressions.md"));
        List<string> missing = [];
        int rows = 0;
        foreach (string line in table.Split('\n'))
        {
            bool isRow = line.StartsWith("| ", StringComparison.Ordinal);
            if (!isRow || line.StartsWith("| defect", StringComparison.Ordinal)) continue;
            rows++;
            MatchCollection names = Named.Matches(line);
            if (names.Count == 0) missing.Add($"no test: {line}");
            foreach (Match name in names)
            {
                if (!IsTest(name.Groups[1].Value, name.Groups[2].Value)) missing.Add(name.Value);
            }
        }

        Assert.True(rows > 30, $"{rows} rows");
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    /// <summary>True if the class's file has the method right behind a Fact, or a Theory and its data.</summary>
    private static bool IsTest(string type, string method)
    {
        Regex declared = new(
            $@"\[(Fact|Theory)\](\s*\[(?:[^\[\]]|\[[^\]]*\])*\])*\s*public (void|async Task|Task) {method}\(");
        foreach (string file in SourceTree.Files("tests"))
        {
            if (Path.GetFileNameWithoutExtension(file) == type && declared.IsMatch(File.ReadAllText(file))) return true;
        }

        return false;
    }
}
