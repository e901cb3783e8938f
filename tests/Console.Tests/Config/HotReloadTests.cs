using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using LowLatency.Console.Tests.Reports;
using LowLatency.Console.Tests.Screens;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Journal;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Capture;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.Console.Tests.Config;

/// <summary>
/// Risk, size, tip and pause may change while a run is at work; nothing else may; and a change is input: the recording
/// decides what the run decided.
/// </summary>
public sealed class HotReloadTests : IDisposable
{
    private const string Usdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-reload-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Take_HotKeys_BecomeChanges_OthersAreRefusedByName()
    {
        ConfigReload reload = new(Config());
        ReloadPlan plan = reload.Take(Config(
            "tipShareBps=4000", "minimumExpectedValueLamports=5", $"maxInputRaw={Usdc}=7", "maxStateAgeSlots=9",
            "maxHops=3", "pause=true"));
        Assert.Equal(
            [
                new SettingChange(SettingId.MaxInputRaw, 7, IsNone: false, Pubkey.Parse(Usdc)),
                new SettingChange(SettingId.MaxStateAgeSlots, 9),
                new SettingChange(SettingId.MinimumExpectedValueLamports, 5),
                new SettingChange(SettingId.TipShareBps, 4000),
            ],
            plan.Changes);
        Assert.True(plan.Pause);
        string refused = Assert.Single(plan.Refused);
        Assert.Equal("maxHops 4 -> 3 (--set maxHops): only a new start changes it; 4 stays", refused);

        // What was taken is in force; what was refused is refused again; what goes back to its default changes too.
        plan = reload.Take(Config("tipShareBps=4000", "maxHops=3"));
        Assert.Equal(
            [
                new SettingChange(SettingId.MaxInputRaw, 0, IsNone: true, Pubkey.Parse(Usdc)),
                new SettingChange(SettingId.MaxStateAgeSlots, uint.MaxValue),
                new SettingChange(SettingId.MinimumExpectedValueLamports, 0, IsNone: true),
            ],
            plan.Changes);
        Assert.False(plan.Pause);
        Assert.Single(plan.Refused);
        plan = reload.Take(Config("tipShareBps=4000"));
        Assert.Empty(plan.Changes);
        Assert.Empty(plan.Refused);
    }

    [Fact]
    public void Take_EveryHotKey_IsOneOfTheCatalog_AndChanges()
    {
        string[] hot = ConfigCatalog.Keys.Select(k => k.Name).Where(ConfigReload.IsHot).ToArray();
        Assert.Equal(Enum.GetValues<SettingId>().Length, hot.Length); // pause has no id, None has no key
        foreach (string key in hot)
        {
            string value = key switch { "pause" => "true", "maxInputRaw" => $"{Usdc}=3", _ => "1234" };
            ReloadPlan plan = new ConfigReload(Config()).Take(Config($"{key}={value}"));
            Assert.StartsWith($"{key} ", Assert.Single(plan.Taken));
            Assert.Empty(plan.Refused);
            Assert.All(plan.Changes, change => Assert.True(change.IsValid));
            Assert.Equal(key == "pause" ? 0 : 1, plan.Changes.Count);
        }
    }

