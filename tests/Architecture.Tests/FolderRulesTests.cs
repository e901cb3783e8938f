using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace LowLatency.Architecture.Tests;

/// <summary>Who may use whom. The table is ARCHITECTURE.md's; a folder without a row fails.</summary>
public sealed class FolderRulesTests
{
    private static readonly Dictionary<string, string[]> EngineRules = new()
    {
        ["Numerics"] = [],
        ["Time"] = [],
        ["Solana"] = ["Numerics"],
        ["Metrics"] = ["Numerics", "Time"],
        ["Events"] = ["Numerics", "Time", "Solana"],
        ["Ring"] = ["Numerics", "Time"],
        ["Dedup"] = ["Numerics", "Solana", "Events", "Metrics"],
        ["Venues"] = ["Numerics", "Solana", "Events", "Metrics"],
        ["Fields"] = ["Numerics", "Solana", "Events", "Metrics", "Venues", "Graph"],
        ["Graph"] = ["Numerics", "Solana", "Events", "Metrics", "Ring", "Venues"],
        ["Cycles"] = ["Numerics", "Solana", "Events", "Metrics", "Venues", "Graph"],
        ["Scoring"] = ["Numerics", "Solana", "Events", "Metrics", "Venues", "Graph", "Cycles", "Fields"],
        ["Life"] = ["Numerics", "Solana", "Events", "Metrics", "Venues", "Graph", "Scoring"],
        ["Instructions"] = ["Numerics", "Solana", "Events", "Metrics", "Ring", "Venues", "Graph"],
        ["Chain"] =
            ["Numerics", "Solana", "Events", "Ring", "Venues", "Graph", "Scoring", "Instructions"],
        ["Sinks"] = ["Numerics", "Time", "Solana", "Events", "Metrics", "Ring"],
        ["Pipeline"] =
        [
            "Numerics", "Time", "Solana", "Metrics", "Events", "Ring", "Dedup", "Venues", "Fields", "Graph", "Cycles",
            "Scoring", "Life", "Instructions", "Chain", "Sinks",
        ],
    };

    private static readonly string[] FeedsMayUse =
        ["Numerics", "Time", "Solana", "Metrics", "Events", "Ring", "Sinks"];

    /// <summary>What each room of Feeds may use of the others.</summary>
    private static readonly Dictionary<string, string[]> FeedsRules = new()
    {
        ["Framing"] = [],
        ["Decoding"] = [],
        ["Capture"] = ["Decoding", "Framing"],
        ["Inbox"] = ["Capture"],
        ["Rpc"] = ["Capture", "Decoding", "Framing", "Inbox"],
        ["Geyser"] = ["Capture", "Decoding", "Framing", "Inbox", "Rpc"],
        ["Dispatch"] = ["Capture", "Decoding", "Geyser"],
        ["Replay"] = ["Capture", "Decoding", "Dispatch", "Geyser"],
        ["Live"] = ["Capture", "Decoding", "Dispatch", "Geyser", "Inbox", "Rpc"],
        ["Synthetic"] = ["Capture", "Decoding"],
        ["Submission"] = ["Live", "Rpc"],
    };

    private static readonly Regex FeedsUse = new(@"LowLatency\.Feeds\.(\w+)", RegexOptions.Compiled);

    private static readonly Regex ConsoleUse = new(@"LowLatency\.ConsoleHost\.(\w+)", RegexOptions.Compiled);

    private static readonly Regex EngineUse = new(@"LowLatency\.Engine\.(\w+)", RegexOptions.Compiled);

