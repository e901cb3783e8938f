using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text.Json;
using System.Text.RegularExpressions;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Config;
using Xunit;

namespace LowLatency.Console.Tests.Config;

/// <summary><c>config check|show|init|schema</c> and <c>completion</c>.</summary>
public sealed class ConfigCommandTests : IDisposable
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-config-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Check_SeveralMistakes_ListsEachWithItsPlace()
    {
        string path = Write("""
            {
              "maxHop": { "deeply": ["wrong"] },
              "maxHops": 9,
              "costs": { "tipFloorLamports": 9, "tipCapLamports": 8, "tipShareBp": 1 },
              "endpoints": [{ "http": "env:LOWLATENCYTESTUNSET" }],
              "watch": { "file": "none.json" },
              "runner": "fused",
            }
            """);
        (int code, string output) = Run("config", "check", "--config", path, "--set", "maxPool=1");
        Assert.Equal(ExitCodes.Config, code);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("line 2, column 3: unknown key 'maxHop'; did you mean 'maxHops'?", lines[0]);
        Assert.Contains("line 3, column 14: maxHops '9': give a whole number from 2 to 6", lines[1]);
        Assert.Contains("line 4, column 58: unknown key 'tipShareBp'; did you mean 'tipShareBps'?", lines[2]);
        Assert.Contains("--set maxPool: unknown key 'maxPool'; did you mean 'maxPools'?", lines[3]);
        Assert.Contains("line 4, column 34: tipFloorLamports '9': the tip's floor (9) is above", lines[4]);
        Assert.Contains("endpoints[0].http: variable LOWLATENCYTESTUNSET is not set", lines[5]);
        Assert.Contains("watch list ", lines[6]);
        Assert.Equal("7 mistakes", lines[7]);
    }

    [Fact]
    public void Check_NothingWrong_ExitsOk()
    {
        string path = Write("""{ "$schema": "x.json", "maxHops": 3, "endpoints": [{ "http": "http://a" }] }""");
        (int code, string output) = Run("config", "check", "--config", path);
        Assert.Equal((ExitCodes.Ok, "ok: 2 keys set, 1 endpoint\n"), (code, output));
    }

    [Fact]
    public void Show_NamesTheSourceOfEachSettingAndHidesKeys()
    {
        string path = Write($$"""
            {
              "maxHops": 3,
              "endpoints": [{ "name": "p", "http": "https://p.example/{{Key}}/?api-key={{Key}}" }] }
            """);
        (int code, string output) = Run("config", "show", "--config", path, "--set", "tipShareBps=7");
        Assert.Equal(ExitCodes.Ok, code);
        Assert.Matches(@"maxHops +3  \(.*config\.json, line 2, column 14\)", output);
        Assert.Matches(@"tipShareBps +7  \(--set tipShareBps\)", output);
        Assert.Matches(@"maxPools +4096  \(default\)", output);
        Assert.Contains("p (rpc https://p.example/***/?api-key=***)", output);
        Assert.DoesNotContain(Key, output);
        (_, output) = Run("config", "show", "--config", path, "--changed", "--json");
        Assert.DoesNotContain(Key, output);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(2, json.RootElement.GetArrayLength());
        Assert.Equal("maxHops", json.RootElement[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Init_WritesAFileThatHoldsEveryDefault_AndNeverOverwrites()
    {
        string path = Path.Combine(_folder, "new.json");
        (int code, string output) = Run("config", "init", path);
        Assert.Equal(ExitCodes.Ok, code);
        Assert.Contains("doctor --config", output);
        string text = File.ReadAllText(path);
        (code, output) = Run("config", "init", path);
        Assert.Equal(ExitCodes.CannotCreate, code);
        Assert.Contains("exists", output);
        Assert.Equal(text, File.ReadAllText(path));

        ConfigLayers asWritten = new();
        asWritten.AddFile(path);
        Assert.Equal(["endpoints"], asWritten.Config.Origins.Keys);

        // Each default switched on, where there is one, changes nothing.
        File.WriteAllText(path, Regex.Replace(text, "(?m)^    // (\"\\w+\": (?!<)(?!\\{\\}).*)$", "    $1"));
        ConfigLayers switchedOn = new();
        switchedOn.AddFile(path);
        switchedOn.Config.Validate();
        EngineConfig defaults = new();
        int compared = 0;
        foreach (ConfigKey key in ConfigCatalog.Keys)
        {
            if (key.Name == "endpoints" || !switchedOn.Config.Origins.ContainsKey(key.Name)) continue;
            Assert.Equal(key.TextOf(defaults), key.TextOf(switchedOn.Config));
            compared++;
        }

        Assert.True(compared > 30, $"{compared} keys compared");
    }

    [Fact]
    public void Schema_InTheDocumentation_IsTheGeneratedOne()
    {
        string committed = File.ReadAllText(Repository.PathOf("docs", "config.schema.json"));
        (int code, string output) = Run("config", "schema");
        Assert.Equal(ExitCodes.Ok, code);
        Assert.True(
            committed == output, "run `lowlatency config schema > docs/config.schema.json` and look at the difference");
    }

    [Fact]
    public void Schema_KnowsEveryKeyWithItsBounds()
    {
        using JsonDocument schema = JsonDocument.Parse(ConfigSchema.Create());
        JsonElement properties = schema.RootElement.GetProperty("properties");
        foreach (ConfigKey key in ConfigCatalog.Keys)
        {
            string section = char.ToLowerInvariant(key.Section[0]) + key.Section[1..];
            JsonElement member = properties.GetProperty(section).GetProperty("properties").GetProperty(key.Member);
            Assert.Equal(key.Help, member.GetProperty("description").GetString());
        }

        JsonElement hops = properties.GetProperty("maxHops");
        Assert.Equal((2, 6, 4), (hops.GetProperty("minimum").GetInt32(), hops.GetProperty("maximum").GetInt32(),
            hops.GetProperty("default").GetInt32()));
        Assert.Equal(3, properties.GetProperty("runner").GetProperty("enum").GetArrayLength());
        Assert.Equal("boolean", properties.GetProperty("busySpin").GetProperty("type").GetString());
        Assert.False(properties.TryGetProperty("file", out _));
    }

    [Theory]
    [InlineData("lowlatency con", "config")]
    [InlineData("lowlatency config ", "check show init schema --help")]
    [InlineData("lowlatency config show --ch", "--changed")]
    [InlineData("lowlatency replay --set tipShare", "tipShareBps=")]
    public void Completion_Bash_CompletesVerbsOptionsAndKeys(string line, string expected)
    {
        (int code, string script) = Run("completion", "bash");
        Assert.Equal(ExitCodes.Ok, code);
        string path = Write(script + $$"""
            COMP_WORDS=({{line}}{{(line.EndsWith(' ') ? "''" : string.Empty)}})
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _lowlatency
            echo "${COMPREPLY[@]}"
            """);
        using Process bash = Process.Start(
            new ProcessStartInfo("bash", [path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = bash.StandardOutput.ReadToEnd();
        string errors = bash.StandardError.ReadToEnd();
        bash.WaitForExit();
        Assert.Equal((string.Empty, expected), (errors, output.Trim()));
    }

    [Fact]
    public void Completion_FishAndZsh_NameEveryVerb()
    {
        (_, string fish) = Run("completion", "fish");
        (_, string zsh) = Run("completion", "zsh");
        foreach (System.CommandLine.Command verb in Program.CreateRoot().Subcommands)
        {
            Assert.Contains($"-a {verb.Name} ", fish);
            Assert.Contains($"\" {verb.Name}\")", zsh);
        }

        Assert.StartsWith("autoload", zsh);
        (int code, string output) = Run("completion", "fsh");
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("did you mean 'fish'?", output);
    }

    [Fact]
    public void Help_EveryVerb_HasExamples()
    {
        List<string> without = [];
        Visit(Program.CreateRoot(), []);
        Assert.Empty(without);
        Assert.Contains("Examples:\n  lowlatency replay\n", Run("--help").Output);

        void Visit(System.CommandLine.Command command, List<string> path)
        {
            foreach (System.CommandLine.Command verb in command.Subcommands)
            {
                List<string> at = [.. path, verb.Name];
                string help = Run([.. at, "--help"]).Output;
                if (!help.Contains("Examples:\n  ")) without.Add($"{string.Join(' ', at)}: {help}");
                Visit(verb, at);
            }
        }
    }

    [Theory]
    [InlineData("quote")]
    [InlineData("cycles")]
    [InlineData("pools inspect")]
    [InlineData("tx build")]
    public void Help_FirstExample_RunsFromTheRepository(string verb)
    {
        string help = Run([.. verb.Split(' '), "--help"]).Output;
        string example = Regex.Match(help, @"Examples:\n  lowlatency ((?:.*\\\n)*.*)").Groups[1].Value;
        string line = Regex.Replace(example.Replace("\\\n", string.Empty), "(?<=json.gz) {2,}.*", string.Empty);
        string[] arguments = line.Replace("\"", string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].StartsWith("tests/", StringComparison.Ordinal))
                arguments[i] = Repository.PathOf(arguments[i]);
        }

        (int code, string output) = Run(arguments);
        Assert.True(code == ExitCodes.Ok, $"{line}: {output}");
        example = Regex.Replace(example, "(?<=json.gz) {2,}.*", string.Empty);
        Assert.Contains($"  lowlatency {example}\n", Run("--help").Output);
    }

    [Fact]
    public void Version_AsAVerb_SaysWhatTheOptionSays()
    {
        Assert.Equal(Run("--version"), Run("version"));
        Assert.Matches(@"^\d+\.\d+\.\d+", Run("version").Output);
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        using StringWriter output = new() { NewLine = "\n" };
        int code = Program.Run(arguments, output, output);
        return (code, output.ToString());
    }

    private string Write(string text)
    {
        string path = Path.Combine(_folder, "config.json");
        File.WriteAllText(path, text);
        return path;
    }
}