    [Fact]
    public void Keeper_FileThatChanges_TellsTakenRefusedAndWrong()
    {
        string path = Write("""{ "tipShareBps": 5000, "maxHops": 4 }""");
        List<string> told = [];
        List<string> posted = [];
        SettingTrail trail = new();
        TradingGate gate = new();
        using ConfigKeeper keeper = new(
            path, Read(path), () => Read(path), Post, trail, gate, (_, text) => Add(told, text),
            (thread, fault) => Add(told, $"{thread}: {fault}"));
        File.WriteAllText(path, """{ "tipShareBps": 4000, "maxHops": 3, "pause": true }""");
        Await(told, "tipShareBps 5000 -> 4000");
        Await(told, "pause false -> true"); // the last of that reading
        Assert.Equal(["tipShareBps=4000\n"], posted);
        Assert.Contains(told, t => t.Contains("in force after event 12", StringComparison.Ordinal));
        Assert.Contains(told, t => t.Contains("maxHops 4 -> 3", StringComparison.Ordinal) && t.Contains("4 stays"));
        Assert.Equal(TradingState.Reducing, gate.State);

        File.WriteAllText(path, """{ "tipShareBps": 2000, "maxHop": 3 }""");
        Await(told, "unknown key 'maxHop'");
        File.WriteAllText(path, """{ "tipShareBps": 20000 }""");
        Await(told, "'20000'");
        Assert.Single(posted);

        File.Delete(path); // an editor may do that between two writes
        File.WriteAllText(path, """{ "tipShareBps": 3000, "maxHops": 4 }""");
        Await(told, "tipShareBps 4000 -> 3000");
        Await(told, "pause true -> false");
        Assert.Equal(TradingState.Active, gate.State);
        keeper.Ask();
        Await(told, "no other value that may change now");

        bool Post(byte[] frame)
        {
            posted.Add(Encoding.UTF8.GetString(frame));
            List<SettingChange> changes = [];
            Assert.True(SettingText.TryRead(frame, changes));
            foreach (SettingChange change in changes) trail.OnSetting(in change, 12);
            return true;
        }
    }

    /// <summary>What an administrator or a script does to a file: links, pipes, text that is none.</summary>
    [Fact]
    public void Keeper_LinksAndWhatIsNoFile_AreFollowedOrTold()
    {
        if (OperatingSystem.IsWindows()) return;
        string target = Write("""{ "tipShareBps": 5000 }""");
        string path = Path.Combine(_folder, "link.json");
        File.CreateSymbolicLink(path, target);
        List<string> told = [];
        int applied = 0;
        SettingTrail trail = new();
        using ConfigKeeper keeper = new(
            path, Read(path), () => Read(path), Post, trail, new TradingGate(), (_, text) => Add(told, text),
            (thread, fault) => Add(told, $"{thread}: {fault}"));
        File.WriteAllText(target, """{ "tipShareBps": 4000 }"""); // the link itself stays as it is
        Await(told, "tipShareBps 5000 -> 4000");
        string second = Path.Combine(_folder, "second.json");
        File.WriteAllText(second, """{ "tipShareBps": 3000 }""");
        File.Delete(path);
        File.CreateSymbolicLink(path, second);
        Await(told, "tipShareBps 4000 -> 3000");
        File.WriteAllText(second, "{ \"runner\": \"\\ud800\" }");
        Await(told, "line 1, column 13: this text is not Unicode; nothing was changed");
        File.Delete(path);
        System.Diagnostics.Process.Start("mkfifo", [path]).WaitForExit();
        Await(told, "it is empty, or no plain file; nothing was changed");
        File.Delete(path);
        File.WriteAllText(path, """{ "tipShareBps": 2000 }""");
        Await(told, "tipShareBps 3000 -> 2000");
        Assert.Equal(3, applied);

        bool Post(byte[] frame)
        {
            applied++;
            List<SettingChange> changes = [];
            Assert.True(SettingText.TryRead(frame, changes));
            foreach (SettingChange change in changes) trail.OnSetting(in change, 12);
            return true;
        }
    }