    [Fact]
    public void EngineFolders_UseOnlyWhatTheTableAllows()
    {
        List<string> violations = [];
        foreach (string file in SourceTree.Files("src/Engine"))
        {
            string folder = SourceTree.Relative(file).Split('/')[2];
            if (!EngineRules.TryGetValue(folder, out string[]? allowed))
            {
                violations.Add($"{SourceTree.Relative(file)}: folder {folder} has no row in the table");
                continue;
            }

            Check(file, [.. allowed, folder], violations);
        }

        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    [Fact]
    public void Feeds_NeverUseTheMarketSide()
    {
        List<string> violations = [];
        foreach (string file in SourceTree.Files("src/Feeds"))
        {
            bool isSubmission = SourceTree.Relative(file).StartsWith("src/Feeds/Submission/", StringComparison.Ordinal);
            bool isSynthetic = SourceTree.Relative(file).StartsWith("src/Feeds/Synthetic/", StringComparison.Ordinal);
            string[] extra = isSubmission ? ["Instructions"] : isSynthetic ? ["Venues"] : [];
            Check(file, [.. FeedsMayUse, .. extra], violations);
        }

        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    [Fact]
    public void FeedsFolders_UseOnlyWhatTheTableAllows()
    {
        List<string> violations = [];
        foreach ((string folder, HashSet<string> uses) in RoomUses("src/Feeds", FeedsUse))
        {
            if (!FeedsRules.TryGetValue(folder, out string[]? allowed)) violations.Add($"{folder} has no row");
            else violations.AddRange(uses.Except(allowed).Select(used => $"Feeds/{folder} uses Feeds/{used}"));
        }

        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    [Theory]
    [InlineData("Feeds")]
    [InlineData("Console")]
    public void Folders_UseEachOtherInNoCircle(string project)
    {
        Dictionary<string, HashSet<string>> rooms = RoomUses(
            $"src/{project}", project == "Feeds" ? FeedsUse : ConsoleUse);
        while (rooms.FirstOrDefault(room => !room.Value.Any(rooms.ContainsKey)).Key is { } free) rooms.Remove(free);
        Assert.True(rooms.Count == 0, $"in circles, or above one: {string.Join(", ", rooms.Keys)}");
    }

    [Fact]
    public void ScreensAndReports_SeePublishedFiguresOnly()
    {
        Regex forbidden =
            new(@"\b(MarketPipeline|MarketGraph|GraphStage|DedupStage|CycleStage|ScoringStage|SinkStage)\b");
        List<string> violations = SourceTree.Files("src/Console/Screens")
            .Where(f => forbidden.IsMatch(WithoutComments(File.ReadAllText(f)))).Select(SourceTree.Relative).ToList();
        violations.AddRange(SourceTree.Files("src/Console/Reports") // a report is made of a run's files
            .Where(f => forbidden.IsMatch(WithoutComments(File.ReadAllText(f)))).Select(SourceTree.Relative));
        violations.AddRange(SourceTree.Files("src/Console/Gateway")
            .Where(f => forbidden.IsMatch(WithoutComments(File.ReadAllText(f)))).Select(SourceTree.Relative));
        violations.AddRange(SourceTree.Files("src/Console/Rendering")
            .Where(f => EngineUse.IsMatch(WithoutComments(File.ReadAllText(f)))).Select(SourceTree.Relative));
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    [Fact]
    public void Projects_DependOneWay()
    {
        string engine = File.ReadAllText(Path.Combine(SourceTree.Root, "src/Engine/Engine.csproj"));
        string feeds = File.ReadAllText(Path.Combine(SourceTree.Root, "src/Feeds/Feeds.csproj"));
        Assert.DoesNotContain("ProjectReference", engine);
        Assert.Contains("Engine.csproj", feeds);
        Assert.DoesNotContain("Console.csproj", feeds);
    }

    [Fact]
    public void Engine_TouchesNoSocketAndNoFile()
    {
        Regex forbidden = new(@"System\.Net|\bFile\.(Open|Read|Write|Create|Delete)|\bnew FileStream");
        List<string> violations = SourceTree.Files("src/Engine")
            .Where(f => forbidden.IsMatch(File.ReadAllText(f))).Select(SourceTree.Relative).ToList();
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    /// <summary>The other rooms of a project that each of its rooms names.</summary>
    private static Dictionary<string, HashSet<string>> RoomUses(string project, Regex use)
    {
        Dictionary<string, HashSet<string>> rooms = [];
        foreach (string file in SourceTree.Files(project))
        {
            string[] path = SourceTree.Relative(file).Split('/');
            if (path.Length == 3) continue; // above the rooms
            if (!rooms.TryGetValue(path[2], out HashSet<string>? uses)) rooms[path[2]] = uses = [];
            uses.UnionWith(use.Matches(WithoutComments(File.ReadAllText(file))).Select(m => m.Groups[1].Value));
            uses.Remove(path[2]);
        }

        return rooms;
    }

    private static void Check(string file, string[] allowed, List<string> violations)
    {
        foreach (Match use in EngineUse.Matches(WithoutComments(File.ReadAllText(file))))
        {
            string used = use.Groups[1].Value;
            if (EngineRules.ContainsKey(used) && !allowed.Contains(used))
                violations.Add($"{SourceTree.Relative(file)} uses {used}; allowed: {string.Join(", ", allowed)}");
        }
    }

    internal static string WithoutComments(string source) =>
        Regex.Replace(source, @"//[^\n]*|/\*.*?\*/", string.Empty, RegexOptions.Singleline);
}
