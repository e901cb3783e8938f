using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Commands;
using LowLatency.ConsoleHost.Doctor;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using Xunit;

namespace LowLatency.Console.Tests.Doctor;

/// <summary><c>doctor</c> against a node that is well, ill, slow to answer, of another network, or not there.</summary>
public sealed class DoctorTests : IDisposable
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private const string Devnet = "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG";

    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-doctor-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Doctor_NodeIsWell_EveryEndpointCheckIsOk()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = 2 });
        using CancellationTokenSource stop = new();
        Task run = node.RunAsync(new NodePace { Laps = 0 }, stop.Token);
        string config = Write($$"""
            { "endpoints": [{ "name": "a", "http": "{{node.Endpoints[0].RpcUrl}}" },
                            { "name": "b", "http": "{{node.Endpoints[1].RpcUrl}}?api-key={{Key}}" }] }
            """);
        (int code, Dictionary<string, JsonElement> checks, string text) = Run("--config", config, "--calls", "5");
        await stop.CancelAsync();
        await run;
        Assert.True(code == ExitCodes.Ok, text);
        foreach (string area in (string[])[$"endpoint a ({node.Endpoints[0].RpcUrl})",
            $"endpoint b ({node.Endpoints[1].RpcUrl}?api-key=***)"])
        {
            foreach (string name in (string[])["health", "version", "network", "clock", "subscriptions", "rate limit"])
                Assert.True(Grade(checks, area, name) == "ok", $"{area} {name}: {text}");
            Assert.Contains("5 of 5 calls", checks[$"{area}/latency"].GetProperty("text").GetString());
        }

        Assert.Contains("slot lag/a", checks.Keys);
        Assert.Contains("slot lag/b", checks.Keys);
        Assert.DoesNotContain(Key, text);
    }

    [Fact]
    public async Task Doctor_AnotherNetworkAndSilentSlots_Fail()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { GenesisHash = Devnet });
        node.Step(2);
        node.Inject(new FaultStep(0, 0, FaultKind.RefuseUpgrade, Count: 100));
        (int code, Dictionary<string, JsonElement> checks, string text) =
            Run("--http", node.Endpoints[0].RpcUrl.ToString(), "--calls", "3");
        string area = $"endpoint rpc-1 ({node.Endpoints[0].RpcUrl})";
        Assert.True(code == ExitCodes.CheckFailed, text);
        Assert.Equal("fail", Grade(checks, area, "network"));
        Assert.Contains(Devnet, checks[$"{area}/network"].GetProperty("text").GetString());
        Assert.Equal("fail", Grade(checks, area, "subscriptions"));
        Assert.Contains("no connection: ", checks[$"{area}/subscriptions"].GetProperty("text").GetString());
        Assert.Equal("ok", Grade(checks, area, "health"));
    }

    [Fact]
    public async Task Doctor_RateLimited_CountsTheRefusals()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        node.Step(2);
        node.Inject(new FaultStep(0, 0, FaultKind.TooManyRequests, Count: 6));
        (int _, Dictionary<string, JsonElement> checks, string text) =
            Run("--http", node.Endpoints[0].RpcUrl.ToString(), "--calls", "6");
        string area = $"endpoint rpc-1 ({node.Endpoints[0].RpcUrl})";
        Assert.Equal("warn", Grade(checks, area, "health"));
        Assert.Equal("warn", Grade(checks, area, "rate limit"));
        Assert.Contains("6 of 9 calls refused", checks[$"{area}/rate limit"].GetProperty("text").GetString());
        Assert.Contains("callsPerSecond", checks[$"{area}/rate limit"].GetProperty("fix").GetString());
        Assert.Contains("3 of 6 calls", checks[$"{area}/latency"].GetProperty("text").GetString());
        Assert.DoesNotContain("exception", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Doctor_NodeIsBehind_Fails()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        node.Step(2);
        node.Inject(new FaultStep(0, 0, FaultKind.Unhealthy, Count: 1, Value: 321));
        (int code, Dictionary<string, JsonElement> checks, _) =
            Run("--http", node.Endpoints[0].RpcUrl.ToString(), "--calls", "1");
        Assert.Equal(ExitCodes.CheckFailed, code);
        JsonElement health = checks[$"endpoint rpc-1 ({node.Endpoints[0].RpcUrl})/health"];
        Assert.Contains("321 slots behind", health.GetProperty("text").GetString());
    }

    [Fact]
    public void Doctor_EndpointDownAndVariableMissing_SaysSoAndLooksAtTheRest()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        string url = $"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}/";
        closed.Stop();
        string config = Write($$"""
            { "maxHop": 3, "endpoints": [{ "name": "down", "http": "{{url}}" },
              { "name": "unset", "http": "env:LOWLATENCYTESTUNSET" },
              { "name": "geyser", "kind": "yellowstone", "grpc": "{{url}}" }] }
            """);
        (int code, Dictionary<string, JsonElement> checks, string text) = Run("--config", config);
        Assert.Equal(ExitCodes.CheckFailed, code);
        Assert.Equal("fail", Grade(checks, $"endpoint down ({url})", "health"));
        Assert.Contains("firewall", checks[$"endpoint down ({url})/health"].GetProperty("fix").GetString());
        Assert.Equal("fail", Grade(checks, $"endpoint geyser ({url})", "version"));
        Assert.Contains("LOWLATENCYTESTUNSET is not set", checks["endpoints/address"].GetProperty("text").GetString());
        Assert.Contains("did you mean 'maxHops'?", checks["config/mistake"].GetProperty("text").GetString());
        Assert.Contains("machine/cores", checks.Keys);
        Assert.DoesNotContain("Exception", text);
    }

    [Fact]
    public void Doctor_KeyFiles_AreJudged()
    {
        string path = Path.Combine(_folder, "key.json");
        using StringWriter output = new();
        Assert.Equal(ExitCodes.Ok, KeysCommand.New(path, false, _ => null, output));
        Assert.Equal("ok", Grade(Run("--offline", "--key", path).Checks, "key", "file"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            (int code, Dictionary<string, JsonElement> checks, _) = Run("--offline", "--key", path);
            Assert.Equal((ExitCodes.CheckFailed, "fail"), (code, Grade(checks, "key", "file")));
            Assert.Contains("chmod 600", checks["key/file"].GetProperty("fix").GetString());
        }

        string none = Path.Combine(_folder, "none.json");
        Assert.Equal("fail", Grade(Run("--offline", "--key", none).Checks, "key", "file"));
    }

    [Theory]
    [InlineData("cpu frequency", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave", "performance")]
    [InlineData("clock source", "/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet", "tsc")]
    [InlineData("container cpu", "/sys/fs/cgroup/cpu.max", "50000 100000", "max 100000")]
    [InlineData("container memory", "/sys/fs/cgroup/memory.max", "1048576", "8589934592")]
    [InlineData("load", "/proc/loadavg", "6.50 1.00 1.00 1/1 1", "0.10 1.00 1.00 1/1 1")]
    [InlineData("open files", "/proc/self/limits", "Max open files  1024  4096", "Max open files  unlimited x")]
    [InlineData("isolated cpus", "/sys/devices/system/cpu/isolated", "", "2-3")]
    [InlineData("huge pages", "/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never",
        "always [madvise] never")]
    [InlineData("thread priority", "/proc/self/limits", "Max nice priority  0  0", "Max nice priority  40  40")]
    [InlineData("ports", "/proc/sys/net/ipv4/ip_local_port_range", "60000\t60999", "32768\t60999")]
    [InlineData("swap", "/proc/swaps", "Filename\n/swap.img", "Filename")]
    public void Machine_BadAndGoodFiles_AreWarnedOfAndPraised(string name, string file, string bad, string good)
    {
        Assert.Equal(CheckGrade.Warn, GradeWith(bad));
        Assert.Equal(CheckGrade.Ok, GradeWith(good));

        CheckGrade GradeWith(string text) =>
            new MachineChecks(path => path == file ? text : null, new Dictionary<string, string>())
                .Run(8, 1L << 34).Checks.Single(check => check.Name == name).Grade;
    }

    /// <summary>What the program's own runtimeconfig.json says, which no test process has.</summary>
    [Fact]
    public void Program_IsBuiltWithABoundOnYoungGarbage()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "lowlatency.runtimeconfig.json");
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement options = config.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties");
        Assert.Equal(512 << 10, options.GetProperty("System.GC.Gen0MaxBudget").GetInt32());
        Assert.Contains("machine/young garbage", Run("--offline").Checks.Keys);
    }

    [Fact]
    public void Skew_WithinTheHeadersSecond_IsNone()
    {
        DateTimeOffset date = new(2026, 1, 1, 0, 0, 10, TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, EndpointChecks.SkewOf(date, date.AddSeconds(0.9)));
        Assert.Equal(TimeSpan.FromSeconds(5), EndpointChecks.SkewOf(date, date.AddSeconds(-5)));
        Assert.Equal(TimeSpan.FromSeconds(-4), EndpointChecks.SkewOf(date, date.AddSeconds(5)));
    }

    private static string Grade(Dictionary<string, JsonElement> checks, string area, string name) =>
        checks[$"{area}/{name}"].GetProperty("grade").GetString()!;

    private static (int Code, Dictionary<string, JsonElement> Checks, string Text) Run(params string[] arguments)
    {
        using StringWriter output = new();
        int code = Program.Run(["doctor", "--json", .. arguments], output, output);
        string text = output.ToString();
        Dictionary<string, JsonElement> checks = [];
        foreach (JsonElement check in JsonDocument.Parse(text).RootElement.GetProperty("checks").EnumerateArray())
            checks[$"{check.GetProperty("area").GetString()}/{check.GetProperty("name").GetString()}"] = check;
        return (code, checks, text);
    }

    private string Write(string text)
    {
        string path = Path.Combine(_folder, "config.json");
        File.WriteAllText(path, text);
        return path;
    }
}