    [Fact]
    public void Replay_RecordedChange_DecidesTheSameInlineFusedAndSplit()
    {
        string unchanged = Hash(BundledCapture.FilePath, RunnerKind.Inline, null);
        string changed = WithChange(BundledCapture.FilePath, "minimumProfitLamports=50000000\ntipShareBps=1000");
        string journal = Path.Combine(_folder, "run.journal");
        string inline = Hash(changed, RunnerKind.Inline, journal);
        Assert.NotEqual(unchanged, inline);
        Assert.Equal(inline, Hash(changed, RunnerKind.Fused, null));
        Assert.Equal(inline, Hash(changed, RunnerKind.Split, null));

        // A decision is explained with the thresholds that it was made with.
        JournalView view = JournalView.Open(journal);
        AppliedSetting[] applied = [.. ReadSettings(journal)];
        Assert.Equal(2, applied.Length);
        Assert.Equal(applied[0].Sequence + 1, applied[1].Sequence);
        int before = 0;
        int after = 0;
        foreach (Opportunity decision in view.Decisions.Select(d => d.Decision))
        {
            bool isAfter = decision.Sequence > applied[1].Sequence;
            JournalRunInfo run = view.RunAt(in decision)!;
            Assert.Equal(isAfter ? 50_000_000 : 10_000, run.MinimumProfitLamports);
            Assert.Equal(isAfter ? 1000 : 5000, run.TipShareBps);
            if (decision.Reason != DecisionReason.Go) continue;
            if (isAfter) after++;
            else before++;
            if (isAfter) Assert.True(decision.NetProfitLamports >= 50_000_000);
        }

        Assert.True(before > 0, "no Go before the change");
        Assert.True(after < before, $"{after} Go after the change, {before} before");
    }

    [Fact]
    public void Replay_RecordedChangeThatIsDamaged_IsCountedAndChangesNothing()
    {
        string changed = WithChange(BundledCapture.FilePath, "tipShareBps=1000\ntipShareBps=x");
        ReplayRun run = Run(changed, RunnerKind.Inline, null);
        Assert.Equal(1, run.Feed!.Total[LowLatency.Feeds.Decoding.DecodeCause.BadSettings]);
        Assert.Contains(
            run.Feed.FirstRefusals, r => r.Cause == LowLatency.Feeds.Decoding.DecodeCause.BadSettings);
        Assert.Equal(Hash(BundledCapture.FilePath, RunnerKind.Inline, null), ReplayReport.HashText(run.Hash.Value));
    }

    [Fact]
    public void Replay_RecordedChange_IsOnTheSettingsScreenAndReloadSaysThatSettingsStand()
    {
        string changed = WithChange(BundledCapture.FilePath, "tipShareBps=1000");
        ReplaySettings settings = ScreenHarness.Settings(stamps: false, RunnerKind.Inline) with
        {
            CapturePath = changed,
            Rows = SettingRows.Of(new EngineConfig()),
        };
        using ReplaySession session = new(settings, isPaused: false);
        session.Start();
        ScreenHarness.WaitUntil(() => session.Ended is not null);
        SettingRow row = session.Settings.Single(r => r.Name == "tipShareBps");
        Assert.Equal("1000", row.Value);
        Assert.StartsWith("recorded, after event ", row.Source);
        Assert.Contains("settings of a replay stand", session.Reload());
        session.Finish(mustEnd: true);
    }

    [Fact]
    public async Task Run_FileChangedWhileItRuns_RecordingDecidesTheSame()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        string watch = Path.Combine(_folder, "watch.json");
        SolanaEndpoint server = node.Endpoints[0];
        string endpoint = $$"""
            "endpoints": [ { "name": "node", "http": "{{server.RpcUrl}}", "ws": "{{server.WebSocketUrl}}" } ]
            """;
        Assert.Equal(0, ReportRun.Run(
            out _, out string wrong, "pools", "discover", "--config", Write($$"""{ {{endpoint}} }"""), "--out", watch));
        string config = Write($$"""{ {{endpoint}}, "watch": { "file": "{{watch}}" } }""");
        string start = Path.Combine(_folder, "start.json");
        File.Copy(config, start);
        string recording = Path.Combine(_folder, "day.llcap");
        string journal = Path.Combine(_folder, "live.journal");
        string output = string.Empty;
        string errors = string.Empty;
        int code = -1;
        Task run = Task.Run(() => code = ReportRun.Run(
            out output, out errors, "run", "--config", config, "--seconds", "12", "--record", recording, "--journal",
            journal, "--json"));
        bool isChanged = false;
        while (!run.IsCompleted)
        {
            // A start takes as long as it takes: the change comes once the journal holds some decisions.
            if (!isChanged && new FileInfo(journal) is { Exists: true, Length: > 4096 })
            {
                isChanged = true;
                File.WriteAllText(
                    config,
                    $$"""{ {{endpoint}}, "watch": { "file": "{{watch}}" }, "tipShareBps": 1000, "maxHops": 2 }""");
            }

            node.Step();
            await Task.Delay(150);
        }

