using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace LowLatency.Architecture.Tests;

/// <summary>Links in documents and citations in comments lead to files and headings that are there.</summary>
public sealed class LinkTests
{
    private static readonly string[] Folders = ["data", "docs", "perf", "src", "tests"];
    private static readonly Regex Code = new("^```.*?^```|`[^`\n]*`", RegexOptions.Singleline | RegexOptions.Multiline);
    private static readonly Regex Fence = new("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline);
    private static readonly Regex Link = new(@"\]\(([^()\s]+)\)");
    private static readonly Regex Heading = new(@"^#{1,6} +(.+?) *$", RegexOptions.Multiline);
    private static readonly Regex Wrapped = new(@"\n\s*//+\s*");
    private static readonly Regex Cited =
        new(@"\b((?:docs/[a-z]|perf/|data/|tests/)(?:[\w-]+/)*[\w-]+\.md)(?:, ""([^""]+)"")?");

    [Fact]
    public void Links_OfDocuments_LeadToFilesAndHeadings()
    {
        List<string> broken = [];
        int links = 0;
        foreach (string document in Documents())
        {
            foreach (Match link in Link.Matches(Code.Replace(File.ReadAllText(document), string.Empty)))
            {
                string target = link.Groups[1].Value;
                if (target.Contains("://") || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;
                links++;
                if (!IsThere(document, target)) broken.Add($"{SourceTree.Relative(document)}: {target}");
            }
        }

        Assert.True(links > 50, $"{links} links");
        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void Citations_OfSources_NameFilesAndWhatTheyHold()
    {
        List<string> broken = [];
        int citations = 0;
        foreach (string source in new[] { "perf", "src" }.SelectMany(folder => SourceTree.Files(folder)))
        {
            foreach (Match cited in Cited.Matches(Wrapped.Replace(File.ReadAllText(source), " ")))
            {
                citations++;
                string document = Path.Combine(SourceTree.Root, cited.Groups[1].Value);
                bool isThere = File.Exists(document) && File.ReadAllText(document).Contains(cited.Groups[2].Value);
                if (!isThere) broken.Add($"{SourceTree.Relative(source)}: {cited.Value}");
            }
        }

        Assert.True(citations > 10, $"{citations} citations");
        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Theory]
    [InlineData("Build and patch (2026-11-29, late night)", "build-and-patch-2026-11-29-late-night")]
    [InlineData("`run`, and [its log](a.md#b)", "run-and-its-log")]
    public void Anchor_OfAHeading_IsAsGitHubMakesIt(string heading, string expected) =>
        Assert.Equal(expected, Anchor(heading));

    private static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(SourceTree.Root, "*.md")
            .Concat(Folders.SelectMany(folder => SourceTree.Files(folder, "*.md")));

    private static bool IsThere(string document, string target)
    {
        string[] parts = target.Split('#', 2);
        string path = parts[0].Length == 0
            ? document
            : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, parts[0]));
        if (parts.Length == 1) return File.Exists(path) || Directory.Exists(path);
        return File.Exists(path) && Anchors(path).Contains(parts[1]);
    }

    /// <summary>Of headings that are alike the second has -1 behind it, the third -2.</summary>
    private static HashSet<string> Anchors(string document)
    {
        HashSet<string> anchors = [];
        foreach (string heading in Headings(document))
        {
            string anchor = Anchor(heading);
            for (int twin = 1; !anchors.Add(anchor); twin++) anchor = $"{Anchor(heading)}-{twin}";
        }

        return anchors;
    }

    private static IEnumerable<string> Headings(string document) =>
        Heading.Matches(Fence.Replace(File.ReadAllText(document), string.Empty)).Select(match => match.Groups[1].Value);

    private static string Anchor(string heading)
    {
        string text = Regex.Replace(heading, @"\[([^\]]*)\]\([^)]*\)", "$1").ToLowerInvariant();
        return Regex.Replace(text, @"[^\w\- ]", string.Empty).Replace(' ', '-');
    }
}