        await run;
        Assert.True(code == 0, errors + wrong);
        Assert.Contains("tipShareBps 5000 -> 1000", errors);
        Assert.Contains("in force after event ", errors);
        Assert.Contains("maxHops 4 -> 2", errors);
        Assert.Contains("only a new start changes it; 4 stays", errors);
        AppliedSetting applied = Assert.Single(ReadSettings(journal));
        Assert.Equal(new SettingChange(SettingId.TipShareBps, 1000), applied.Change);
        JournalView view = JournalView.Open(journal);
        Assert.Contains(view.Decisions, d => d.Decision.Sequence < applied.Sequence);
        Assert.Contains(view.Decisions, d => d.Decision.Sequence > applied.Sequence);
        Assert.Equal(0, ReportRun.Run(
            out string replayed, out errors, "replay", recording, "--config", start, "--json"));
        Assert.Equal(HashOf(output), HashOf(replayed));
    }

    private static string HashOf(string json) =>
        JsonDocument.Parse(json).RootElement.GetProperty("decision_hash").GetString()!;

    private static EngineConfig Config(params string[] assignments)
    {
        ConfigLayers layers = new();
        foreach (string assignment in assignments) layers.AddAssignment(assignment);
        layers.Config.Validate();
        return layers.Config;
    }

    private static EngineConfig Read(string path)
    {
        ConfigLayers layers = new();
        layers.AddFile(path);
        layers.Config.Validate();
        return layers.Config;
    }

    private static void Add(List<string> told, string text)
    {
        lock (told) told.Add(text);
    }

    private static void Await(List<string> told, string text) => ScreenHarness.WaitUntil(() =>
    {
        lock (told) return told.Exists(t => t.Contains(text, StringComparison.Ordinal));
    });

    private static string Hash(string capture, RunnerKind runner, string? journal) =>
        ReplayReport.HashText(Run(capture, runner, journal).Hash.Value);

    private static ReplayRun Run(string capture, RunnerKind runner, string? journal)
    {
        ReplayRun run = new(
            ScreenHarness.Settings(stamps: false, runner) with { CapturePath = capture, JournalPath = journal }, null);
        Assert.Null(run.Execute());
        return run;
    }

    private static IReadOnlyList<AppliedSetting> ReadSettings(string journal)
    {
        using FileStream file = File.OpenRead(journal);
        return LowLatency.Engine.Sinks.JournalReader.Read(file, journal).Settings;
    }

    private string Write(string text)
    {
        string path = Path.Combine(_folder, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>The capture with settings that change in its middle.</summary>
    private string WithChange(string capture, string text)
    {
        string path = Path.Combine(_folder, $"{Guid.NewGuid():N}.jsonl");
        using StreamReader reader = new(new GZipStream(File.OpenRead(capture), CompressionMode.Decompress));
        List<string> lines = [];
        while (reader.ReadLine() is { } line) lines.Add(line);
        int middle = lines.Count / 2;
        string time = lines[middle][..lines[middle].IndexOf(',')]; // {"t":<ns>
        lines.Insert(middle, $"{time},\"ep\":0,\"k\":\"settings\",\"m\":{JsonSerializer.Serialize(text)}}}");
        File.WriteAllLines(path, lines);
        return path;
    }
}
